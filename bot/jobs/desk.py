"""Desk: where a face hands in orders and asks about jobs. Makes nothing itself, and never knows which face it serves."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Final

from bot.flows.alerts import Alerts
from bot.flows.budget import TooManyWaiting
from bot.jobs.forget import Privacy
from bot.jobs.order import Order, next_id
from bot.jobs.patience import once_the_disk_takes_it
from bot.jobs.places import Places
from bot.jobs.queue import Queue
from bot.jobs.steps.tell import ASKED, answer_claim_of, say_end, tell
from bot.jobs.workbench import Workbench
from bot.texts import say
from storage import DiskFault, Job, JobState, StorageError

log = logging.getLogger(__name__)

AGAIN, LEFT = "again", "left"
CANCELLED_SAYS: Final = "job.cancelled"


@dataclass(frozen=True, slots=True)
class Accepted:
    """A job that is in the queue, or was before."""

    job: Job
    place: int | None               # 1 is next; None: it is at work, or over
    is_new: bool


@dataclass(frozen=True, slots=True)
class Queued:
    """A job that has not ended."""

    job: Job
    place: int | None               # 1 is next; None: it is at work


class Cancelled(StrEnum):
    """What came of a wish to cancel."""

    YES = "yes"
    TOO_LATE = "too_late"           # the film is being posted
    OVER = "over"                   # it had ended before
    UNKNOWN = "unknown"             # there is no such job (any more)


class Desk:
    """All that a face may do with jobs. Whose job it is, is for the face to look at."""

    def __init__(self, bench: Workbench, queue: Queue, places: Places) -> None:
        self._bench = bench
        self._queue = queue
        self._places = places
        self._jobs = bench.stores.jobs
        self._claims = bench.stores.claims
        self.privacy = Privacy(bench, queue, self.cancel)

    @property
    def alerts(self) -> Alerts:
        """What whoever runs the bot is told at once."""
        return self._bench.alerts

    async def accept(self, order: Order) -> Accepted:
        """Keep the order and put it in the queue. The same id again changes nothing."""
        return (await self.accept_all([order]))[0]

    async def accept_all(self, orders: Sequence[Order]) -> list[Accepted]:
        """The same for orders that belong together: a death in here loses none of them, or keeps none.

        Raises TooManyWaiting, and none is kept, where their member has no room for so many more.
        """
        async with self.privacy.turn_of(order.member_id for order in orders):
            are_new = await self._kept(orders)
            try:
                return [await self._queued(order.id, is_new) for order, is_new in zip(orders, are_new, strict=True)]
            except StorageError:    # their member is told that nothing came of it: the next start shall not begin them
                for order in orders:
                    await self.withdraw(order.id)
                raise

    async def keep(self, order: Order) -> bool:
        """Keep the order, and begin nothing; False where it was known. Who keeps it accepts it next, or withdraws it.

        Where neither is done any more, the next start accepts it. Raises TooManyWaiting.
        """
        async with self.privacy.turn_of([order.member_id]):
            return (await self._kept([order]))[0]

    async def _kept(self, orders: Sequence[Order]) -> list[bool]:
        """Which of them are new. In their members' turn, so that two commands at once find no more room than there is."""
        fresh = [order.member_id for order in orders if await self._jobs.get(order.id) is None]
        for member_id in set(fresh):
            await self.check_room(member_id, fresh.count(member_id))
        return await self._jobs.accept_all([order.as_job() for order in orders])

    async def check_room(self, member_id: str, more: int = 1) -> None:
        """Whether so many more jobs of the member may wait or be at work. Raises TooManyWaiting."""
        most = self._bench.budget.waiting
        if most and await self._jobs.unfinished_of(member_id) + more > most:
            raise TooManyWaiting(most=most)

    async def withdraw(self, job_id: str) -> None:
        """Forget an order that was kept, unless it has been accepted meanwhile; as soon as the disk takes that."""
        try:
            if await self._jobs.withdraw(job_id):
                await self._bench.live.let_go(job_id)
        except DiskFault:
            self._bench.live.tell(job_id, self._withdrawn(job_id))

    async def _queued(self, job_id: str, is_new: bool) -> Accepted:
        job = await self._known(job_id)
        if job.state is JobState.ACCEPTED:
            job = await self.enqueue(job)
        return Accepted(job, await self.place(job_id), is_new)

    async def _withdrawn(self, job_id: str) -> None:
        if await once_the_disk_takes_it(self._bench, partial(self._jobs.withdraw, job_id)):
            await self._bench.live.let_go(job_id)

    async def enqueue(self, job: Job) -> Job:
        """Put an accepted job in the queue, and note that it is there before it is at work. Raises DiskFault: it is not there."""
        async with self._bench.live_of(job).turn:
            await self._queue.enqueue(job)
            try:
                if (await self._known(job.id)).state is JobState.ACCEPTED:
                    await self._jobs.update(job.id, state=JobState.QUEUED)
            except DiskFault as fault:      # it will be made, so nobody may be told that it is not
                log.error("ALERT: the disk takes nothing, and jobs wait for it: job %s is in the queue: %s", job.id, fault)
        self._places.changed()
        return await self._known(job.id)

    async def job(self, job_id: str) -> Job | None:
        """One job; None where it is not known (any more)."""
        return await self._jobs.get(job_id)

    async def place(self, job_id: str) -> int | None:
        """The job's place in the queue, 1 is next; None where it does not wait."""
        return await self._jobs.place_in_queue(job_id)

    async def of_member(self, member_id: str, *, limit: int = 25) -> list[Job]:
        """The member's jobs, the newest first."""
        return await self._jobs.of_member(member_id, limit=limit)

    async def last_of(self, channel_id: str, member_id: str) -> Job | None:
        """The job that the member asked for last in this channel, however it stands."""
        return next(iter(await self._jobs.of_member(member_id, channel_id=channel_id, limit=1)), None)

    async def queue(self) -> list[Queued]:
        """Everybody's jobs that have not ended: those at work, then those that wait, in the order of their places."""
        found = [Queued(job, await self.place(job.id) if job.state.is_waiting else None)
                 for job in await self._jobs.unfinished()]
        return sorted(found, key=lambda one: one.place or 0)

    async def remember_message(self, job_id: str, message_id: str) -> None:
        """The progress message is this one from now on."""
        await self._jobs.remember_message(job_id, message_id)
        job, live = await self._jobs.get(job_id), self._bench.live.find(job_id)
        if job is not None and live is not None:
            live.teller.job = job

    async def tell_again(self, job_id: str) -> None:
        """Say a job's end once more, where its progress is by now; that pings nobody. One under way has none yet."""
        job = await self._jobs.get(job_id)
        if job is not None and job.state.is_end:
            await tell(self._bench, job_id)
            await self._bench.live.let_go(job_id)

    async def cancel(self, job_id: str) -> Cancelled:
        """End the job by its member's wish, wherever it stands, unless its film is being posted."""
        job = await self._jobs.get(job_id)
        if job is None:
            return Cancelled.UNKNOWN
        if job.state.is_end:
            return Cancelled.OVER
        live = self._bench.live_of(job)
        async with live.turn:
            job = await self._jobs.get(job_id)
            if job is not None and job.state is JobState.DELIVERING:
                return Cancelled.TOO_LATE
            if not await self._jobs.ended(job_id, JobState.CANCELLED, reason=CANCELLED_SAYS):
                return Cancelled.OVER
        if not live.hang_up():      # no step runs that would tell of the end
            await tell(self._bench, job_id)
            with suppress(DiskFault):       # at its turn it is found to have ended
                await self._queue.cancel(job_id)
            await self._bench.live.let_go(job_id)
            self._places.changed()
        return Cancelled.YES

    async def again(self, job_id: str, *, message_id: str | None = None) -> Accepted | None:
        """Try a job again that ended unchanged or uncertain, once: a new job with the same order.

        `message_id` is the new job's progress message (None: the earlier one's). None for a job that did not end so, or
        whose member has left it. Raises TooManyWaiting.
        """
        job = await self._asked(job_id)
        if job is None:
            return None
        fresh = next_id(job_id)
        if await self._jobs.get(fresh) is None:
            await self.check_room(job.member_id)        # before the claim: who has no room now may press once more, or leave it
        claim = answer_claim_of(job_id)
        if not await self._claims.make(claim, job_id, AGAIN):
            known = await self._claims.get(claim)
            if known is not None and known.result == LEFT:
                return None
        order = Order.of(job)
        order = replace(order, id=fresh, message_id=message_id or job.message_id, earlier_id=job_id,
                        session_id=order.again_in(job.session_id))
        accepted = await self.accept(order)
        await self._claims.finish(claim, fresh)
        return accepted

    async def leave(self, job_id: str) -> bool:
        """Leave a job as it is that ended unchanged or uncertain; False where it did not, or was answered before."""
        job = await self._asked(job_id)
        if job is None or not await self._claims.make(answer_claim_of(job_id), job_id, AGAIN):
            return False
        await self._claims.finish(answer_claim_of(job_id), LEFT)
        await say_end(self._bench, job, say("job.left", Order.of(job).public_language))
        await self._bench.live.let_go(job_id)
        await self._bench.folders.clear(job_id)
        return True

    async def _asked(self, job_id: str) -> Job | None:
        job = await self._jobs.get(job_id)
        return job if job is not None and job.state in ASKED else None

    async def _known(self, job_id: str) -> Job:
        job = await self._jobs.get(job_id)
        if job is None:
            raise LookupError(f"job {job_id} was forgotten while it was accepted")
        return job
