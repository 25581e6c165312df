"""Sniffing: tell a container by its first bytes, and whether an MP4 was cut off. Looks at bytes, never decodes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO

HEAD_BYTES = 4096
MAX_BOXES = 4096
"""Boxes of an MP4 that are looked at; a fragmented hour has some 3,600."""

IMAGES = {"jpg": "jpeg_pipe", "png": "png_pipe", "gif": "gif", "webp": "webp_pipe"}
"""Image containers, and what FFmpeg calls their demuxers."""
_MOV_BOXES = frozenset((b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"))
_ESSENTIAL_BOXES = frozenset((b"moov", b"mdat", b"moof", b"ftyp"))
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (rb"\xff\xd8\xff", "jpg"), (rb"\x89PNG\r\n\x1a\n", "png"), (rb"GIF8[79]a", "gif"), (rb"RIFF....WEBP", "webp"),
    (rb"RIFF....WAVE", "wav"), (rb"RF64....WAVE", "wav"), (rb"RIFF....AVI ", "avi"), (rb"fLaC", "flac"),
    (rb"OggS", "ogg"), (rb"\x1aE\xdf\xa3.{0,64}?\x42\x82.webm", "webm"), (rb"\x1aE\xdf\xa3", "mkv"),
    (rb"ID3[\x02-\x04]", "mp3"), (rb"\xff[\xf0\xf1\xf8\xf9]", "aac"), (rb"\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]", "mp3"),
)


def head_of(file: BinaryIO) -> bytes:
    """The first HEAD_BYTES of an open file."""
    file.seek(0)
    return file.read(HEAD_BYTES)


def container_of(head: bytes) -> str | None:
    """The container that `head` begins like; None for none that is known."""
    if head[4:8] in _MOV_BOXES:
        return "mp4" if head[4:8] == b"ftyp" and head[8:12] != b"qt  " else "mov"
    return next((container for pattern, container in _MAGIC if re.match(pattern, head, re.DOTALL)), None)


def is_text(head: bytes) -> bool:
    """Whether `head` is readable text, whatever the file is called: a letter, a playlist, a page of HTML."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:     # a character may be cut at the end of the head
            return False
        text = head[:error.start].decode("utf-8")
    return all(character.isprintable() or character in "\t\r\n\f\ufeff" for character in text)


def is_cut_off(path: Path) -> bool:
    """Whether an MP4 ends before its own tables say that it does. Raises OSError."""
    size = path.stat().st_size
    at = 0
    with path.open("rb") as file:
        for _ in range(MAX_BOXES):
            file.seek(at)
            header = file.read(16)
            if len(header) < 8:
                return False
            length, kind = int.from_bytes(header[:4], "big"), header[4:8]
            if length == 1:
                length = int.from_bytes(header[8:16], "big")
            if length == 0:         # "to the end of the file"
                return False
            if at + length > size:
                return kind in _ESSENTIAL_BOXES
            if length < 8:
                return False
            at += length
    return False
