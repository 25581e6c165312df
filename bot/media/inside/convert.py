"""Convert: write a clip's sound anew in a container that the API takes. Never changes the clip itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.error import FFmpegError, InvalidDataError

from bot.media.clip import MAX_CONVERTED_SECONDS
from bot.media.errors import BrokenClip, NotConverted, is_of_disk
from bot.media.inside.sound import Undecodable, frames, opened, sound_stream

AAC_BITS_PER_SECOND = 192_000
AAC = {"aac_coder": "fast", "aac_pns": "0", "aac_tns": "0", "aac_is": "0"}
"""At so many bits no ear tells it from FFmpeg's own choices, which take three times as long."""
AAC_RATES_HZ = frozenset((44_100, 48_000))
CONVERSION_SECONDS = 60.0


def convert(clip: Path, to: Path) -> None:
    """Write the sound of `clip` to `to` as an M4A.

    No onset moves: the file's edit list takes the encoder's priming out again. At most MAX_CONVERTED_SECONDS are kept.
    Raises BrokenClip, NotConverted, and OSError as it is where the disk is the reason; leaves nothing at `to` then.
    """
    done = False
    try:
        _write(clip, to)
        done = True
    finally:
        if not done:
            to.unlink(missing_ok=True)


def _write(clip: Path, to: Path) -> None:
    try:
        with opened(clip) as source:
            sound = sound_stream(source)
            if sound is None:
                raise BrokenClip(clip.name, "no sound that decodes")
            with av.open(str(to.absolute()), "w", format="ipod", options={"movflags": "+faststart"}) as sink:
                _transcode(frames(source, sound, CONVERSION_SECONDS), sound, sink)
    except MemoryError:
        raise
    except (Undecodable, InvalidDataError) as error:
        raise BrokenClip(clip.name, str(error)) from error
    except (FFmpegError, OSError, ValueError, ArithmeticError) as error:
        if isinstance(error, OSError) and is_of_disk(error.errno):
            raise
        raise NotConverted(clip.name, str(error)) from error


def _transcode(heard: Iterator[AudioFrame], sound: AudioStream, sink: OutputContainer) -> None:
    """Encode `heard` into `sink` as AAC, gapless: sample n of the sound is sample n of the file."""
    rate = sound.rate if sound.rate in AAC_RATES_HZ else max(AAC_RATES_HZ)
    layout = "mono" if sound.channels == 1 else "stereo"
    encoder = sink.add_stream("aac", rate=rate, layout=layout, bit_rate=AAC_BITS_PER_SECOND, options=AAC)
    resampler = AudioResampler("fltp", layout, rate)
    left = MAX_CONVERTED_SECONDS * rate
    written = 0
    for frame in heard:
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
