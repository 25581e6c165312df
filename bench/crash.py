"""The bot under fire: killed with -9 at random moments and at each named point while members go on ordering.

    PYTHONPATH=. python bench/crash.py [--kills 300] [--freezes 3] [--seed 4]

It runs as a process against the loopback Discord and the stand-in of the cloud, and is started again after each kill. At
the end everything may finish; then it is counted what was lost, paid twice or posted twice. Exit code 1 if anything was.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bench.trips.cloud import Cloud
from bench.trips.house import DATABASE, House, house
from bench.trips.kept import Kept, look
from bench.trips.ledger import Verdict, judge
from bench.trips.members import Crowd
from bench.trips.points import (
    BLOCKED_SECONDS,
    MIGRATION_SECONDS,
    OF_AN_ORDER,
    POINTS,
    at_random,
    held_migration,
    is_all_told,
    schema_of,
)

SCALE = 400.0               # six looks after a lost answer take less than a second
THINK_SECONDS, ANSWER_SECONDS = 0.1, 0.3
MEMBERS, WORKERS = 6, 6
RANDOM_IN_ROUND = 4
RANDOM, MIGRATION, FREEZE = "at random", "mid-migration", "frozen"
SETTLE_SECONDS = 120.0
LOOK_SECONDS = 0.3
TOLD_EVERY = 10             # kills


@dataclass(slots=True)
class Plan:
    """What shall happen."""

    kills: int
    freezes: int = 0
    seed: int = 4
    freeze_seconds: float = 15.0
    tell: Callable[[str], None] = print


@dataclass(slots=True)
class Run:
    """What happened."""

    verdict: Verdict
    points: Counter[str]
    caught: Counter[str]            # unfinished jobs at each kill, by where they stood
    missed: Counter[str]            # points that did not come within their time: killed all the same
    migrated: Counter[str]
    ready: list[float]
    minutes: float
    complaints: list[str] = field(default_factory=list)     # of the bot's log
    frozen: list[str] = field(default_factory=list)
    transcripts: str = ""


async def crash(plan: Plan) -> Run:
    """Do it, and judge."""
    chance = random.Random(plan.seed)
    cloud = Cloud(chance, think_seconds=THINK_SECONDS, answer_seconds=ANSWER_SECONDS)
    cloud.offer("mp3", "stems")
    with tempfile.TemporaryDirectory(prefix="mureka-crash-") as folder:
        async with house(Path(folder), cloud, chance, scale=SCALE, workers=WORKERS, is_studio=True) as place:
            return await _Crash(place, plan).run()


class _Crash:
    def __init__(self, place: House, plan: Plan) -> None:
        self._house = place
        self._plan = plan
        self._chance = place.chance
        self._crowd = Crowd(place, MEMBERS, is_varied=True)
        self._missed: Counter[str] = Counter()
        self._migrated: Counter[str] = Counter()
        self._frozen: list[str] = []
        self._began = time.monotonic()

    async def run(self) -> Run:
        await self._house.start()
        first = await self._house.ready()
        ordering = asyncio.create_task(self._crowd.keep_ordering(), name="members")
        try:
            for number, point in enumerate(self._points(), 1):
                await self._step(point)
                if ordering.done():
                    ordering.result()
                if not number % TOLD_EVERY:
                    self._tell()
        finally:
            ordering.cancel()
            with suppress(asyncio.CancelledError):
                await ordering
        await self._settle()
        return self._seen(first, await asyncio.to_thread(look, self._house.data / DATABASE))

    def _seen(self, first_start: float, kept: Kept) -> Run:
        deaths, minutes = self._house.deaths, (time.monotonic() - self._began) / 60
        verdict = judge(self._house, self._crowd, kept)
        return Run(
            verdict=verdict, minutes=minutes, points=Counter(death.point for death in deaths),
            caught=Counter(job.place for death in deaths for job in death.kept.unfinished),
            missed=self._missed, migrated=self._migrated,
            ready=[first_start, *(death.ready_seconds for death in deaths if death.ready_seconds is not None)],
            complaints=_complaints(self._house.bot.log), frozen=self._frozen,
            transcripts="" if verdict.is_good else self._house.discord.report())

    def _points(self) -> list[str]:
        """Rounds of all named points with random moments in between, of which the first round has but one; and the freezes."""
        round_of, points = [*POINTS, MIGRATION, RANDOM], list[str]()
        while len(points) < self._plan.kills:
            points += self._chance.sample(round_of, len(round_of))
            round_of = [*POINTS, MIGRATION, *[RANDOM] * RANDOM_IN_ROUND]
        points = points[:self._plan.kills]
        for number in range(self._plan.freezes):
            points.insert((number + 1) * len(points) // (self._plan.freezes + 1), FREEZE)
        return points

    async def _step(self, point: str) -> None:
        if point == FREEZE:
            await self._freeze()
        elif point == MIGRATION:
            await self._kill_migration()
        else:
            await self._kill(point)

    async def _kill(self, point: str) -> None:
        if point != RANDOM:
            await self._house.ready()
        async with POINTS.get(point, at_random)(self._house) as struck:
            if point in OF_AN_ORDER:
                await self._crowd.generate(self._chance.choice(self._crowd.members))
            try:
                await struck
            except (TimeoutError, AssertionError):
                self._missed[point] += 1
            await self._house.kill(point)
        await self._house.start()

    async def _kill_migration(self) -> None:
        """The dead bot's file goes back one schema; the next bot dies on the way up, and the one after that gets there."""
        path = self._house.data / DATABASE
        await self._house.kill(RANDOM)
        while not is_all_told(path):
            await self._house.start()
            await self._house.ready()
            await self._house.kill(RANDOM)
        with held_migration(path):
            before = schema_of(path)
            await self._house.start()
            await asyncio.sleep(BLOCKED_SECONDS)
        await asyncio.sleep(self._chance.uniform(0, MIGRATION_SECONDS))
        await self._house.kill(MIGRATION)
        self._migrated["the schema before" if schema_of(path) == before else "the new schema"] += 1
        await self._house.start()

    async def _freeze(self) -> None:
        """SIGSTOP in mid-work: members go on ordering, and then it goes on."""
        await self._house.ready()
        await asyncio.sleep(self._chance.uniform(0.5, 1.5))
        before = await asyncio.to_thread(look, self._house.data / DATABASE)
        self._house.bot.freeze()
        await asyncio.sleep(self._plan.freeze_seconds)
        self._house.bot.thaw()
        thawed = time.monotonic()
        await self._house.ready()
        while True:
            now = await asyncio.to_thread(look, self._house.data / DATABASE)
            if all(now.jobs[job.id].is_over for job in before.unfinished if job.id in now.jobs):
                break
            if time.monotonic() - thawed > SETTLE_SECONDS:
                break
            await asyncio.sleep(LOOK_SECONDS)
        ends = Counter(now.jobs[job.id].state for job in before.unfinished)
        self._frozen.append(f"{len(before.unfinished)} jobs under way, over {time.monotonic() - thawed:.1f} s after it: "
                            f"{_counted(ends)}")

    async def _settle(self) -> None:
        """Let everything come to its end, and the last words to where they are read."""
        await self._house.ready()
        ends = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < ends:
            await asyncio.sleep(LOOK_SECONDS)
            kept = await asyncio.to_thread(look, self._house.data / DATABASE)
            if not kept.unfinished:
                break
        await asyncio.sleep(2.0)        # the last edits

    def _tell(self) -> None:
        kept = self._house.deaths[-1].kept
        over = sum(job.is_over for job in kept.jobs.values())
        minutes = (time.monotonic() - self._began) / 60
        self._plan.tell(f"{len(self._house.deaths):4} kills in {minutes:5.1f} min, {len(kept.jobs)} jobs, {over} of them over, "
                        f"{len(self._house.cloud.said)} wishes said")


