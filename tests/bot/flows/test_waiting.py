"""Waiting: who waits hears every two minutes that the work goes on, and nothing more once it ends."""

from __future__ import annotations

import asyncio

import pytest

from bot.flows.progress import Stage, Step
from bot.flows.waiting import reminding
from bot.nemo import Clock

wire = pytest.mark.wire


class Heard:
    """A progress that keeps what it is told, and lets a test wait for the next thing."""

    def __init__(self) -> None:
        self.steps: asyncio.Queue[Step] = asyncio.Queue()

    def __call__(self, step: Step) -> None:
        self.steps.put_nowait(step)


@wire("6/notice")
async def test_a_long_stage_is_told_to_be_still_at_work_every_two_minutes() -> None:
    heard, clock = Heard(), Clock(2000.0)
    async with reminding(heard, clock) as progress:
        progress(Step(Stage.WORKING, 0.25))
        assert await heard.steps.get() == Step(Stage.WORKING, 0.25)
        for minutes in (2, 4, 6):
            told = await heard.steps.get()
            assert (told.stage, told.fraction) == (Stage.WORKING, 0.25)
            assert told.waited is not None
            assert minutes * 60 <= told.waited < minutes * 60 + 110


async def test_a_new_stage_begins_its_two_minutes_anew() -> None:
    heard, clock = Heard(), Clock(1000.0)
    async with reminding(heard, clock) as progress:
        progress(Step(Stage.WORKING))
        await clock.sleep(90)
        progress(Step(Stage.FILMING, 0.1))
        await clock.sleep(60)
        assert [heard.steps.get_nowait().waited for _ in range(2)] == [None, None]
        assert heard.steps.empty()
        assert (await heard.steps.get()).stage is Stage.FILMING


async def test_nothing_is_told_once_the_work_has_ended() -> None:
    heard, clock = Heard(), Clock(2000.0)
    with pytest.raises(ValueError, match="no"):
        async with reminding(heard, clock) as progress:
            progress(Step(Stage.WORKING))
            raise ValueError("no")
    await clock.sleep(500)
    assert heard.steps.qsize() == 1
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name() == "still working"] == []
