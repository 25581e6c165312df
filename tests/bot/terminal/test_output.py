"""The place of the film: checked before work, clean after a failure."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bot.terminal.output import OutputIsSource, OutputUnwritable, reserved


def test_a_finished_file_stands_where_it_was_asked_for(tmp_path: Path) -> None:
    with reserved(tmp_path / "new" / "deep" / "song.mp4") as part:
        part.write_bytes(b"film")
    assert (tmp_path / "new" / "deep" / "song.mp4").read_bytes() == b"film"
    assert len(list((tmp_path / "new" / "deep").iterdir())) == 1


def test_a_failure_leaves_neither_file_nor_folder(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), reserved(tmp_path / "new" / "deep" / "song.mp4") as part:
        part.write_bytes(b"half")
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def test_a_failure_leaves_the_earlier_film(tmp_path: Path) -> None:
    film = tmp_path / "song.mp4"
    film.write_bytes(b"earlier")
    with pytest.raises(RuntimeError), reserved(film) as part:
        part.write_bytes(b"half")
        raise RuntimeError
    assert film.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [film]


@pytest.mark.parametrize("name", ["folder", "file/song.mp4", "file/deep/song.mp4"])
def test_a_place_that_cannot_be_written_is_told_before_any_work(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputUnwritable), reserved(tmp_path / name):
        pytest.fail("no work may begin")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]


@pytest.mark.parametrize("out", ["hum.ogg", "./x/../hum.ogg", "link.ogg", "hard.ogg"])
def test_a_clip_is_never_overwritten_by_its_own_film(tmp_path: Path, out: str) -> None:
    clip = tmp_path / "hum.ogg"
    clip.write_bytes(b"voice")
    (tmp_path / "x").mkdir()
    (tmp_path / "link.ogg").symlink_to(clip)
    (tmp_path / "hard.ogg").hardlink_to(clip)
    with pytest.raises(OutputIsSource), reserved(tmp_path / out, [clip, tmp_path / "missing.png"]):
        pytest.fail("no work may begin")
    assert clip.read_bytes() == b"voice"


def test_a_link_is_followed_and_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "song.mp4").symlink_to(tmp_path / "elsewhere" / "film.mp4")
    with reserved(tmp_path / "song.mp4") as part:
        part.write_bytes(b"film")
    assert (tmp_path / "song.mp4").is_symlink()
    assert (tmp_path / "elsewhere" / "film.mp4").read_bytes() == b"film"


def test_a_device_or_a_pipe_is_not_replaced_by_a_film(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(OutputUnwritable), reserved(tmp_path / "pipe"):
        pytest.fail("no work may begin")
    assert (tmp_path / "pipe").is_fifo()


def test_the_longest_name_that_fits_can_be_had_and_a_longer_one_is_told_before_any_work(tmp_path: Path) -> None:
    with reserved(tmp_path / ("x" * 255)) as part:
        part.write_bytes(b"film")
    with pytest.raises(OutputUnwritable), reserved(tmp_path / ("x" * 256)):
        pytest.fail("no work may begin")
