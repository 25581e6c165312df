"""Waiting: whoever waits for a long step hears every two minutes that the work goes on. Never ends a step itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import replace

from bot.flows.progress import Progress, Stage, Step
from bot.nemo import Clock

log = logging.getLogger(__name__)

NOTICE_SECONDS = 120.0
"""API notes, section 6."""


@contextlib.asynccontextmanager
async def reminding(progress: Progress, clock: Clock) -> AsyncIterator[Progress]:
    """A progress that passes on to `progress`; where the stage stays the same, each two minutes with `waited` set."""
    reminder = _Reminder(progress, clock)
    task = asyncio.create_task(reminder.run(), name="still working")
    try:
        yield reminder.step
    finally:
        task.cancel()
        await asyncio.wait([task])      # unlike `await task`, this tells its end from ours
        if not task.cancelled() and (fault := task.exception()) is not None:
            log.error("nobody was told that the work goes on", exc_info=fault)


class _Reminder:
    def __init__(self, progress: Progress, clock: Clock) -> None:
        self._progress = progress
        self._clock = clock
        self._last = Step(Stage.STARTING)
        self._since = clock.now()

    def step(self, step: Step) -> None:
        if step.stage is not self._last.stage:
            self._since = self._clock.now()
        self._last = step
        self._progress(step)

    async def run(self) -> None:
        told = self._since
        while True:
            told = max(told, self._since)
            left = told + NOTICE_SECONDS - self._clock.now()
            if left > 0:
                await self._clock.sleep(left)
                continue
            told = self._clock.now()
            self._progress(replace(self._last, waited=told - self._since))
