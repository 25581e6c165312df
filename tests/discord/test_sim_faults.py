"""Faults on command, and what a scenario is told when something does not come."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.discord_sim.vocabulary import BotProcess, DeadlinePassed, Discord

ROOT = Path(__file__).parents[2]
FAILING = '''
import sys
from tests.discord_sim.vocabulary import BotProcess
async def test_it(discord):
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    async with BotProcess([sys.executable, "-c", "print('last words')"], {}, watched_by=discord) as bot:
        await bot.exited()
        await songs.post("is anyone there?", by=ada)
        await songs.next_message(seconds=0.05)
'''


async def test_a_status_on_command_is_not_applied(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    discord.fail_next("POST", "/channels/*/messages", 500, times=2)
    discord.fail_next("POST", "/channels/*/messages", 403, code=50013, message="Missing Permissions")
    answers = [(await api.post(songs, content=str(number)))[0] for number in range(4)]
    assert answers == [500, 500, 403, 200]
    assert [m.text for m in songs.messages] == ["3"]


async def test_a_lost_answer_was_applied_and_a_lost_request_was_not(discord: Discord, api: Any) -> None:
    songs = discord.text_channel()
    discord.lose_answer("POST", "/channels/*/messages")
    with pytest.raises(aiohttp.ClientError):
        await api.post(songs, content="one")
    discord.lose_request("POST", "/channels/*/messages")
    with pytest.raises(aiohttp.ClientError):
        await api.post(songs, content="two")
    assert [m.text for m in songs.messages] == ["one"]


@pytest.mark.parametrize("applied", [False, True])
async def test_a_request_is_held_at_the_point_of_a_kill(discord: Discord, api: Any, applied: bool) -> None:
    songs = discord.text_channel()
    fault = discord.hold_next("POST", "/channels/*/messages", applied=applied)
    posting = asyncio.create_task(api.post(songs, content="one"))
    await fault.struck()
    assert len(songs.messages) == applied
    posting.cancel()
    await asyncio.gather(posting, return_exceptions=True)
    fault.release()
    await api.post(songs, content="two")
    assert [m.text for m in songs.messages] == (["one", "two"] if applied else ["two"])


async def test_an_outage_answers_everything_with_its_status(discord: Discord, api: Any) -> None:
    with discord.outage(503):
        assert (await api("GET", "/users/@me"))[0] == 503
    assert (await api("GET", "/users/@me"))[0] == 200


async def test_an_unreachable_discord_refuses_connections(discord: Discord, api: Any) -> None:
    with discord.unreachable(), pytest.raises((aiohttp.ClientError, OSError)):
        await api("GET", "/users/@me")
    assert (await api("GET", "/users/@me"))[0] == 200


async def test_other_hosts_are_refused_and_remembered(discord: Discord, api: Any) -> None:
    with pytest.raises(aiohttp.ClientHttpProxyError):
        await api("GET", "https://elsewhere.example/")
    assert discord.refused_hosts == ["elsewhere.example"]


async def test_a_deadline_tells_what_was_awaited_and_what_happened(discord: Discord) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    await songs.post("is anyone there?", by=ada)
    with pytest.raises(DeadlinePassed, match=r"(?s)a message in #songs: not within 0.01 s.*ada +1 is anyone there\?"):
        await songs.next_message(seconds=0.01)
    with pytest.raises(DeadlinePassed, match="the bot is ready"):
        await discord.bot_ready(seconds=0.01)


async def test_a_process_that_does_not_end_is_told_with_its_log(discord: Discord) -> None:
    stubborn = "import signal, time\nsignal.signal(15, lambda *_: print('no'))\nprint('here')\nwhile True: time.sleep(9)"
    async with BotProcess([sys.executable, "-c", stubborn], {}) as bot:
        await bot.says("here")
        with pytest.raises(DeadlinePassed, match=r"(?s)has not ended within 0.3 s.*here"):
            await bot.terminate(seconds=0.3)
    assert bot.exit_code == -9


def test_a_failing_test_prints_the_transcript_and_the_log(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(FAILING, encoding="utf-8")
    (tmp_path / "conftest.py").write_text("from tests.discord.conftest import *\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml"),
               f"--rootdir={tmp_path}", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    result = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=60)
    assert "1 failed" in result.stdout
    for told in ("discord: what happened", "ada  1 is anyone there?", "last words"):
        assert told in result.stdout
