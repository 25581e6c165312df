"""Two shards with a real discord.py: who hears what, when they may begin, and how one comes back alone."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from tests.discord_sim.gateway import IDENTIFIES_A_DAY, Closed
from tests.discord_sim.vocabulary import Discord

Run = Callable[..., Any]


@pytest.fixture
async def discord() -> AsyncIterator[Discord]:
    """A Discord that tells its bot to open two shards."""
    async with Discord(shards=2) as running:
        yield running


async def test_each_server_is_served_by_its_shard_and_one_shard_comes_back_alone(discord: Discord, run_hum_bot: Run) -> None:
    even, odd = discord.guild("Even", shard=0), discord.guild("Odd", shard=1)
    songs, tunes, ada = discord.text_channel("songs", guild=even), discord.text_channel("tunes", guild=odd), discord.member("ada")
    for guild in (even, odd):
        discord.join(ada, guild)
    bot = await run_hum_bot(discord, HUM_SHARDS="1")
    await discord.bot_ready()
    await bot.says("shard 0 is ready")
    await bot.says("shard 1 is ready")
    assert sorted(one.shard for one in discord.gateway.sessions.values()) == [(0, 2), (1, 2)]
    for channel in (songs, tunes, discord.direct_channel(ada)):
        await (await channel.slash("hum whisper", by=ada, words="psst")).acknowledged()

    discord.drop_gateway(shard=1)
    await bot.says("shard 1 resumed")
    assert (discord.gateway.identifies, discord.gateway.resumes) == (2, 1) and "shard 0 resumed" not in bot.log
    await (await tunes.slash("hum whisper", by=ada, words="again")).acknowledged()
    discord.guild("New", shard=1)
    await bot.says("joined New on shard 1")


def test_shards_of_one_bucket_are_kept_apart_and_others_are_not() -> None:
    discord = Discord(shards=4, max_concurrency=2)
    discord.gateway.identify_spacing = 5.0
    assert [discord.gateway.may_identify(shard) for shard in (0, 1, 2, 3)] == [True, True, False, False]
    discord.clock.advance(5)
    assert discord.gateway.may_identify(2) and discord.gateway.may_identify(3)


async def test_what_the_bot_is_told_of_shards_and_of_its_day(discord: Discord, api: Any) -> None:
    _, told = await api("GET", "/gateway/bot")
    assert told["shards"] == 2 and told["session_start_limit"]["remaining"] == IDENTIFIES_A_DAY
    for _ in range(IDENTIFIES_A_DAY):
        discord.gateway.count_identify()
    assert (await api("GET", "/gateway/bot"))[1]["session_start_limit"]["remaining"] == 0
    with pytest.raises(Closed, match="Authentication failed"):
        discord.gateway.count_identify()
    assert (await api("GET", "/users/@me"))[0] == 401       # the token was reset
    discord.clock.advance(hours=24.1)
    assert discord.gateway.identifies_left == IDENTIFIES_A_DAY


@pytest.mark.parametrize(("shard", "code"), [([2, 2], 4010), ([0], 4010), ("0", 4010), ([0, 1], None)])
async def test_a_shard_that_there_cannot_be_is_refused(discord: Discord, api: Any, shard: Any, code: int | None) -> None:
    async with api.gateway() as socket:
        await socket.receive_json()
        token = discord.world.application.token
        await socket.send_json({"op": 2, "d": {"token": token, "intents": 1, "shard": shard, "properties": {}}})
        answer = await socket.receive()
        assert (answer.data if code else answer.json()["t"]) == (code or "READY")


async def test_a_frame_that_is_too_long_or_no_json_is_refused(discord: Discord, api: Any) -> None:
    for frame in ("{", '{"op": 1, "d": "' + "x" * 4096 + '"}'):
        async with api.gateway() as socket:
            await socket.receive_json()
            await socket.send_str(frame)
            assert (await socket.receive()).data == 4002


async def test_members_are_told_in_pieces_and_all_of_them_with_the_intent_alone(discord: Discord, api: Any) -> None:
    home = discord.guild("Home", shard=0)
    ada = discord.member("ada", guild=home)
    discord.member("adam", guild=home)
    async with api.gateway(intents=1, shard=[0, 2]) as socket:
        for asked, names in (({"query": "ad", "limit": 5}, ["ada", "adam"]), ({"user_ids": [str(ada.id), "1"]}, ["ada"])):
            await socket.send_json({"op": 8, "d": {"guild_id": str(home.id), "nonce": "n", **asked}})
            chunk = await api.event(socket, "GUILD_MEMBERS_CHUNK")
            assert [one["user"]["username"] for one in chunk["members"]] == names and chunk["nonce"] == "n"
            assert chunk["not_found"] == (["1"] if "user_ids" in asked else [])
        await socket.send_json({"op": 8, "d": {"guild_id": str(home.id), "query": "", "limit": 0}})
        assert (await socket.receive()).data == 4014
