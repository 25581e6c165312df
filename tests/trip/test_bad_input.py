"""A clip that only the studio finds to be of no use: one sentence, exit code 2, nothing left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.trip.sounds import RATE, wav


def noise(folder: Path) -> Path:
    return wav(folder / "noise.wav", np.random.default_rng(1).normal(0, 0.1, 4 * RATE).clip(-1, 1))


def silence(folder: Path) -> Path:
    return wav(folder / "silence.wav", np.zeros(4 * RATE))


@pytest.mark.parametrize("make", [noise, silence])
def test_a_clip_of_no_use_is_told_in_one_sentence(mureka: Callable[..., Any], tmp_path: Path,
                                                  make: Callable[[Path], Path]) -> None:
    clip = make(tmp_path)
    before = contents_of(tmp_path)
    ended = mureka(tmp_path, "song", clip, "--out", tmp_path / "out" / "song.mp4")
    assert ended.code == 2
    assert ended.out == ""
    assert len(ended.err.strip().splitlines()) == 1, ended.err
    assert contents_of(tmp_path) == before


def test_four_minutes_become_a_song_of_the_first_three(mureka: Callable[..., Any], tmp_path: Path) -> None:
    path = tmp_path / "four-minutes.mp3"
    path.write_bytes(eight_seconds_of_humming(tmp_path) * 30)
    told = mureka(tmp_path, "song", path, "--seconds", "30", "--wish", "no drums, no bass, no chords", "--format", "midi",
                  "--json").facts
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
