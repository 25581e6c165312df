"""A bot whose songs are made in its studio: nothing costs, and nobody needs an account."""

from __future__ import annotations

from tests.nemo_server import replies
from tests.scenarios.conftest import Scene

LO_FI, POP = {"id": "lo-fi", "names": {"en": "lo-fi", "zh": "低保真"}}, {"id": "pop", "names": {"en": "pop", "zh": "流行"}}


async def test_in_studio_mode_no_account_is_needed_and_nothing_costs(scene: Scene) -> None:
    scene.cloud.on("GET", "/api/studio/capabilities", replies.data({"styles": [LO_FI, POP]}))
    await scene.start(NEMO_API_URL="", MUREKA_BACKEND="studio", STUDIO_URL=scene.cloud.url, MUREKA_HELP_URL="https://example.org/m")
    for line, words in (("account link", "No account is needed"), ("account show", "No account is needed"),
                        ("account unlink", "No account is needed"), ("credits", "costs nothing"),
                        ("help", "More: <https://example.org/m>")):
        reply = await (await scene.songs.slash(f"mureka {line}", by=scene.ada)).reply()
        assert reply.is_ephemeral
        assert words in reply.text
    boss = scene.discord.member("boss", permissions=("manage_guild",))
    told = await (await scene.songs.slash("mureka-admin cloud", by=boss, allowed=False)).reply()
    assert told.text.splitlines() == ["The cloud: nobody may use it.",
                                      "This bot makes its songs in its studio, so the rule counts once it uses the cloud."]

    ling = scene.discord.member("ling", locale="zh-CN", permissions=("manage_guild",))
    assert await scene.songs.complete("mureka-admin style", by=ling, style="低") == [("低保真", "lo-fi")]
    for who, style, words in ((boss, "LoFi", "names none: lo-fi."), (boss, "polka", "Choose one of: lo-fi, pop."),
                              (ling, "流行", "愿望没有写风格时的风格：pop。")):
        told = await (await scene.songs.slash("mureka-admin style", by=who, style=style)).reply()
        assert told.text.endswith(words)
