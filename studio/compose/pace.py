"""How fast the song goes: the heard tempo brought into a style's range. Never touches a note.

Within 25 % of the range the beats stay what they are and only the tempo moves to the range's edge. Farther away four
beats a bar go into half or double time, whichever comes nearest: the song's beat is then two heard beats, or half a
one, and every rhythm keeps its proportions. Three beats a bar are never halved or doubled, since bar lines would fall
between the heard ones (two bars of three are not one bar of three slow beats): there the tempo alone gives way.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log2

KEEP_WITHIN = 1.25
MIN_TEMPO, MAX_TEMPO = 40.0, 220.0      # what is still music after "slower" and "faster"


@dataclass(frozen=True, slots=True)
class Pace:
    """`factor` song beats stand for one heard beat; `tempo` is the song's, in beats a minute."""

    factor: float
    tempo: float


def pace_of(heard: float, meter: int, low: float, high: float) -> Pace:
    """The pace for a tune heard at `heard` beats a minute in a style that plays from `low` to `high`."""
    if meter == 3 or low / KEEP_WITHIN < heard < high * KEEP_WITHIN:
        return Pace(1.0, min(max(heard, low), high))

    def distance(factor: float) -> float:
        there = heard * factor
        return abs(log2(there / min(max(there, low), high)))

    factor = min((1.0, 0.5, 2.0, 0.25, 4.0), key=distance)
    return Pace(factor, min(max(heard * factor, low), high))


def bounded(tempo: float) -> float:
    """A tempo that a member's "slower" and "faster" cannot push out of music."""
    return min(max(tempo, MIN_TEMPO), MAX_TEMPO)
