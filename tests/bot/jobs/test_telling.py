"""The end of a job is told beside the jobs that come after it: a slow last edit holds nobody up, and is never lost."""

from __future__ import annotations

import asyncio
from pathlib import Path

from storage import Database, Job, JobState
from tests.bot.jobs.house import House, order
from tests.bot.jobs.paper import Paper, PaperDoor


class Slow(Paper):
    """Doors whose last word waits."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.may_end = asyncio.Event()
        self.waiting: list[str] = []

    def of(self, job: Job) -> PaperDoor:
        return SlowDoor(self)


class SlowDoor(PaperDoor):
    paper: Slow

    async def end(self, job: Job, sentence: str) -> None:
        self.paper.waiting.append(job.id)
        await self.paper.may_end.wait()
        await super().end(job, sentence)


async def test_a_last_edit_that_waits_holds_no_other_job_up(around: House) -> None:
    doors = Slow(around.folder)
    async with around.open(workers=1, doors=doors) as bot:
        await bot.desk.accept(order("100"))
        await bot.desk.accept(order("101"))
        await around.until(lambda: doors.waiting == ["100", "101"])
        assert [job.id for job in await bot.database.jobs.untold()] == ["100", "101"]
        doors.may_end.set()
        await around.until_over("100", "101")
        await around.until(lambda: bot.bench.live.find("101") is None)
        assert await bot.database.jobs.untold() == []
    assert len(around.lines("deliver")) == 2


async def test_an_end_that_was_still_waiting_when_the_bot_stopped_is_told_by_the_next_one(around: House) -> None:
    async with Database.open(around.folder / "mureka.db") as database:
        await database.jobs.accept(order("100").as_job())
        await database.jobs.ended("100", JobState.FAILED, reason="job.gave_up")
    async with around.open():
        await around.until_over("100")
    async with around.open() as bot:
        assert await bot.database.jobs.untold() == []
    assert len(around.lines("end")) == 1
