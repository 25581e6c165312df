"""Every door of the bot with 100 songs at work, beside an idle bot: how soon it acknowledges, and what it costs.

    PYTHONPATH=. python bench/door.py [--jobs 100] [--guests 10] [--rounds 3]

The bot runs as a process against the loopback Discord with Discord's own limits, in real time, and listens to channels; the
stand-in of the studio paces its answers. Guests go through every door there is (bench/trips/guests.py), first with nothing
else to do, then while 100 songs are at work and ten more wait; whoever's song is finished orders the next one. An acknowledgement
is timed from sending the interaction over the gateway to its first response; Discord waits three seconds for it. A message
has no such deadline: until the reply stands in the channel, whose limit of five posts in five seconds it shares.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.trips.cloud import Cloud
from bench.trips.gauges import MEGABYTE, Samples, cuts, late, percentiles
from bench.trips.guests import Done, Guest, Told
from bench.trips.house import DATABASE, House, house
from bench.trips.kept import AT_WORK, look
from bench.trips.members import Crowd
from bench.trips.probe import COMMAND, FILE
from tests.nemo_server.server import FILM

CHANNELS: Final = 20
WAITING: Final = 10                 # songs beyond those at work, so that no place stands empty
THINK_SECONDS, ANSWER_SECONDS = 1.0, 30.0
POLL_SECONDS, POLLS = 2.0, 15       # half a minute of pictures, each poll tells another progress
SONG_SECONDS: Final = THINK_SECONDS + ANSWER_SECONDS + POLL_SECONDS * POLLS
REST_SECONDS: Final = 3.0
ORDER_SECONDS: Final = 0.1
TURN_SECONDS: Final = 0.5
BUSY_SECONDS: Final = 180.0         # until all are at work
AIM_SECONDS: Final = 1.0
NOTHING: Final = "export.nothing"   # a guest asked for the file of a song that they had cancelled before it was there
FORMATS: Final = ("mp3", "wav", "flac", "midi", "stems")


@dataclass(slots=True)
class Phase:
    """What was seen while guests went through the doors. Times in seconds since 1970."""

    began: float = field(default_factory=time.time)
    ended: float = 0.0
    done: list[Done] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    samples: Samples = field(default_factory=Samples)
    refused: int = 0                # by Discord, for their rate
    requests: int = 0
    load: float = 0.0               # of the machine, by all that runs on it

    @property
    def span(self) -> tuple[float, float]:
        """From when to when."""
        return self.began, self.ended

    @property
    def seconds(self) -> list[float]:
        """All acknowledgements."""
        return times(self.done)


async def door(options: argparse.Namespace) -> int:
    """Do it, and print what came of it; the exit code."""
    chance = random.Random(1)
    cloud = Cloud(chance, think_seconds=THINK_SECONDS, answer_seconds=ANSWER_SECONDS, poll_seconds=POLL_SECONDS,
                  film_bytes=len(FILM), looks=POLLS)
    cloud.offer(*FORMATS, hears=True)
    with tempfile.TemporaryDirectory(prefix="mureka-door-") as name:
        folder = Path(name)
        more = {FILE: str(folder / "bot.lag"), "MUREKA_LISTEN": "on", "MUREKA_BACKEND": "studio"}
        async with (house(folder, cloud, chance, workers=options.jobs, command=[*COMMAND, "bot"], more=more, is_studio=True,
                          privileged=("message_content",)) as place,
                    _bare(folder / "bare.lag")):
            return await _Door(place, folder, options).run()


class _Door:
    def __init__(self, place: House, folder: Path, options: argparse.Namespace) -> None:
        self._house = place
        self._folder = folder
        self._options = options
        self._guests = [Guest(place, number, options.pause) for number in range(options.guests)]
        self._crowd = Crowd(place, options.jobs + WAITING, channels=CHANNELS)
        self._at_work: list[int] = []
        self._in_flight: list[int] = []
        self._is_busy = asyncio.Event()

    async def run(self) -> int:
        """All of it."""
        await self._house.start()
        await self._house.discord.bot_ready()
        await self._arrive()
        idle = await self._phase()
        await self._arrive()
        async with self._songs():
            loaded = await self._phase()
        print("\n".join(self._told(idle, loaded)))
        jobs = look(self._house.data / DATABASE).jobs.values()
        states = Counter(job.state for job in jobs)
        print(f"ends of all jobs: {dict(states)}")
        failed = [job for job in jobs if job.state == "failed" and job.reason != NOTHING]
        for job in failed:
            print(f"failed: {job.kind} “{job.words}” of {job.member_id}, {job.reason}, at {job.stage}")
        missing = [one for one in (*idle.done, *loaded.done) if one.seconds is None]
        is_late = percentiles(loaded.seconds)[1] >= AIM_SECONDS
        return 1 if missing or is_late or failed else 0

    async def _arrive(self) -> None:
        """Every guest has a song; what that took is no part of what is measured."""
        await asyncio.gather(*(guest.arrive() for guest in self._guests))
        await asyncio.sleep(REST_SECONDS)

    async def _phase(self) -> Phase:
        """Guests go through the doors."""
        for guest in self._guests:
            guest.done, guest.told = [], []
        discord = self._house.discord
        refused, requests = discord.limits.refused, len(discord.requests)
        phase = Phase()
        async with phase.samples.taken(lambda: self._house.bot.pid):
            await asyncio.gather(*(self._go(guest) for guest in self._guests))
        phase.ended, phase.load = time.time(), os.getloadavg()[0]
        phase.done = [one for guest in self._guests for one in guest.done]
        phase.told = [one for guest in self._guests for one in guest.told]
        phase.refused, phase.requests = discord.limits.refused - refused, len(discord.requests) - requests
        return phase

    async def _go(self, guest: Guest) -> None:
        for _ in range(self._options.rounds):
            await guest.round()
        await guest.leave()

    @asynccontextmanager
    async def _songs(self) -> AsyncIterator[None]:
        """As many songs at work as wanted, for the length of the block."""
        tasks = [asyncio.create_task(self._keep_ordering(), name="orders"), asyncio.create_task(self._count(), name="count")]
        try:
            await asyncio.wait_for(self._is_busy.wait(), BUSY_SECONDS)
            self._at_work.clear()
            self._in_flight.clear()
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_ordering(self) -> None:
        """A song for each member, and the next one when it is over."""
        while True:
            for member in self._crowd:
                if not any(wish.is_waited_for for wish in member.wishes[-1:]):
                    await self._crowd.generate(member)
                    await asyncio.sleep(ORDER_SECONDS)
            await asyncio.sleep(TURN_SECONDS)

    async def _count(self) -> None:
        """How many songs are at work, and how many wait besides, as the bot's database says."""
        while True:
            kept = await asyncio.to_thread(look, self._house.data / DATABASE)
            self._at_work.append(sum(job.state in AT_WORK for job in kept.jobs.values()))
            self._in_flight.append(len(kept.unfinished))
            if self._at_work[-1] >= self._options.jobs:
                self._is_busy.set()
            await asyncio.sleep(10 * TURN_SECONDS)

    def _told(self, idle: Phase, loaded: Phase) -> Iterable[str]:
        own, bare = self._folder / "bot.lag", self._folder / "bare.lag"
        minutes = (loaded.ended - loaded.began) / 60
        yield (f"songs at work: {min(self._at_work)} to {max(self._at_work)}, with those that wait {min(self._in_flight)} to "
               f"{max(self._in_flight)}, in {CHANNELS} channels and those of {len(self._guests)} guests, for {minutes:.1f} min")
        yield f"acknowledgements, idle bot:   {len(idle.done)}, {cuts(idle.seconds)}{_unanswered(idle.done)}"
        yield f"acknowledgements, loaded bot: {len(loaded.done)}, {cuts(loaded.seconds)}{_unanswered(loaded.done)}"
        yield from _by_kind(idle.done, loaded.done)
        yield "until a message is answered:"
        yield from _by_kind(idle.told, loaded.told)
        for name, phase in (("idle", idle), ("loaded", loaded)):
            yield (f"{name}: memory {max(phase.samples.memory) / MEGABYTE:.0f} MB, threads {max(phase.samples.threads)}, "
                   f"{phase.requests / (phase.ended - phase.began):.1f} requests a second, {phase.refused} refused for their "
                   f"rate, load of the machine {phase.load:.1f}")
            yield f"{name}: loop lag {late(own, phase.span)}; an idle loop meanwhile: {late(bare, phase.span)}"
        edits = self._edits(loaded)
        yield f"edits of progress messages: {edits}, {edits / len(self._crowd.members) / minutes:.1f} for each song and minute"

    def _edits(self, phase: Phase) -> int:
        """Looks of the crowd's progress messages after their first."""
        shown = [wish.message.raw for wish in self._crowd.wishes if wish.message is not None]
        return sum(phase.began <= version.at < phase.ended for message in shown for version in message.history[1:])


