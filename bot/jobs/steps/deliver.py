"""Deliver: the film is posted behind a claim, once. Begun again, the door looks first whether it was posted already."""

from __future__ import annotations

from bot.flows.progress import Stage, Step
from bot.jobs import notes
from bot.jobs.door import Delivery, FilmTooLarge
from bot.jobs.steps.fitting import fitted, linked, size_of, smaller
from bot.jobs.steps.work import Work
from storage import JobState

ACT = "post"


def claim_of(job_id: str) -> str:
    """The claim that stands before a post."""
    return f"{ACT}:{job_id}"


async def deliver(work: Work) -> None:
    """Post the film, or where it can be watched, and end the job. Raises DoorShut, TooLargeToPost, NemoError."""
    claim = claim_of(work.job.id)
    known = await work.claims.get(claim)
    if known is None or known.finished_at is None:
        message_id = await _posted(work, claim)
        if message_id is None:
            return
        await work.claims.finish(claim, message_id)
    await work.jobs.ended(work.job.id, JobState.DONE)


async def _posted(work: Work, claim: str) -> str | None:
    """The id of the message with the film; None where the member was quicker to cancel."""
    limit = work.job.upload_limit
    delivery = await _delivery(work, limit)
    work.progress(Step(Stage.POSTING))
    async with work.live.turn:
        if not await work.jobs.update(work.job.id, state=JobState.DELIVERING):
            return None
    again = not await work.claims.make(claim, work.job.id, ACT)
    while True:
        try:
            return await work.live.door.deliver(work.job, delivery, again=again)
        except FilmTooLarge as refused:
            if delivery.film is None:
                raise
            limit = smaller(delivery.bytes, refused.limit_bytes)
            delivery = await _delivery(work, limit)


async def _delivery(work: Work, limit: int | None) -> Delivery:
    """What to hand over to a channel that takes `limit` bytes."""
    note = await notes.read(work.folder)
    film = work.film
    assert film is not None
    found = await fitted(film, limit, work)
    if found is None:
        link, size = await linked(film, limit, work)
        return Delivery(None, size, note.seconds, note.reply, note.title, link)
    return Delivery(found, size_of(found), note.seconds, note.reply, note.title)
