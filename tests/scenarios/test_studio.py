"""The bot's own studio: it comes with the bot, is started again when it dies, and goes with the bot."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from tests.scenarios.conftest import Scene

SLOWER = "40"       # a real studio takes real seconds


def studios_of(bot: int) -> list[int]:
    """The processes that a bot has started to be its studio."""
    return [int(folder.name) for folder in Path("/proc").glob("[0-9]*") if _is_studio(folder, bot)]


def _is_studio(folder: Path, bot: int) -> bool:
    try:
        parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        return parent == bot and b"studio" in (folder / "cmdline").read_bytes().split(b"\0")
    except OSError:     # it has ended meanwhile
        return False


async def test_a_studio_killed_in_mid_song_comes_back_and_its_member_is_asked(scene: Scene) -> None:
    bot = await scene.start(NEMO_API_URL="", MUREKA_TIME_SCALE=SLOWER)
    job = await scene.generate(wish="lo-fi")
    progress = await scene.shows(job, "Connected: the studio")
    heard_of_it = ("Listening", "Arranging", "Playing")     # the studio's own words: it has heard the wish
    await progress.until(lambda seen: any(word in seen.text for word in heard_of_it))
    [first] = studios_of(bot.pid)
    os.kill(first, signal.SIGKILL)
    await bot.says("the studio died")
    await scene.shows(job, "Try it again?")
    [second] = studios_of(bot.pid)
    assert second != first
    assert await bot.terminate() == 0
    assert studios_of(bot.pid) == []
