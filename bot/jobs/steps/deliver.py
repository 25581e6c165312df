"""Deliver: the film is posted behind a claim, once. Begun again, the door looks first whether it was posted already."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from bot.flows.progress import Stage, Step
from bot.jobs import notes
from bot.jobs.door import Delivery, FilmTooLarge
from bot.jobs.ending import DONE, DONE_FILE
from bot.jobs.order import FILM
from bot.jobs.steps.fitting import apart, fitted, linked, size_of, smaller
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
    is_film = (await notes.read(work.folder)).format == FILM
    await work.jobs.ended(work.job.id, JobState.DONE, reason=DONE if is_film else DONE_FILE)


async def _posted(work: Work, claim: str) -> str | None:
    """The id of the message with the film; None where the member was quicker to cancel."""
    delivery = await _delivery(work)
    work.progress(Step(Stage.POSTING))
    async with work.live.turn:
        if not await work.jobs.update(work.job.id, state=JobState.DELIVERING):
            return None
    again = not await work.claims.make(claim, work.job.id, ACT)
    while True:
        try:
            return await work.live.door.deliver(work.job, delivery, again=again)
        except FilmTooLarge as refused:
            if delivery.film is None and not delivery.files:
                raise
            largest = max(map(size_of, delivery.files), default=delivery.bytes)
            note = await notes.read(work.folder)    # who dies after a part of it was posted goes on with the same parts
            await notes.write(work.folder, msgspec.structs.replace(note, limit=smaller(largest, refused.limit_bytes)))
            delivery = await _delivery(work)


async def _delivery(work: Work) -> Delivery:
    """What to hand over, as large as the channel takes it."""
    note = await notes.read(work.folder)
    film, limit = work.film, work.job.upload_limit if note.limit is None else note.limit
    assert film is not None
    found = await fitted(film, limit, work, note.format)
    whole = Delivery(found, size_of(found or film), note.seconds, note.reply, note.title, song=note.song,
                     timeline=note.timeline, actions=note.actions, format=note.format)
    if found is not None:
        return whole
    if files := await apart(film, limit, note.format):
        return replace(whole, bytes=sum(map(size_of, files)), files=files)
    link, size = await linked(film, limit, work, note.format)
    return replace(whole, bytes=size, link=link)
