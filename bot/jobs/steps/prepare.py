"""Prepare: each clip is looked at and, where the API does not take its type, written anew. Begun again, it is done again."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final

import msgspec

from bot.flows.progress import Stage, Step
from bot.jobs import notes
from bot.jobs.door import Picture
from bot.jobs.notes import Sent
from bot.jobs.order import Order
from bot.jobs.steps.fetch import names_of, paths_of
from bot.jobs.steps.work import Work
from bot.media import Clip, Kind, probe, to_accepted
from bot.media.errors import MediaError
from bot.texts import say

CONVERTED: Final = "sent"
WAVEFORM: Final = "waveform.png"


class NotAVoice(MediaError):
    """The clip is a picture."""

    says = "clip.not_a_voice"


async def prepare(work: Work) -> None:
    """Make sure that there are files to send, and note which. Raises MediaError."""
    clips = Order.of(work.job).clips
    if not clips:
        return
    work.progress(Step(Stage.PREPARING))
    paths, names = paths_of(work.folder, clips), await names_of(work)
    sent: list[Sent] = []
    for path, name in zip(paths, names, strict=True):
        sent.append(await _prepared(work, path, name, {one.called for one in sent}))
    note = await notes.read(work.folder)
    await notes.write(work.folder, msgspec.structs.replace(note, sent=tuple(sent)))
    work.live.pictures.make(_waveform(work, paths[-1], names[-1]))


def distinct(called: str, taken: set[str]) -> str:
    """`called`, or with a number before its ending where another clip is called so: `hum (2).wav`."""
    path, number, found = Path(called), 1, called
    while found in taken:
        number += 1
        found = f"{path.stem} ({number}){path.suffix}"
    return found


async def _prepared(work: Work, path: Path, name: str, taken: set[str]) -> Sent:
    """The file to send for the clip at `path`."""
    looked_at = await _looked_at(path, name)
    file = looked_at.path
    if not looked_at.is_accepted:
        async with work.bench.conversion:
            converted = await to_accepted(looked_at, work.folder)
        file = converted.replace(work.folder / f"{CONVERTED}-{path.stem}{converted.suffix}")
    called = f"{Path(name).stem or CONVERTED}{Path(looked_at.name).suffix if looked_at.is_accepted else file.suffix}"
    return Sent(file.name, distinct(called, taken), looked_at.seconds)


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


async def _waveform(work: Work, clip: Path, name: str) -> Picture:
    """A picture of the clip that a song is made of."""
    to = work.folder / WAVEFORM
    async with work.bench.drawing:
        await work.bench.draw(clip, to)
    return Picture(to, say("picture.waveform", Order.of(work.job).public_language, name=name), "waveform")
