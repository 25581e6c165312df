"""Upkeep: what was given up gets its sentence, what is old goes. Never touches a job that is on its way."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.flows.errors import NoStudio
from bot.jobs.forget import sweep_archives
from bot.jobs.queue import Queue
from bot.jobs.steps.tell import ASKED, tell
from bot.jobs.workbench import Workbench
from storage import DiskFault, Job, JobState

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 10.0
"""How soon a job is ended that the engine gave up."""
SWEEP_SECONDS: Final = 3600.0
ENGINE_KEEPS: Final = timedelta(days=1)
"""What the engine keeps of a finished job serves nothing; a day of it helps whoever looks for a fault."""
SERVERS_KEPT: Final = timedelta(days=30)
"""How long what a server decided waits for the bot to be asked back."""
ARCHIVES_KEPT: Final = timedelta(hours=1)
"""An archive of a member's data is sent within a quarter of an hour; an older one was left by a death."""
BATCH: Final = 500
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
                await self.take_up_the_broken_off()
                await self.end_the_given_up()
                if self._bench.clock.now() - swept >= SWEEP_SECONDS:
                    swept = self._bench.clock.now()
                    await self.sweep()
            except Exception:
                log.exception("the upkeep of jobs failed")
            await self._bench.clock.sleep(LOOK_SECONDS)

    async def take_up_the_broken_off(self) -> None:
        """Let those jobs go on whose engine could not note how far they are, once its disk takes something again.

        Until then each holds its place among those at work, and that of its member.
        """
        live = self._bench.live
        for job_id in sorted(live.broken_off):
            if live.is_closing:
                return
            job = await self._bench.stores.jobs.get(job_id)
            try:
                if job is not None:     # else the engine's rows went with its member
                    await self._queue.begin_anew(job)
            except DiskFault:
                return      # told when it was broken off
            live.broken_off.discard(job_id)

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
        while dropped := await self._bench.stores.jobs.drop_ended(now - self._bench.keep, limit=BATCH):
            for job in dropped:
                await self._bench.folders.clear(job.id)
        for job_id in await self._bench.folders.ids():
            if _is_stale(await self._bench.stores.jobs.get(job_id), now):
                await self._bench.folders.clear(job_id)
        await asyncio.to_thread(sweep_archives, self._bench.data, (now - ARCHIVES_KEPT).timestamp())
        await self._forget_the_unused(now)

    async def _forget_the_unused(self, now: datetime) -> None:
        """Projects that the studio has forgotten by itself, tokens that are good for nothing, members of whom nothing is left,
        what was counted long ago; servers that the bot is no longer on. What a member made in a cloud is theirs to delete."""
        stores, before = self._bench.stores, now - self._bench.keep
        await stores.accounts.drop_expired(now)
        if self._bench.studio_name is not None and await self._is_swept(before):
            while await stores.projects.drop_unused(before, self._bench.studio_name, limit=BATCH):
                pass
        await stores.members.drop_idle(before)
        await stores.usage.drop_old()
        await stores.forgotten.drop_old()
        for server_id in await stores.servers.left_before(now - SERVERS_KEPT):
            await stores.servers.forget(server_id)
            log.info("server %s: what it decided is forgotten, the bot left it %d days ago", server_id, SERVERS_KEPT.days)

    async def _is_swept(self, before: datetime) -> bool:
        """Whether the studio deletes what is too old. One beside a cloud does only while it runs, so it is woken for that.

        Where it does not start its projects stay known: by them a member's own deletion finds it.
        """
        studio = self._bench.studio
        try:
            if studio is not None and await asyncio.to_thread(studio.keeps_from_before, before.timestamp()):
                await studio()
        except (NoStudio, OSError) as fault:
            log.warning("ALERT: what is too old in the studio stays, for it does not start: %s", fault)
            return False
        return True


def _is_stale(job: Job | None, now: datetime) -> bool:
    """Whether nobody needs the files of this job any more; None is a job that is gone with its member."""
    if job is None or job.ended_at is None:
        return job is None
    return job.state not in ASKED or job.ended_at < now - CLIPS_KEPT
