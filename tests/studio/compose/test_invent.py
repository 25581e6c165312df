"""Invented tunes: singable, closed, and each its own."""

from __future__ import annotations

from itertools import pairwise

import pytest

from studio.compose import invent
from studio.score import Mode


@pytest.mark.parametrize("meter", [4, 3])
@pytest.mark.parametrize("seed", range(40))
def test_an_invented_tune_can_be_sung(seed: int, meter: int) -> None:
    tune = invent(seed, meter=meter)
    pitches = [note.pitch for note in tune.notes]
    assert max(pitches) - min(pitches) <= 21
    leaps = [abs(b - a) for a, b in pairwise(pitches)]
    assert sum(leap <= 4 for leap in leaps) >= 0.7 * len(leaps)
    assert max(leaps) <= 12
    assert pitches[-1] % 12 == tune.key.tonic
    scale = {0, 2, 4, 5, 7, 9, 11} if tune.key.mode is Mode.MAJOR else {0, 2, 3, 5, 7, 8, 10}
    assert {(p - tune.key.tonic) % 12 for p in pitches} <= scale
    assert len(set(pitches)) >= 4
    assert len(tune.beat_times) == 8 * meter + 1
    assert all(a.offset <= b.onset for a, b in pairwise(tune.notes))
    assert tune.notes[-1].offset <= tune.seconds


def test_its_third_phrase_differs_from_the_first_and_the_last_comes_back_to_it() -> None:
    for seed in range(20):
        tune = invent(seed)
        second = 60.0 / tune.tempo
        beats = [(n.onset / second + 1e-6, n.pitch) for n in tune.notes]
        bars = [[(round(beat % 4, 3), pitch) for beat, pitch in beats if beat // 4 == bar] for bar in range(8)]
        assert bars[4] != bars[0]
        assert [beat for beat, _ in bars[0]][:2] == [beat for beat, _ in bars[6]][:2]


def test_a_seed_gives_its_own_tune_again_and_again() -> None:
    assert invent(7) == invent(7)
    assert len({tuple((n.onset, n.pitch) for n in invent(seed).notes) for seed in range(50)}) == 50


def test_mode_metre_and_tempo_can_be_asked_for() -> None:
    tune = invent(3, meter=3, mode=Mode.MINOR, tempo=90.0)
    assert (tune.meter, tune.key.mode, tune.tempo) == (3, Mode.MINOR, 90.0)