def times(found: Iterable[Done | Told]) -> list[float]:
    """The seconds of those that were answered."""
    return [one.seconds for one in found if one.seconds is not None]


def _unanswered(found: Sequence[Done | Told]) -> str:
    missing = Counter(one.kind for one in found if one.seconds is None)
    return f", never answered: {dict(missing)}" if missing else ""


def _by_kind(idle: Sequence[Done | Told], loaded: Sequence[Done | Told]) -> Iterable[str]:
    yield f"  {'kind':<40}{'idle: count':>12}{'p50':>7}{'p99':>7}{'loaded: count':>16}{'p50':>7}{'p99':>7}   (ms)"
    for kind in sorted({one.kind for one in (*idle, *loaded)}):
        cells = []
        for width, phase in ((12, idle), (16, loaded)):
            found = times(one for one in phase if one.kind == kind)
            half, most = percentiles(found)
            cells.append(f"{len(found):>{width}}{half * 1000:>7.0f}{most * 1000:>7.0f}")
        yield f"  {kind:<40}{''.join(cells)}"


@asynccontextmanager
async def _bare(file: Path) -> AsyncIterator[None]:
    """A loop that does nothing, to compare with."""
    process = await asyncio.create_subprocess_exec(*COMMAND, "bare", env={**os.environ, FILE: str(file)})
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--jobs", type=int, default=100, help="songs that are made at once (100)")
    options.add_argument("--guests", type=int, default=10, help="people who try the doors at the same time (10)")
    options.add_argument("--rounds", type=int, default=3, help="how often each goes through all of them (3)")
    options.add_argument("--pause", type=float, default=0.3, help="seconds between two things that a guest does (0.3)")
    chosen = options.parse_args()
    logging.disable(logging.CRITICAL)
    return asyncio.run(door(chosen))


if __name__ == "__main__":
    sys.exit(main())
