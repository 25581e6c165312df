"""Sound: open a file that nobody vouches for and decode its sound, bounded in every direction. Never touches a network.

Only the listed demuxers may open it and only the file itself may be read: a text that FFmpeg takes for a playlist
(ffconcat, HLS) would otherwise pull in other local files or addresses.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError

DEMUXERS = "wav,mp3,mov,aac,matroska,webm,flac,ogg,avi"
PROBE_BYTES = 5_000_000
PROBE_MICROSECONDS = 5_000_000
IO_SECONDS = 5.0
"""How long opening may take: 200 MB of zeros behind a WAV are 25 million empty chunks to FFmpeg."""
MAX_PIXELS = 64_000_000
"""Beyond this a picture is a trap for memory."""
MAX_BAD_PACKETS = 200
"""Packets that may fail to decode before the sound counts as broken."""


class Undecodable(Exception):
    """Too many packets in a row could not be decoded, or it took too long."""


@contextmanager
def opened(path: Path, demuxer: str | None = None) -> Iterator[InputContainer]:
    """`path` open for reading, by `demuxer` or one of DEMUXERS. Raises FFmpegError for anything else.

    The absolute path keeps FFmpeg from reading a file's name as a protocol ("concat:a|b").
    """
    options = {
        "format_whitelist": demuxer or DEMUXERS, "protocol_whitelist": "file", "probesize": str(PROBE_BYTES),
        "analyzeduration": str(PROBE_MICROSECONDS), "max_pixels": str(MAX_PIXELS),
    }
    name = str(path.absolute())
    with av.open(name, format=demuxer, options=options, metadata_errors="replace", timeout=IO_SECONDS) as container:
        yield container


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The first sound track that has a decoder."""
    # PyAV's types promise a decoder; a codec that this build of FFmpeg lacks has none.
    return next((stream for stream in container.streams.audio if getattr(stream, "codec_context", None)), None)


def frames(container: InputContainer, stream: AudioStream, seconds: float) -> Iterator[AudioFrame]:
    """The decoded sound of `stream`, taking at most `seconds` of time; damaged packets are passed over.

    Raises Undecodable. What a file lacks at its end is no error here.
    """
    deadline = time.monotonic() + seconds
    bad = 0
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
            decoded = [] if packet is None else packet.decode()
        except FFmpegError as error:
            bad += 1
            if bad > MAX_BAD_PACKETS:
                raise Undecodable(f"{bad} bad packets, the last: {error}") from error
            continue
        if packet is None:
            return
        for frame in decoded:
            if frame.samples > 0:
                yield frame
        if time.monotonic() > deadline:
            raise Undecodable(f"not decoded within {seconds} s")
