"""The place of the film: checked before work, clean after a failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.terminal.output import OutputUnwritable, reserved


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
