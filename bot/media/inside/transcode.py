"""Writes a film anew as a plan says: H.264 High and AAC at 48 kHz, index first. Decides nothing; blocks, so only in a worker.

Every picture and every sample keeps its moment: times are copied, gaps in the sound become silence.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from av.packet import Packet
from av.stream import Disposition, Stream
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from bot.media.fit.plan import STRICT_SECONDS, Plan, Source
from bot.media.inside.sound import FILM_CODECS, MAX_BAD_PACKETS, Undecodable, is_decodable, opened, sound_stream

RATE_HZ: Final = 48_000
THREADS: Final = 2
"""Of the encoder and of the decoder each, which wait for one another most of the time."""
KEY_SECONDS: Final = 4
PRESET: Final = "veryfast"
"""A third less work than `faster` for some five per cent more bits; somebody is waiting."""
BUFFER_SECONDS: Final = {False: 3.0, True: STRICT_SECONDS}
"""Over which the rate is held; by a strict plan shorter."""
PEAK: Final = {False: 1.6, True: 1.0}
"""By how much the rate may rise over that time."""
AAC: Final = {"aac_coder": "fast", "aac_pns": "0", "aac_tns": "0", "aac_is": "0"}
"""FFmpeg's own choices throw single frames dB over the sound's peak; measured in studio/film/encode.py."""

Progress = Callable[[float], None]


class TooLarge(Exception):
    """The film outgrew its limit; `times` by how much it would have in the end."""

    def __init__(self, times: float) -> None:
        super().__init__(f"{times:.2f} times too large")
        self.times = times


def look_at(film: Path) -> Source:
    """What `film` is, by its packets: its length and rates are measured, not believed. Raises FFmpegError, Undecodable."""
    with opened(film, codecs=FILM_CODECS) as source:
        picture, sound = _picture_of(source), sound_stream(source)
        ends, sizes, count = {picture.index: 0.0}, {picture.index: 0}, 0
        start = _start_of(source)
        for packet in source.demux([one for one in (picture, sound) if one is not None]):
            index = packet.stream.index
            if packet.pts is not None and packet.time_base is not None:
                end = float((packet.pts + (packet.duration or 0)) * packet.time_base - start)
                ends[index] = max(ends.get(index, 0.0), end)
                sizes[index] = sizes.get(index, 0) + packet.size
                count += index == picture.index
        seconds = max(ends.values())
        if not count or seconds <= 0:
            raise Undecodable("no picture")
        rates = {index: 8 * size / seconds for index, size in sizes.items()}
        aspect = picture.sample_aspect_ratio or Fraction(1)
        return Source(seconds, round(picture.width * aspect), picture.height, count / max(ends[picture.index], 1e-3),
                      rates[picture.index], rates.get(sound.index, 0.0) if sound is not None else 0.0, _rotation_of(film))


def transcode(film: Path, to: Path, source: Source, plan: Plan, limit_bytes: int, progress: Progress) -> None:
    """Write `film` to `to` by `plan`. Raises TooLarge as soon as it outgrows `limit_bytes`; FFmpegError, Undecodable, OSError."""
    options = {"movflags": "+faststart"}
    with opened(film, codecs=FILM_CODECS) as read, av.open(str(to.absolute()), "w", format="mp4", options=options) as write:
        _Passage(read, write, source, plan, limit_bytes, progress).run()
    size = to.stat().st_size
    if size > limit_bytes:
        raise TooLarge(size / limit_bytes)


class _Passage:
    """One way through a film, from its packets to those of the new one."""

    def __init__(self, read: InputContainer, write: OutputContainer, source: Source, plan: Plan, limit: int,
                 progress: Progress) -> None:
        self._read, self._write = read, write
        self._source, self._plan, self._limit, self._progress = source, plan, limit, progress
        self._start = _start_of(read)
        self._picture = _picture_of(read)
        self._picture.codec_context.thread_count = THREADS
        self._picture.codec_context.thread_type = "AUTO"
        self._sound = sound_stream(read) if plan.sound_rate else None
        self._shown = _picture_stream(write, self._picture, source, plan)
        self._heard = _sound_stream(write, self._sound, plan) if self._sound is not None else None
        self._resampler = AudioResampler("fltp", self._heard.layout.name, RATE_HZ, options={"async": "1", "first_pts": "0"}
                                         ) if self._heard is not None else None
        self._next = Fraction(0)        # when the next picture is due
        self._written = 0
        self._bad = 0

    def run(self) -> None:
        """All of it, to the last packet that the encoders hold."""
        for packet in self._read.demux([one for one in (self._picture, self._sound) if one is not None]):
            for frame in self._decoded(packet):
                if isinstance(frame, VideoFrame):
                    self._show(frame)
                else:
                    self._hear(frame)
        self._put(self._shown.encode(None))
        if self._heard is not None and self._resampler is not None:
            for frame in self._resampler.resample(None):
                self._put(self._heard.encode(frame))
            self._put(self._heard.encode(None))

    def _decoded(self, packet: Packet[Stream]) -> list[VideoFrame | AudioFrame]:
        try:
            return [frame for frame in packet.decode() if isinstance(frame, VideoFrame | AudioFrame)]
        except FFmpegError as fault:
            self._bad += 1
            if self._bad > MAX_BAD_PACKETS:
                raise Undecodable(f"{self._bad} bad packets, the last: {fault}") from fault
            return []

    def _show(self, frame: VideoFrame) -> None:
        if frame.pts is None or frame.time_base is None:
            return
        time = frame.pts * frame.time_base - self._start
        if time < self._next - Fraction(1, 4) / Fraction(self._plan.fps):
            return
        if self._plan.fps < self._source.fps * 0.99:
            self._next = max(self._next, time) + 1 / Fraction(self._plan.fps)
        small = frame.reformat(self._plan.width, self._plan.height, "yuv420p", interpolation="BICUBIC", threads=1)
        small.pts, small.time_base = round(time / frame.time_base), frame.time_base
        small.pict_type = 0
        self._put(self._shown.encode(small))
        self._progress(min(1.0, float(time) / self._source.seconds))

    def _hear(self, frame: AudioFrame) -> None:
        if frame.samples == 0 or self._heard is None or self._resampler is None:
            return
        if frame.pts is not None and frame.time_base is not None:
            frame.pts = round(frame.pts - self._start / frame.time_base)
        for piece in self._resampler.resample(frame):
            self._put(self._heard.encode(piece))

    def _put(self, packets: list[Packet[VideoStream]] | list[Packet[AudioStream]]) -> None:
        for packet in packets:
            self._written += packet.size
            if self._written > self._limit and packet.pts is not None and packet.time_base is not None:
                share = float(packet.pts * packet.time_base) / self._source.seconds
                raise TooLarge(self._written / self._limit / min(1.0, max(0.05, share)))
            self._write.mux(packet)


def _picture_of(container: InputContainer) -> VideoStream:
    """The first track of moving pictures; a cover is none."""
    for stream in container.streams.video:
        if Disposition.attached_pic not in stream.disposition and is_decodable(stream, FILM_CODECS):
            return stream
    raise Undecodable("no picture")


def _start_of(container: InputContainer) -> Fraction:
    """When the first of picture and sound begins; what lies before zero is cut off by every player."""
    streams = [one for one in (_picture_of(container), sound_stream(container)) if one is not None]
    return min(max(Fraction(0), (one.start_time or 0) * (one.time_base or Fraction(1))) for one in streams)


def _rotation_of(film: Path) -> int:
    with opened(film, codecs=FILM_CODECS) as source:
        frame = next(source.decode(_picture_of(source)), None)
        if not isinstance(frame, VideoFrame):
            raise Undecodable("no picture")
        return frame.rotation


def _picture_stream(write: OutputContainer, picture: VideoStream, source: Source, plan: Plan) -> VideoStream:
    rate = plan.picture_rate // 1000
    vbv = f"vbv-maxrate={int(rate * PEAK[plan.is_strict])}:vbv-bufsize={int(rate * BUFFER_SECONDS[plan.is_strict])}"
    fps = max(Fraction(1), Fraction(plan.fps).limit_denominator(1001))
    stream = write.add_stream("libx264", rate=fps, options={
        "preset": PRESET, "profile": "high", "b": str(plan.picture_rate),
        "x264-params": f"{vbv}:keyint={round(KEY_SECONDS * fps)}"})
    stream.width, stream.height, stream.pix_fmt = plan.width, plan.height, "yuv420p"
    if source.rotation:
        stream.set_display_rotation(source.rotation)
    context, like = stream.codec_context, picture.codec_context
    context.time_base = picture.time_base or 1 / fps
    context.thread_count, context.thread_type = THREADS, "FRAME"
    context.color_range, context.colorspace = like.color_range, like.colorspace
    context.color_primaries, context.color_trc = like.color_primaries, like.color_trc
    return stream


def _sound_stream(write: OutputContainer, sound: AudioStream, plan: Plan) -> AudioStream:
    layout = "mono" if sound.channels == 1 else "stereo"
    stream = write.add_stream("aac", rate=RATE_HZ, layout=layout, options=AAC)
    stream.bit_rate = plan.sound_rate
    return stream