def _complaints(log: str) -> list[str]:
    """Lines of the log that speak of defects."""
    return [line for line in log.splitlines() if " ERROR " in line or " CRITICAL " in line or "Traceback" in line]


def told(run: Run) -> str:
    """The figures as text."""
    verdict = run.verdict
    percentiles = _percentiles(verdict.recovery)
    lines = [
        f"kills {sum(run.points.values())} in {run.minutes:.1f} min "
        f"({sum(run.points.values()) / run.minutes:.0f} a minute): {_counted(run.points)}",
        f"what the kills caught: {_counted(run.caught)}",
        f"points that did not come in time: {_counted(run.missed)}",
        f"killed in mid-migration, the file had: {_counted(run.migrated)}",
        f"start to ready: {_percentiles(run.ready)}",
        f"jobs accepted: {verdict.accepted} ({_counted(verdict.ends)}), by kind: {_counted(verdict.kinds)}",
        f"failed, by sentence: {_counted(verdict.failures)}",
        f"lost: {len(verdict.lost)}", *_cases(verdict.lost),
        f"charged twice: {len(verdict.charged_twice)}", *_cases(verdict.charged_twice),
        f"posted twice: {len(verdict.posted_twice)}", *_cases(verdict.posted_twice),
        f"pinged twice: {len(verdict.pinged_twice)}", *_cases(verdict.pinged_twice),
        "unchanged or uncertain, and why:", *_cases([f"{count} x {why}" for why, count in sorted(verdict.asked.items())]),
        f"…of these unexplained: {len(verdict.unexplained)}", *_cases(verdict.unexplained),
        f"over, and still shown as at work: {len(verdict.stale)}", *_cases(verdict.stale),
        f"acknowledged, and dead before there was a job (nothing was promised): {verdict.left_thinking}",
        f"recovery, from the start to the first sign of an interrupted job: {percentiles}",
        *[f"frozen: {one}" for one in run.frozen],
        f"errors in the bot's log: {len(run.complaints)}", *_cases(sorted(set(run.complaints)))]
    return "\n".join(lines)


def _counted(found: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(found.items())) or "none"


def _cases(found: list[str]) -> list[str]:
    return [f"    {one}" for one in found[:20]] + ([f"    … and {len(found) - 20} more"] if len(found) > 20 else [])


def _percentiles(found: list[float]) -> str:
    if len(found) < 2:
        return "too few"
    cuts = statistics.quantiles(found, n=100, method="inclusive")
    return f"p50 {cuts[49]:.2f} s, p95 {cuts[94]:.2f} s, worst {max(found):.2f} s ({len(found)} times)"


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--kills", type=int, default=300, help="how often (300)")
    options.add_argument("--freezes", type=int, default=3, help="how often it is stopped for 15 s in between (3)")
    options.add_argument("--seed", type=int, default=4, help="of the choices (4)")
    options.add_argument("--report", type=Path, help="write the channels' transcripts there if anything went wrong")
    chosen = options.parse_args()
    logging.disable(logging.CRITICAL)       # the simulator's own: clients die on it all the time
    run = asyncio.run(crash(Plan(chosen.kills, chosen.freezes, chosen.seed, tell=lambda line: print(line, flush=True))))
    print(told(run))
    if chosen.report and run.transcripts:
        chosen.report.write_text(run.transcripts, encoding="utf-8")
    return 0 if run.verdict.is_good else 1


if __name__ == "__main__":
    sys.exit(main())
