"""The formats of an export: their names, how their files end, how their bytes begin. Opens no file, asks no server."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Final

MP4: Final = "mp4"
SUFFIXES: Final = {MP4: ".mp4", "mp3": ".mp3", "wav": ".wav", "flac": ".flac", "midi": ".mid", "stems": ".zip"}
"""Each format, by the name that a render is ordered with, and the end of its file's name. Stems are a zip of files."""

STEPS_DOWN: Final = {
    "mp3": ("mp3",), "wav": ("wav", "flac", "mp3"), "flac": ("flac", "mp3"), "midi": ("midi",), "stems": ("stems",),
}
"""What may come where a format was ordered: with a limit of bytes a backend gives what fits. A film is looked at by `check`."""

_BOXES: Final = (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot", b"styp", b"moof")
_BEGINNINGS: Final = {b"fLaC": "flac", b"MThd": "midi", b"PK\x03\x04": "stems", b"ID3": "mp3"}
_MP3_FRAME: Final = re.compile(rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb]")
_NAMES: Final = {
    "mp4": MP4, "m4v": MP4, "mov": MP4, "mp3": "mp3", "mpeg": "mp3", "wav": "wav", "wave": "wav", "vnd.wave": "wav",
    "flac": "flac", "mid": "midi", "midi": "midi", "sp-midi": "midi", "zip": "stems", "stems": "stems",
}
_TYPE: Final = re.compile(r"(?i)(?:audio|video|application)/(?:x-)?([\w.+-]+)")
_FILENAME: Final = re.compile(r"""(?i)filename\*?=\s*(?:[\w-]+'[\w-]*')?"?[^";]*?\.(\w{3,4})"?\s*(?:;|$)""")


def format_of(head: bytes) -> str | None:
    """The format of a file by its first twelve bytes; None for what is none of ours."""
    if head[4:8] in _BOXES:
        return MP4
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return "wav"
    found = next((name for beginning, name in _BEGINNINGS.items() if head.startswith(beginning)), None)
    return "mp3" if found is None and _MP3_FRAME.match(head) else found


def named(word: object) -> str | None:
    """The format that a word of a server's means (`mid`, `.ZIP`, `audio/mpeg`); None for one that says nothing."""
    if not isinstance(word, str):
        return None
    typed = _TYPE.match(word.strip())
    return None if word.lower().startswith("video/mpeg") else _NAMES.get((typed[1] if typed else word.strip(" .")).lower())


def named_by(content_type: str, disposition: str) -> str | None:
    """The format that the headers of a download name: its type first, then the name of the file."""
    file = _FILENAME.search(disposition)
    return named(content_type) or (named(file[1]) if file else None)


def fitting_name(name: str, found: str | None) -> str:
    """`name` with the suffix of the format `found`, where its own is that of another format; else as it is."""
    suffix = PurePath(name).suffix
    if found is None or suffix.lower() not in SUFFIXES.values() or suffix.lower() == SUFFIXES[found]:
        return name
    return name[:-len(suffix)] + SUFFIXES[found]
