"""The smallest machine: the whole trip under a memory limit, and the peak of each process.

    PYTHONPATH=. python bench/memory.py [--limit 1024] [--workers 1] [--songs 1] [--wish WORDS]

The bot runs with a studio of its own against the loopback Discord, in a memory cgroup of that many MiB (version 1 or 2; where
none can be made it says so, and measures only). A member hums; the film of two minutes is made, fitted to the channel and
posted. Ten times a second each process's share of memory (PSS, which counts shared pages once) is read. A worker of the studio
does one task and ends; which one is told by the limits that it runs under. Exit code 1: something was killed, or no film came.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.trips.cage import Cage, cage
from bench.trips.gauges import descendants, repeated
from studio.limits import LIMITS
from tests.discord_sim.office import Upload
from tests.discord_sim.places import TextChannel
from tests.discord_sim.process import BotProcess
from tests.discord_sim.vocabulary import Discord

ROOT: Final = Path(__file__).parents[1]
BOT: Final = (sys.executable, "-m", "bot")
MIB: Final = 1024 * 1024
SAMPLE_SECONDS: Final = 0.1
READY_SECONDS: Final = 60.0
FILM_SECONDS: Final = 600.0
TASKS: Final = {(str(one.cpu_seconds), str(one.file_bytes)): task.__name__ for task, one in LIMITS.items()}
"""A worker's task by its limits."""
IDLE: Final = "worker (waits)"
WISH: Final = "full song with instruments from my hummed melody"

Look = list[tuple[str, int]]
"""Each process with its role and its bytes."""


@dataclass(slots=True)
class Peaks:
    """All looks at all processes."""

    looks: list[Look] = field(default_factory=list)
    cached: int = 0

    @property
    def roles(self) -> dict[str, int]:
        """The most bytes that one process of a role had."""
        found: dict[str, int] = {}
        for role, size in (process for look in self.looks for process in look):
            found[role] = max(size, found.get(role, 0))
        return found

    @property
    def then(self) -> dict[str, int]:
        """Bytes by role at the moment when they were the most together."""
        found: dict[str, int] = {}
        for role, size in max(self.looks, key=lambda look: sum(size for _, size in look)):
            found[role] = found.get(role, 0) + size
        return found

    @asynccontextmanager
    async def taken(self, bot: BotProcess, around: Cage | None) -> AsyncIterator[None]:
        """Look for as long as the block runs."""
        async def sample() -> None:
            self.looks.append(await asyncio.to_thread(_look, bot.pid))
            if around is not None:
                self.cached = max(self.cached, around.now[1])

        async with repeated(sample, SAMPLE_SECONDS):
            yield


def _look(bot: int) -> Look:
    """The bot, and all that has come of it."""
    found: Look = []
    for pid in (bot, *descendants(bot)):
        with suppress(OSError, StopIteration):      # one that is over
            folder = Path(f"/proc/{pid}")
            told = (folder / "smaps_rollup").read_text(encoding="ascii")
            size = next(int(line.split()[1]) * 1024 for line in told.splitlines() if line.startswith("Pss:"))
            found.append((_role(folder), size))
    return found


def _role(folder: Path) -> str:
    words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
    module = words[words.index("-m") + 1] if "-m" in words else words[0]
    if module != "studio.worker":
        return {"bot": "bot", "studio": "studio"}.get(module, f"child of the bot ({module})")
    limits = {line[:25].strip(): line[25:].split()[0] for line in (folder / "limits").read_text(encoding="ascii").splitlines()}
    task = TASKS.get((limits["Max cpu time"], limits["Max file size"]))
    return IDLE if task is None else f"worker ({task})"


