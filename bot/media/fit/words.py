"""Words: what the process that fits a film says of it, a line of JSON each. Plain data, known on both sides."""

from __future__ import annotations

import msgspec


class Advanced(msgspec.Struct, frozen=True, tag=True):
    """How far the work has come, 0 to 1."""

    fraction: float


class Done(msgspec.Struct, frozen=True, tag=True):
    """The film is there."""

    bytes: int
    width: int
    height: int
    kbps: int


class Ruined(msgspec.Struct, frozen=True, tag=True):
    """Nothing was written: within its limit the film would be ruined."""

    seconds: float


class Failed(msgspec.Struct, frozen=True, tag=True):
    """It did not work. `errno` is told where the disk is the reason."""

    detail: str
    errno: int | None = None


Said = Advanced | Done | Ruined | Failed


def said_in(line: bytes) -> Said:
    """What a line of this process says. Raises msgspec.DecodeError."""
    said: Said = msgspec.json.decode(line, type=Said)
    return said
