"""Marks: what a file begins like, by its first bytes. Opens nothing with a library."""

from __future__ import annotations

from pathlib import Path

_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")


def is_picture(path: Path) -> bool:
    """Whether a file begins like a jpg, png, gif or webp. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(12)
    return head.startswith(_PICTURES) or (head[:4] == b"RIFF" and head[8:] == b"WEBP")
