"""The gateway with a real discord.py: drops with and without a resume, op 7, op 9, refusals, redaction; and the bot's process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.discord_sim.vocabulary import BotProcess, DeadlinePassed, Discord

Run = Callable[..., Any]


async def test_what_happens_during_a_drop_is_replayed(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    with discord.unreachable():
        await discord.bot_gone()
        job = await songs.slash("hum whisper", by=ada, words="psst")
    await job.acknowledged()
    assert discord.gateway.resumes == 1 and discord.gateway.identifies == 1


async def test_a_torn_websocket_is_resumed(discord: Discord, hum_bot: BotProcess) -> None:
    discord.drop_gateway()
    await hum_bot.says("resumed")
    assert discord.gateway.identifies == 1


async def test_a_forgotten_session_is_begun_anew(discord: Discord, hum_bot: BotProcess) -> None:
    discord.drop_gateway(resumable=False)
    await discord.until(lambda: discord.gateway.identifies == 2)
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    await (await songs.slash("hum whisper", by=ada, words="psst")).acknowledged()


async def test_op_7_brings_a_resume(discord: Discord, hum_bot: BotProcess) -> None:
    discord.ask_to_reconnect()
    await hum_bot.says("resumed")


async def test_op_9_brings_a_resume_or_an_identify(discord: Discord, hum_bot: BotProcess) -> None:
    discord.invalidate_session(resumable=True)
    await hum_bot.says("resumed")
    discord.invalidate_session()
    await discord.until(lambda: discord.gateway.identifies == 2)


async def test_without_heartbeats_the_connection_is_closed_and_resumed(discord: Discord, run_hum_bot: Run) -> None:
    discord.gateway.heartbeat_seconds = 0.2
    hum_bot = await run_hum_bot(discord)
    await discord.bot_ready()
    hum_bot.freeze()
    await discord.bot_gone()
    hum_bot.thaw()
    await hum_bot.says("resumed")


async def test_identifies_may_be_kept_apart_as_discord_does(discord: Discord, hum_bot: BotProcess) -> None:
    await hum_bot.kill()
    discord.gateway.identify_spacing = 5.0
    discord.gateway.may_identify()
    await hum_bot.start()
    with pytest.raises(DeadlinePassed):
        await discord.bot_ready(seconds=1)
    discord.clock.advance(5)
    await discord.bot_ready()


async def test_a_wrong_token_is_refused(discord: Discord, run_hum_bot: Run) -> None:
    hum_bot = await run_hum_bot(discord, DISCORD_TOKEN="not.the.token")
    assert await hum_bot.exited() == 1
    assert "LoginFailure" in hum_bot.log


async def test_an_intent_that_the_portal_forbids_is_refused(discord: Discord, run_hum_bot: Run) -> None:
    hum_bot = await run_hum_bot(discord, HUM_READS="1")
    assert await hum_bot.exited() == 1
    assert "PrivilegedIntentsRequired" in hum_bot.log


@pytest.mark.parametrize("may_read", [False, True])
async def test_words_of_members_are_kept_from_a_bot_without_the_intent(may_read: bool, run_hum_bot: Run) -> None:
    async with Discord(privileged=("message_content",) if may_read else ()) as discord:
        songs, ada = discord.text_channel("songs"), discord.member("ada")
        hum_bot = await run_hum_bot(discord, **({"HUM_READS": "1"} if may_read else {}))
        await discord.bot_ready()
        await songs.post("a secret", by=ada)
        await songs.post(f"<@{discord.world.bot.id}> for you", by=ada)
        await hum_bot.says("for you")
        assert ("'a secret'" in hum_bot.log) is may_read


async def test_a_frozen_bot_goes_on_and_a_killed_one_is_restarted(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    hum_bot.freeze()
    job = await songs.slash("hum whisper", by=ada, words="psst")
    with pytest.raises(DeadlinePassed, match="/hum whisper words: psst"):
        await job.acknowledged(seconds=0.2)
    hum_bot.thaw()
    await job.acknowledged()
    await hum_bot.restart()
    await discord.bot_ready()
    assert hum_bot.starts == 2
    await (await songs.slash("hum whisper", by=ada, words="again")).acknowledged()
