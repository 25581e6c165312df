"""Words: what the process that takes a clip in says of it, a line of JSON each. Plain data, known on both sides."""

from __future__ import annotations

import msgspec


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The process has begun, within its bounds. What ends it from now on is the file's doing."""


class Looked(msgspec.Struct, frozen=True, tag=True):
    """What the clip is; see bot.media.Clip."""

    kind: str
    container: str
    codec: str
    seconds: float | None
    bytes: int


class Converted(msgspec.Struct, frozen=True, tag=True):
    """It stands written anew where it was wanted."""


class Drawn(msgspec.Struct, frozen=True, tag=True):
    """Its waveform stands where it was wanted; so many seconds of sound are on it."""

    seconds: float


class Refused(msgspec.Struct, frozen=True, tag=True):
    """It is of no use, or could not be written; `says` and `facts` are those of a MediaError.

    `errno` is told where the disk is the reason.
    """

    says: str
    detail: str
    facts: dict[str, str | int | float] = {}
    errno: int | None = None


Said = Ready | Looked | Converted | Drawn | Refused


def said_in(line: bytes) -> Said:
    """What a line of the process says. Raises msgspec.DecodeError."""
    said: Said = msgspec.json.decode(line, type=Said)
    return said
