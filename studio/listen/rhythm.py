"""Gives a melody its beats: tempo, meter and the time of every beat; never changes a note."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.listen.metre import MAX_BPM, MIN_BPM, TICKS_A_BEAT, read_rhythm
from studio.score import HeardNote

STIFFNESS = 5.0
"""How much steadier a singer's beat is than the single onset: onset variance over the variance of a beat's change."""
SHORTEST_BEAT = 0.5
"""No beat is shorter than this share of the mean."""

Curve = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Tempo in quarter notes a minute, beats a bar, and the seconds of every beat, bar lines first."""

    tempo: float
    meter: int
    beat_times: tuple[float, ...]


def rhythm_of(notes: Sequence[HeardNote]) -> Rhythm:
    """The rhythm of `notes` (two at least, in order).

    The beats begin at a bar line at or before the first note and end at the first bar line behind the last note.
    """
    onsets = np.array([note.onset for note in notes])
    reading = read_rhythm([note.onset for note in notes], [note.pitch for note in notes])
    times = _beat_times(np.array(reading.ticks) / TICKS_A_BEAT, onsets)
    period = float(np.clip(np.median(np.diff(times)), 60 / MAX_BPM, 60 / MIN_BPM))
    grown = _whole_bars(times, reading.meter, period, onsets[0], notes[-1].offset)
    return Rhythm(round(60 / period, 2), reading.meter, tuple(round(time, 4) for time in grown))


def _whole_bars(times: Curve, meter: int, period: float, first: float, last: float) -> list[float]:
    """Continue `times` by `period` to the first bar line behind `last`, and backwards until a bar holds `first`."""
    grown = [float(time) for time in times]
    while grown[0] > first + period / 2:
        grown = [grown[0] - period * beat for beat in range(meter, 0, -1)] + grown
    while grown[-1] <= last or (len(grown) - 1) % meter:
        grown.append(grown[-1] + period)
    return grown


def _beat_times(beats: Curve, onsets: Curve) -> Curve:
    """The smoothest times of beats 0, 1, 2 ... that meet the onsets: least squares on errors and on changes of length.

    `beats` are the onsets' places in beats, rising. An even beat is the answer where the smoothest one would stumble.
    """
    count = max(int(np.ceil(beats[-1])) + 1, 3)
    below = np.minimum(np.floor(beats).astype(int), count - 2)
    part = beats - below
    rows = np.arange(len(onsets))
    places = np.zeros((len(onsets), count))
    places[rows, below] = 1 - part
    places[rows, below + 1] = part
    bends = np.diff(np.eye(count), n=2, axis=0)
    normal = places.T @ places + STIFFNESS * bends.T @ bends
    times = np.linalg.solve(normal + 1e-9 * np.eye(count), places.T @ onsets)
    pace, start = np.polyfit(beats, onsets, 1)
    if np.diff(times).min() < SHORTEST_BEAT * pace:
        times = start + pace * np.arange(count)
    return np.asarray(times)
