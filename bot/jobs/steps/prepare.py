"""Prepare: the clip is looked at and, where the API does not take its type, written anew. Begun again, it is done again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import msgspec

from bot.flows.progress import Stage, Step
from bot.jobs import notes
from bot.jobs.order import Order
from bot.jobs.steps.fetch import path_of
from bot.jobs.steps.work import Work
from bot.media import Clip, Kind, probe, to_accepted
from bot.media.errors import MediaError

CONVERTED: Final = "sent"


class NotAVoice(MediaError):
    """The clip is a picture."""

    says = "clip.not_a_voice"


async def prepare(work: Work) -> None:
    """Make sure that there is a file to send, and note which. Raises MediaError."""
    clip = Order.of(work.job).clip
    if clip is None:
        return
    work.progress(Step(Stage.PREPARING))
    looked_at = await _looked_at(path_of(work.folder, clip), clip.name)
    file = looked_at.path
    if not looked_at.is_accepted:
        async with work.bench.conversion:
            converted = await to_accepted(looked_at, work.folder)
        file = converted.replace(work.folder / f"{CONVERTED}{converted.suffix}")
    called = f"{Path(clip.name).stem or CONVERTED}{Path(looked_at.name).suffix if looked_at.is_accepted else file.suffix}"
    note = await notes.read(work.folder)
    await notes.write(work.folder, msgspec.structs.replace(note, file=file.name, called=called))


async def _looked_at(path: Path, called: str) -> Clip:
    """What is known of the clip; its faults are told under its sender's name."""
    try:
        found = await asyncio.to_thread(probe, path)
    except MediaError as fault:
        fault.facts["name"] = called
        raise
    if found.kind is Kind.IMAGE:
        raise NotAVoice(called)
    return found
