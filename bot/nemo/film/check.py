"""Whether bytes can be what was ordered: an error page that calls itself video/mp4 is no film. Decodes nothing, sees nothing.

For a film, known kinds of media pass whatever the server calls them, sound, MIDI and archives too; text, pages, pictures and
what the server itself calls text do not; bytes that nobody knows pass: a kind that is new here is no reason to withhold a
film. What was ordered as sound, notes or stems must be such by its bytes, or what the format steps down to.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import BinaryIO, Final

from bot.nemo.film.formats import STEPS_DOWN, format_of

HEAD_BYTES: Final = 4096
LONGEST_MESSAGE_BYTES: Final = 2048     # an error in plain words is shorter than this, a film is longer
MAX_BOXES: Final = 10_000
BOX_HEADER_BYTES: Final = 8
LARGE_BOX_HEADER_BYTES: Final = 16
RIFF_HEADER_BYTES: Final = 8
UNKNOWN_LENGTH: Final = 0xFFFFFF00      # or more: nobody knew when the file was begun
MIDI_HEADER_BYTES: Final = 14
ZIP_END: Final = b"PK\x05\x06"
ZIP_RECORD_BYTES: Final = 22
LONGEST_COMMENT_BYTES: Final = 65_535
_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof")
_RIFF: Final = (b"WAVE", b"AVI ")
_MEDIA: Final = (b"\x1aE\xdf\xa3", b"ID3", b"OggS", b"fLaC", b"MThd", b"PK\x03\x04", b"FLV\x01")
_SYNC: Final = re.compile(rb"\xff[\xe2\xe3\xf0-\xf3\xf8-\xfb]")     # a frame of MP3 or AAC
_OTHERS: Final = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"%PDF", b"\x1f\x8b", b"RIFF", b"\xff\xfe",
                  b"\xfe\xff")
_PAGE: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<[a-zA-Z!?]|[{\[]\s*[\"{\[\]}\d])")
_TEXT_TYPE: Final = re.compile(r"(?i)text/|application/(?:[\w.-]+\+)?(?:json|xml)\b|application/xhtml")


def may_be(wanted: str, head: bytes, content_type: str) -> bool:
    """Whether a body that begins with `head` may stand for the format `wanted`."""
    allowed = STEPS_DOWN.get(wanted)
    return may_be_film(head, content_type) if allowed is None else format_of(head) in allowed


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
    """Whether a file ends before it should by what it tells of itself. False for a kind that tells nothing."""
    size = path.stat().st_size
    with path.open("rb") as file:
        kind = format_of(file.read(12))
        if kind == "wav":
            return _is_cut_wave(file, size)
        if kind == "midi":
            return _is_cut_midi(file, size)
        if kind == "stems":
            return _is_cut_zip(file, size)
    return _is_cut_film(path, size)


def _is_cut_wave(file: BinaryIO, size: int) -> bool:
    """Whether a WAVE lacks bytes; one that was written in passing does not know its length."""
    file.seek(4)
    told = int.from_bytes(file.read(4), "little")
    return 0 < told < UNKNOWN_LENGTH and size < told + RIFF_HEADER_BYTES


def _is_cut_midi(file: BinaryIO, size: int) -> bool:
    """Whether a MIDI file lacks tracks, or a part of one."""
    file.seek(0)
    header = file.read(MIDI_HEADER_BYTES)
    at, tracks = BOX_HEADER_BYTES + int.from_bytes(header[4:8]), int.from_bytes(header[10:12])
    for _ in range(tracks):
        file.seek(at)
        chunk = file.read(BOX_HEADER_BYTES)
        at += BOX_HEADER_BYTES + int.from_bytes(chunk[4:8])
        if len(chunk) < BOX_HEADER_BYTES or at > size:
            return True
    return False


def _is_cut_zip(file: BinaryIO, size: int) -> bool:
    """Whether an archive lacks its directory, or a part of the record behind it, at its end."""
    file.seek(max(0, size - ZIP_RECORD_BYTES - LONGEST_COMMENT_BYTES))
    tail = file.read()
    record = tail[tail.rfind(ZIP_END):] if ZIP_END in tail else b""
    return len(record) < ZIP_RECORD_BYTES or len(record) < ZIP_RECORD_BYTES + int.from_bytes(record[20:22], "little")


def _is_cut_film(path: Path, size: int) -> bool:
    """Whether an MP4 ends before its own boxes do, or lacks its index. False for every other kind of file."""
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
