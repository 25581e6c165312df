"""Waveform: a clip as people know sound from their recorders, as a small picture. Never changes the clip, never posts."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from bot.media.apart import WorkerDied, work_apart
from bot.media.errors import BrokenClip, MediaError
from bot.media.waveform.worker import Unheard, Unwritten, said_in

__all__ = ["NotDrawn", "draw"]

DRAW_SECONDS: Final = 30.0
USUAL_WIDTH: Final = 900        # pixels
USUAL_HEIGHT: Final = 160
LEAST_PIXELS, MOST_PIXELS = 16, 4096


class NotDrawn(MediaError):
    """The picture could not be made in time or written: no fault of the clip's."""

    says = "clip.not_drawn"


async def draw(clip: Path, to: Path, *, width: int = USUAL_WIDTH, height: int = USUAL_HEIGHT) -> None:
    """Write the waveform of `clip` to `to`, a PNG of `width` by `height` pixels with nothing behind the bars.

    Of a long clip the first ten minutes, as much as a backend hears. A process of its own decodes and draws; a call that
    is cancelled ends it at once and leaves everything as it was. Raises BrokenClip, NotDrawn, ValueError for no such size.
    """
    if not (LEAST_PIXELS <= width <= MOST_PIXELS and LEAST_PIXELS <= height <= MOST_PIXELS):
        raise ValueError(f"a waveform of {width} by {height} pixels")
    part = to.with_name(f".{to.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        async with asyncio.timeout(DRAW_SECONDS):
            said = await work_apart("bot.media.waveform.worker", (str(clip), str(part), str(width), str(height)), said_in)
        if isinstance(said, Unheard):
            raise BrokenClip(clip.name, said.detail)
        if isinstance(said, Unwritten):
            raise NotDrawn(clip.name, said.detail)
        part.replace(to)
    except TimeoutError as late:
        raise NotDrawn(clip.name, f"not within {DRAW_SECONDS:.0f} s") from late
    except (OSError, WorkerDied) as fault:
        raise NotDrawn(clip.name, str(fault)) from fault
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
