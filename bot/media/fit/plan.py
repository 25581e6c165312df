"""How good a film can be within a number of bytes: size of the picture, bits for picture and sound. Decides, never encodes.

Fewer bits for a pixel than x264 needs to look decent is worse than fewer pixels: the picture steps down from 1080 lines
over 720 to 480 while its share of bits is below that. What the film itself got by with counts, too: a picture that
mostly stands still needs less than the rule says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

LINES: Final = (1080, 720, 480)
"""Of the shorter side. More than 1080 nobody sees in a chat, below 480 a film is ruined."""
LEAST_BITS_A_PIXEL: Final = {1080: 0.03, 720: 0.03, 480: 0.02}
"""What x264 needs for moving pictures; measured on the studio's films and on noise it is far above, or below, enough."""
SOURCE_SHARE: Final = 0.6
"""With so much of the bits it had, a film still looks like itself: x264 is often better than what made it."""
SOURCE_EXPONENT: Final = 0.75
"""Bits grow more slowly than pixels."""
USUAL_FPS: Final = 30
AUDIO_RATES: Final = (192_000, 128_000, 96_000)
AUDIO_SHARE: Final = 0.2
"""Of all bits at most, while there is a smaller rate."""
INDEX_BYTES: Final = 4096
INDEX_BYTES_A_PACKET: Final = 16
AUDIO_PACKETS_A_SECOND: Final = 48_000 / 1024
MARGIN: Final = 0.97
"""x264 promises an average, and keeps it within a few per cent over a minute."""
SECOND_MARGIN: Final = 0.97
STRICT_SECONDS: Final = 1.0
"""The buffer of a strict film, which it may overdraw once."""
FAR_OFF: Final = 1.3
LEAST_RATE: Final = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """A film as it is. Width and height are in square pixels; `rotation` is in degrees, counter-clockwise, as the file has it."""

    seconds: float
    width: int
    height: int
    fps: float
    picture_rate: float         # bit/s
    sound_rate: float           # bit/s; 0: it has no sound
    rotation: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """A film as it shall be. `is_strict`: the rate is a cap over every second, not an average."""

    width: int
    height: int
    fps: float
    picture_rate: int           # bit/s
    sound_rate: int             # bit/s; 0: none
    is_strict: bool = False


def would_ruin(seconds: float, limit_bytes: int) -> bool:
    """Whether a film of moving pictures, wide and with sound, could not be fitted; told without looking at one."""
    return best(Source(seconds, 1920, 1080, USUAL_FPS, float("inf"), float("inf")), limit_bytes) is None


def best(source: Source, limit_bytes: int) -> Plan | None:
    """The best film within `limit_bytes`, as far as can be told beforehand; None where it would be ruined."""
    fps = _fps(source.fps)
    rate = _bits(source, fps, limit_bytes) / source.seconds
    sound = _sound_rate(source.sound_rate, rate)
    picture = max(LEAST_RATE, int(rate - sound)) if rate > sound else 0
    for width, height in _sizes(source.width, source.height):
        if picture and picture >= least_rate(source, width, height):
            return Plan(width, height, fps, picture, sound)
    return None


def least_rate(source: Source, width: int, height: int) -> float:
    """The fewest bit/s with which `source` is worth seeing at this size."""
    lines = min(width, height)
    a_pixel = next(bits for step, bits in sorted(LEAST_BITS_A_PIXEL.items()) if lines <= step or step == max(LINES))
    shrunk: float = (width * height / (source.width * source.height)) ** SOURCE_EXPONENT
    return min(a_pixel * width * height * _fps(source.fps), SOURCE_SHARE * source.picture_rate * shrunk)


def again(plan: Plan, source: Source, limit_bytes: int, times_too_large: float) -> Plan:
    """The second try, after a film that came out so many times too large.

    Its rate is a cap that even a full buffer cannot break; where x264 was far off, its picture is a step smaller.
    """
    bits = _bits(source, plan.fps, limit_bytes) * SECOND_MARGIN - plan.sound_rate * source.seconds
    rate = int(bits / (source.seconds + STRICT_SECONDS))
    smaller = [size for size in _sizes(source.width, source.height) if size < (plan.width, plan.height)]
    width, height = smaller[0] if smaller and times_too_large > FAR_OFF else (plan.width, plan.height)
    return replace(plan, width=width, height=height, picture_rate=max(LEAST_RATE, rate), is_strict=True)


def _bits(source: Source, fps: float, limit_bytes: int) -> float:
    """What picture and sound may have together, once the index has its share."""
    packets = source.seconds * (fps + AUDIO_PACKETS_A_SECOND)
    return 8 * (limit_bytes * MARGIN - INDEX_BYTES - INDEX_BYTES_A_PACKET * packets)


def _sizes(width: int, height: int) -> list[tuple[int, int]]:
    """The film's own size, where it is not too large, and the steps below it."""
    lines = min(width, height)
    steps = [lines, *(step for step in LINES if step < lines)] if lines <= max(LINES) else list(LINES)
    return [(_even(width * step / lines), _even(height * step / lines)) for step in steps]


def _fps(fps: float) -> float:
    """About USUAL_FPS where there are many more, by leaving out all but every second, third … picture."""
    return fps / max(1, round(fps / USUAL_FPS))


def _sound_rate(has: float, rate: float) -> int:
    """The best sound that leaves enough for the picture; no better than it was."""
    if not has:
        return 0
    enough = [step for step in AUDIO_RATES if step * 0.75 <= has] or [AUDIO_RATES[-1]]
    return next((step for step in enough if step <= rate * AUDIO_SHARE), AUDIO_RATES[-1])


def _even(length: float) -> int:
    return max(2, 2 * round(length / 2))
