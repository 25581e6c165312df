"""Sound: open a file that nobody vouches for and decode its sound, bounded in every direction. Never touches a network.

Only the listed demuxers may open it and only the file itself may be read: a text that FFmpeg takes for a playlist
(ffconcat, HLS) would otherwise pull in other local files or addresses. Only the listed decoders run, not even to guess
what a track holds: FFmpeg has hundreds, for games and cameras of the nineties, that no recorder writes for.
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
from av.stream import Stream

from bot.media.clip import MAX_PIXELS
from bot.media.inside.shape import LEAST_RATE_HZ, MOST_RATE_HZ

DEMUXERS = "wav,mp3,mov,aac,matroska,webm,flac,ogg,avi"
PROBE_BYTES = 5_000_000
PROBE_MICROSECONDS = 5_000_000
IO_SECONDS = 5.0
"""How long opening may take: 200 MB of zeros behind a WAV are 25 million empty chunks to FFmpeg."""
MAX_STREAMS = 64
"""That FFmpeg sets up at all; how many a clip may have is told by bot.media.inside.shape."""
MAX_BAD_PACKETS = 200
"""Packets that may fail to decode before the sound counts as broken."""

SOUND_CODECS = frozenset((
    "aac", "aac_latm", "ac3", "adpcm_ima_qt", "adpcm_ima_wav", "adpcm_ms", "alac", "amr_nb", "amr_wb", "eac3", "flac", "gsm_ms",
    "mp1", "mp2", "mp3", "opus", "pcm_alaw", "pcm_f32be", "pcm_f32le", "pcm_f64be", "pcm_f64le", "pcm_mulaw", "pcm_s16be",
    "pcm_s16le", "pcm_s24be", "pcm_s24le", "pcm_s32be", "pcm_s32le", "pcm_s8", "pcm_u8", "speex", "vorbis",
))
"""What recorders, telephones and editors write into the containers above."""
PICTURE_CODECS = frozenset(("gif", "mjpeg", "png", "webp"))
_OTHER_NAMES = frozenset(("amrnb", "amrwb", "libdav1d", "libopus", "libspeex", "libvorbis", "mp1float", "mp2float", "mp3float"))
"""Of decoders that are not called like their codecs."""
FILM_CODECS = SOUND_CODECS | {"av1", "h264", "hevc", "mpeg4", "vp8", "vp9"}


class Undecodable(Exception):
    """Too many packets in a row could not be decoded, or it took too long."""


@contextmanager
def opened(path: Path, demuxer: str | None = None, codecs: frozenset[str] = SOUND_CODECS) -> Iterator[InputContainer]:
    """`path` open for reading, by `demuxer` or one of DEMUXERS. Raises FFmpegError for anything else.

    The absolute path keeps FFmpeg from reading a file's name as a protocol ("concat:a|b").
    """
    options = {
        "format_whitelist": demuxer or DEMUXERS, "protocol_whitelist": "file", "codec_whitelist": ",".join(codecs | _OTHER_NAMES),
        "max_streams": str(MAX_STREAMS), "max_pixels": str(MAX_PIXELS), "probesize": str(PROBE_BYTES),
        "analyzeduration": str(PROBE_MICROSECONDS),
    }
    name = str(path.absolute())
    with av.open(name, format=demuxer, options=options, metadata_errors="replace", timeout=IO_SECONDS) as container:
        yield container


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The first sound track that may be decoded."""
    return next((stream for stream in container.streams.audio if is_decodable(stream, SOUND_CODECS)), None)


def is_decodable(stream: Stream, codecs: frozenset[str]) -> bool:
    """Whether there is a decoder for it, and it is one of `codecs`."""
    # PyAV's types promise a decoder; a codec that this build of FFmpeg lacks has none.
    context = getattr(stream, "codec_context", None)
    return context is not None and context.codec.canonical_name in codecs


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
            if not LEAST_RATE_HZ <= frame.sample_rate <= MOST_RATE_HZ:      # a header may say one thing, a frame another
                raise Undecodable(f"{frame.sample_rate} samples a second")
            if frame.samples > 0:
                yield frame
        if time.monotonic() > deadline:
            raise Undecodable(f"not decoded within {seconds} s")
