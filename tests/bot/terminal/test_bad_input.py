"""Bad input: one sentence, exit code 2, nothing left behind, and told before any backend is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.nemo_server.service import NemoService
from tests.trip.sounds import RATE, wav


def no_file(folder: Path) -> Path:
    return folder / "missing.wav"


def a_folder(folder: Path) -> Path:
    (folder / "folder.wav").mkdir()
    return folder / "folder.wav"


def empty(folder: Path) -> Path:
    (folder / "empty.mp3").touch()
    return folder / "empty.mp3"


def text_named_mp3(folder: Path) -> Path:
    (folder / "words.mp3").write_text("only words, and no sound at all\n" * 99)
    return folder / "words.mp3"


def playlist_named_mp3(folder: Path) -> Path:
    wav(folder / "private.wav", np.zeros(2 * RATE))
    (folder / "list.mp3").write_text(f"ffconcat version 1.0\nfile '{folder / 'private.wav'}'\n")
    return folder / "list.mp3"


def a_third_of_a_second(folder: Path) -> Path:
    return wav(folder / "short.wav", 0.3 * np.sin(np.arange(int(0.3 * RATE)) / 20))


def truncated_m4a(folder: Path) -> Path:
    path = wav(folder / "cut.m4a", 0.3 * np.sin(np.arange(5 * RATE) / 20), "aac")
    path.write_bytes(path.read_bytes()[:-3000])
    return path


def one_byte_too_many(folder: Path) -> Path:
    with (folder / "large.wav").open("wb") as file:
        file.truncate(200_000_001)
    return folder / "large.wav"


@pytest.mark.parametrize("make", [no_file, a_folder, empty, text_named_mp3, playlist_named_mp3, a_third_of_a_second,
                                  truncated_m4a, one_byte_too_many])
def test_a_clip_of_no_use_is_told_in_one_sentence(mureka: Callable[..., Any], tmp_path: Path,
                                                  make: Callable[[Path], Path]) -> None:
    clip = make(tmp_path)
    before = contents_of(tmp_path)
    ended = mureka("song", clip, "--out", tmp_path / "out" / "song.mp4")
    assert ended.code == 2
    assert ended.out == ""
    assert len(ended.err.strip().splitlines()) == 1, ended.err
    assert contents_of(tmp_path) == before


@pytest.mark.parametrize("out", ["/proc/song.mp4", "file/song.mp4", "."])
def test_a_place_that_cannot_be_written_is_told_in_one_sentence(mureka: Callable[..., Any], tmp_path: Path,
                                                                out: str) -> None:
    (tmp_path / "file").touch()
    clip = wav(tmp_path / "tone.wav", 0.3 * np.sin(np.arange(2 * RATE) / 20))
    before = contents_of(tmp_path)
    ended = mureka("song", clip, "--out", out)
    assert ended.code == 2
    assert "--out" in ended.err
    assert contents_of(tmp_path) == before


def test_a_picture_is_no_clip(mureka: Callable[..., Any], tmp_path: Path) -> None:
    from PIL import Image
    Image.new("RGB", (64, 64)).save(tmp_path / "me.png")
    ended = mureka("song", tmp_path / "me.png")
    assert ended.code == 2
    assert "--image" in ended.err


def test_a_wish_without_a_song_asks_for_a_clip(song: Callable[..., Any]) -> None:
    ended = song("--wish", "slower")
    assert ended.code == 2
    assert "clip" in ended.err


def test_a_wrong_setting_is_one_sentence(mureka: Callable[..., Any], tmp_path: Path) -> None:
    ended = mureka("song", "hum.wav", MUREKA_BACKEND="both")
    assert ended.code == 2
    assert ended.err.strip() == "MUREKA_BACKEND is 'both': it takes studio or cloud."


def test_an_unknown_style_is_answered_with_those_there_are(
        song: Callable[..., Any], cloud: NemoService, hum: Path, tmp_path: Path) -> None:
    cloud.offer()
    ended = song(hum, "--style", "metal")
    assert ended.code == 2
    assert "lo-fi, pop, acoustic" in ended.err
    assert cloud.projects == {}
    assert not (tmp_path / "out").exists()


def test_a_film_never_takes_the_place_of_its_clip(mureka: Callable[..., Any], tmp_path: Path) -> None:
    clip = wav(tmp_path / "tone.wav", 0.3 * np.sin(np.arange(2 * RATE) / 20))
    before = clip.read_bytes()
    assert mureka("song", "tone.wav", "--out", clip).code == 2
    assert clip.read_bytes() == before


@pytest.mark.parametrize("words", [[], ["--wish", "  "], ["--new"]])
def test_a_song_of_nothing_is_asked_about(mureka: Callable[..., Any], tmp_path: Path, words: list[str]) -> None:
    ended = mureka("song", *words)
    assert ended.code == 2
    assert "clip" in ended.err


def contents_of(folder: Path) -> set[str]:
    """Everything below `folder` but the data folder, whose sessions are to stay."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")
            if path.relative_to(folder).parts[0] != "data"}
