"""Which types of files the API takes, by name or by media type, and the name that a file travels under. Opens nothing."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

MAX_FILE_BYTES: Final = 200_000_000
"""200 MB of 10⁶ bytes, as the studio and bot.media count them. API notes, section 7: most clients of the API name this
limit, always for one file; nothing is known of one for several files together, so none is assumed."""

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "mp4": "video/mp4", "mov": "video/quicktime", "avi": "video/x-msvideo", "webm": "video/webm", "mkv": "video/x-matroska",
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp",
    "mp3": "audio/mpeg", "wav": "audio/wav", "m4a": "audio/mp4", "aac": "audio/aac",
}
"""Every accepted ending (API notes, section 7) with the media type that it is sent as."""
ENDINGS: Final = frozenset(MEDIA_TYPES)
NAMED_TYPES: Final = ", ".join(ending for ending in MEDIA_TYPES if ending != "jpeg")

MAX_NAME_BYTES: Final = 120
"""Of a name as UTF-8: the studio keeps 120 characters, file systems 255 bytes with whatever a server puts before it."""
NAMELESS: Final = "clip"

_OTHER_NAMES: Final = frozenset((
    "audio/mp3", "audio/x-mp3", "audio/mpeg3", "audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/m4a", "audio/x-m4a",
    "audio/x-aac", "audio/aacp", "audio/webm", "audio/x-matroska", "video/x-m4v", "video/avi", "video/msvideo",
    "video/vnd.avi", "video/matroska", "image/jpg", "image/pjpeg", "application/mp4",
))
_SILENT: Final = frozenset((
    "", "application/octet-stream", "binary/octet-stream", "application/x-download", "application/download",
    "application/force-download", "application/x-binary", "application/unknown",
))
"""Media types that say only that bytes will come."""
_SCRIPTS: Final = frozenset(("php", "asp", "aspx", "jsp", "cgi", "do"))
"""Endings of a program that hands out files, not of the file."""
_JOINERS: Final = "\u200c\u200d"        # emoji families and some scripts are written with them
_MEANT_FOR_OTHERS: Final = {'"': "'", "\\": "_", "/": "_"}


def ending_of(name: str) -> str:
    """What stands behind the last dot of `name`, in lower case, without the dot; empty for none."""
    return name.rpartition(".")[2].lower() if "." in name else ""


def is_accepted(name: str) -> bool:
    """Whether the API takes a file of this name."""
    return ending_of(name) in ENDINGS


def travel_name(name: str) -> str:
    """`name` as it is sent: one line that no parser reads in two ways, at most MAX_NAME_BYTES long, its ending kept.

    Quotes become apostrophes, slashes and what UTF-8 cannot carry become underscores, line breaks and other control
    characters become spaces, marks that turn the direction of writing and other invisible ones are left out.
    """
    text = unicodedata.normalize("NFC", "".join(map(_plain, name)))
    stem, dot, ending = " ".join(text.split()).rstrip(". ").rpartition(".")
    if not dot:
        stem, ending = ending, ""
    ending = ending.strip().lower()
    if len(ending.encode()) > MAX_NAME_BYTES // 2:
        stem, ending = f"{stem}.{ending}", ""
    room = MAX_NAME_BYTES - len(ending.encode()) - 1
    stem = stem.strip(". ").encode()[:room].decode(errors="ignore").strip(". " + _JOINERS) or NAMELESS
    return f"{stem}.{ending}" if ending else stem


def tells_of_another_type(media_type: str, name: str) -> bool:
    """Whether a host speaks of a type that the API does not take; False also where it does not tell.

    `media_type` is the value of a Content-Type header, empty for none; `name` the file's, by header or by path.
    """
    kind = media_type.partition(";")[0].strip().lower()
    ending = ending_of(name)
    if kind in _OTHER_NAMES or kind in MEDIA_TYPES.values():
        return False
    if kind in _SILENT:
        return ending.isalnum() and not ending.isdigit() and ending not in ENDINGS | _SCRIPTS
    return kind.partition("/")[0] not in ("audio", "video", "image") or ending not in ENDINGS


def _plain(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Cs":
        return "_"
    if kind in ("Cc", "Zl", "Zp"):
        return " "
    if kind == "Cf" and character not in _JOINERS:
        return ""
    return _MEANT_FOR_OTHERS.get(character, character)
