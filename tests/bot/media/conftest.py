"""What the tests of media share: clips of real bytes, encoded by PyAV, of a sound whose onsets are known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream

RATE_HZ = 48_000
Sound = npt.NDArray[np.float32]
Codecs = dict[str, tuple[str, str | None, str | None]]


@pytest.fixture(scope="session")
def codecs() -> Codecs:
    """By extension: the sound codec, the picture codec, the format where the extension does not say it."""
    return {
        "mp3": ("libmp3lame", None, None), "wav": ("pcm_s16le", None, None), "m4a": ("aac", None, "ipod"),
        "aac": ("aac", None, "adts"), "flac": ("flac", None, None), "ogg": ("libopus", None, None),
        "mp4": ("aac", "libx264", None), "mov": ("aac", "libx264", None), "avi": ("libmp3lame", "mpeg4", None),
        "webm": ("libopus", "libvpx-vp9", None), "mkv": ("aac", "libx264", "matroska"),
    }


@pytest.fixture(scope="session")
def taps() -> Callable[[float], Sound]:
    """Mono sound of some seconds: short tones at uneven moments, so that a shift shows in a correlation."""

    def make(seconds: float) -> Sound:
        age = np.arange(int(0.15 * RATE_HZ)) / RATE_HZ
        sound = np.zeros(int(seconds * RATE_HZ), np.float32)
        for count, onset in enumerate(np.cumsum(np.array([0.07, 0.31, 0.23, 0.41, 0.29] * 40))):
            place = sound[int(onset * RATE_HZ):][:len(age)]
            tone = 0.5 * np.sin(2 * np.pi * (220 + 37 * (count % 7)) * age) * np.exp(-12 * age)
            place += tone[:len(place)].astype(np.float32)
        return sound

    return make


@pytest.fixture(scope="session")
def encode(codecs: Codecs) -> Callable[..., Path]:
    """Write `sound` (mono, 48 kHz; None for none) to `path` as what `kind` names: by default its extension."""

    def draw(sink: OutputContainer, codec: str) -> Callable[[int], None]:
        track = sink.add_stream(codec, rate=10)
        assert isinstance(track, VideoStream)
        track.width, track.height, track.pix_fmt = 64, 48, "yuv420p"

        def play(frames: int) -> None:
            for count in range(frames):
                frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 9 * count % 256, np.uint8), "rgb24")
                frame.pts = count
                sink.mux(track.encode(frame.reformat(format="yuv420p")))
            sink.mux(track.encode(None))

        return play

    def write(path: Path, sound: Sound | None, kind: str | None = None, layout: str = "mono", **options: str) -> Path:
        sound_codec, picture_codec, form = codecs[kind or path.suffix[1:]]
        with av.open(str(path), "w", format=form or kind, options=options) as sink:
            picture = draw(sink, picture_codec) if picture_codec else None
            track = sink.add_stream(sound_codec, rate=RATE_HZ, layout=layout) if sound is not None else None
            if picture is not None:
                picture(20 if sound is None else max(1, len(sound) * 10 // RATE_HZ))
            if sound is not None and isinstance(track, AudioStream) and track.format is not None:
                whole = av.AudioFrame.from_ndarray(sound[None], "fltp", "mono")
                whole.sample_rate = RATE_HZ
                resampler = av.AudioResampler(track.format.name, layout, RATE_HZ)
                for piece in (*resampler.resample(whole), *resampler.resample(None)):
                    sink.mux(track.encode(piece))
                sink.mux(track.encode(None))
        return path

    return write


@pytest.fixture(scope="session")
def decode() -> Callable[[Path], Sound]:
    """All the sound of a file as mono at 48 kHz, as a player would put it in time."""

    def read(path: Path) -> Sound:
        resampler = av.AudioResampler("flt", "mono", RATE_HZ)
        with av.open(str(path)) as source:
            pieces = [piece for frame in source.decode(audio=0) for piece in resampler.resample(frame)]
            pieces += resampler.resample(None)
        return np.concatenate([piece.to_ndarray().ravel() for piece in pieces])

    return read
