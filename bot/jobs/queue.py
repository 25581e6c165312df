"""Queue: the engine's queue, by the ids of jobs. Members are its partitions: one job of each at a time, in their order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from bot.jobs.engine_faults import telling_engine
from bot.jobs.workflows import Workflow
from storage import Job

NAME: Final = "songs"
POLL_SECONDS: Final = 0.2
"""The engine's own second would be a second of waiting for each job."""
BATCH: Final = 200
AT_WORK: Final = "PENDING"
OVER: Final = ("SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED")


class Queue:
    """Where jobs wait for their turn. Each call is a transaction of the engine's."""

    def __init__(self, make: Workflow) -> None:
        self._make = make

    @staticmethod
    async def declare(at_once: int) -> None:
        """Let `at_once` jobs be at work, one of each member.

        Both limits are those that the engine counts in its tables. The ones for a worker it counts in memory, where a job
        that has been handed out and not yet begun is missing: on a busy machine there were more at work than allowed.
        """
        await DBOS.register_queue_async(NAME, global_concurrency=at_once, partition_concurrency=1,
                                        polling_interval_sec=POLL_SECONDS)

    async def enqueue(self, job: Job) -> None:
        """Put the job in the queue; one that the engine knows is left where it is. Raises DiskFault."""
        with telling_engine(), SetWorkflowID(job.id), SetEnqueueOptions(queue_partition_key=job.member_id):
            await DBOS.enqueue_workflow_async(NAME, self._make, job.id)

    async def cancel(self, job_id: str) -> None:
        """Take the job out of the queue, if it is in it. Raises DiskFault."""
        with telling_engine():
            await DBOS.cancel_workflow_async(job_id)

    async def begin_anew(self, job: Job) -> None:
        """Have a job go on that the engine takes for being at work, and nobody works for. Raises DiskFault.

        Not by the engine's notes: what its disk refused may stand there as the outcome of a step, to be raised for ever. Each
        step finds out what was done, as it does where the engine's file was lost.
        """
        with telling_engine():
            status = dict(await _statuses([job.id])).get(job.id)
            if status == AT_WORK:
                await DBOS.delete_workflows_async([job.id])
            if status in (AT_WORK, None):
                await self.enqueue(job)

    async def over(self, job_ids: Iterable[str]) -> list[str]:
        """Those of these jobs that the engine is done with."""
        return [job_id for job_id, status in await _statuses(job_ids) if status in OVER]

    async def under_way(self, job_ids: Iterable[str]) -> set[str]:
        """Those of these jobs that the engine is at work on, or will be."""
        return {job_id for job_id, status in await _statuses(job_ids) if status not in OVER}

    async def forget(self, before: datetime) -> None:
        """Delete what the engine keeps of jobs that it was done with before that moment."""
        while rows := await DBOS.list_workflows_async(status=list(OVER), completed_before=before.isoformat(), limit=BATCH,
                                                      load_input=False, load_output=False):
            await DBOS.delete_workflows_async([row.workflow_id for row in rows])


async def _statuses(job_ids: Iterable[str]) -> list[tuple[str, str]]:
    """The jobs that the engine knows, and what it says of each."""
    ids = list(job_ids)
    found: list[tuple[str, str]] = []
    for start in range(0, len(ids), BATCH):
        rows = await DBOS.list_workflows_async(workflow_ids=ids[start:start + BATCH], load_input=False, load_output=False)
        found += [(row.workflow_id, row.status) for row in rows]
    return found
