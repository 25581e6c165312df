"""SIGTERM: what is nearly finished is finished, what can be taken up again is left, who would not stop is named."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest

import bot.jobs.engine as engine
from storage import Database, JobState
from tests.bot.jobs.house import House, order
from tests.bot.jobs.lives import Lives
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request

RENDERS = "/api/render/proxy/lambda"
PROCESSING = replies.bare({"success": True, "data": {"status": "processing", "progress": 40}})


async def test_a_film_in_the_making_is_left_and_taken_up_again(around: House) -> None:
    around.server.on("GET", f"{RENDERS}/*", PROCESSING)
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until(lambda: bool(around.server.asked("GET", f"{RENDERS}/*")))
        began = time.monotonic()
    assert time.monotonic() - began < 2
    [render] = around.server.orders.values()
    assert not render.cancelled
    around.server.on("GET", f"{RENDERS}/*", around.server.usual)
    async with around.open():
        await around.until_over("100")
    assert len(around.server.orders) == len(around.lines("deliver")) == len(around.wishes) == 1


async def test_an_answer_is_waited_for(around: House) -> None:
    heard = asyncio.Event()

    async def gate(request: Request) -> None:
        if request.path == "/run_sse":
            heard.set()
            await asyncio.sleep(0.5)

    around.gate = gate
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await heard.wait()
    async with Database.open(around.folder / "mureka.db") as database:
        claim = await database.claims.get("say:100")
    assert claim is not None
    assert claim.result == "done"
    assert around.lines("deliver") == []
    async with around.open():
        await around.until_over("100")
    assert len(around.wishes) == len(around.lines("deliver")) == 1


async def test_a_job_that_would_not_stop_is_named_and_goes_on_later(
        around: House, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(engine, "DRAIN_SECONDS", 0.3)

    def carried_out(request: Request) -> Reply:
        around.server.carry_out(request)
        return Reply(200, [b": \n\n"], {"Content-Type": "text/event-stream"}, chunked=True, hangs=True)

    around.server.on("POST", "/run_sse", carried_out)
    with caplog.at_level(logging.WARNING):
        async with around.open() as bot:
            await bot.desk.accept(order("100"))
            await around.until(lambda: bool(around.wishes))
    assert "job 100 would not stop within 0 s: it is at say" in caplog.text
    async with around.open():
        await around.until_over("100")
    assert len(around.wishes) == len(around.lines("deliver")) == 1


async def test_threads_work_after_the_engine_has_ended(around: House) -> None:
    async with around.open():
        pass
    assert await asyncio.to_thread(lambda: 1) == 1


async def test_a_process_that_is_told_to_end_ends_and_the_next_one_goes_on(around: House, lives: Lives) -> None:
    around.server.on("GET", f"{RENDERS}/*", PROCESSING)
    await lives.start({"id": "100"}, {"id": "101"})
    await around.until(lambda: bool(around.server.asked("GET", f"{RENDERS}/*")))
    began = time.monotonic()
    await lives.end()
    assert time.monotonic() - began < 5
    around.server.on("GET", f"{RENDERS}/*", around.server.usual)
    await lives.start()
    await around.until_over("100", "101")
    async with Database.open(around.folder / "mureka.db") as database:
        assert [job.state for job in await database.jobs.of_member("ada")] == [JobState.DONE, JobState.DONE]
