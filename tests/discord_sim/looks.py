"""What Discord reads off a file that comes in: length and waveform of a recording, size of a picture. Never decodes a sound."""

from __future__ import annotations

import base64
import struct

OGG_HEAD = struct.Struct("<4sBBqIIIB")      # one page: mark, version, kind, position, stream, number, checksum, segments
OPUS_HZ = 48_000.0
PIECE_SECONDS = 0.1
MOST_PIECES = 256
PNG_MARK = b"\x89PNG\r\n\x1a\n"


def recorded_seconds(data: bytes) -> float | None:
    """How long an Ogg Opus recording is, by the position of its last page; None for other data."""
    at = data.rfind(b"OggS")
    if b"OpusHead" not in data[:64] or at < 0 or len(data) - at < OGG_HEAD.size:
        return None
    return max(0.0, float(OGG_HEAD.unpack_from(data, at)[3]) / OPUS_HZ)


def waveform(data: bytes, seconds: float) -> str:
    """The bars that a client draws, one byte for each 0.1 s and at most 256, in base64: loud pieces take more bytes in Opus."""
    count = max(1, min(MOST_PIECES, int(seconds / PIECE_SECONDS)))
    packets = _packets(data) or [0]
    spread = [packets[index * len(packets) // count] for index in range(count)]
    loudest = max(spread) or 1
    return base64.b64encode(bytes(255 * one // loudest for one in spread)).decode()


def _packets(data: bytes) -> list[int]:
    """Sizes of the Ogg segments, in order."""
    sizes: list[int] = []
    at = 0
    while data[at:at + 4] == b"OggS" and len(data) - at >= OGG_HEAD.size:
        count = data[at + OGG_HEAD.size - 1]
        table = data[at + OGG_HEAD.size:at + OGG_HEAD.size + count]
        sizes += table
        at += OGG_HEAD.size + count + sum(table)
    return sizes


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG in pixels; None for other data."""
    if not data.startswith(PNG_MARK) or len(data) < 24:
        return None
    width, height = struct.unpack_from(">II", data, 16)
    return int(width), int(height)
