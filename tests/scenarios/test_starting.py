"""Starting and stopping: one sentence and an exit code for what is wrong; a signal lets everything come to a good end."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from contextlib import closing

import pytest

from storage import Database
from tests.discord_sim.places import TextChannel
from tests.scenarios.conftest import CLIPS, Scene, films
from tests.scenarios.test_restarts import ended_once

WRONG = "MTI2MDAwMDAwMDAwMDAwMDAwMA.Gsim00.another-token-of-no-worth"


def sentence(log: str) -> str:
    """What was said last, outside the log's own lines."""
    return [line for line in log.splitlines() if line and not re.match(r"\d{4}-\d\d-\d\d ", line)][-1]


@pytest.mark.parametrize(("settings", "code", "words"), [
    ({"DISCORD_TOKEN": ""}, 2, "DISCORD_TOKEN is not set"),
    ({"DISCORD_TOKEN": "what is this"}, 2, "does not look like a bot's token"),
    ({"DISCORD_TOKEN": WRONG}, 2, "Discord does not accept this DISCORD_TOKEN"),
    ({"DISCORD_PROXY": "nowhere"}, 2, "DISCORD_PROXY is no address"),
    ({"DISCORD_PROXY": "http://127.0.0.1:9"}, 1, "Discord cannot be reached"),
    ({"MUREKA_WORKERS": "many"}, 2, "MUREKA_WORKERS is 'many'"),
    ({"MUREKA_KEYS": "short"}, 2, "Key 1 of MUREKA_KEYS"),
], ids=["no token", "no token at all", "wrong token", "no proxy", "nobody there", "workers", "keys"])
async def test_what_is_wrong_is_one_sentence_and_a_code(scene: Scene, settings: dict[str, str], code: int, words: str) -> None:
    bot = await scene.launch(**settings)
    assert await bot.exited() == code
    assert words in sentence(bot.log)
    assert "Traceback" not in bot.log
    assert not any(value in bot.log for value in (WRONG, "what is this") if value)


async def test_a_database_of_a_newer_version_is_left_alone(scene: Scene) -> None:
    path = scene.folder / "data" / "mureka.db"
    path.parent.mkdir()
    async with Database.open(path) as database:
        await database.members.get("ada")
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 999")
    before = path.read_bytes()
    bot = await scene.launch()
    assert await bot.exited() == 1
    assert "written by a newer Mureka" in sentence(bot.log)
    assert path.read_bytes() == before


async def test_the_commands_are_brought_to_discord_only_when_they_have_changed_and_sigterm_ends_an_idle_bot_at_once(
        running: Scene) -> None:
    assert await running.bot.terminate(5) == 0
    assert "would not stop" not in running.bot.log
    for wanted in (1, 2):
        await running.bot.start()
        await running.discord.bot_ready()
        assert running.discord.world.application.syncs == wanted
        assert await running.bot.terminate() == 0
        await running.discord.bot_gone()
        (running.folder / "data" / "commands.synced").write_text("others")


async def test_ctrl_c_ends_an_idle_bot_at_once(running: Scene) -> None:
    os.kill(running.bot.pid, signal.SIGINT)
    assert await running.bot.exited(5) == 0
    assert "would not stop" not in running.bot.log


async def test_a_signal_during_the_start_ends_it(scene: Scene) -> None:
    held = scene.discord.hold_next("GET", "/users/@me")
    await scene.launch()
    await held.struck()
    assert await scene.bot.terminate(5) == 0


async def test_what_runs_is_taken_up_by_the_next_start_and_newcomers_are_told_to_wait(running: Scene) -> None:
    held = running.discord.hold_next("POST", "/channels/*/messages")
    job = await running.generate()
    await held.struck(25)
    os.kill(running.bot.pid, signal.SIGTERM)
    await running.bot.says("SIGTERM: closing")
    reply = await (await running.generate(by=running.bob)).reply()
    assert reply.is_ephemeral
    assert "being restarted" in reply.text
    held.release()
    assert await running.bot.exited() == 0
    assert len(films(running.songs)) == 1
    await running.bot.start()
    await running.discord.bot_ready()
    await running.shows(job, "Done")
    await ended_once(running)
    assert whispers(running.songs) == [reply.text]


async def test_a_token_that_is_taken_back_ends_the_bot_with_its_sentence(running: Scene) -> None:
    held = running.discord.hold_next("GET", CLIPS)
    await running.generate()
    await held.struck()
    running.discord.world.application.token = WRONG
    running.discord.drop_gateway(resumable=False)
    held.release()
    assert await running.bot.exited(25) == 2
    assert "Discord does not accept this DISCORD_TOKEN" in sentence(running.bot.log)
    assert WRONG not in running.bot.log


def whispers(channel: TextChannel) -> list[str]:
    return [one.text for one in channel.messages if one.is_ephemeral]
