"""Sound into files of every kind: WAV, FLAC, MP3. Encodes what it is given, and changes neither level nor length.

Half a file is never seen: each is written beside its place and renamed. FFmpeg reads nothing here but WAV.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream

from studio.perform.sound import SAMPLE_RATE_HZ, Stereo

WAV_ONLY = {"format_whitelist": "wav", "protocol_whitelist": "file"}
_CONTAINER_OPTIONS = {"mp3": {"id3v2_version": "3"}}        # the newest that every player reads
_STEPS = 32_767
_CHUNK_SAMPLES = 48_000


@dataclass(frozen=True, slots=True)
class Coding:
    """How a sound is encoded: FFmpeg's names of the codec and of the container, and their options."""

    codec: str
    container: str
    options: Mapping[str, str] = field(default_factory=dict)
    bit_rate: int | None = None     # None: as many bits as the sound needs


WAV = Coding("pcm_s16le", "wav")
FLAC = Coding("flac", "flac", {"compression_level": "8"})
MP3_V0 = Coding("libmp3lame", "mp3", {"flags": "+qscale", "global_quality": "0"})
"""LAME's best variable rate, some 245 kbit/s: nobody has been shown to hear that it is not the original."""


def mp3_at(bit_rate: int) -> Coding:
    """An MP3 of a constant rate in bit/s, whose size is therefore known beforehand."""
    return Coding("libmp3lame", "mp3", bit_rate=bit_rate)


def encode_file(source: Path, path: Path, coding: Coding, tags: Mapping[str, str],
                progress: Callable[[float], None] = lambda _: None) -> int:
    """Write the sound of the WAV file `source` to `path`, and return its size in bytes.

    `progress` is told the share that is done, and may raise to stop the work. Raises OSError, av.FFmpegError; then
    nothing is left behind.
    """
    with av.open(source, options=WAV_ONLY) as file:
        stream = file.streams.audio[0]
        samples = max(stream.duration or 0, 1)
        return _write(_told(file.decode(stream), samples, progress), path, coding, tags, stream.channels)


def encode_sound(sound: Stereo, path: Path, coding: Coding, tags: Mapping[str, str]) -> int:
    """Write `sound` to `path` in 16 bits, without dither, so that silence stays silence; returns the size in bytes."""
    return _write(_frames(sound), path, coding, tags, 2)


def _write(frames: Iterable[av.AudioFrame], path: Path, coding: Coding, tags: Mapping[str, str], channels: int) -> int:
    part = path.with_name(f".{path.stem[:60]}.{os.getpid()}.part")
    try:
        with av.open(part, "w", format=coding.container, options=_CONTAINER_OPTIONS.get(coding.container, {})) as sink:
            sink.metadata.update(tags)
            stream = cast(AudioStream, sink.add_stream(coding.codec, rate=SAMPLE_RATE_HZ, options=dict(coding.options)))
            stream.layout = "stereo" if channels == 2 else "mono"
            if coding.bit_rate:
                stream.bit_rate = coding.bit_rate
            for frame in frames:
                sink.mux(stream.encode(frame))
            sink.mux(stream.encode(None))
        size = part.stat().st_size
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return size


def _told(frames: Iterable[av.AudioFrame], samples: int, progress: Callable[[float], None]) -> Iterator[av.AudioFrame]:
    done = step = 0
    for frame in frames:
        yield frame
        done += frame.samples
        if done // _CHUNK_SAMPLES > step:       # once a second of sound, not with every frame
            step = done // _CHUNK_SAMPLES
            progress(min(done / samples, 1.0))


def _frames(sound: Stereo) -> Iterator[av.AudioFrame]:
    for start in range(0, sound.shape[1], _CHUNK_SAMPLES):
        steps = np.rint(sound[:, start:start + _CHUNK_SAMPLES].T * np.float32(_STEPS)).clip(-_STEPS, _STEPS).astype(np.int16)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(steps).reshape(1, -1), format="s16", layout="stereo")
        frame.sample_rate, frame.pts = SAMPLE_RATE_HZ, start
        yield frame
