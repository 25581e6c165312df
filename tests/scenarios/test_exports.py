"""The song as other files: what the backend offers, what is too large, what it costs (nothing)."""

from __future__ import annotations

import pytest

from tests.scenarios.conftest import ONE_LOOP, SAY, Scene

pytestmark = ONE_LOOP
OFFERS = ("mp3", "wav", "flac", "stems")
ENGLISH, CHINESE = "en-US", "zh-CN"
DONE = {ENGLISH: "Done", CHINESE: "完成"}


@pytest.mark.parametrize(("locale", "told", "refused"), [
    (ENGLISH, "Here is your song: mp3.", "midi"), (CHINESE, "你的歌来了：mp3。", "midi")])
async def test_the_song_comes_as_what_was_asked_for_and_nothing_is_paid_again(
        here: Scene, locale: str, told: str, refused: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    await here.shows(await here.generate(by=ada), DONE[locale])
    for wanted in ("mp3", "stems"):
        job = await here.songs.slash("mureka export", by=ada, format=wanted)
        await here.shows(job, DONE[locale])
    posts = [one for one in here.songs.messages if one.pinged]
    assert [one.files[0].name.rpartition(".")[2] for one in posts] == ["mp4", "mp3", "zip"]
    assert posts[1].text.startswith(f"<@{ada.id}> {told}")
    assert posts[1].files[0].alt
    assert len(here.cloud.asked("POST", SAY)) == 1
    reply = await (await here.songs.slash("mureka export", by=ada, format=refused)).reply()
    assert reply.is_ephemeral
    assert refused in reply.text and "stems" in reply.text


async def test_an_export_asked_for_in_words_names_its_format(here: Scene) -> None:
    await here.shows(await here.generate(), "Done")
    await here.shows(await here.refine("export as mp3"), "Done")
    assert [one.files[0].name.rpartition(".")[2] for one in here.songs.messages if one.pinged] == ["mp4", "mp3"]
    reply = await (await here.refine("export as midi")).reply()
    assert reply.is_ephemeral


@pytest.mark.parametrize("locale", [ENGLISH, CHINESE])
async def test_a_style_is_chosen_by_its_name_in_ones_language_and_an_unknown_one_is_refused(here: Scene, locale: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    offered = await here.songs.complete("mureka generate", by=ada, style="")
    assert offered
    name, value = offered[-1]
    job = await here.songs.slash("mureka generate", by=ada, wish="slower", style=name)
    await here.shows(job, DONE[locale])
    [project] = here.cloud.projects.values()
    assert value in project.wishes[0]
    reply = await (await here.songs.slash("mureka generate", by=ada, wish="slower", style="polka")).reply()
    assert reply.is_ephemeral
    assert "polka" in reply.text and value in reply.text
