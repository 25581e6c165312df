"""Reads sung onsets as rhythm: which sixteenth of which bar each note falls on; never looks at sound.

A generative model after Temperley ("Music and Probability", MIT Press 2007, chapter 3) and Raphael ("A hybrid graphical
model for rhythmic parsing", Artificial Intelligence 137, 2002): at each sixteenth of a bar a note begins with a
probability that depends on the position's weight; the tempo wanders slowly; each onset is sung with some error. The
likeliest path through (tempo, position in the bar) is found exactly by dynamic programming, once for each meter, and
the likelier meter wins. Long notes are drawn to strong beats by themselves, because a long note in a weak place passes
strong places at which nothing begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TICKS_A_BEAT = 4
MIN_BPM, MAX_BPM = 60.0, 180.0
TEMPO_STEP = 0.02                   # neighbouring tempi differ by 2 %
USUAL_BPM, TEMPO_OCTAVES = 116.0, 0.15      # sets the level of the beat: 70 or 140; narrow, for that alone
MAX_TICKS = 64                      # between two onsets: four bars of 4/4
ONSET_SPREAD_SECONDS = 0.028        # of an interval between two onsets
ONSET_SPREAD_SHARE = 0.02           # of the interval's length
WANDER_A_SECOND = 0.013             # how far the tempo moves, in natural log units per root second
PAUSE_CHANCE = 0.005                # a breath of any length
PAUSE_DENSITY = 0.5                 # ... spread over two seconds
METER_BELIEF = {3: float(np.log(0.12)), 4: float(np.log(0.88))}

BEGINS = {
    4: (0.87, 0.07, 0.31, 0.07, 0.60, 0.07, 0.31, 0.07, 0.68, 0.07, 0.31, 0.07, 0.60, 0.07, 0.31, 0.07),
    3: (0.84, 0.05, 0.34, 0.05, 0.55, 0.05, 0.34, 0.05, 0.60, 0.05, 0.34, 0.05),
}
"""The chance that a note begins at each sixteenth of a bar. Fitted, by weight of position, to folk songs and POP909."""
ENDS = {
    4: (0.60, 0.01, 0.03, 0.01, 0.08, 0.01, 0.03, 0.01, 0.18, 0.01, 0.03, 0.01, 0.05, 0.01, 0.03, 0.01),
    3: (0.70, 0.01, 0.03, 0.01, 0.10, 0.01, 0.03, 0.01, 0.10, 0.01, 0.03, 0.01),
}
"""The chance that a tune's last note begins there."""

STARTS = {
    4: (0.52, 0.01, 0.03, 0.01, 0.05, 0.01, 0.05, 0.01, 0.10, 0.01, 0.04, 0.01, 0.14, 0.01, 0.07, 0.02),
    3: (0.52, 0.01, 0.03, 0.01, 0.06, 0.01, 0.05, 0.01, 0.24, 0.01, 0.07, 0.02),
}
"""The chance that a tune's first note begins there: on the bar line, or with an upbeat."""
PARALLEL_BARS = (1, 2, 4)           # phrases come back after so many bars
PARALLEL_BELIEF = 0.4              # log units a note, for a tune that repeats exactly

Curve = npt.NDArray[np.float64]
Whole = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Reading:
    """A rhythm: `ticks` are sixteenths from the first bar line, one for each onset; `belief` is its log probability."""

    meter: int
    ticks: tuple[int, ...]
    belief: float


def read_rhythm(onsets: Sequence[float], pitches: Sequence[int]) -> Reading:
    """The likeliest reading of notes (onsets in seconds, rising; two notes at least) in three or in four."""
    at, pitch = np.asarray(onsets, dtype=np.float64), np.asarray(pitches)
    readings = [_read(at, meter) for meter in BEGINS]
    return max(readings, key=lambda reading: reading.belief + PARALLEL_BELIEF * len(at) * parallelism(reading, pitch))


def parallelism(reading: Reading, pitches: npt.NDArray[np.int_]) -> float:
    """How much of a tune comes back after whole bars, 0 to 1: the share of steps that return in length and in interval.

    Tells three from four where every beat is sung: a tune in four repeats itself after multiples of four beats.
    """
    steps = {tick: (later - tick, int(up)) for tick, later, up in
             zip(reading.ticks, reading.ticks[1:], np.diff(pitches), strict=False)}
    last = reading.ticks[-1]
    returns = [_return_share(steps, bars * reading.meter * TICKS_A_BEAT, last) for bars in PARALLEL_BARS]
    return max(returns)


