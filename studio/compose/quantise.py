"""Seconds to beats: the sung notes on the grid of a bar. Never merges, drops or reorders a note.

Onsets are placed by dynamic programming: each note may take any grid position nearby, at a cost for the distance, for
how deep the position lies in the beat, and for changing the distance to the note before it; positions must rise.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from studio.compose.tune import Tune, TuneNote
from studio.score import Melody

Floats = npt.NDArray[np.float64]

LOOSENESS_BEATS = 0.09          # a singer's usual distance from the grid: 50 ms at 108 beats a minute
REACH_BEATS = 0.36
LEVELS_OF_TWO = (0.0, 6.0, 1.0, 6.0, 0.3, 6.0, 1.0, 6.0)      # cost of each eighth of a beat
LEVELS_OF_THREE = (0.0, 6.0, 0.7, 6.0, 0.7, 6.0)              # cost of each sixth of a beat
TRIPLET_MARGIN = 1.5            # how many times worse straight time must fit before triplets are believed
TRIPLET_LEAD = 3.0
CROWDED_BEATS = 1 / 48          # what remains between onsets that no grid can hold
LEGATO_BEATS = 0.3              # a shorter silence is a breath within the line and is sung through


def quantised(melody: Melody, factor: float = 1.0) -> Tune:
    """The melody's notes on the grid of the heard beats, told in song beats, `factor` to a heard one (`pace`).

    The tune starts in bar 0; notes in the second half of a bar before its first full one are its pickup.
    """
    order = sorted(melody.notes, key=lambda note: note.onset)
    heard, triplets = on_grid(beats_at(melody, [note.onset for note in order]))
    ends = _ends(heard, beats_at(melody, [note.offset for note in order]), 1 / 3 if triplets else 1 / 4) * factor
    placed = heard * factor
    start = _first_bar(float(placed[0]), melody.meter) * melody.meter
    notes = tuple(TuneNote(float(on - start), float(end - on), note.pitch)
                  for on, end, note in zip(placed, ends, order, strict=True))
    return Tune(notes, melody.meter, min(1.0, factor) if triplets else None)


def beats_at(melody: Melody, seconds: Sequence[float]) -> Floats:
    """Fractional beats of `seconds` by the heard beats, carried on evenly before the first and behind the last."""
    times, at = np.asarray(melody.beat_times, dtype=np.float64), np.asarray(seconds, dtype=np.float64)
    if len(times) < 2:
        first = float(times[0]) if len(times) else 0.0
        return np.asarray((at - first) * melody.tempo / 60.0)
    inside = np.interp(at, times, np.arange(len(times)))
    before = np.minimum(0.0, at - times[0]) / (times[1] - times[0])
    behind = np.maximum(0.0, at - times[-1]) / (times[-1] - times[-2])
    return np.asarray(inside + before + behind)


def on_grid(onsets: Floats) -> tuple[Floats, bool]:
    """Rising grid positions of rising onsets in beats, and whether the grid is of triplets."""
    straight, cost_of_two = _place(onsets, LEVELS_OF_TWO)
    threes, cost_of_three = _place(onsets, LEVELS_OF_THREE)
    if straight is None or threes is None:
        return _spread(onsets), False
    triplets = cost_of_three * TRIPLET_MARGIN + TRIPLET_LEAD < cost_of_two
    return (threes, True) if triplets else (straight, False)


def _place(onsets: Floats, levels: Sequence[float]) -> tuple[Floats | None, float]:
    """The cheapest rising positions and what they cost; None where the notes are too many for the grid."""
    cells = len(levels)
    options = [np.arange(np.ceil((x - REACH_BEATS) * cells), np.floor((x + REACH_BEATS) * cells) + 1) for x in onsets]
    costs = [_own_cost(x, cell, levels) for x, cell in zip(onsets, options, strict=True)]
    value, came = costs[0], []
    for at in range(1, len(onsets)):
        steps = options[at][None, :] - options[at - 1][:, None]
        bent = (steps / cells - (onsets[at] - onsets[at - 1])) / LOOSENESS_BEATS
        paths = value[:, None] + np.where(steps > 0, 0.5 * bent**2, np.inf)
        came.append(paths.argmin(axis=0))
        value = paths.min(axis=0) + costs[at]
    best = int(value.argmin())
    total = float(value[best])
    if not np.isfinite(total):
        return None, total
    path = [best]
    for step in reversed(came):
        path.append(int(step[path[-1]]))
    return np.array([cell[i] for cell, i in zip(options, reversed(path), strict=True)]) / cells, total


def _own_cost(onset: float, cell: Floats, levels: Sequence[float]) -> Floats:
    away = (cell / len(levels) - onset) / LOOSENESS_BEATS
    return np.asarray(away**2 + np.array(levels)[cell.astype(int) % len(levels)])


def _spread(onsets: Floats) -> Floats:
    """Onsets as they were sung, only moved apart: for what no grid can hold."""
    apart = np.round(onsets / CROWDED_BEATS) * CROWDED_BEATS
    for at in range(1, len(apart)):
        apart[at] = max(apart[at], apart[at - 1] + CROWDED_BEATS)
    return np.asarray(apart)


def _ends(onsets: Floats, offsets: Floats, cell: float) -> Floats:
    """Ends on the grid, behind their onsets, never beyond the next onset; short silences are closed."""
    ends = np.maximum(np.round(offsets / cell) * cell, onsets + cell)
    for at, (_, following) in enumerate(pairwise(onsets)):
        if ends[at] > following - LEGATO_BEATS:
            ends[at] = following
    return np.asarray(ends)


def _first_bar(first: float, meter: int) -> int:
    bar = int(np.floor(first / meter + 1e-9))
    return bar + 1 if first - bar * meter >= meter / 2 else bar
