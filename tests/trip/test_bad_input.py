"""Bad input: one sentence, exit code 2, nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream

RATE = 48_000


def wav(path: Path, samples: np.ndarray[Any, Any], codec: Literal["pcm_s16le", "aac"] = "pcm_s16le") -> Path:
    with av.open(str(path), "w") as out:
        stream: AudioStream = out.add_stream(codec, rate=RATE, layout="mono")
        for start in range(0, len(samples), RATE):
            frame = av.AudioFrame.from_ndarray((samples[start:start + RATE] * 32767).astype(np.int16)[None], format="s16",
                                               layout="mono")
            frame.rate, frame.pts = RATE, start
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


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


def noise(folder: Path) -> Path:
    return wav(folder / "noise.wav", np.random.default_rng(1).normal(0, 0.1, 4 * RATE).clip(-1, 1))


def silence(folder: Path) -> Path:
    return wav(folder / "silence.wav", np.zeros(4 * RATE))


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


@pytest.mark.parametrize("make", [no_file, a_folder, empty, text_named_mp3, playlist_named_mp3, noise, silence,
                                  a_third_of_a_second, truncated_m4a, one_byte_too_many])
def test_a_clip_of_no_use_is_told_in_one_sentence(mureka: Callable[..., Any], tmp_path: Path,
                                                  make: Callable[[Path], Path]) -> None:
    clip = make(tmp_path)
    before = contents_of(tmp_path)
    ended = mureka(tmp_path, "song", clip, "--out", tmp_path / "out" / "song.mp4")
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
    ended = mureka(tmp_path, "song", clip, "--out", out)
    assert ended.code == 2
    assert "--out" in ended.err
    assert contents_of(tmp_path) == before


def test_a_picture_is_no_clip(mureka: Callable[..., Any], tmp_path: Path) -> None:
    from PIL import Image
    Image.new("RGB", (64, 64)).save(tmp_path / "me.png")
    ended = mureka(tmp_path, "song", tmp_path / "me.png")
    assert ended.code == 2
    assert "--image" in ended.err


def test_a_wish_without_a_song_asks_for_a_clip(mureka: Callable[..., Any], tmp_path: Path) -> None:
    ended = mureka(tmp_path, "song", "--wish", "slower")
    assert ended.code == 2
    assert "clip" in ended.err


def test_a_wrong_setting_is_one_sentence(mureka: Callable[..., Any], tmp_path: Path) -> None:
    ended = mureka(tmp_path, "song", "hum.wav", MUREKA_BACKEND="both")
    assert ended.code == 2
    assert ended.err.strip() == "MUREKA_BACKEND is 'both': it takes studio or cloud."


def test_an_unknown_style_is_answered_with_those_there_are(mureka: Callable[..., Any], tmp_path: Path) -> None:
    clip = wav(tmp_path / "tone.wav", 0.3 * np.sin(np.arange(2 * RATE) / 20))
    ended = mureka(tmp_path, "song", clip, "--style", "metal")
    assert ended.code == 2
    assert "lo-fi" in ended.err
    assert not (tmp_path / "out").exists()


def test_a_film_never_takes_the_place_of_its_clip(mureka: Callable[..., Any], tmp_path: Path) -> None:
    clip = wav(tmp_path / "tone.wav", 0.3 * np.sin(np.arange(2 * RATE) / 20))
    before = clip.read_bytes()
    assert mureka(tmp_path, "song", "tone.wav", "--out", clip).code == 2
    assert clip.read_bytes() == before


@pytest.mark.parametrize("words", [[], ["--wish", "  "], ["--new"]])
def test_a_song_of_nothing_is_asked_about(mureka: Callable[..., Any], tmp_path: Path, words: list[str]) -> None:
    ended = mureka(tmp_path, "song", *words)
    assert ended.code == 2
    assert "clip" in ended.err


def test_half_an_hour_becomes_a_song_of_its_first_minutes(mureka: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "half-an-hour.mp3"
    path.write_bytes(eight_seconds_of_humming(tmp_path) * 225)
    told = mureka(tmp_path, "song", path, "--aspect", "1:1", "--seconds", "30", "--json").facts
    assert told["heard"]["cut"] is True
    assert "first 3 minutes" in told["reply"]


def eight_seconds_of_humming(folder: Path) -> bytes:
    """MP3 frames, which may stand one behind the other."""
    time_of = np.arange(8_000) / 16_000
    shape = np.minimum(1, time_of / 0.03) * np.minimum(1, (0.46 - time_of).clip(0) / 0.05)
    tune = (60, 62, 64, 67, 69, 67, 64, 62, 60, 64, 67, 72, 67, 64, 62, 60)
    tones = [9000 * shape * np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * time_of) for pitch in tune]
    with av.open(str(folder / "part.mp3"), "w", options={"write_xing": "0", "id3v2_version": "0"}) as out:
        stream = out.add_stream("mp3", rate=16_000, layout="mono", bit_rate=64_000)
        frame = av.AudioFrame.from_ndarray(np.concatenate(tones).astype(np.int16)[None], format="s16p", layout="mono")
        frame.rate = 16_000
        out.mux([*stream.encode(frame), *stream.encode(None)])
    return (folder / "part.mp3").read_bytes()


def contents_of(folder: Path) -> set[str]:
    """Everything below `folder` but the data folder, whose sessions are to stay."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*")
            if path.relative_to(folder).parts[0] != "data"}
