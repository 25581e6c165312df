"""Other singers, tempi, meters and registers: each is sung by the examples' synthesiser, so the truth is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from examples.make_hum import HUMMER, WHISTLER, Singer
from studio.listen import listen
from studio.score import Key, Mode

if TYPE_CHECKING:
    from tests.studio.listen.conftest import NoteF1, Sing

FOUR = ("c4/1.5 d4/.5 e4 g4 a4 g4/.5 e4/.5 d4/2 c4/1.5 d4/.5 e4 g4 a4/.5 g4/.5 f4/.5 e4/.5 d4/2 "
        "f4/1.5 e4/.5 d4 b3 c4/4")
THREE = ("d4/2 f#4 a4/2 f#4 g4 f#4 e4 f#4/3 d4/2 f#4 a4/2 b4 a4 g4 f#4 e4/3 "
         "g4/2 f#4 e4/2 d4 c#4 d4 e4 a3/3 d4/2 f#4 e4/2 c#4 d4/3")


@pytest.mark.parametrize("bpm", [72, 104, 138])
def test_four_four_at_any_tempo(sing_tune: Sing, note_f1: NoteF1, bpm: float) -> None:
    sung = sing_tune(FOUR, bpm)
    heard = listen(sung.path)
    assert note_f1(sung.notes, heard) >= 0.95
    assert heard.tempo == pytest.approx(bpm, rel=0.04)
    assert heard.meter == 4
    assert heard.key == Key(0, Mode.MAJOR)


@pytest.mark.parametrize("bpm", [88, 132])
def test_a_waltz_is_heard_in_three_with_its_bar_lines(sing_tune: Sing, note_f1: NoteF1, bpm: float) -> None:
    sung = sing_tune(THREE, bpm)
    heard = listen(sung.path)
    assert note_f1(sung.notes, heard) >= 0.95
    assert heard.meter == 3
    assert heard.tempo == pytest.approx(bpm, rel=0.04)
    assert heard.key == Key(2, Mode.MAJOR)
    assert min(abs(bar - sung.notes[0].onset) for bar in heard.beat_times[::3]) < 0.1


def test_an_upbeat_stands_before_the_bar_line(sing_tune: Sing) -> None:
    sung = sing_tune("g3 c4/1.5 d4/.5 e4 c4 f4/2 e4 g3 c4/1.5 d4/.5 e4 c4 d4/3 g3 c4/1.5 d4/.5 e4 c4 f4/2 a4 f4 "
                     "e4 c4 d4 b3 c4/3", 100)
    heard = listen(sung.path)
    assert heard.meter == 4
    assert min(abs(bar - sung.notes[1].onset) for bar in heard.beat_times[::4]) < 0.1
    assert heard.beat_times[0] < sung.notes[0].onset


def test_beats_follow_a_singer_who_drifts(sing_tune: Sing) -> None:
    drifting = replace(HUMMER, drift=0.06)
    sung = sing_tune(FOUR, 100, drifting)
    heard = listen(sung.path)
    assert heard.tempo == pytest.approx(100, rel=0.03)
    beats = np.array(heard.beat_times)
    on_beats = [note.onset for note in sung.notes if note.offset - note.onset > 0.75]
    assert max(float(np.abs(beats - onset).min()) for onset in on_beats) < 0.08
    lengths = np.diff(beats)
    assert lengths.max() / lengths.min() > 1.06


@pytest.mark.parametrize("cents", [-38.0, 30.0])
def test_a_detuned_singer_is_heard_in_the_key_that_was_meant(sing_tune: Sing, note_f1: NoteF1, cents: float) -> None:
    sung = sing_tune(FOUR, 104, replace(HUMMER, detune_cents=cents))
    heard = listen(sung.path)
    assert note_f1(sung.notes, heard) >= 0.95
    assert heard.tuning_cents == pytest.approx(cents, abs=12)


def test_a_singer_who_misses_pitches_is_drawn_to_the_key(sing_tune: Sing, note_f1: NoteF1) -> None:
    sung = sing_tune(FOUR, 96, replace(HUMMER, pitch_spread_cents=25.0))
    assert note_f1(sung.notes, listen(sung.path)) >= 0.9


@pytest.mark.parametrize(("semitones", "singer"), [(-21, HUMMER), (12, HUMMER), (19, WHISTLER)],
                         ids=["bass", "child", "whistle"])
def test_every_register_is_heard(sing_tune: Sing, note_f1: NoteF1, semitones: int, singer: Singer) -> None:
    sung = sing_tune(FOUR, 100, singer, semitones)
    assert note_f1(sung.notes, listen(sung.path)) >= 0.95


def test_a_note_hummed_again_is_two_notes(sing_tune: Sing, note_f1: NoteF1) -> None:
    legato = replace(HUMMER, closure_gain=0.2)
    sung = sing_tune("g4 g4 g4 d4 e4 e4 e4/2 d4 d4 e4 e4 g4/4", 100, legato)
    assert note_f1(sung.notes, listen(sung.path)) >= 0.95


def test_strong_vibrato_makes_no_notes_of_its_own(sing_tune: Sing, note_f1: NoteF1) -> None:
    sung = sing_tune("g4/2 a4/2 b4/4 a4/2 g4/2 e4/4 d4/2 e4/2 g4/4", 92, replace(HUMMER, vibrato_cents=80.0))
    assert note_f1(sung.notes, listen(sung.path)) >= 0.95
