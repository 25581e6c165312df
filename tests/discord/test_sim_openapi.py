"""Discord's own OpenAPI document as the judge, in both directions: what discord.py asks, and what the simulator answers."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from tests.discord_sim.vocabulary import BotProcess, Discord, Upload

DOCUMENT = Path(__file__).parents[3] / "shared/data/discord-openapi/openapi.json"
pytestmark = [pytest.mark.skipif(not DOCUMENT.exists(), reason="Discord's OpenAPI document is not beside the checkout"),
              pytest.mark.skipif(importlib.util.find_spec("jsonschema") is None, reason="jsonschema is not installed")]
ASKED = {("POST", "/channels/*/messages"): "MessageCreateRequest",
         ("PATCH", "/channels/*/messages/*"): "MessageEditRequestPartial",
         ("POST", "/webhooks/*/?*"): "IncomingWebhookRequestPartial", ("PUT", "/applications/*/commands"): None}


class Judge:
    """Validates values against the document's schemas."""

    def __init__(self) -> None:
        self._document = json.loads(DOCUMENT.read_text(encoding="utf-8"))
        ids = {"type": ["string", "integer"]}       # discord.py writes some as numbers
        self._document["components"]["schemas"]["SnowflakeType"] = ids

    def findings(self, name: str, value: Any) -> list[str]:
        """What is wrong with a value."""
        import jsonschema  # type: ignore[import-untyped,import-not-found,unused-ignore]
        schema = {"$ref": f"#/components/schemas/{name}", "components": self._document["components"]}
        found = jsonschema.Draft202012Validator(schema).iter_errors(value)
        return [f"{name}: {'/'.join(map(str, one.absolute_path))}: {one.message[:300]}" for one in found]


async def test_requests_and_answers_are_as_the_document_says(discord: Discord, hum_bot: BotProcess, api: Any) -> None:
    judge, found = Judge(), []
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    whisper = await (await songs.slash("hum whisper", by=ada, words="psst")).acknowledged()
    job = await songs.slash("hum song", by=ada, clip=Upload("hum.ogg", b"la"))
    await songs.next_message()
    progress, film = await songs.next_message(), await songs.next_message()
    await progress.until(lambda m: m.text == "Done: lo-fi")
    for (method, path), name in ASKED.items():
        bodies = [one.body for one in discord.asked(method, path)]
        assert bodies, path
        for body in bodies if name else ():
            found += judge.findings(str(name), body)
        for command in bodies[0] if name is None else ():
            found += judge.findings("ApplicationCommandUpdateRequest", command)
    for name, path in (("MessageResponse", f"/channels/{songs.id}/messages/{film.id}"),
                       ("MessageResponse", f"/channels/{songs.id}/messages/{progress.id}"),
                       ("GuildChannelResponse", f"/channels/{songs.id}"), ("GuildResponse", f"/guilds/{discord.home.id}"),
                       ("GuildMemberResponse", f"/guilds/{discord.home.id}/members/{ada.id}"), ("UserPIIResponse", "/users/@me"),
                       ("PrivateApplicationResponse", "/oauth2/applications/@me"), ("GatewayBotResponse", "/gateway/bot")):
        found += judge.findings(name, (await api("GET", path))[1])
    for command in discord.commands:
        found += judge.findings("ApplicationCommandResponse", command)
    for one in (whisper, job):
        found += judge.findings("InteractionCallbackResponse", discord.services.payloads.callback(one.raw))
    # Trees of errors are left out: there the document is at odds with Discord, whose inner codes are words.
    found += judge.findings("Error", (await api("GET", "/channels/1"))[1])
    assert not found, "\n".join(found)
