"""Beats and keys of written melodies, without any sound."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from examples.make_hum import Singer, parse_tune, perform
from studio.listen.key import all_keys, key_of, profile_of
from studio.listen.metre import read_rhythm
from studio.listen.rhythm import rhythm_of
from studio.score import HeardNote, Key, Mode

MARCH = "c4 c4 g4 g4 a4 a4 g4/2 f4 f4 e4 e4 d4 d4 c4/2 g4 g4 f4 f4 e4 e4 d4/2 c4 c4 g4 g4 a4 a4 g4/2"
LULLABY = "g4/1.5 a4/.5 g4 e4/3 g4/1.5 a4/.5 g4 e4/3 d5/2 d5 b4/3 c5/2 c5 g4/3"


def played(written: str, bpm: float, **how: float) -> list[HeardNote]:
    return [HeardNote(*note) for note in perform(parse_tune(written), bpm, Singer(**how), seed=3)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("written", "bpm", "meter"), [(MARCH, 84, 4), (MARCH, 120, 4), (LULLABY, 84, 3)])
def test_tempo_and_meter_of_a_known_tune(written: str, bpm: float, meter: int) -> None:
    rhythm = rhythm_of(played(written, bpm))
    assert rhythm.meter == meter
    assert rhythm.tempo == pytest.approx(bpm, rel=0.03)


def test_an_exact_rhythm_is_read_to_the_sixteenth() -> None:
    onsets = np.cumsum([0, 0.75, 0.25, 0.5, 0.5, 1.0, 0.5, 0.5, 0.75, 0.25, 1.0])
    ticks = np.array(read_rhythm(list(onsets), [60] * len(onsets)).ticks)
    assert list(np.diff(ticks)) == [6, 2, 4, 4, 8, 4, 4, 6, 2, 8]


def test_beats_end_on_a_bar_line_behind_the_last_note() -> None:
    notes = played(LULLABY, 90)
    rhythm = rhythm_of(notes)
    assert (len(rhythm.beat_times) - 1) % rhythm.meter == 0
    assert rhythm.beat_times[-1] > notes[-1].offset


def test_a_long_breath_between_phrases_does_not_shake_the_beat() -> None:
    notes = played(MARCH, 100)
    late = [HeardNote(n.onset + (1.0 if i >= 14 else 0), n.offset + (1.0 if i >= 14 else 0), n.pitch)
            for i, n in enumerate(notes)]
    assert rhythm_of(late).tempo == pytest.approx(100, rel=0.05)


@settings(max_examples=60, deadline=None)
@given(gaps=st.lists(st.floats(0.061, 12.0), min_size=2, max_size=40), pitch=st.integers(40, 90))
def test_any_notes_get_rising_beats_at_a_tempo_between_60_and_180(gaps: list[float], pitch: int) -> None:
    onsets = np.cumsum(gaps)
    notes = [HeardNote(float(on), float(on) + 0.06, pitch + i % 5) for i, on in enumerate(onsets)]
    rhythm = rhythm_of(notes)
    assert 60 <= rhythm.tempo <= 180
    assert all(before < after for before, after in itertools.pairwise(rhythm.beat_times))
    assert rhythm.beat_times[0] <= notes[0].onset + 0.5
    assert rhythm.beat_times[-1] > notes[-1].offset


@pytest.mark.parametrize("key", all_keys(), ids=str)
def test_a_scale_that_ends_at_home_has_its_key(key: Key) -> None:
    steps = (0, 2, 4, 5, 7, 9, 11, 12, 7, 4, 0) if key.mode is Mode.MAJOR else (0, 2, 3, 5, 7, 8, 11, 12, 7, 3, 0)
    notes = [HeardNote(i, i + 0.9, 60 + key.tonic + step) for i, step in enumerate(steps)]
    assert key_of(notes) == key


def test_a_profile_is_highest_on_its_triad() -> None:
    assert set(np.argsort(profile_of(Key(7, Mode.MAJOR)))[-3:]) == {7, 11, 2}
