"""Tempo and beats: what becomes of seconds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from studio.compose.pace import pace_of
from studio.compose.quantise import beats_at, on_grid, quantised
from studio.compose.tune import cuts
from studio.score import HeardNote, Key, Melody, Mode


def melody_of(onsets: list[float], *, meter: int = 4, times: tuple[float, ...] | None = None,
              tempo: float = 120.0) -> Melody:
    ends = [*onsets[1:], onsets[-1] + 0.5]
    notes = tuple(HeardNote(a, b - 0.02, 60 + i % 5) for i, (a, b) in enumerate(zip(onsets, ends, strict=True)))
    beats = times or tuple(i * 60.0 / tempo for i in range(int(ends[-1] * tempo / 60.0) + 2))
    return Melody(notes, Key(0, Mode.MAJOR), tempo, meter, beats, 0.0, ends[-1])


@pytest.mark.parametrize(("heard", "meter", "factor", "tempo"), [
    (80.0, 4, 1.0, 80.0), (100.0, 4, 1.0, 92.0), (60.0, 4, 1.0, 70.0), (140.0, 4, 0.5, 70.0), (180.0, 4, 0.5, 90.0),
    (45.0, 4, 2.0, 90.0), (180.0, 3, 1.0, 92.0), (40.0, 3, 1.0, 70.0),
])
def test_a_tempo_comes_into_range_by_the_shortest_way(heard: float, meter: int, factor: float, tempo: float) -> None:
    pace = pace_of(heard, meter, 70.0, 92.0)
    assert (pace.factor, pace.tempo) == (factor, tempo)


def test_a_drifting_singer_is_followed_beat_by_beat() -> None:
    times = (0.0, 0.5, 1.02, 1.56, 2.12, 2.7, 3.3, 3.92, 4.56)
    tune = quantised(melody_of(list(times[:-1]), times=times))
    assert [note.beat for note in tune.notes] == [0, 1, 2, 3, 4, 5, 6, 7]


def test_beats_go_on_evenly_outside_of_what_was_heard() -> None:
    melody = melody_of([0.5, 1.0], times=(0.5, 1.0, 1.6))
    assert beats_at(melody, [0.0, 0.75, 2.2]).tolist() == pytest.approx([-1.0, 0.5, 3.0])


def test_loose_onsets_find_their_sixteenths() -> None:
    rng = np.random.default_rng(3)
    exact = np.cumsum(rng.choice([0.25, 0.5, 1.0, 1.5], size=60))
    placed, triplets = on_grid(exact + rng.normal(0.0, 0.03, size=60))
    assert not triplets
    assert np.mean(placed == exact) > 0.97


def test_triplets_are_believed_where_they_fit() -> None:
    rng = np.random.default_rng(4)
    exact = np.cumsum(rng.choice([1 / 3, 1 / 3, 2 / 3, 1.0], size=60))
    placed, triplets = on_grid(exact + rng.normal(0.0, 0.02, size=60))
    assert triplets
    assert np.mean(np.abs(placed - exact) < 1e-6) > 0.95


def test_a_flurry_of_notes_stays_apart_and_in_order() -> None:
    onsets = [1.0 + 0.012 * i for i in range(40)] + [2.0]
    tune = quantised(melody_of(onsets))
    beats = [note.beat for note in tune.notes]
    assert len(beats) == 41
    assert all(a < b for a, b in pairwise(beats))


def test_leading_silence_is_left_out_by_whole_bars() -> None:
    tune = quantised(melody_of([4.0, 4.5, 5.0, 5.5, 6.0]))        # beat 8: the third bar
    assert tune.notes[0].beat == 0.0
    assert quantised(melody_of([5.5, 6.0, 6.5])).notes[0].beat == -1.0


def test_half_time_keeps_every_proportion() -> None:
    melody = melody_of([0.0, 0.5, 0.75, 1.0, 2.0, 2.5, 3.0])
    whole, half = quantised(melody), quantised(melody, 0.5)
    assert [n.beat / 2 for n in whole.notes] == [n.beat for n in half.notes]


def test_a_tune_is_cut_where_the_singer_breathes() -> None:
    onsets = [bar * 2.0 + at for bar in range(16) for at in ((0.0, 0.5, 1.0, 1.5) if bar % 4 != 3 else (0.0,))]
    found = cuts(quantised(melody_of(onsets)))
    assert {cut.bar for cut in found if cut.strength >= 2.9} == {4, 8, 12}
    assert found[0].note == 8
