"""The picture of the tune that was heard."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.film.tune_picture import draw_tune
from studio.score import HeardNote, Key, Melody, Mode


def melody(*notes: HeardNote, meter: int = 4) -> Melody:
    beats = tuple(float(beat) for beat in np.arange(0, 9, 0.5))
    return Melody(notes, Key(0, Mode.MAJOR), 120.0, meter, beats, 0.0, 8.0)


def test_notes_stand_higher_the_higher_they_are_and_later_the_later(tmp_path: Path) -> None:
    draw_tune(melody(HeardNote(0, 2, 60), HeardNote(4, 6, 72)), tmp_path / "tune.png")
    with Image.open(tmp_path / "tune.png") as image:
        assert (image.format, image.size) == ("PNG", (1200, 400))
        light = np.asarray(image.convert("L"), int)[125:370]
    rows, columns = np.nonzero(light > 130)
    early, late = rows[columns < 400], rows[columns > 700]
    assert late.mean() < early.mean() - 100


def test_key_and_tempo_are_written_at_the_top(tmp_path: Path) -> None:
    draw_tune(melody(HeardNote(0, 1, 60)), tmp_path / "tune.png")
    with Image.open(tmp_path / "tune.png") as image:
        top = np.asarray(image.convert("L"), int)[:90, :600]
    assert (top > 220).sum() > 1500


@pytest.mark.parametrize("notes", [0, 1, 400])
def test_any_number_of_notes_makes_a_picture_of_any_size(tmp_path: Path, notes: int) -> None:
    tune = melody(*(HeardNote(k * 0.02, k * 0.02 + 0.018, 40 + k % 45) for k in range(notes)))
    for size in ((1200, 400), (400, 134), (640, 480)):
        draw_tune(tune, tmp_path / "tune.png", size)
        with Image.open(tmp_path / "tune.png") as image:
            assert image.size == size
    assert [path.name for path in tmp_path.iterdir()] == ["tune.png"]


def test_an_unwritable_place_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        draw_tune(melody(HeardNote(0, 1, 60)), tmp_path / "nowhere" / "tune.png")
