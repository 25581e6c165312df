"""Upkeep: what was given up gets its sentence, what is old goes. Never touches a job that is on its way."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.jobs.queue import Queue
from bot.jobs.steps.tell import ASKED, tell
from bot.jobs.workbench import Workbench
from storage import Job, JobState

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 10.0
"""How soon a job is ended that the engine gave up."""
SWEEP_SECONDS: Final = 3600.0
ENGINE_KEEPS: Final = timedelta(days=1)
"""What the engine keeps of a finished job serves nothing; a day of it helps whoever looks for a fault."""
JOBS_KEPT: Final = timedelta(days=30)
CLIPS_KEPT: Final = timedelta(days=1)
"""How long the clip of a job waits for its member's answer: as long as Discord's own link lives."""
GAVE_UP: Final = "job.gave_up"


class Upkeep:
    """Looks after what no workflow looks after."""

    def __init__(self, bench: Workbench, queue: Queue) -> None:
        self._bench = bench
        self._queue = queue

    async def run(self) -> None:
        """Look and sweep for ever."""
        swept = self._bench.clock.now() - SWEEP_SECONDS
        while True:
            try:
                await self.end_the_given_up()
                if self._bench.clock.now() - swept >= SWEEP_SECONDS:
                    swept = self._bench.clock.now()
                    await self.sweep()
            except Exception:
                log.exception("the upkeep of jobs failed")
            await self._bench.clock.sleep(LOOK_SECONDS)

    async def end_the_given_up(self) -> None:
        """End those jobs whose workflow is over without having ended them: it died too often, or could not write."""
        candidates = [job.id for job in await self._bench.stores.jobs.unfinished() if job.state is not JobState.ACCEPTED]
        over = set(await self._queue.over(candidates)) if candidates else set()
        for job in await self._bench.stores.jobs.unfinished():
            if job.id in over and await self._bench.stores.jobs.ended(job.id, JobState.FAILED, reason=GAVE_UP):
                log.critical("ALERT: job %s was given up in stage %s; its member was told so", job.id, job.stage or "-")
                await tell(self._bench, job.id)
                await self._bench.live.let_go(job.id)

    async def sweep(self) -> None:
        """Delete what is older than it is of use."""
        now = datetime.fromtimestamp(self._bench.clock.wall(), UTC)
        await self._queue.forget(now - ENGINE_KEEPS)
        for job in await self._bench.stores.jobs.drop_ended(now - JOBS_KEPT):
            await self._bench.folders.clear(job.id)
        for job_id in await self._bench.folders.ids():
            if _is_stale(await self._bench.stores.jobs.get(job_id), now):
                await self._bench.folders.clear(job_id)


def _is_stale(job: Job | None, now: datetime) -> bool:
    """Whether nobody needs the files of this job any more; None is a job that is gone with its member."""
    if job is None or job.ended_at is None:
        return job is None
    return job.state not in ASKED or job.ended_at < now - CLIPS_KEPT
