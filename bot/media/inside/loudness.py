"""How loud a clip is from moment to moment. Decodes within bounds, keeps no sample, draws nothing."""

from __future__ import annotations

import math
from array import array
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from operator import mul
from pathlib import Path
from typing import Final

from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.error import FFmpegError

from bot.media.clip import MAX_CONVERTED_SECONDS
from bot.media.inside.sound import Undecodable, frames, opened, sound_stream

RATE_HZ: Final = 16_000
"""Enough for the height of a voice's waves."""
PIECE_SAMPLES: Final = 64
"""4 ms: ten minutes are 150,000 pieces, and the shortest clip still has one for each bar of a picture."""
DECODE_SECONDS: Final = 10.0
FULL_SCALE: Final = 32_768


@dataclass(frozen=True, slots=True)
class Loudness:
    """Two numbers from 0 to 1 for each PIECE_SAMPLES of sound at RATE_HZ: its peak, and its root mean square."""

    peaks: Sequence[float]
    levels: Sequence[float]

    @property
    def seconds(self) -> float:
        """The length of what was heard."""
        return len(self.peaks) * PIECE_SAMPLES / RATE_HZ


def loudness_of(clip: Path) -> Loudness:
    """The loudness of `clip`, of its first MAX_CONVERTED_SECONDS: of what a backend hears. Blocks for some DECODE_SECONDS.

    Of a clip that breaks off, or takes too long, what was decoded until then. Raises FFmpegError, Undecodable, OSError.
    """
    peaks, levels = array("f"), array("f")
    most = MAX_CONVERTED_SECONDS * RATE_HZ // PIECE_SAMPLES
    try:
        for piece in _pieces(clip):
            highest, lowest = max(piece), min(piece)
            peaks.append(max(highest, -lowest) / FULL_SCALE)
            levels.append(min(1.0, math.sqrt(sum(map(mul, piece, piece)) / len(piece)) / FULL_SCALE))
            if len(peaks) >= most:
                break
    except (FFmpegError, Undecodable):
        if not peaks:
            raise
    if not peaks:
        raise Undecodable("no sound that decodes")
    return Loudness(peaks, levels)


def _pieces(clip: Path) -> Iterator[memoryview]:
    """The sound as mono in pieces of PIECE_SAMPLES; the last one may be shorter."""
    resampler = AudioResampler("s16", "mono", RATE_HZ)
    left = b""
    with opened(clip) as source:
        stream = sound_stream(source)
        if stream is None:
            raise Undecodable("no sound that decodes")
        for frame in frames(source, stream, DECODE_SECONDS):
            frame.pts = None        # what a live recorder dropped would else come back as silence or as an error
            left = yield from _cut(left + _bytes(resampler.resample(frame)))
        rest = yield from _cut(left + _bytes(resampler.resample(None)))
        if rest:
            yield memoryview(rest).cast("h")


def _bytes(resampled: Sequence[AudioFrame]) -> bytes:
    return b"".join(bytes(frame.planes[0])[:frame.samples * 2] for frame in resampled)


def _cut(sound: bytes) -> Generator[memoryview, None, bytes]:
    """Whole pieces of `sound`; what is left at its end is returned."""
    size = PIECE_SAMPLES * 2
    whole = len(sound) // size * size
    view = memoryview(sound).cast("h")
    for start in range(0, whole // 2, PIECE_SAMPLES):
        yield view[start:start + PIECE_SAMPLES]
    return sound[whole:]
