"""Progress: what a job's flows tell reaches its door, older steps dropped. Lives in memory; only a note of the stage lasts."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import Final

from bot.flows.progress import Step
from bot.jobs.door import Door, DoorShut, Picture
from bot.nemo import Clock
from storage import Job, Jobs, StorageError

log = logging.getLogger(__name__)

NOTE_SECONDS: Final = 2.0
"""The stage is written into the job's row no more often than this."""


class Teller:
    """Tells one job's door where it stands, as fast as the door takes it. Call it with steps: it never waits."""

    def __init__(self, job: Job, door: Door, jobs: Jobs, clock: Clock) -> None:
        self.job = job
        self._door = door
        self._jobs = jobs
        self._clock = clock
        self._news = asyncio.Event()
        self._is_told = asyncio.Event()
        self._step: Step | None = None
        self._place: int | None = None
        self._has_step = False
        self._picture: Picture | None = None
        self._noted: str | None = job.stage
        self._noted_at = clock.now() - NOTE_SECONDS
        self._task: asyncio.Task[None] | None = None

    def __call__(self, step: Step) -> None:
        """The job is at `step`."""
        self._tell(step, None)

    def wait_at(self, place: int) -> None:
        """The job waits at `place`, if that is news. One that has begun does not wait any more."""
        if self._step is None and place != self._place:
            self._tell(None, place)

    def picture(self, picture: Picture) -> None:
        """There is something to look at; it goes before the next step."""
        self._picture = picture
        self._wake()

    async def told(self) -> None:
        """Wait until the door has taken all that it was told."""
        if self._task is not None:
            await self._is_told.wait()

    async def stop(self) -> None:
        """Tell nothing more; what the door is at is broken off."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
            self._is_told.set()

    def _tell(self, step: Step | None, place: int | None) -> None:
        self._step, self._place, self._has_step = step, place, True
        self._wake()

    def _wake(self) -> None:
        self._is_told.clear()
        self._news.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name=f"progress of job {self.job.id}")

    async def _run(self) -> None:
        while True:
            if not self._news.is_set():
                self._is_told.set()
            await self._news.wait()
            self._news.clear()
            try:
                if (picture := self._picture) is not None:
                    self._picture = None
                    await self._door.picture(self.job, picture)
                if self._has_step:
                    self._has_step = False
                    await self._note()
                    await self._door.show(self.job, self._step, self._place)
            except DoorShut as shut:
                log.info("job %s cannot show its progress: %s", self.job.id, shut)
            except Exception:
                log.exception("job %s cannot show its progress", self.job.id)

    async def _note(self) -> None:
        stage = self._step.stage.value if self._step else None
        now = self._clock.now()
        if stage is not None and stage != self._noted and now - self._noted_at >= NOTE_SECONDS:
            self._noted, self._noted_at = stage, now
            with contextlib.suppress(StorageError):     # a stage that a full disk does not take is shown all the same
                await self._jobs.update(self.job.id, stage=stage)