async def memory(options: argparse.Namespace) -> int:
    """Do it, and print what came of it; the exit code."""
    with tempfile.TemporaryDirectory(prefix="mureka-memory-") as folder, cage(options.limit * MIB) as around:
        if around is None:
            print("no cgroup can be made here: nothing is limited, only measured")
        peaks, began = Peaks(), time.monotonic()
        async with Discord(patience=READY_SECONDS) as discord:
            settings = discord.environment | {"MUREKA_DATA": str(Path(folder) / "data"), "MUREKA_BACKEND": "studio",
                                              "MUREKA_PACE": "0", "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
            if options.workers:
                settings["STUDIO_WORKERS"] = str(options.workers)
            command = (*(around.command if around else ()), *BOT)
            async with BotProcess(command, settings, folder=Path(folder), watched_by=discord) as bot, peaks.taken(bot, around):
                await discord.bot_ready(READY_SECONDS)
                await asyncio.sleep(2.0)        # what it is at rest
                rest = dict(_look(bot.pid))
                try:
                    films = await _songs(discord, options)
                except AssertionError as fault:
                    print(f"no film: {fault}\n{bot.log_tail()}")
                    films = []
                log = bot.log
        for line in log.splitlines():
            if "WARNING" in line or "ERROR" in line or "workers" in line:
                print(f"  log: {line}")
        print(f"on the disk afterwards: {_bytes(Path(folder)) / 1e6:.0f} MB")
        _tell(peaks, rest, around, films, time.monotonic() - began, options)
        return int(not films or bool(around and around.killed))


def _bytes(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())


async def _songs(discord: Discord, options: argparse.Namespace) -> list[str]:
    """Have songs made, all at once, each by another member; what their films were, and how long they took."""
    songs, clip = discord.text_channel("songs"), options.clip.read_bytes()
    began = time.monotonic()
    for number in range(options.songs):
        member = discord.member(f"member{number}")
        await songs.slash("mureka generate", by=member, clip=Upload(options.clip.name, clip), wish=options.wish)
    await songs.until(lambda seen: len(_films(seen)) >= options.songs, FILM_SECONDS)
    seconds = time.monotonic() - began
    return [f"{name}, {size / 1e6:.1f} MB, all posted after {seconds:.0f} s" for name, size in _films(songs)]


def _films(channel: TextChannel) -> list[tuple[str, int]]:
    return [(file.name, file.size) for one in channel.messages for file in one.files if file.name.endswith(".mp4")]


def _tell(peaks: Peaks, rest: dict[str, int], around: Cage | None, films: list[str], seconds: float,
          options: argparse.Namespace) -> None:
    print(f"limit {options.limit} MiB, {options.workers or 'its own choice of'} studio worker(s), {seconds:.0f} s")
    for film in films:
        print(f"film: {film}")
    then, roles = peaks.then, peaks.roles
    print(f"\n{'':44}{'at rest':>10}{'peak':>10}{'together':>10}   MiB")
    for role, size in sorted(roles.items(), key=lambda one: -one[1]):
        print(f"{role:44}{_mib(rest.get(role))}{_mib(size)}{_mib(then.get(role))}")
    print(f"{'all together':44}{_mib(sum(rest.values()))}{'':10}{_mib(sum(then.values()))}")
    if around is not None:
        print(f"page cache: at most {peaks.cached / MIB:.0f} MiB, given back before anybody is killed; charged in all: at most "
              f"{(around.peak or 0) / MIB:.0f} MiB; killed for memory: {around.killed}")


def _mib(size: int | None) -> str:
    return f"{'–' if not size else f'{size / MIB:.0f}':>10}"


def main() -> int:
    options = argparse.ArgumentParser(description="The peak of each process under a memory limit.")
    options.add_argument("--limit", type=int, default=1024, help="MiB (1024)")
    options.add_argument("--workers", type=int, default=1, help="STUDIO_WORKERS (1); 0: unset, as the studio chooses")
    options.add_argument("--songs", type=int, default=1, help="ordered at once, by as many members (1)")
    options.add_argument("--clip", type=Path, default=ROOT / "examples" / "hum.ogg")
    options.add_argument("--wish", default=WISH, help="with “, 240 seconds long” the film has to be fitted to the channel")
    return asyncio.run(memory(options.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
