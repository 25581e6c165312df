"""Tell: a job's end is said where its progress was, and its files go. Begun again, it is said again: that pings nobody.

It is no work that the queue counts: a last edit that waits for Discord keeps no other job waiting. What was not told when
the process died, the next one tells.
"""

from __future__ import annotations

import logging

from bot.jobs.at_hand import at_hand
from bot.jobs.door import DoorShut
from bot.jobs.ending import sentence_of
from bot.jobs.workbench import Workbench
from storage import DiskFault, Job, JobState

log = logging.getLogger(__name__)

ASKED = frozenset((JobState.UNCHANGED, JobState.UNCERTAIN))
"""Ends that leave a decision to the member; their clip is kept for it."""


def answer_claim_of(job_id: str) -> str:
    """The claim on the one answer to such an end."""
    return f"again:{job_id}"


def tell_beside(bench: Workbench, job_id: str) -> None:
    """Have the end of a job told, and the job let go, while other jobs go on."""
    bench.live.tell(job_id, _told_and_let_go(bench, job_id))


async def _told_and_let_go(bench: Workbench, job_id: str) -> None:
    with at_hand(job_id):
        try:
            await tell(bench, job_id)
        except DiskFault as fault:
            log.error("ALERT: job %s is over, and the next start tells it: %s", job_id, fault)
        except Exception:
            log.exception("job %s is over, and the next start tells it", job_id)
        finally:
            await bench.live.let_go(job_id)


async def tell(bench: Workbench, job_id: str) -> None:
    """Say the end of a job, if it has one. Raises nothing of the face."""
    job = await bench.stores.jobs.get(job_id)
    if job is None:
        await bench.folders.clear(job_id)
        return
    if not job.state.is_end:
        return
    live = bench.live_of(job)
    await live.hush()
    is_asked = job.state in ASKED and await bench.stores.claims.get(answer_claim_of(job.id)) is None
    await say_end(bench, job, sentence_of(job), asks=is_asked)
    if job.state not in ASKED:
        await bench.folders.clear(job.id)       # first: on a full disk that makes room for the note
    if await bench.stores.jobs.told(job.id):
        bench.tally.add(job)


async def say_end(bench: Workbench, job: Job, sentence: str, *, asks: bool = False) -> None:
    """Have the door say it; a door that cannot is no reason to stop."""
    door = bench.live_of(job).door
    try:
        await (door.ask if asks else door.end)(job, sentence)
    except DoorShut as shut:
        log.info("job %s is %s, which cannot be shown: %s", job.id, job.state.value, shut)
    except Exception:
        log.exception("job %s is %s, which cannot be shown", job.id, job.state.value)
