"""Discord's own OpenAPI document as the judge of both directions: what discord.py asks, what the simulator answers and sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.discord_sim.openapi import is_there, judge, outline
from tests.discord_sim.services import Recorded
from tests.discord_sim.vocabulary import BotProcess, Discord, Upload

Run = Callable[..., Any]
pytestmark = pytest.mark.skipif(not is_there(), reason="Discord's OpenAPI document is not beside the checkout")
HUM = Upload("hum.ogg", b"OggS", seconds=2.5)


async def test_requests_answers_and_events_are_as_the_document_says(run_hum_bot: Run) -> None:
    events: list[tuple[str, Any]] = []
    async with Discord(privileged=("message_content",)) as discord:
        discord.gateway.watchers.append(lambda event, data: events.append((event, json.loads(json.dumps(data)))))
        await run_hum_bot(discord, HUM_READS="1")
        await discord.bot_ready()
        discord.limits.off()
        songs, dj = discord.text_channel("songs"), discord.role("DJ")
        ada = discord.member("ada", roles=(dj,))
        for channel in (songs, songs.thread("ideas", by=ada), discord.direct_channel(ada)):
            voice = await channel.say(by=ada, files=[HUM], voice=True)
            mention = dj if channel.raw.guild else ada
            await channel.say("hello", by=ada, files=[Upload("me.png", b"me", alt="a cat")], reply_to=voice, mentions=[mention])
            for what in ("several", "nonces", "history", "delete others", "burst", "too long", "empty", "fields", "old",
                         "nonce of a deleted one"):
                await (await channel.slash("hum try", by=ada, what=what)).acknowledged()
            await (await (await channel.slash("hum whisper", by=ada, words="psst")).reply()).until(lambda one: one.is_ephemeral)
        film = await _film(discord, ada)
        await (await film.press("Again", by=ada)).acknowledged()
        songs.forbid("attach_files")
        discord.fail_next("POST", "/channels/*/messages", 429, retry_after=0.01)
        await (await songs.slash("hum try", by=ada, what="file")).reply()
        songs.delete()
        found = judge().of_all(discord.requests)
        found += [one for event, data in events for one in judge().of_event(event, data)]
    assert not found, "\n".join(dict.fromkeys(found))
    asked = {(one.method, one.status) for one in discord.requests}
    assert asked >= {("GET", 200), ("POST", 200), ("PATCH", 200), ("DELETE", 204), ("PUT", 200), ("POST", 400), ("POST", 403)}
    assert {event for event, _ in events} >= {"MESSAGE_CREATE", "MESSAGE_UPDATE", "INTERACTION_CREATE", "THREAD_CREATE",
                                              "GUILD_CREATE", "CHANNEL_DELETE"}


async def _film(discord: Discord, by: Any) -> Any:
    """The film of the small bot, in a channel of its own."""
    films = discord.text_channel("films")
    await films.slash("hum song", by=by, clip=HUM)
    await films.until(lambda seen: any(one.buttons for one in seen.messages))
    return next(one for one in films.messages if one.buttons)


async def test_what_is_read_is_as_the_document_says(discord: Discord, hum_bot: BotProcess, api: Any) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    thread = songs.thread("ideas", by=ada, on=await songs.say("begin", by=ada))
    await api("POST", "/users/@me/channels", json={"recipient_id": str(ada.id)})
    for path in (f"/channels/{songs.id}/messages", f"/channels/{songs.id}", f"/channels/{thread.id}", f"/users/{ada.id}",
                 f"/channels/{discord.direct_channel(ada).id}", f"/guilds/{discord.home.id}", f"/guilds/{discord.home.id}/roles",
                 f"/guilds/{discord.home.id}/channels", f"/guilds/{discord.home.id}/members/{ada.id}", "/users/@me",
                 "/oauth2/applications/@me", "/applications/@me", "/gateway/bot", "/gateway", "/channels/1"):
        await api("GET", path)
    found = judge().of_all(discord.requests)
    assert not found, "\n".join(found)


def row(*custom_ids: str) -> dict[str, Any]:
    return {"type": 1, "components": [{"type": 2, "style": 1, "label": "a", "custom_id": one} for one in custom_ids]}


@pytest.mark.parametrize(("body", "code"), [
    ({"content": "x" * 2001}, 50035),
    ({"embeds": [{"description": "x" * 3001}, {"description": "x" * 3000}]}, 50035),
    ({"content": "a", "components": [row("a", "a")]}, 50035),
    ({"content": "a", "components": [row(str(number)) for number in range(6)]}, 50035),
    ({"content": "a", "components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "a"}]}]}, 50035),
    ({"content": "a", "flags": 64}, 50035),
    ({"content": "a", "colour": 1}, 50035),
    ({"content": "  "}, 50006),
    ({}, 50006),
    ({"content": "a", "flags": 8192}, 50159),
])
async def test_the_simulator_refuses_what_the_document_lets_pass(discord: Discord, api: Any, body: Any, code: int) -> None:
    songs = discord.text_channel()
    assert judge().findings("MessageCreateRequest", body) == []
    assert (await api.post(songs, **body))[1]["code"] == code
    assert songs.messages == []


def test_the_judge_finds_what_is_wrong() -> None:
    assert "content" in judge().findings("MessageCreateRequest", {"content": 7})[0]
    wrong = Recorded("POST", "/channels/1/messages", 200, 0.0, {"tts": "loud"}, b'{"id": 1}')
    assert any("tts" in one for one in judge().of_request(wrong)) and len(judge().of_answer(wrong)) > 3
    assert "no such route" in judge().of_request(Recorded("POST", "/nowhere", 200, 0.0, {}))[0]
    assert judge().of_event("MESSAGE_CREATE", {}) and judge().of_event("TYPING_START", {}) == []


def test_values_that_a_schema_could_tell_apart_have_different_outlines() -> None:
    told: list[Any] = [1, True, None, "", "1", "a", "b", "x" * 50, "x" * 5000, 7000, 7000.5, [], [1], [1, "a"], {}, {"a": 1},
                       {"b": 1}, {"1": "a"}]
    assert len({outline(one) for one in told}) == len(told)
    assert outline({"id": "123456", "at": "2026-01-02T03:04:05"}) == outline({"id": "654321", "at": "2025-04-03T02:01:00"})
