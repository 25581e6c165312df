"""Chord voicings: triads and sevenths as pitches, each as near as can be to the one before. Never chooses rhythm."""

from __future__ import annotations

from collections.abc import Sequence

from studio.compose.harmony import home_of
from studio.score import Chord, Key, ScoreNote

MAJOR_SCALE = (0, 2, 4, 5, 7, 9, 11)
MUDDY_BELOW = 53            # thirds below F3 growl
MUD_COST, CEILING_COST, CENTRE_COST = 2.0, 4.0, 0.2
CLASH_BEATS = 0.4           # a shorter lead note may rub against a seventh

Pitches = tuple[int, ...]


def scale_of(key: Key) -> frozenset[int]:
    """The pitch classes of the key (natural minor)."""
    return frozenset((home_of(key) + step) % 12 for step in MAJOR_SCALE)


def triad(chord: Chord) -> tuple[int, int, int]:
    """Root, third and fifth as pitch classes."""
    return chord.root % 12, (chord.root + (3 if chord.minor else 4)) % 12, (chord.root + 7) % 12


def seventh_of(chord: Chord, key: Key) -> int:
    """The seventh that the scale gives the chord; a foreign chord takes the small one."""
    large = (chord.root + 11) % 12
    return large if not chord.minor and large in scale_of(key) else (chord.root + 10) % 12


def rubs(pitch_class: int, chord: Chord, lead: Sequence[ScoreNote]) -> bool:
    """Whether a longer lead note during `chord` lies a semitone from `pitch_class`."""
    end = chord.beat + chord.beats
    return any((note.pitch - pitch_class) % 12 in (1, 11) and note.beats >= CLASH_BEATS
               for note in lead if note.beat < end and note.beat + note.beats > chord.beat)


def ceiling(chord: Chord, lead: Sequence[ScoreNote], high: int) -> int:
    """The highest pitch that stays below the lead during `chord`, at most `high`."""
    end = chord.beat + chord.beats
    lowest = min((n.pitch for n in lead if n.beat < end and n.beat + n.beats > chord.beat), default=high + 1)
    return min(high, lowest - 1)


def voiced(tones: Sequence[int], count: int, low: int, high: int, top: int, near: Pitches | None) -> Pitches:
    """`count` rising pitches of the pitch classes `tones` from `low` to `high`, if possible not above `top`.

    All tones sound where `count` allows it; of the close positions the one nearest to `near` is taken.
    """
    stack = [pitch for pitch in range(low, high + 13) if pitch % 12 in tones]
    options = [tuple(stack[at:at + count]) for at in range(len(stack) - count + 1)]
    fitting = [option for option in options if option[-1] <= max(high, low + 12)] or options[:1]
    centre = (low + high) / 2

    def cost(option: Pitches) -> float:
        move = 0.0 if near is None else sum(min(abs(a - b) for b in near) for a in option)
        leap = 0.0 if near is None else abs(option[-1] - near[-1])
        mud = MUD_COST if option[1] - option[0] < 5 and option[0] < MUDDY_BELOW else 0.0
        above = CEILING_COST * max(0, option[-1] - top)
        return move + 0.5 * leap + mud + above + CENTRE_COST * abs(sum(option) / count - centre)

    return min(fitting, key=cost)
