"""Pixels: how large a picture says that it is, by its header alone, before anybody makes room for it. Never unpacks one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO, Final, Literal

MAX_SEGMENTS: Final = 4096
"""Of a JPEG before its frame; a camera writes some dozens."""
_FRAMES: Final = frozenset((*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)))
_BARE: Final = frozenset((0x01, *range(0xD0, 0xDA)))
"""Markers that nothing follows."""

Size = tuple[int, int]


def size_of(path: Path, container: str) -> Size | None:
    """Width and height in pixels; None where the header does not tell. Raises OSError."""
    with path.open("rb") as file:
        return _READERS[container](file)


def _png(file: BinaryIO) -> Size | None:
    head = file.read(24)
    return _pair(head[16:20], head[20:24], "big") if head[12:16] == b"IHDR" else None


def _gif(file: BinaryIO) -> Size | None:
    head = file.read(10)
    return _pair(head[6:8], head[8:10], "little")


def _webp(file: BinaryIO) -> Size | None:
    head = file.read(30)
    if len(head) < 30:
        return None
    kind = head[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(head[at:at + 3], "little") + 1 for at in (24, 27))
        return width, height
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return None


def _jpg(file: BinaryIO) -> Size | None:
    """The size in the first frame's header (ITU T.81, B.2.2)."""
    file.seek(2)
    for _ in range(MAX_SEGMENTS):
        if file.read(1) != b"\xff":
            return None
        marker = _marker(file)
        if marker in _BARE:
            continue
        length = int.from_bytes(file.read(2), "big")
        if marker in _FRAMES:
            head = file.read(5)
            return _pair(head[3:5], head[1:3], "big")
        if length < 2:
            return None
        file.seek(length - 2, 1)
    return None


def _marker(file: BinaryIO) -> int:
    """The byte behind 0xFF, of which there may be several."""
    for _ in range(MAX_SEGMENTS):
        byte = file.read(1)
        if byte != b"\xff":
            return byte[0] if byte else 0
    return 0


def _pair(width: bytes, height: bytes, order: Literal["big", "little"]) -> Size | None:
    """What stands in two fields of the same length; None where the file ends before them."""
    if not width or len(width) != len(height):
        return None
    return int.from_bytes(width, order), int.from_bytes(height, order)


_READERS: Final[Mapping[str, Callable[[BinaryIO], Size | None]]] = {"png": _png, "gif": _gif, "webp": _webp, "jpg": _jpg}
