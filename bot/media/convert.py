"""Convert: write a clip's sound anew in a container that the API takes. Never changes the clip itself."""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.error import FFmpegError, InvalidDataError

from bot.media.clip import Clip
from bot.media.errors import BrokenClip, NotConverted
from bot.media.sound import Undecodable, frames, opened, sound_stream

MAX_CONVERTED_SECONDS = 600
"""The rest of a longer clip is left out; no backend listens to that much."""
AAC_BITS_PER_SECOND = 192_000
AAC_RATES_HZ = frozenset((44_100, 48_000))
CONVERSION_SECONDS = 120.0


async def to_accepted(clip: Clip, folder: Path) -> Path:
    """The file to send for `clip`: its own where the API takes it, else an M4A of its sound, new in `folder`.

    No onset moves: the file's edit list takes the encoder's priming out again. At most MAX_CONVERTED_SECONDS are
    kept. Raises BrokenClip, NotConverted. A call that is cancelled leaves nothing in `folder`.
    """
    if clip.is_accepted:
        return clip.path
    stop = threading.Event()
    work = asyncio.create_task(asyncio.to_thread(_convert, clip, folder, stop))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()      # a thread cannot be cancelled: ask, and wait until it has cleaned up
        with suppress(BrokenClip, NotConverted, _Stopped):
            (await work).unlink(missing_ok=True)
        raise


class _Stopped(Exception):
    """Nobody waits for the conversion any more."""


def _convert(clip: Clip, folder: Path, stop: threading.Event) -> Path:
    try:
        handle, name = tempfile.mkstemp(prefix=f"{Path(clip.name).stem}-", suffix=".m4a", dir=folder)
    except OSError as error:
        raise NotConverted(clip.name, str(error)) from error
    os.close(handle)
    target = Path(name)
    done = False
    try:
        _write(clip, target, stop)
        done = True
    finally:
        if not done:
            target.unlink(missing_ok=True)
    return target


def _write(clip: Clip, target: Path, stop: threading.Event) -> None:
    try:
        with opened(clip.path) as source:
            sound = sound_stream(source)
            if sound is None:
                raise BrokenClip(clip.name, "no sound that decodes")
            with av.open(str(target.absolute()), "w", format="ipod", options={"movflags": "+faststart"}) as sink:
                _transcode(frames(source, sound, CONVERSION_SECONDS), sound, sink, stop)
    except (Undecodable, InvalidDataError) as error:
        raise BrokenClip(clip.name, str(error)) from error
    except (FFmpegError, OSError) as error:
        raise NotConverted(clip.name, str(error)) from error


def _transcode(heard: Iterator[AudioFrame], sound: AudioStream, sink: OutputContainer, stop: threading.Event) -> None:
    """Encode `heard` into `sink` as AAC, gapless: sample n of the sound is sample n of the file."""
    rate = sound.rate if sound.rate in AAC_RATES_HZ else max(AAC_RATES_HZ)
    layout = "mono" if sound.channels == 1 else "stereo"
    encoder = sink.add_stream("aac", rate=rate, layout=layout, bit_rate=AAC_BITS_PER_SECOND)
    resampler = AudioResampler("fltp", layout, rate)
    left = MAX_CONVERTED_SECONDS * rate
    written = 0
    for frame in heard:
        if stop.is_set():
            raise _Stopped
        frame.pts = None        # what a live recorder dropped would else come back as silence or as an error
        for piece in resampler.resample(frame):
            piece.pts, written = written, written + piece.samples
            sink.mux(encoder.encode(piece))
        if written >= left:
            break
    for piece in resampler.resample(None):
        piece.pts, written = written, written + piece.samples
        sink.mux(encoder.encode(piece))
    sink.mux(encoder.encode(None))
    if not written:
        raise Undecodable("no sound that decodes")
