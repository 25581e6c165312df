"""Fetch: the clips come to the job's folder while their links live. Begun again, what is there already is not fetched again."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from bot.flows.errors import FlowError
from bot.flows.progress import Stage, Step
from bot.jobs import notes
from bot.jobs.order import Clip, Order
from bot.jobs.steps.work import Work
from bot.media.clip import MAX_CLIP_BYTES
from storage import JobKind

STEM: Final = "clip"
MAX_EXTENSION_CHARACTERS: Final = 8
MAX_CLIPS_BYTES: Final = 500_000_000
"""Of all clips of a job together: so many fit on the disk of whoever hosts it for many members."""


class ClipWanted(FlowError):
    """Clips shall go into a project, and there are none."""

    says = "job.no_clip"


async def fetch(work: Work) -> None:
    """Bring the clips here, if there are any. Raises ClipWanted, MediaError."""
    order = Order.of(work.job)
    folder = await work.bench.folders.make(work.job.id)
    if not order.clips:
        if work.job.kind is JobKind.UPLOAD:
            raise ClipWanted
        return
    if order.earlier_id is not None:
        await _taken_over(work, order, folder)
    left = MAX_CLIPS_BYTES
    for place, (clip, to) in enumerate(zip(order.clips, paths_of(folder, order.clips), strict=True)):
        if not await _is_here(work, place, to):
            await _fetched(work, clip, to, place, min(MAX_CLIP_BYTES, max(1, left)))
        left -= to.stat().st_size
    if order.earlier_id is not None:
        await work.bench.folders.clear(order.earlier_id)


def paths_of(folder: Path, clips: Sequence[Clip]) -> list[Path]:
    """Where the clips lie. Their names are their senders', so that only plain extensions of them are used."""
    stems = [STEM, *(f"{STEM}-{place}" for place in range(2, len(clips) + 1))]
    return [folder / (stem + _extension(clip.name)) for stem, clip in zip(stems, clips, strict=True)]


async def names_of(work: Work) -> list[str]:
    """What the clips are called: as their senders did, or as was found behind a link."""
    order, note = Order.of(work.job), await notes.read(work.folder)
    found = iter(note.links)
    return [(next(found, "") if clip.is_link else "") or clip.name for clip in order.clips]


def _extension(name: str) -> str:
    extension = Path(name).suffix.lower()
    is_plain = extension[1:].isascii() and extension[1:].isalnum() and len(extension) <= MAX_EXTENSION_CHARACTERS
    return extension if is_plain else ""


async def _is_here(work: Work, place: int, to: Path) -> bool:
    """Whether it is, with the name of one behind a link, which is noted after it has come."""
    if not await asyncio.to_thread(to.exists):
        return False
    links = _links(work, place + 1)
    return links == _links(work, place) or len((await notes.read(work.folder)).links) >= links


async def _fetched(work: Work, clip: Clip, to: Path, place: int, limit: int) -> None:
    count = len(Order.of(work.job).clips)

    def told(got: int, total: int | None) -> None:
        work.progress(Step(Stage.PREPARING, (place + got / total) / count if total else None))

    work.progress(Step(Stage.PREPARING))
    if not clip.is_link:
        await work.bench.fetch(clip.url, to, limit_bytes=limit, clock=work.bench.clock, progress=told)
        return
    name = await work.bench.fetch_public(clip.url, to, limit_bytes=limit, clock=work.bench.clock, progress=told)
    note = await notes.read(work.folder)
    links = (*note.links[:_links(work, place)], name)
    await notes.write(work.folder, msgspec.structs.replace(note, links=links))


def _links(work: Work, count: int) -> int:
    """How many of the job's first `count` clips are links."""
    return sum(clip.is_link for clip in Order.of(work.job).clips[:count])


async def _taken_over(work: Work, order: Order, folder: Path) -> None:
    """Take what is still there of the job that is tried again; a link lives for a day at most."""
    earlier = work.bench.folders.of(order.earlier_id or "")
    note, known = await notes.read(folder), await notes.read(earlier)
    if known.links and not note.links:
        await notes.write(folder, msgspec.structs.replace(note, links=known.links))
    for there, here in zip(paths_of(earlier, order.clips), paths_of(folder, order.clips), strict=True):
        await asyncio.to_thread(_copy, there, here)


def _copy(earlier: Path, to: Path) -> None:
    """Take `earlier` over to `to`, if it is there and is not here yet."""
    if to.exists():
        return
    part = to.with_name(f"{to.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(earlier, part)
    except FileNotFoundError:
        return
    except OSError:         # a file system without links
        shutil.copyfile(earlier, part)
    part.replace(to)
