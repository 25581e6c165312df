"""A batch: one order for each clip, one after the other in one project, whatever becomes of the ones before."""

from __future__ import annotations

import asyncio

from bot.jobs.desk import Cancelled
from bot.jobs.order import batch_of
from storage import Database, JobState
from tests.bot.jobs.house import House, order
from tests.nemo_server.http import Request


async def test_the_children_go_on_in_their_order_and_in_their_own_project(around: House) -> None:
    is_said, may_go_on = asyncio.Event(), asyncio.Event()
    around.scale = 1.0      # nobody's patience ends meanwhile

    async def gate(request: Request) -> None:
        if request.path == "/run_sse":
            is_said.set()
            await may_go_on.wait()

    around.gate = gate
    around.contents["words.wav"] = b"just some words"
    children = [f"200-0{number}" for number in range(1, 6)]
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await is_said.wait()
        for child in children:
            await bot.desk.accept(order(child, name="words.wav" if child == "200-01" else "hum.wav", afresh=child == "200-01"))
        assert [(one.job.id, one.place) for one in await bot.desk.queue()][1:] == [
            (child, place) for place, child in enumerate(children, 1)]
        assert await bot.desk.cancel("200-03") is Cancelled.YES
        may_go_on.set()
        await around.until_over("100", *children)
        states = [(await bot.job(child)).state for child in children]
        assert await bot.desk.queue() == []
    assert states == [JobState.FAILED, JobState.DONE, JobState.CANCELLED, JobState.DONE, JobState.DONE]
    assert [project.wishes for project in around.server.projects.values()] == [
        ["wish of 100"], ["wish of 200-02", "wish of 200-04", "wish of 200-05"]]
    assert [line["job"] for line in around.lines("deliver")] == ["100", "200-02", "200-04", "200-05"]


async def test_a_batch_that_was_kept_when_the_bot_died_is_made_whole(around: House) -> None:
    children = ["200-01", "200-02", "200-03"]
    async with Database.open(around.folder / "mureka.db") as database:
        await database.jobs.accept_all([order(child, afresh=child == "200-01").as_job() for child in children])
    async with around.open():
        await around.until_over(*children)
    assert [project.wishes for project in around.server.projects.values()] == [[f"wish of {child}" for child in children]]


def test_a_batch_is_known_by_its_ids() -> None:
    assert [batch_of(one) for one in ("200-01", "200-10-t2", "200", "200-t1")] == ["200-", "200-", None, None]
