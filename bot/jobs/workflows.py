"""The order of a job's steps, as a workflow of the engine. Knows no step's work; a job's id is all that it is given.

What stands in the engine's tables is the job's id and, for each step, whether to go on. The names that stand there
("Jobs", "jobs", "make", those of the steps) and the order of the steps are a format: recorded jobs go on with them. A
change to either goes through `DBOS.patch_async`; `tests/bot/jobs/recorded` finishes the jobs of every release.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Final, Protocol

from dbos import DBOS, DBOSConfiguredInstance

from bot.jobs.at_hand import at_hand
from bot.jobs.ending import DEFECT, FAULTS, reason_of, state_of
from bot.jobs.engine_faults import broken_off_unnoted
from bot.jobs.live import Live
from bot.jobs.patience import once_the_disk_takes_it
from bot.jobs.places import Places
from bot.jobs.steps.connect import connect
from bot.jobs.steps.deliver import deliver
from bot.jobs.steps.fetch import fetch
from bot.jobs.steps.film import film
from bot.jobs.steps.prepare import prepare
from bot.jobs.steps.say import say
from bot.jobs.steps.tell import tell, tell_beside
from bot.jobs.steps.work import Work
from bot.jobs.workbench import Workbench
from storage import Job, JobState

log = logging.getLogger(__name__)

MAX_RECOVERIES: Final = 20
"""A job that was at work in so many deaths of the process is taken for their cause."""
CLASS, INSTANCE, WORKFLOW = "Jobs", "jobs", "make"

STEPS: Final[tuple[Callable[[Work], Coroutine[Any, Any, None]], ...]] = (fetch, prepare, connect, say, film, deliver)
PATIENT: Final = frozenset((say, deliver))
"""Begun again once the disk takes what it refused: what costs, or is seen by people, may be done by then, and they find out."""


class Workflow(Protocol):
    """Makes the job of an id, durably."""

    def __call__(self, job_id: str) -> Coroutine[Any, Any, None]:
        """Come to the job's end."""
        ...


def registered(bench: Workbench, places: Places) -> Workflow:
    """The workflow over `bench`, known to the engine that is launched next."""

    @DBOS.dbos_class(CLASS)
    class Jobs(DBOSConfiguredInstance):
        """The engine finds the instance of a recorded job by its name."""

        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=MAX_RECOVERIES)
        async def make(self, job_id: str) -> None:
            """All steps in their order, until one has brought the job to its end, and then what is said of it."""
            bench.live.works(job_id)
            with broken_off_unnoted(job_id):
                for step in STEPS:
                    if not await DBOS.run_step_async({"name": step.__name__}, partial(run, bench, places, step), job_id):
                        break
                await DBOS.run_step_async({"name": tell.__name__}, partial(finish, bench, places), job_id)

    make: Workflow = Jobs(INSTANCE).make
    return make


async def run(bench: Workbench, places: Places, step: Callable[[Work], Coroutine[Any, Any, None]], job_id: str) -> bool:
    """Carry one step of a job out; whether to go on. A fault of the step is the job's end, not an error of the workflow."""
    with at_hand(job_id):
        found = await once_the_disk_takes_it(bench, partial(_begun, bench, job_id))
        if found is None:
            return False
        job, live = found
        places.changed()
        _may_begin(bench, step.__name__)

        async def work() -> bool:
            return await live.run(step.__name__, step(Work(job, bench, live)))

        try:
            return await (once_the_disk_takes_it(bench, work) if step in PATIENT else work())
        except FAULTS as fault:
            reason, facts = reason_of(fault)
            log.info("job %s ends in %s: %s", job_id, step.__name__, facts["reason"] or reason)
            end = partial(bench.stores.jobs.ended, job_id, state_of(fault), reason=reason, facts=facts)
        except Exception:
            log.exception("job %s met a defect in %s", job_id, step.__name__)
            end = partial(bench.stores.jobs.ended, job_id, JobState.FAILED, reason=DEFECT)
        await once_the_disk_takes_it(bench, end)
        return False


async def finish(bench: Workbench, places: Places, job_id: str) -> bool:
    """Have the end told; the job's place in the queue is free at once."""
    _may_begin(bench, tell.__name__)
    tell_beside(bench, job_id)
    places.changed()
    return True


async def _begun(bench: Workbench, job_id: str) -> tuple[Job, Live] | None:
    """The job, at work from now on; None for one that has ended, or is gone with its member."""
    jobs = bench.stores.jobs
    job = await jobs.get(job_id)
    if job is None or job.state.is_end:
        return None
    live = bench.live_of(job)
    if job.state.is_waiting:
        async with live.turn:       # whoever accepts it notes that it is enqueued, and then it is at work
            if not await jobs.update(job_id, state=JobState.WORKING):
                return None
            job = await jobs.get(job_id)
            if job is None:
                return None
        live.teller.job = job
    return job, live


def _may_begin(bench: Workbench, step: str) -> None:
    if not bench.live.may_begin(step):
        raise asyncio.CancelledError      # the engine records nothing, and the next process begins the step
