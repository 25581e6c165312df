"""Pictures: made beside a job's steps and handed to its teller. Never fails a job, never delays a step, decides no picture."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

from bot.jobs.door import Picture
from bot.jobs.ending import FAULTS
from bot.jobs.progress import Teller

log = logging.getLogger(__name__)

TUNE: Final = "tune"


class Pictures:
    """One job's. The tune is shown once, and nothing takes its place."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._tasks: set[asyncio.Task[None]] = set()
        self.has_tune = False
        self._is_over = False

    def make(self, making: Coroutine[Any, Any, Picture | None]) -> None:
        """Show what `making` comes to, some time; None where there is nothing to show."""
        if self._is_over:
            making.close()
            return
        task = asyncio.create_task(self.show(making), name=f"a picture of job {self._teller.job.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def show(self, making: Coroutine[Any, Any, Picture | None]) -> None:
        """Wait for it, and hand it over. Raises nothing of the picture's."""
        try:
            picture = await making
        except FAULTS as fault:
            log.info("job %s goes without a picture: %s", self._teller.job.id, fault)
            return
        except Exception:
            log.exception("job %s goes without a picture", self._teller.job.id)
            return
        if picture is not None and not self.has_tune:
            self.has_tune = picture.kind == TUNE
            self._teller.picture(picture)

    async def stop(self) -> None:
        """Make no more; what is being made is given up."""
        self._is_over = True
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
