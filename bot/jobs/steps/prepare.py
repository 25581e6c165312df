"""Prepare: each clip is looked at and, where the API does not take its type, written anew. Begun again, it is done again.

The newest clip is also drawn, beside the steps that follow.
"""

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
from bot.media.errors import NotAVoice
from bot.media.intake import Taken
from bot.media.names import plain_name
from bot.texts import say

CONVERTED: Final = "sent"
WAVEFORM: Final = "waveform.png"


class PictureSent(NotAVoice):
    """A picture in the place of a clip, from somebody who has no `--image` to give it with."""

    says = "discord.not_a_voice"


async def prepare(work: Work) -> None:
    """Make sure that there are files to send, and note which. Raises MediaError, OSError."""
    clips = Order.of(work.job).clips
    if not clips:
        return
    work.progress(Step(Stage.PREPARING))
    paths, names = paths_of(work.folder, clips), await names_of(work)
    sent: list[Sent] = []
    for path, name in zip(paths[:-1], names[:-1], strict=True):
        sent.append(_sent(path, await _taken(work, path, name), sent))
    taken = await _taken(work, paths[-1], names[-1], work.folder / WAVEFORM)
    try:
        sent.append(_sent(paths[-1], taken, sent))
        note = await notes.read(work.folder)
        await notes.write(work.folder, msgspec.structs.replace(note, sent=tuple(sent)))
    except BaseException:
        if taken.drawing is not None:
            taken.drawing.cancel()
        raise
    if taken.drawing is not None:
        work.live.pictures.make(_waveform(work, taken.drawing, plain_name(names[-1])))


async def _taken(work: Work, clip: Path, name: str, waveform: Path | None = None) -> Taken:
    try:
        return await work.bench.intake.take(clip, work.folder, called=name, waveform=waveform)
    except NotAVoice as fault:
        raise PictureSent(plain_name(name), str(fault)) from fault


def distinct(called: str, taken: set[str]) -> str:
    """`called`, or with a number before its ending where another clip is called so: `hum (2).wav`."""
    path, number, found = Path(called), 1, called
    while found in taken:
        number += 1
        found = f"{path.stem} ({number}){path.suffix}"
    return found


def _sent(clip: Path, taken: Taken, earlier: list[Sent]) -> Sent:
    """The file to send for `clip`. One that was written anew gets the same name each time."""
    file = taken.file if taken.file == clip else taken.file.replace(clip.with_name(f"{CONVERTED}-{clip.stem}{taken.file.suffix}"))
    return Sent(file.name, distinct(taken.name, {one.called for one in earlier}), taken.clip.seconds)


async def _waveform(work: Work, drawing: asyncio.Task[None], name: str) -> Picture:
    """A picture of the clip that a song is made of."""
    await drawing
    return Picture(work.folder / WAVEFORM, say("picture.waveform", Order.of(work.job).public_language, name=name), "waveform")
