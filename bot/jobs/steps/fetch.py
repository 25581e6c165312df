"""Fetch: the clip comes to the job's folder while its link lives. Begun again, it is fetched again, or is there already."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path
from typing import Final

from bot.flows.errors import FlowError
from bot.flows.progress import Stage, Step
from bot.jobs.order import Clip, Order
from bot.jobs.steps.work import Work
from bot.media.clip import MAX_CLIP_BYTES
from storage import JobKind

STEM: Final = "clip"
MAX_EXTENSION_CHARACTERS: Final = 8


class ClipWanted(FlowError):
    """A song is asked for, and there is no clip to make it of."""

    says = "job.no_clip"


async def fetch(work: Work) -> None:
    """Bring the clip here, if there is one. Raises ClipWanted, MediaError."""
    order = Order.of(work.job)
    folder = await work.bench.folders.make(work.job.id)
    if order.clip is None:
        if work.job.kind is JobKind.GENERATE:
            raise ClipWanted
        return
    to = path_of(folder, order.clip)
    if to.exists():
        return
    work.progress(Step(Stage.PREPARING))
    if order.earlier_id is not None and await _taken_over(path_of(work.bench.folders.of(order.earlier_id), order.clip), to):
        await work.bench.folders.clear(order.earlier_id)
        return
    await work.bench.fetch(order.clip.url, to, limit_bytes=MAX_CLIP_BYTES, clock=work.bench.clock,
                           progress=lambda got, total: work.progress(Step(Stage.PREPARING, got / total if total else None)))


def path_of(folder: Path, clip: Clip) -> Path:
    """Where the clip lies. Its name is its sender's, so that only a plain extension of it is used."""
    extension = Path(clip.name).suffix.lower()
    is_plain = extension[1:].isascii() and extension[1:].isalnum() and len(extension) <= MAX_EXTENSION_CHARACTERS
    return folder / (STEM + (extension if is_plain else ""))


async def _taken_over(earlier: Path, to: Path) -> bool:
    """Whether the clip of the job that is tried again was still there; a link lives for a day at most."""
    return await asyncio.to_thread(_copy, earlier, to)


def _copy(earlier: Path, to: Path) -> bool:
    part = to.with_name(f"{to.name}.part")
    part.unlink(missing_ok=True)
    try:
        os.link(earlier, part)
    except FileNotFoundError:
        return False
    except OSError:         # a file system without links
        shutil.copyfile(earlier, part)
    part.replace(to)
    return True
