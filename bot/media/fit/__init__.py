"""Fit: write a film anew so that it may be posted. Never above the limit, never changes the film itself, never links."""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.media.apart import WorkerDied, work_apart
from bot.media.errors import is_of_disk
from bot.media.fit.errors import NotFitted, TooSmallToFit
from bot.media.fit.plan import would_ruin
from bot.media.fit.words import Advanced, Done, Failed, Ruined, said_in

__all__ = ["Fitted", "NotFitted", "Progress", "TooSmallToFit", "fit", "would_ruin"]

FIT_SECONDS: Final = 15 * 60.0

Progress = Callable[[float], None]
"""Called with the fraction that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A film that may be posted. `kbps`: picture, sound and index together."""

    path: Path
    bytes: int
    width: int
    height: int
    kbps: int


async def fit(film: Path, to: Path, limit_bytes: int, *, progress: Progress | None = None) -> Fitted:
    """Write `film` to `to` in at most `limit_bytes`, as good as that goes; one that is small enough is copied as it is.

    Picture and sound keep their moments, the picture its shape. The work is done by a process of its own, with two
    threads for each codec; a call that is cancelled ends it at once and leaves everything as it was.

    Raises TooSmallToFit where the film would be ruined, NotFitted where it cannot be read or written, OSError for a disk that
    is full or may not be written.
    """
    part = to.with_name(f".{to.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        async with asyncio.timeout(FIT_SECONDS):
            said = await _work(film, part, limit_bytes, progress)
        if isinstance(said, Done) and said.bytes <= limit_bytes:
            part.replace(to)
            return Fitted(to, said.bytes, said.width, said.height, said.kbps)
    except TimeoutError as late:
        raise NotFitted(film.name, f"not within {FIT_SECONDS:.0f} s") from late
    except OSError as fault:
        if is_of_disk(fault.errno):
            raise
        raise NotFitted(film.name, str(fault)) from fault
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    if isinstance(said, Failed) and said.errno is not None:
        raise OSError(said.errno, os.strerror(said.errno))
    if isinstance(said, Done | Failed):
        raise NotFitted(film.name, said.detail if isinstance(said, Failed) else f"{said.bytes} bytes")
    raise TooSmallToFit(film.name, said.seconds, limit_bytes)


async def _work(film: Path, part: Path, limit_bytes: int, progress: Progress | None) -> Done | Ruined | Failed:
    """Run the worker to its end, or kill it."""

    def hear(line: bytes) -> Done | Ruined | Failed | None:
        said = said_in(line)
        if not isinstance(said, Advanced):
            return said
        if progress is not None:
            progress(said.fraction)
        return None

    try:
        return await work_apart("bot.media.inside.fit", (str(film), str(part), str(limit_bytes)), hear)
    except WorkerDied as death:
        return Failed(str(death))