def _return_share(steps: dict[int, tuple[int, int]], lag: int, last: int) -> float:
    heard = [(step, steps.get(tick + lag)) for tick, step in steps.items() if tick + lag < last]
    if 2 * len(heard) < len(steps):
        return 0.0      # too little of the tune is left to compare
    same = sum(0.5 * (step[0] == later[0]) + 0.5 * (step[1] == later[1]) for step, later in heard if later is not None)
    return same / len(heard)


def _read(onsets: Curve, meter: int) -> Reading:
    tick_seconds = _tick_seconds()
    hops, origins = _hops(meter)
    tempo_belief = -0.5 * (np.log2(60 / (TICKS_A_BEAT * tick_seconds) / USUAL_BPM) / TEMPO_OCTAVES) ** 2
    belief = tempo_belief[:, None] + np.log(np.array(STARTS[meter]))[None, :]
    trail: list[tuple[Whole, Whole]] = []
    for gap in np.maximum(np.diff(onsets), 1e-3):
        moved, from_tempo = _wander(belief, tick_seconds, float(gap))
        paths = moved[:, origins] + hops[None] + _timing(float(gap), tick_seconds)[:, :, None]
        steps = paths.argmax(axis=1)
        belief = np.take_along_axis(paths, steps[:, None, :], axis=1)[:, 0, :]
        trail.append((from_tempo, steps + 1))
    belief = belief + np.log(np.array(ENDS[meter]))[None, :]
    ticks = _follow(belief, trail, meter * TICKS_A_BEAT)
    return Reading(meter, ticks, float(belief.max()) + METER_BELIEF[meter])


def _tick_seconds() -> Curve:
    """The seconds of a sixteenth at every tempo considered, slowest first."""
    count = int(np.log(MAX_BPM / MIN_BPM) / TEMPO_STEP) + 1
    return np.asarray(60 / TICKS_A_BEAT / (MIN_BPM * np.exp(TEMPO_STEP * np.arange(count))))


def _hops(meter: int) -> tuple[Curve, Whole]:
    """For hops of 1 to MAX_TICKS sixteenths and each position landed on: log probability, and the position left."""
    chance = np.array(BEGINS[meter])
    begins, passes = np.log(chance), np.log(1 - chance)
    bar = meter * TICKS_A_BEAT
    sizes, landings = np.arange(1, MAX_TICKS + 1)[:, None], np.arange(bar)[None, :]
    passed = np.zeros((MAX_TICKS, bar))
    for hop in range(1, MAX_TICKS):
        passed[hop] = passed[hop - 1] + passes[(landings[0] - hop) % bar]
    return passed + begins[None, :], (landings - sizes) % bar


def _wander(belief: Curve, tick_seconds: Curve, gap: float) -> tuple[Curve, Whole]:
    """Let the tempo move for `gap` seconds: the best belief in each (tempo, position), and the tempo it came from."""
    spread = WANDER_A_SECOND * np.sqrt(gap)
    log_tick = np.log(tick_seconds)
    change = -0.5 * ((log_tick[:, None] - log_tick[None, :]) / spread) ** 2
    change -= np.log(np.exp(change).sum(axis=0, keepdims=True))
    moves = change[:, :, None] + belief[None]
    best = moves.argmax(axis=1)
    return np.take_along_axis(moves, best[:, None, :], axis=1)[:, 0, :], best


def _timing(gap: float, tick_seconds: Curve) -> Curve:
    """Log density of an interval of `gap` seconds for each tempo and each number of ticks, shape (tempi, MAX_TICKS)."""
    meant = tick_seconds[:, None] * np.arange(1, MAX_TICKS + 1)[None, :]
    spread = np.hypot(ONSET_SPREAD_SECONDS, ONSET_SPREAD_SHARE * gap)
    close = np.exp(-0.5 * ((gap - meant) / spread) ** 2) / (spread * np.sqrt(2 * np.pi))
    return np.asarray(np.log((1 - PAUSE_CHANCE) * close + PAUSE_CHANCE * PAUSE_DENSITY))


def _follow(belief: Curve, trail: Sequence[tuple[Whole, Whole]], bar: int) -> tuple[int, ...]:
    """Walk the best path backwards; ticks count from the bar line before the first onset."""
    tempo, position = np.unravel_index(int(belief.argmax()), belief.shape)
    steps: list[int] = []
    for from_tempo, hops in reversed(trail):
        step = int(hops[tempo, position])
        steps.append(step)
        position = (position - step) % bar
        tempo = from_tempo[tempo, position]
    ticks = int(position) + np.concatenate([[0], np.cumsum(steps[::-1])])
    return tuple(int(tick) for tick in ticks)
