"""The example clip is heard as it was made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from studio.listen import listen
from studio.score import Key, Melody, Mode

if TYPE_CHECKING:
    from tests.studio.listen.conftest import NoteF1, Sung


def test_the_notes_of_the_example_are_heard(hum: Sung, heard_hum: Melody, note_f1: NoteF1) -> None:
    assert note_f1(hum.notes, heard_hum) >= 0.95


def test_its_key_tempo_and_meter_are_heard(heard_hum: Melody) -> None:
    assert heard_hum.key == Key(7, Mode.MAJOR)
    assert heard_hum.tempo == pytest.approx(96, rel=0.03)
    assert heard_hum.meter == 4


def test_its_first_note_opens_a_bar_and_its_last_one_too(hum: Sung, heard_hum: Melody) -> None:
    bars = heard_hum.beat_times[::4]
    for note in (hum.notes[0], hum.notes[-1]):
        assert min(abs(bar - note.onset) for bar in bars) < 0.08


def test_the_melody_keeps_the_promises_of_the_score(heard_hum: Melody) -> None:
    beats = heard_hum.beat_times
    assert list(beats) == sorted(set(beats))
    assert beats[0] <= heard_hum.notes[0].onset + 0.1
    assert beats[-1] > heard_hum.notes[-1].offset
    assert all(before.offset <= after.onset + 1e-3
               for before, after in zip(heard_hum.notes, heard_hum.notes[1:], strict=False))
    assert not heard_hum.cut
    assert heard_hum.seconds == pytest.approx(20.5, abs=0.5)


def test_listening_twice_hears_the_same(hum: Sung, heard_hum: Melody) -> None:
    assert listen(hum.path) == heard_hum


def test_progress_runs_from_nothing_to_everything(hum: Sung) -> None:
    told: list[float] = []
    listen(hum.path, progress=told.append)
    assert told[0] == 0.0
    assert told[-1] == 1.0
    assert told == sorted(told)


def test_the_script_writes_the_example_that_lies_beside_it(hum: Sung, tmp_path: Path) -> None:
    script = tmp_path / "make_hum.py"
    script.write_bytes(hum.path.with_name("make_hum.py").read_bytes())
    subprocess.run([sys.executable, str(script)], check=True, capture_output=True)
    truth = hum.path.with_name("hum_notes.csv")
    assert (tmp_path / "hum_notes.csv").read_text() == truth.read_text()
    assert (tmp_path / "hum.ogg").stat().st_size == pytest.approx(hum.path.stat().st_size, rel=0.02)
