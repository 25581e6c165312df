"""A process that draws one waveform: `python -m bot.media.waveform.worker CLIP TO WIDTH HEIGHT`. Says how that went, and ends.

Whatever a foreign file does to FFmpeg ends with this process; when the bot dies it removes what it wrote and ends too.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
from av.error import FFmpegError

from bot.media.apart.inside import begin, say
from bot.media.sound import Undecodable
from bot.media.waveform.loudness import loudness_of
from bot.media.waveform.picture import png_of


class Drawn(msgspec.Struct, frozen=True, tag=True):
    """The picture is there; so many seconds of sound are on it."""

    seconds: float


class Unheard(msgspec.Struct, frozen=True, tag=True):
    """The clip cannot be decoded."""

    detail: str


class Unwritten(msgspec.Struct, frozen=True, tag=True):
    """The picture cannot be written."""

    detail: str


Said = Drawn | Unheard | Unwritten


def said_in(line: bytes) -> Said:
    """What a line of this process says. Raises msgspec.DecodeError."""
    said: Said = msgspec.json.decode(line, type=Said)
    return said


def draw_clip(clip: Path, to: Path, width: int, height: int) -> Said:
    """The waveform of `clip` at `to`."""
    try:
        loudness = loudness_of(clip)
    except (FFmpegError, Undecodable, OSError, ValueError) as fault:
        return Unheard(f"{type(fault).__name__}: {fault}")
    try:
        to.write_bytes(png_of(loudness, width, height))
    except OSError as fault:
        to.unlink(missing_ok=True)
        return Unwritten(str(fault))
    return Drawn(loudness.seconds)


def main(clip: str, to: str, width: str, height: str) -> None:
    """Draw one waveform and say how that went."""
    part = Path(to)
    begin(part)
    say(draw_clip(Path(clip), part, int(width), int(height)))


if __name__ == "__main__":
    main(*sys.argv[1:])
