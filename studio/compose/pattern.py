"""The little language of patterns in style files: one bar of steps a string. Never plays them.

A bar is a row of equal steps, as many as divide evenly among its beats; spaces are for the eye, `|` begins the next bar
of a longer pattern. `.` is silence, `-` holds the step before it. The other signs depend on the player:

- bass: `1` `3` `5` `8` are the chord's root, third, fifth and octave, `p` leads into the next chord's root
- chords: `x` the chord, `X` accented, `o` soft; `1` to `6` one voice of it, counted from below
- drums: `1` to `9` are loudness
"""

from __future__ import annotations

from dataclasses import dataclass

BASS_SIGNS = frozenset("1358p")
CHORD_SIGNS = frozenset("xXo123456")
DRUM_SIGNS = frozenset("123456789")
MOST_STEPS_A_BEAT = 8


@dataclass(frozen=True, slots=True)
class Step:
    """A sign that sounds from `beat` of its bar for `beats`."""

    beat: float
    beats: float
    sign: str


Bar = tuple[Step, ...]


def parsed(text: str, meter: int, signs: frozenset[str]) -> tuple[Bar, ...]:
    """The bars of a pattern. Raises ValueError with what is wrong with `text`."""
    return tuple(_bar(row.replace(" ", ""), meter, signs) for row in text.split("|"))


def _bar(row: str, meter: int, signs: frozenset[str]) -> Bar:
    if not row or len(row) % meter or len(row) > meter * MOST_STEPS_A_BEAT:
        raise ValueError(f"{row!r} has {len(row)} steps, which {meter} beats cannot share evenly")
    wrong = sorted(set(row) - signs - {".", "-"})
    if wrong:
        raise ValueError(f"{row!r} holds the sign {wrong[0]!r}, and only {' '.join(sorted(signs))} . - are known here")
    cell = meter / len(row)
    steps: list[Step] = []
    for at, sign in enumerate(row):
        if sign == "-" and steps and row[at - 1] != ".":
            last = steps[-1]
            steps[-1] = Step(last.beat, last.beats + cell, last.sign)
        elif sign not in ".-":
            steps.append(Step(at * cell, cell, sign))
    return tuple(steps)
