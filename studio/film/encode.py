"""Turns frames and a sound into an MP4. It never draws, and never decides how large a film may be.

x264's `ultrafast` preset would fall back to the Constrained Baseline profile; with the 8 x 8 transform and CABAC given
back it stays High and keeps most of its speed. B-frames cost more time here than they save bytes: most of a frame
stands still, and the rest moves by whole pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from threading import Event
from typing import Protocol

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from studio.film.layout import FPS
from studio.film.planes import Planes
from studio.film.spectrum import SAMPLE_RATE, WAV_ONLY

X264 = ("cabac=1:8x8dct=1:partitions=i4x4,i8x8,p8x8:bframes=0:weightp=0:deblock=0,0:mbtree=1:rc-lookahead=12:"
        "aq-mode=1:aq-strength=0.3:scenecut=0:keyint=240:min-keyint=30:"
        "colorprim=bt709:transfer=bt709:colormatrix=bt709:range=tv")
BT709, LIMITED_RANGE = 1, 1
ENCODER_THREADS = 2
AAC_OPTIONS = {"aac_coder": "fast", "aac_pns": "0", "aac_tns": "0", "aac_is": "0"}
"""FFmpeg's own choices throw single frames up to 4 dB over the master's peak; with these it stays within 1, and is faster."""
TICK = Fraction(1, FPS)


class Frames(Protocol):
    """Pictures that can be drawn one after the other; `still` is what they have in common."""

    width: int
    height: int
    frames: int
    still: Planes

    def draw(self, frame: int, onto: Planes) -> None:
        """Make `onto`, which holds `still` or another frame, frame number `frame`."""


@dataclass(frozen=True, slots=True)
class Quality:
    """How good a film shall be: `crf` (smaller is better), never above `video_rate` bit/s where that is given."""

    crf: float = 20.0
    audio_rate: int = 176_000
    video_rate: int | None = None

    def options(self) -> dict[str, str]:
        """As x264 wants it; the cap holds over any two seconds."""
        cap = "" if self.video_rate is None else (
            f":vbv-maxrate={self.video_rate // 1000}:vbv-bufsize={self.video_rate * 2 // 1000}")
        return {"preset": "ultrafast", "crf": f"{self.crf:g}", "x264-params": X264 + cap}


def encode(scene: Frames, sound: Path, path: Path, quality: Quality, progress: Callable[[float], None]) -> None:
    """Write the film of `scene` and `sound` to `path`: its index stands before its data, so it plays while it loads.

    The sound is encoded beside the pictures. Raises av.FFmpegError, and whatever `progress` raises to stop the work.
    """
    # Packets wait for those of the other stream for as long as it takes, so they are always interleaved.
    options = {"movflags": "+faststart", "max_interleave_delta": "0"}
    with av.open(path, "w", format="mp4", options=options) as container:
        picture_stream, sound_stream = _video_stream(container, scene, quality), _audio_stream(container, quality)
        container.start_encoding()
        over = Event()
        with ThreadPoolExecutor(1, "film-sound") as pool:
            packets = pool.submit(_encode_sound, sound, sound_stream, over)
            try:
                _mux(container, picture_stream, scene, packets, progress)
            finally:
                over.set()
    progress(1.0)


def _mux(container: OutputContainer, stream: VideoStream, scene: Frames,
         packets: Future[list[Packet[AudioStream]]], progress: Callable[[float], None]) -> None:
    """Encode the pictures, and hand the sound's packets over as soon as they are there."""
    waiting = True
    for number, picture in enumerate(_pictures(scene)):
        container.mux(stream.encode(picture))
        if waiting and packets.done():
            container.mux(packets.result())
            waiting = False
        if number % FPS == 0:
            progress(number / scene.frames)
    container.mux(stream.encode(None))
    if waiting:
        container.mux(packets.result())


def _pictures(scene: Frames) -> Iterator[av.VideoFrame]:
    """Every frame in turn, drawn into one and the same buffer: the encoder has copied it when it asks for the next."""
    picture = av.VideoFrame(scene.width, scene.height, "yuv420p")
    picture.time_base = TICK
    onto = Planes(*(np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)[:, :plane.width]
                    for plane in picture.planes))
    onto.put(scene.still)
    for number in range(scene.frames):
        scene.draw(number, onto)
        picture.pts = number
        yield picture


def _encode_sound(sound: Path, stream: AudioStream, over: Event) -> list[Packet[AudioStream]]:
    packets: list[Packet[AudioStream]] = []
    with av.open(sound, options=WAV_ONLY) as container:
        resampler = av.AudioResampler("fltp", "stereo", SAMPLE_RATE)
        for decoded in container.decode(audio=0):
            if over.is_set():
                return packets
            for frame in resampler.resample(decoded):
                packets += stream.encode(frame)
        for frame in resampler.resample(None):
            packets += stream.encode(frame)
    return packets + stream.encode(None)


def _video_stream(container: OutputContainer, scene: Frames, quality: Quality) -> VideoStream:
    stream = container.add_stream("libx264", rate=FPS, options=quality.options())
    stream.width, stream.height, stream.pix_fmt = scene.width, scene.height, "yuv420p"
    context = stream.codec_context
    context.time_base = TICK
    context.thread_count, context.thread_type = ENCODER_THREADS, "FRAME"
    context.color_range = LIMITED_RANGE
    context.colorspace = context.color_primaries = context.color_trc = BT709
    return stream


def _audio_stream(container: OutputContainer, quality: Quality) -> AudioStream:
    stream = container.add_stream("aac", rate=SAMPLE_RATE, options=AAC_OPTIONS)
    stream.layout = "stereo"
    stream.bit_rate = quality.audio_rate
    return stream
