"""Decodes any accepted clip into mono sound, within bounds of time and memory; never trusts a file.

Only the containers of ACCEPTED_FORMATS are opened, over the `file` protocol alone, so that a playlist named `.mp3`
cannot make FFmpeg read other files or the network. Time is taken from the container: what an encoder put before the
first sample (priming) is left out, and holes between packets become silence, so that onsets stay where they were sung.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from studio.errors import BrokenClip, ClipTooHard, ClipTooShort, NoSoundTrack, NotSound
from studio.listen.codecs import DECODERS, SOUND_CODECS
from studio.listen.downmix import strongest_mono

ACCEPTED_FORMATS = "mp3,wav,mov,aac,matroska,webm,avi,flac,ogg"
"""FFmpeg's names; `mov` is also mp4 and m4a, `ogg` holds Opus and Vorbis."""
MAX_HEARD_SECONDS = 180.0
MIN_HEARD_SECONDS = 0.5
DECODE_DEADLINE_SECONDS = 20.0
OPEN_TIMEOUT_SECONDS = 10.0
MAX_DECODE_ERRORS = 500
MAX_CHANNELS = 8                # for more, FFmpeg has no mixing rule and PyAV no bounds
MIN_RATE_HZ, MAX_RATE_HZ = 4_000, 768_000
HOLE_SECONDS = 0.02             # shorter holes are rounding of timestamps
MAX_HOLE_SECONDS = 5.0          # longer ones are jumps of a clock, not silence
MAX_STREAMS = 64
MAX_CHAPTERS = 2_000
MAX_TAG_CHARACTERS = 2_000_000  # of the container and all its streams
MAX_ATTACHED_BYTES = 32_000_000 # fonts of a film; FFmpeg keeps each several times
PROBE_OPTIONS = {"probesize": "5000000", "analyzeduration": "5000000"}

PRIMING_SAMPLES = {("aac", "aac"): 1024, ("avi", "aac"): 1024, ("avi", "mp3"): 1105}
"""What (container, codec) pairs decode before the first sample and have no field to say so: one AAC frame, and for MP3
the customary encoder delay of 576 samples plus the decoder's 529."""

