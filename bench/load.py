"""The bot under load: 100 songs in flight from 30 members, 1,000 acknowledgements, nothing of it patched or shortened.

    PYTHONPATH=. python bench/load.py [--workers 10] [--answer 2] [--acknowledgements 1000]

The bot runs as a process against the loopback Discord with Discord's own limits, in real time; the stand-in of the cloud
paces its answers. A first member orders 40 songs, 28 others two or three each, and then a last one 3. Meanwhile all press
buttons that are not theirs and send commands that are refused, which costs a look into the database each. Whoever's song
is finished (but for the first and the last) orders another one, as long as acknowledgements are counted.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.trips.cloud import Cloud
from bench.trips.gauges import MEGABYTE, Samples, cuts, late, percentiles
from bench.trips.house import DATABASE, House, house
from bench.trips.kept import Kept, KeptJob, look
from bench.trips.ledger import films_by_job, posts_by_job
from bench.trips.members import CANCEL, Crowd, Member, button_of
from bench.trips.probe import COMMAND, FILE
from tests.discord_sim.process import BotProcess
from tests.discord_sim.seen import Invocation
from tests.nemo_server.server import FILM

MEMBERS, CHANNELS = 30, 10
IN_FLIGHT, FIRST, LAST = 100, 40, 3
THINK_SECONDS, POLL_SECONDS, POLLS = 0.2, 1.0, 2
IDLE_SECONDS = 10.0
ORDER_SECONDS, PRESS_SECONDS = 0.03, 0.05
SETTLE_SECONDS = 1200.0


@dataclass(slots=True)
class Figures:
    """What was measured. Times in seconds, memory in bytes."""

    ready: list[float] = field(default_factory=list)
    ordered: list[Invocation] = field(default_factory=list)     # commands that begin a song
    refused: list[Invocation] = field(default_factory=list)     # commands and presses that are refused
    samples: Samples = field(default_factory=Samples)
    idle_memory: int = 0
    idle_threads: int = 0
    in_flight: list[int] = field(default_factory=list)
    idle: tuple[float, float] = (0.0, 0.0)          # from when to when
    loaded: tuple[float, float] = (0.0, 0.0)


async def load(options: argparse.Namespace) -> int:
    """Do it, and print what came of it; the exit code."""
    chance = random.Random(1)
    cloud = Cloud(chance, think_seconds=THINK_SECONDS, answer_seconds=options.answer, poll_seconds=POLL_SECONDS,
                  film_bytes=len(FILM))
    with tempfile.TemporaryDirectory(prefix="mureka-load-") as name:
        folder = Path(name)
        command = [*COMMAND, "bot"]
        async with (house(folder, cloud, chance, workers=options.workers, command=command,
                          more={FILE: str(folder / "bot.lag")}) as place,
                    BotProcess([*COMMAND, "bare"], {FILE: str(folder / "bare.lag")})):
            return await _Load(place, folder, options).run()


class _Load:
    def __init__(self, place: House, folder: Path, options: argparse.Namespace) -> None:
        self._house = place
        self._folder = folder
        self._options = options
        self._crowd = Crowd(place, MEMBERS, channels=CHANNELS)
        self._quiet = place.discord.text_channel("no-song-here")
        self._figures = Figures()
        self._chance = place.chance

    async def run(self) -> int:
        """All of it."""
        figures = self._figures
        await self._start()
        async with figures.samples.taken(lambda: self._house.bot.pid):
            figures.idle = await self._rest()
            figures.idle_memory, figures.idle_threads = max(figures.samples.memory), max(figures.samples.threads)
            began = time.time()
            await self._order_all()
            await self._acknowledgements()
            figures.loaded = began, time.time()
            kept = await self._settle()
        print(self._told(kept))
        left = [job for job in kept.jobs.values() if job.state != "done"]
        return 1 if left or not all(one.is_acknowledged for one in (*figures.ordered, *figures.refused)) else 0

    async def _start(self) -> None:
        """Twice: the first start makes the files and tells Discord the commands."""
        for is_last in (False, True):
            began = time.time()
            await self._house.start()
            await self._house.discord.bot_ready()
            self._figures.ready.append(time.time() - began)
            if not is_last:
                await self._house.bot.terminate()

    async def _rest(self) -> tuple[float, float]:
        await asyncio.sleep(2.0)        # the rest of the start
        self._figures.samples.clear()
        began = time.time()
        await asyncio.sleep(IDLE_SECONDS)
        return began, time.time()

    async def _order_all(self) -> None:
        """The first member's 40, everybody else's, the last one's 3."""
        first, *others, last = self._crowd.members
        left = IN_FLIGHT - FIRST - LAST
        turns = [others[number % len(others)] for number in range(left)]
        for member in [*[first] * FIRST, *turns, *[last] * LAST]:
            await self._order(member)
            await asyncio.sleep(ORDER_SECONDS)

    async def _order(self, member: Member) -> None:
        self._figures.ordered.append((await self._crowd.generate(member)).invocation)

    async def _acknowledgements(self) -> None:
        """Presses and refused commands, and for each song that ends a new one, until there were enough."""
        figures, others = self._figures, self._crowd.members[1:-1]
        while len(figures.ordered) + len(figures.refused) < self._options.acknowledgements:
            waiting = [wish for wish in self._crowd.wishes if wish.is_waited_for]
            figures.in_flight.append(len(waiting))
            if len(waiting) < IN_FLIGHT:
                await self._order(min(others, key=lambda member: sum(wish.is_waited_for for wish in member.wishes)))
            stranger = self._chance.choice(others)
            shown = [message for wish in waiting if (message := wish.message) and button_of(message.raw, CANCEL)]
            foreign = [message for message in shown if message.raw.channel is stranger.channel.raw
                       and message.raw.interaction and message.raw.interaction.user is not stranger.user]
            if foreign and self._chance.random() < 0.5:
                message = self._chance.choice(foreign)
                figures.refused.append(await message.press(button_of(message.raw, CANCEL) or "", by=stranger.user))
            else:
                figures.refused.append(await self._quiet.slash("mureka refine", by=stranger.user, wish="slower"))
            await asyncio.sleep(PRESS_SECONDS)

    async def _settle(self) -> Kept:
        ends = time.monotonic() + SETTLE_SECONDS
        while True:
            kept = await asyncio.to_thread(look, self._house.data / DATABASE)
            if not kept.unfinished or time.monotonic() > ends:
                return kept
            await asyncio.sleep(1.0)

    def _told(self, kept: Kept) -> str:
        figures, options = self._figures, self._options
        began, ended = figures.loaded
        done = [job for job in kept.jobs.values() if job.ended_at is not None and began <= job.ended_at < ended]
        possible = options.workers / (THINK_SECONDS + options.answer + POLL_SECONDS * (POLLS - 1)) * 60
        own, bare = self._folder / "bot.lag", self._folder / "bare.lag"
        first, last = self._crowd.members[0], self._crowd.members[-1]
        first_ends, last_ends = (_ends(kept, member, count) for member, count in ((first, FIRST), (last, LAST)))
        refused = self._house.discord.limits.refused
        return "\n".join([
            f"in flight while acknowledgements were counted: {min(figures.in_flight)} to {max(figures.in_flight)} songs "
            f"of {MEMBERS} members, {options.workers} at once, for {ended - began:.0f} s",
            f"acknowledgements, commands that begin a song: {_acks(figures.ordered)}",
            f"acknowledgements, refused commands and presses: {_acks(figures.refused)}",
            f"acknowledgements, all: {_acks([*figures.ordered, *figures.refused])}",
            f"loop lag, idle bot: {late(own, figures.idle)}; an idle loop meanwhile: {late(bare, figures.idle)}",
            f"loop lag, loaded bot: {late(own, figures.loaded)}; an idle loop meanwhile: {late(bare, figures.loaded)}",
            f"memory: {figures.idle_memory / MEGABYTE:.0f} MB idle, {max(figures.samples.memory) / MEGABYTE:.0f} MB at most",
            f"threads: {figures.idle_threads} idle, {max(figures.samples.threads)} at most",
            f"songs finished under load: {len(done)}, {len(done) / (ended - began) * 60:.0f} a minute "
            f"(the cloud alone would allow {possible:.0f})",
            *self._way(kept),
            f"start to ready: {figures.ready[0]:.2f} s the first time, {figures.ready[1]:.2f} s later",
            f"fairness: the last member's {LAST} wishes were over after {last_ends:.1f} s, the {FIRST} of the first member, who "
            f"had ordered before, after {first_ends:.1f} s",
            f"ends: {dict(Counter(job.state for job in kept.jobs.values()))}",
            f"requests that Discord refused for their rate: {refused}"])

    def _way(self, kept: Kept) -> list[str]:
        """How long a song takes, and where: in the cloud and in the bot, at Discord's door."""
        said, films = posts_by_job(kept, self._house.cloud.said), films_by_job(self._house, kept)
        to_film = [films[job][0].created_at - said[job][0].at for job in kept.jobs if films[job] and said[job]]
        progress = {wish.invocation.id: wish.message for wish in self._crowd.wishes}
        to_words: list[float] = []
        for job in kept.jobs:
            message = progress.get(int(job))
            if films[job] and message is not None and message.raw.edited_at is not None:
                to_words.append(message.raw.edited_at - films[job][0].created_at)
        return [f"a song, from the wish to its film: {_seconds(to_film)}",
                f"…and from its film to the last words of its progress: {_seconds(to_words)}"]


def _ends(kept: Kept, member: Member, count: int) -> float:
    """Seconds from a member's first order to the end of the first `count` of them."""
    jobs: list[KeptJob] = [kept.jobs[str(wish.invocation.id)] for wish in member.wishes[:count]]
    return max(job.ended_at or float("inf") for job in jobs) - jobs[0].accepted_at


def _acks(found: Sequence[Invocation]) -> str:
    times = [one.seconds_to_ack for one in found if one.is_acknowledged]
    missing = len(found) - len(times)
    return f"{len(times)}, {cuts(times)}" + (f", {missing} never came" if missing else "")


def _seconds(found: Sequence[float]) -> str:
    half, most = percentiles(found)
    return f"p50 {half:.1f} s, p99 {most:.1f} s"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--workers", type=int, default=10, help="songs that are made at once (10)")
    options.add_argument("--answer", type=float, default=2.0, help="seconds that the cloud's answer takes (2)")
    options.add_argument("--acknowledgements", type=int, default=1000, help="how many are counted (1000)")
    chosen = options.parse_args()
    logging.disable(logging.CRITICAL)
    return asyncio.run(load(chosen))


if __name__ == "__main__":
    sys.exit(main())
