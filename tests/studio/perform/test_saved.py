"""A song as WAV, FLAC and MP3, read back: the same sound under its title, and never a byte more than is allowed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pyloudnorm
import pytest

from studio.perform import Saved, save
from studio.perform.saved import NoRoom

Sound = npt.NDArray[np.float64]
TITLE = "都市之梦: \"Café\""


def heard(path: Path) -> Sound:
    """Shape (2, samples), full scale 1."""
    with av.open(path) as file:
        resampler = av.AudioResampler("flt", "stereo")
        frames = [piece.to_ndarray() for frame in file.decode(audio=0) for piece in resampler.resample(frame)]
    return np.concatenate(frames, axis=1).reshape(-1, 2).T.astype(np.float64)


def told(path: Path) -> tuple[str, int, str]:
    """Codec, sample rate and title."""
    with av.open(path) as file:
        stream = file.streams.audio[0]
        return stream.codec_context.name, stream.rate, {**file.metadata, **stream.metadata}.get("title") or file.metadata["TITLE"]


def saved(recording: Any, folder: Path, kind: str, most: int | None = None) -> Saved:
    performance = recording.performance
    return save(performance.path, folder / "0123abcd", kind, title=TITLE, seconds=performance.seconds, max_bytes=most)


@pytest.mark.parametrize(("kind", "codec"), [("wav", "pcm_s16le"), ("flac", "flac")])
def test_wav_and_flac_hold_every_sample_and_the_title(recording: Any, tmp_path: Path, kind: str, codec: str) -> None:
    out = saved(recording, tmp_path, kind)
    assert out == Saved(kind, tmp_path / f"0123abcd.{kind}", out.path.stat().st_size)
    assert np.array_equal(heard(out.path), recording.sound)
    assert told(out.path) == (codec, 48_000, TITLE)


def test_mp3_is_as_long_as_loud_and_nowhere_louder_than_promised(recording: Any, tmp_path: Path, true_peak: Any) -> None:
    out = saved(recording, tmp_path, "mp3")
    sound, meter = heard(out.path), pyloudnorm.Meter(48_000)
    assert sound.shape == recording.sound.shape
    assert meter.integrated_loudness(sound.T) == pytest.approx(meter.integrated_loudness(recording.sound.T), abs=0.1)
    assert np.corrcoef(sound[0], recording.sound[0])[0, 1] > 0.99
    assert true_peak(sound) <= -1.0
    assert told(out.path) == ("mp3float", 48_000, TITLE)
    assert [path.name for path in tmp_path.iterdir()] == ["0123abcd.mp3"]


@pytest.mark.parametrize(("kind", "share", "becomes"), [
    ("wav", 0.9, "flac"), ("wav", 0.2, "mp3"), ("flac", 0.2, "mp3"), ("mp3", 0.05, "mp3")])
def test_what_would_be_too_large_becomes_the_next_smaller_kind(
        recording: Any, tmp_path: Path, kind: str, share: float, becomes: str) -> None:
    most = int(recording.performance.path.stat().st_size * share)
    out = saved(recording, tmp_path, kind, most)
    assert out.kind == becomes
    assert becomes == "flac" or out.bytes > 0.6 * most
    assert out.bytes == out.path.stat().st_size <= most
    assert [path.name for path in tmp_path.iterdir()] == [f"0123abcd.{becomes}"]


def test_a_limit_below_the_lowest_rate_is_told_and_leaves_nothing(recording: Any, tmp_path: Path) -> None:
    with pytest.raises(NoRoom):
        saved(recording, tmp_path, "wav", 100_000)
    assert list(tmp_path.iterdir()) == []


def test_whoever_stops_the_work_finds_nothing_left(recording: Any, tmp_path: Path) -> None:
    def stop(_share: float) -> None:
        raise InterruptedError
    with pytest.raises(InterruptedError):
        save(recording.performance.path, tmp_path / "0123abcd", "flac", title="", seconds=18.5, progress=stop)
    assert list(tmp_path.iterdir()) == []