_DECODE_FAULTS = (av.FFmpegError, ValueError, OverflowError)
Chunk = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono sound: `samples` is float32 of shape (n,) at `rate` Hz; `cut` when the source went on."""

    samples: Chunk
    rate: int
    cut: bool

    @property
    def seconds(self) -> float:
        """Length of what was decoded."""
        return len(self.samples) / self.rate


def decode(path: Path, rate: int, *, clock: Callable[[], float] = time.monotonic) -> Sound:
    """Decode at most MAX_HEARD_SECONDS of `path` to mono at `rate` Hz.

    Raises NotSound, NoSoundTrack, BrokenClip or ClipTooShort. A file that breaks off is used as far as it goes; so is
    one that is not decoded by the deadline, which then counts as cut.
    """
    with closing(open_clip(path)) as container:
        stream = sound_stream(container)
        tape = _Tape(rate, round(rate * _priming_seconds(container, stream)))
        faults = _fill(tape, container, stream, clock)
    if tape.seconds < MIN_HEARD_SECONDS:
        raise _too_little(path, faults)
    return Sound(strongest_mono(tape.stereo()), rate, tape.full)


def begins_like_sound(head: bytes) -> bool:
    """Whether the first bytes of a file (16 suffice) carry the mark of an accepted container."""
    if head[:4] == b"RIFF":
        return head[8:12] in (b"WAVE", b"AVI ")
    if head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide"):
        return True
    if head[:2] == b"\xff\xff":
        return False
    mpeg_sync = len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0
    return mpeg_sync or head.startswith((b"ID3", b"OggS", b"fLaC", b"\x1aE\xdf\xa3", b"RF64"))


def _too_little(path: Path, faults: int) -> BrokenClip | NotSound | ClipTooShort:
    if not _has_mark(path):
        return NotSound("nothing in it decodes")
    return BrokenClip(f"{faults} packets do not decode") if faults else ClipTooShort()


def _has_mark(path: Path) -> bool:
    with path.open("rb") as file:
        return begins_like_sound(file.read(16))


def open_clip(path: Path) -> InputContainer:
    """The container of a clip, opened with nothing but the accepted formats. Raises NotSound, BrokenClip or ClipTooHard."""
    try:
        if not path.is_file() or path.stat().st_size == 0:
            raise NotSound("no file, or an empty one")
        marked = _has_mark(path)
    except OSError as fault:
        raise NotSound(str(fault)) from fault
    options = {"format_whitelist": ACCEPTED_FORMATS, "protocol_whitelist": "file", "codec_whitelist": DECODERS, **PROBE_OPTIONS}
    try:
        container = av.open(str(path.resolve()), mode="r", options=options, metadata_errors="replace",
                            timeout=(OPEN_TIMEOUT_SECONDS, OPEN_TIMEOUT_SECONDS))
    except MemoryError as fault:        # FFmpeg's is one of its own errors too
        raise ClipTooHard(str(fault)) from fault
    except _DECODE_FAULTS as fault:
        raise (BrokenClip if marked else NotSound)(str(fault)) from fault
    with ExitStack() as undo:
        undo.callback(container.close)
        _bound(container)
        undo.pop_all()
    return container


def _bound(container: InputContainer) -> None:
    """Refuse what holds more than any clip does. Raises ClipTooHard."""
    if len(container.streams) > MAX_STREAMS:
        raise ClipTooHard(f"{len(container.streams)} streams")
    tags = [container.metadata, *(stream.metadata for stream in container.streams)]
    if sum(len(name) + len(value) for one in tags for name, value in one.items()) > MAX_TAG_CHARACTERS:
        raise ClipTooHard("its tags are longer than a book")
    if len(container.chapters()) > MAX_CHAPTERS:
        raise ClipTooHard(f"{len(container.chapters())} chapters")
    attached = [len(one.data or b"") for one in container.streams.attachments]
    if sum(attached) > MAX_ATTACHED_BYTES or 0 in attached:     # of one that did not fit into the memory nothing is left
        raise ClipTooHard(f"{attached} bytes attached")


def sound_stream(container: InputContainer) -> AudioStream:
    """The stream to listen to. Raises NoSoundTrack, NotSound or BrokenClip."""
    if not container.streams.audio:
        raise NoSoundTrack if container.streams.video else NotSound("no stream of sound")
    for stream in container.streams.audio:
        # PyAV's types promise a decoder; a codec that this build of FFmpeg lacks has none.
        context = getattr(stream, "codec_context", None)
        if context is not None and context.codec.canonical_name in SOUND_CODECS:
            return stream
    raise BrokenClip("a codec that no recorder writes")


def _priming_seconds(container: InputContainer, stream: AudioStream) -> float:
    codec = stream.codec_context.name.removesuffix("float")
    samples = PRIMING_SAMPLES.get((container.format.name, codec), 0)
    return samples / stream.rate if stream.rate else 0.0


@dataclass(slots=True)
class _Tape:
    """Takes decoded frames in order and keeps them as stereo at one rate, up to MAX_HEARD_SECONDS."""

    rate: int
    skip: int                       # samples at `rate` still to be left out, an encoder's priming
    full: bool = False
    _chunks: list[Chunk] = field(default_factory=list)
    _written: int = 0
    _resampler: av.AudioResampler | None = None
    _clock: float | None = None     # where the container says that the next frame belongs

    @property
    def seconds(self) -> float:
        return self._written / self.rate

    def stereo(self) -> Chunk:
        """Everything so far, shape (2, n)."""
        return np.concatenate(self._chunks, axis=1)

    def take(self, frame: AudioFrame) -> None:
        """Append `frame`; raises ValueError or av.FFmpegError for one that makes no sense."""
        if not MIN_RATE_HZ <= frame.sample_rate <= MAX_RATE_HZ:
            raise ValueError(f"a rate of {frame.sample_rate} Hz")
        if frame.layout.nb_channels > MAX_CHANNELS:
            raise ValueError(f"{frame.layout.nb_channels} channels")
        self._bridge_hole(frame)
        frame.pts = None
        if self._resampler is None:
            self._resampler = self._fresh_resampler()
        try:
            resampled = self._resampler.resample(frame)
        except ValueError:      # the layout, format or rate changed in mid-stream
            self.flush()
            self._resampler = self._fresh_resampler()
            resampled = self._resampler.resample(frame)
        self._write_all(resampled)

    def flush(self) -> None:
        """Append what the resampler still holds."""
        if self._resampler is not None:
            self._write_all(self._resampler.resample(None))
        self._resampler = None

    def _fresh_resampler(self) -> av.AudioResampler:
        return av.AudioResampler("fltp", "stereo", self.rate)

    def _bridge_hole(self, frame: AudioFrame) -> None:
        length = frame.samples / frame.sample_rate
        stamp = None if frame.pts is None or frame.time_base is None else float(frame.pts * frame.time_base)
        if stamp is None:
            self._clock = None if self._clock is None else self._clock + length
            return
        hole = 0.0 if self._clock is None else stamp - self._clock
        if HOLE_SECONDS < hole <= MAX_HOLE_SECONDS:
            self._write(np.zeros((2, round(hole * self.rate)), np.float32))
        jumped = self._clock is None or hole > HOLE_SECONDS or hole < -MAX_HOLE_SECONDS
        self._clock = (stamp if jumped or self._clock is None else self._clock) + length

    def _write_all(self, frames: list[AudioFrame]) -> None:
        for frame in frames:
            self._write(np.nan_to_num(frame.to_ndarray(), nan=0.0, posinf=0.0, neginf=0.0))

    def _write(self, chunk: Chunk) -> None:
        skipped = min(self.skip, chunk.shape[1])
        self.skip -= skipped
        room = round(MAX_HEARD_SECONDS * self.rate) - self._written
        kept = chunk[:, skipped:skipped + room]
        self.full = self.full or chunk.shape[1] - skipped > room
        if kept.shape[1]:
            self._chunks.append(kept)
            self._written += kept.shape[1]


def _fill(tape: _Tape, container: InputContainer, stream: AudioStream, clock: Callable[[], float]) -> int:
    """Run the stream onto the tape; returns how many packets or frames did not decode."""
    faults = 0
    ends = clock() + DECODE_DEADLINE_SECONDS
    for packet in _packets(container, stream):
        if packet is None:
            faults += 1
        else:
            faults += _play(tape, packet)
        if tape.full or faults > MAX_DECODE_ERRORS:
            return faults
        if clock() > ends:
            tape.full = True
            return faults
    try:
        tape.flush()
    except _DECODE_FAULTS:
        faults += 1
    return faults


def _packets(container: InputContainer, stream: AudioStream) -> Iterator[Packet[AudioStream] | None]:
    """The stream's packets, the last one empty (it drains the decoder); None where demuxing broke off."""
    try:
        yield from container.demux(stream)
    except _DECODE_FAULTS:
        yield None


def _play(tape: _Tape, packet: Packet[AudioStream]) -> int:
    """Decode one packet onto the tape; returns the number of faults, which are skipped."""
    try:
        for frame in packet.decode():
            if not tape.full:
                tape.take(frame)
    except _DECODE_FAULTS:
        return 1
    return 0
