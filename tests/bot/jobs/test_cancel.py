"""Cancel: at any stage, told at once, and nothing goes on behind the member's back."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing

from bot.jobs.desk import Cancelled
from storage import Job, JobState
from tests.bot.jobs.house import Bot, House, order
from tests.bot.jobs.paper import Paper, PaperDoor
from tests.nemo_server import replies
from tests.nemo_server.http import Reply

RENDERS = "/api/render/proxy/lambda"


async def ended(around: House, bot: Bot, job_id: str = "100") -> Job:
    await around.until_over(job_id)
    [end] = around.lines("end", job_id)
    assert (end["state"], end["sentence"]) == ("cancelled", "Cancelled.")
    await around.until(lambda: bot.bench.live.find(job_id) is None)
    await around.until(lambda: not bot.bench.folders.of(job_id).exists())
    return await bot.job(job_id)


def status(around: House, job_id: str) -> str:
    """What the engine says of a job."""
    with closing(sqlite3.connect(around.folder / "jobs.db")) as connection:
        [row] = connection.execute("SELECT status FROM workflow_status WHERE workflow_uuid = ?", (job_id,))
        return str(row[0])


async def test_a_job_in_the_queue_is_gone_at_once_and_the_next_one_goes_on(around: House) -> None:
    hanging = asyncio.Event()
    around.server.on("POST", "/run_sse", Reply(200, [], {"Content-Type": "text/event-stream"}, chunked=True, hangs=True,
                                               waits=hanging), around.server.usual)
    async with around.open(workers=1) as bot:
        await bot.desk.accept(order("100"))
        await around.until(lambda: bool(around.server.asked("POST", "/run_sse")))
        await bot.desk.accept(order("101"))
        await bot.desk.accept(order("102"))
        assert await bot.desk.cancel("101") is Cancelled.YES
        assert (await ended(around, bot, "101")).state is JobState.CANCELLED
        assert status(around, "101") == "CANCELLED"
        assert await bot.desk.cancel("100") is Cancelled.YES
        await around.until_over("102")
    assert around.wishes == ["wish of 102"]
    assert len(around.clips) == 2


async def test_a_job_in_mid_stream_hangs_up(around: House) -> None:
    hung_up = asyncio.Event()
    beginning = b'data: {"type": "text", "content": "Let me"}\n\n'
    around.server.on("POST", "/run_sse", Reply(200, [beginning], {"Content-Type": "text/event-stream"}, chunked=True, hangs=True,
                                               waits=hung_up))
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until(lambda: bool(around.server.asked("POST", "/run_sse")))
        assert await bot.desk.cancel("100") is Cancelled.YES
        assert (await ended(around, bot)).state is JobState.CANCELLED
        await hung_up.wait()
        assert await bot.desk.cancel("100") is Cancelled.OVER
    assert around.lines("deliver") == []


async def test_a_film_in_the_making_is_withdrawn(around: House) -> None:
    around.server.on("GET", f"{RENDERS}/*", replies.bare({"success": True, "data": {"status": "processing", "progress": 40}}))
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until(lambda: bool(around.server.asked("GET", f"{RENDERS}/*")))
        assert await bot.desk.cancel("100") is Cancelled.YES
        await ended(around, bot)
    [render] = around.server.orders.values()
    assert render.cancelled


async def test_a_film_that_is_being_posted_is_posted(around: House) -> None:
    told: list[Cancelled] = []

    class Late(Paper):
        def of(self, job: Job) -> PaperDoor:
            return Posting(self)

    class Posting(PaperDoor):
        async def deliver(self, job, delivery, *, again):  # type: ignore[no-untyped-def]
            told.append(await desk.cancel(job.id))
            return await super().deliver(job, delivery, again=again)

    async with around.open(doors=Late(around.folder)) as bot:
        desk = bot.desk
        await desk.accept(order("100"))
        await around.until_over("100")
        assert (await bot.job("100")).state is JobState.DONE
    assert told == [Cancelled.TOO_LATE]
    assert len(around.lines("deliver")) == 1


async def test_a_job_that_nobody_knows_cannot_be_cancelled(around: House) -> None:
    async with around.open() as bot:
        assert await bot.desk.cancel("404") is Cancelled.UNKNOWN


async def test_two_presses_are_one_cancellation(around: House) -> None:
    async with around.open(workers=1) as bot:
        await bot.desk.accept(order("100"))
        answers = await asyncio.gather(bot.desk.cancel("100"), bot.desk.cancel("100"))
        await ended(around, bot)
    assert sorted(answers) == [Cancelled.OVER, Cancelled.YES]
