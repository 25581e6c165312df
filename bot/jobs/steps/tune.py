"""Tune: the picture of the tune that was heard, as soon as the backend has it. Asks, never waits, never fails a job."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Final

from bot.flows.progress import Progress, Stage, Step
from bot.jobs import notes
from bot.jobs.door import Picture
from bot.jobs.order import Order
from bot.jobs.pictures import TUNE
from bot.jobs.steps.work import Work
from bot.nemo import SessionState
from bot.nemo.files.filetypes import travel_name
from bot.speech.heard import heard_in
from bot.speech.song import part_of, text_in
from bot.texts import say

FILE: Final = "tune.png"
HEARD: Final = frozenset((Stage.COMPOSING, Stage.PERFORMING))
"""What a backend is at once it has heard."""


def mark_of(state: SessionState) -> str:
    """A short mark of the tune that the project knows; empty where it knows none."""
    tune = part_of(state, "melody")
    return hashlib.sha256(json.dumps(tune, sort_keys=True).encode()).hexdigest()[:16] if tune else ""


async def is_theirs(work: Work, state: SessionState) -> bool:
    """Whether the tune in `state` is of the job's own clips, not of one that was in the project before."""
    note = await notes.read(work.folder)
    mark = mark_of(state)
    if not mark or not note.clips:
        return False
    if note.before is None or note.before.session_id != work.job.session_id or note.before.tune != mark:
        return True
    return text_in(part_of(state, "melody"), "clip") == travel_name(note.clips[-1].called)


async def picture_of(work: Work, state: SessionState | None = None) -> Picture | None:
    """The tune of the job's clips, fetched; None where there is none (yet). Raises NemoError, OSError."""
    if work.live.pictures.has_tune or not Order.of(work.job).clips:
        return None
    nemo = await work.nemo()
    state = state or await nemo.state(work.job.session_id or "")
    if not await is_theirs(work, state):
        return None
    found = await nemo.picture(state, work.folder / FILE)
    if found is None:
        return None
    language = Order.of(work.job).public_language
    return Picture(found, heard_in(state, language) or say("picture.tune", language), TUNE)


def watching(work: Work) -> Progress:
    """A progress that tells on, and looks for the tune whenever the backend goes on from hearing to the next thing."""
    return _watching(work.progress, lambda: work.live.pictures.make(picture_of(work)))


def _watching(tell: Progress, look: Callable[[], None]) -> Progress:
    seen: set[Stage] = set()

    def told(step: Step) -> None:
        tell(step)
        if step.stage in HEARD and step.stage not in seen:
            seen.add(step.stage)
            look()

    return told
