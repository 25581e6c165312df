"""The tune in beats: what the arranger knows of the melody. Never looks at seconds or styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

LEAST_GAP_BEATS = 0.25
"""How long a presentation's last note keeps to itself before the next presentation may begin."""
ROUND_OFF_BEATS = 0.05


@dataclass(frozen=True, slots=True)
class TuneNote:
    """A note of the tune in beats from the tune's first bar line (a pickup lies before 0), with its heard pitch."""

    beat: float
    beats: float
    pitch: int


@dataclass(frozen=True, slots=True)
class Tune:
    """The quantised melody. `beat_of_triplets` is the stretch of beats that divides by three, None in straight time."""

    notes: tuple[TuneNote, ...]
    meter: int
    beat_of_triplets: float | None = None

    @property
    def pickup(self) -> float:
        """Beats that sound before the first bar line."""
        return max(0.0, -self.notes[0].beat)

    @property
    def bars(self) -> int:
        """Whole bars that the tune fills, rounded up to pairs: dance and song phrases are even."""
        last = self.notes[-1]
        filled = ceil((last.beat + last.beats - ROUND_OFF_BEATS) / self.meter)
        needed = ceil((last.beat + LEAST_GAP_BEATS + self.pickup) / self.meter)
        bars = max(1, needed, filled if self.pickup == 0.0 else min(filled, needed))
        return bars + bars % 2


@dataclass(frozen=True, slots=True)
class Piece:
    """The tune's notes `first` up to `last` (exclusive), heard against `bars` bars from bar `bar` of the tune."""

    first: int
    last: int
    bar: int
    bars: int

    def notes_of(self, tune: Tune) -> tuple[TuneNote, ...]:
        """The piece's notes in beats from its own first bar line."""
        start = self.bar * tune.meter
        return tuple(TuneNote(n.beat - start, n.beats, n.pitch) for n in tune.notes[self.first:self.last])


@dataclass(frozen=True, slots=True)
class Cut:
    """A bar line where the tune may be divided: before note `note`; `strength` grows with the breath taken there."""

    note: int
    bar: int
    strength: float


def cuts(tune: Tune) -> tuple[Cut, ...]:
    """Every even bar line with a note that can open a phrase there, pickup included, in order."""
    notes = tune.notes
    breaths = [b.beat - a.beat for a, b in pairwise(notes)]
    if not breaths:
        return ()
    usual = sorted(breaths)[len(breaths) // 2]
    found = (_cut_at(notes, breaths, usual, bar, tune.meter) for bar in range(2, tune.bars - 1, 2))
    return tuple(cut for cut in found if cut is not None)


def _cut_at(notes: Sequence[TuneNote], breaths: Sequence[float], usual: float, bar: int, meter: int) -> Cut | None:
    line, reach = bar * meter, meter / 2
    near = [i for i in range(1, len(notes)) if line - reach <= notes[i].beat < line + reach]
    if not near:
        return None
    note = max(near, key=lambda i: breaths[i - 1] - 0.3 * abs(notes[i].beat - line))
    square = 0.8 if bar % 8 == 0 else 0.5 if bar % 4 == 0 else 0.0
    return Cut(note, bar, min(3.0, breaths[note - 1] / max(usual, 0.1)) + square)
