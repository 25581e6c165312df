"""Hear: what became of clips that were sent without a wish is told. Says nothing to the backend, costs nothing.

Begun again, it looks again.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Final

from bot.flows.offers import offered
from bot.flows.progress import Stage, Step
from bot.jobs import notes
from bot.jobs.ending import plain
from bot.jobs.notes import Sent
from bot.jobs.order import Order
from bot.jobs.steps.tune import is_theirs, picture_of
from bot.jobs.steps.work import Work
from bot.nemo import NemoError, SessionState
from bot.speech.heard import heard_in
from bot.speech.timeline import clock
from bot.texts import say
from storage import Fact, JobState

HEAR_SECONDS: Final = 15.0
"""How long a member waits for what was heard; the backend goes on hearing without them."""
LOOK_SECONDS: Final = 1.0
SHOW_SECONDS: Final = 8.0
"""How long an end waits for a picture to be shown, which goes with the end."""

log = logging.getLogger(__name__)


async def hear(work: Work) -> None:
    """End an upload with a sentence that tells what was heard, or what is there."""
    language = Order.of(work.job).public_language
    state = await _heard(work)
    heard = None if state is None else heard_in(state, language)
    if state is not None:
        await work.live.pictures.show(picture_of(work, state))
        with suppress(TimeoutError):
            async with asyncio.timeout(work.bench.clock.patience(SHOW_SECONDS)):
                await work.live.teller.told()
    if (project := await work.project()) is not None:
        await work.bench.stores.projects.touch(project.id)
    clips = (await notes.read(work.folder)).clips
    facts: dict[str, Fact] = {"files": plain(say("timeline.comma", language).join(_told(clip, language) for clip in clips))}
    if heard:
        await work.jobs.ended(work.job.id, JobState.DONE, reason="job.uploaded_heard", facts=facts | {"heard": plain(heard)})
    else:
        await work.jobs.ended(work.job.id, JobState.DONE, reason="job.uploaded", facts=facts)


async def _heard(work: Work) -> SessionState | None:
    """The project with the tune of these clips in it; None where the backend hears nothing by itself, or not in time."""
    nemo, session_id = await work.nemo(), work.job.session_id or ""
    try:
        if not (await offered(nemo)).hears_uploads:
            return None
        work.progress(Step(Stage.LISTENING))
        ends = nemo.clock.now() + HEAR_SECONDS
        while True:
            state = await nemo.state(session_id)
            if await is_theirs(work, state):
                return state
            if nemo.clock.now() >= ends:
                return None
            await nemo.clock.sleep(LOOK_SECONDS)
    except NemoError as fault:      # the clips are there all the same
        log.info("job %s does not know what was heard: %s", work.job.id, fault)
        return None


def _told(clip: Sent, language: str) -> str:
    """A clip's name and, where it is known, its length."""
    if clip.seconds is None:
        return clip.called
    return say("job.clip", language, name=clip.called, length=clock(clip.seconds))
