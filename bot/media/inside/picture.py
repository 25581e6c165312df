"""The picture of a loudness: rounded bars on nothing, as a PNG. Draws and compresses; reads no sound.

Two colours, one for the peaks and a warmer one within it for the level that an ear goes by. Both stand out against the
background of Discord's light and dark themes (WCAG contrast of 3 and more), for behind the bars the picture is transparent.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Final

from bot.media.inside.loudness import Loudness

PEAK_RGB: Final = (0x7D, 0x72, 0xDD)
LEVEL_RGB: Final = (0xE8, 0x50, 0x7A)
BAR_PIXELS: Final = 4
GAP_PIXELS: Final = 2
FINER: Final = 4
"""Each pixel of a bar's end is looked at in so many places across and down, for a smooth edge."""
LEAST_FULL: Final = 0.05
"""A clip whose loudest peak is below this (-26 dB) is not drawn as if it were loud: silence stays a row of dots."""
COMPRESSION: Final = 6
RGBA_8_BITS: Final = (8, 6, 0, 0, 0)


def png_of(loudness: Loudness, width: int, height: int) -> bytes:
    """The picture, `width` by `height` pixels; the loudest moment fills it from top to bottom."""
    count = max(1, (width + GAP_PIXELS) // (BAR_PIXELS + GAP_PIXELS))
    margin = (width + GAP_PIXELS - count * (BAR_PIXELS + GAP_PIXELS)) // 2
    full = max(LEAST_FULL, *loudness.peaks)
    bars = [_bar(_tall(peak / full, height), _tall(level / full, height), height) for peak, level in _binned(loudness, count)]
    gap, start = bytes(4 * GAP_PIXELS), bytes(4 * margin)
    end = bytes(4 * (width - margin - count * (BAR_PIXELS + GAP_PIXELS) + GAP_PIXELS))
    rows = [b"\0" + start + gap.join(bar[row] for bar in bars) + end for row in range(height)]
    return _png(width, height, b"".join(rows))


def _binned(loudness: Loudness, count: int) -> Iterator[tuple[float, float]]:
    """Peak and level of each bar: the highest peak and the mean level of its pieces, of which each bar has at least one."""
    pieces = len(loudness.peaks)
    for first, last in pairwise(index * pieces // count for index in range(count + 1)):
        some = slice(first, max(last, first + 1))
        yield max(loudness.peaks[some]), _mean(loudness.levels[some])


def _mean(levels: Sequence[float]) -> float:
    return sum(levels) / len(levels)


def _tall(share: float, height: int) -> int:
    """How many pixels tall: even, so that a bar has a middle, and never less than a dot."""
    return max(BAR_PIXELS, 2 * round(min(1.0, share) * height / 2))


@cache
def _bar(peak: int, level: int, height: int) -> list[bytes]:
    """The rows of a bar, top to bottom, in RGBA."""
    return [_row(*rows) for rows in zip(_coverage(peak, height), _coverage(min(peak, level), height), strict=True)]


@cache
def _coverage(tall: int, height: int) -> list[tuple[float, ...]]:
    """How much of each pixel a bar of this height covers, 0 to 1: straight sides, round ends, in the middle of the picture."""
    straight = tall / 2 - BAR_PIXELS / 2
    return [_covered(abs(row + 0.5 - height / 2) - straight) for row in range(height)]


@cache
def _covered(beyond: float) -> tuple[float, ...]:
    """The same of one row, whose middle lies so many pixels beyond the straight part of a bar."""
    if beyond <= -0.5:
        return (1.0,) * BAR_PIXELS
    radius = BAR_PIXELS / 2
    steps = [(step + 0.5) / FINER for step in range(FINER)]
    return tuple(sum((column + x - radius) ** 2 + max(0.0, beyond - 0.5 + y) ** 2 <= radius**2 for x in steps for y in steps)
                 / FINER**2 for column in range(BAR_PIXELS))


@cache
def _row(outer: tuple[float, ...], inner: tuple[float, ...]) -> bytes:
    return b"".join(map(_pixel, outer, inner))


def _pixel(outer: float, inner: float) -> bytes:
    """The colour of the level over that of the peak, as transparent as the peak leaves it."""
    share = inner / outer if outer else 0.0
    mixed = (round(over * share + under * (1 - share)) for over, under in zip(LEVEL_RGB, PEAK_RGB, strict=True))
    return bytes((*mixed, round(255 * outer)))


def _png(width: int, height: int, rows: bytes) -> bytes:
    """A PNG of rows of RGBA, each after its filter's byte (the format's second edition, W3C 2003)."""
    header = struct.pack(">II5B", width, height, *RGBA_8_BITS)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, COMPRESSION)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks)
