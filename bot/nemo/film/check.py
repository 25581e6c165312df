"""Whether bytes can be a film: an error page that calls itself video/mp4 cannot. Decodes nothing, judges no picture.

Known kinds of media pass whatever the server calls them, sound, MIDI and archives too; text, pages, pictures and what the
server itself calls text do not; bytes that nobody knows pass: a kind that is new here is no reason to withhold a film.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final

HEAD_BYTES: Final = 4096
LONGEST_MESSAGE_BYTES: Final = 2048     # an error in plain words is shorter than this, a film is longer
MAX_BOXES: Final = 10_000
BOX_HEADER_BYTES: Final = 8
LARGE_BOX_HEADER_BYTES: Final = 16
_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof")
_RIFF: Final = (b"WAVE", b"AVI ")
_MEDIA: Final = (b"\x1aE\xdf\xa3", b"ID3", b"OggS", b"fLaC", b"MThd", b"PK\x03\x04", b"FLV\x01")
_SYNC: Final = re.compile(rb"\xff[\xe2\xe3\xf0-\xf3\xf8-\xfb]")     # a frame of MP3 or AAC
_OTHERS: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"\x1f\x8b", b"RIFF", b"\xff\xfe",
                  b"\xfe\xff")
_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<[a-zA-Z!?]|[{\[]\s*[\"{\[\]}\d])")
_TEXT_TYPE: Final = re.compile(r"(?i)text/|application/(?:[\w.-]+\+)?(?:json|xml)\b|application/xhtml")


def may_be_film(head: bytes, content_type: str) -> bool:
    """Judge a body by its first `HEAD_BYTES` bytes (a shorter head is all of it) and by what the server calls it."""
    if _is_media(head):
        return True
    return not (_TEXT_TYPE.match(content_type) or head.startswith(_OTHERS) or _PAGE.match(head) or _is_message(head))


def _is_media(head: bytes) -> bool:
    if head.startswith(b"RIFF"):
        return head[8:12] in _RIFF
    return head[4:8] in _BOXES or head.startswith(_MEDIA) or _SYNC.match(head) is not None


def _is_message(head: bytes) -> bool:
    """A few words of plain text."""
    if not 0 < len(head) <= LONGEST_MESSAGE_BYTES:
        return False
    try:
        text = head.decode()
    except UnicodeDecodeError:
        return False
    return len(text.split()) > 1 and all(sign.isprintable() or sign.isspace() for sign in text)


def is_cut(path: Path) -> bool:
    """Whether an MP4 ends before its own boxes do, or lacks its index. False for every other kind of file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        kinds: list[bytes] = []
        at = 0
        while at < size and len(kinds) < MAX_BOXES:
            box = _box(file, at, size)
            if box is None or (not kinds and box[0] != b"ftyp"):
                return bool(kinds)
            kinds.append(box[0])
            at += box[1]
    return at > size or (at == size and b"moov" not in kinds)


def _box(file: BinaryIO, at: int, size: int) -> tuple[bytes, int] | None:
    """Kind and length of the box at `at`; None for what is no box."""
    file.seek(at)
    header = file.read(LARGE_BOX_HEADER_BYTES)
    length, kind = int.from_bytes(header[:4]), header[4:8]
    if length == 0:     # it goes on to the end of the file
        length = size - at
    elif length == 1:
        length = int.from_bytes(header[8:])
    return (kind, length) if len(kind) == 4 and length >= BOX_HEADER_BYTES else None
