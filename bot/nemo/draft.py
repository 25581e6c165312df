"""The timeline of a project: kept as the exact JSON that was received, read by guess for a summary. Never rewritten.

API notes, section 4.5: only the short names are published (`t` tracks, `tt` type, `sg` segments, `d` milliseconds, `m`
metadata); a segment's own fields are not, so they are looked for under several names and may be missing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from bot.nemo import jsontext
from bot.nemo.answers import number, whole

MS: Final = 1000.0
_NAMES: Final = ("name", "title", "n", "label", "filename")
_TEXTS: Final = ("text", "content", "tx", "txt")
_STARTS: Final = ("start", "s", "st", "start_ms", "start_time", "in")
_ENDS: Final = ("end", "e", "et", "end_ms", "end_time", "out")
_LENGTHS: Final = ("d", "duration", "duration_ms")
_VOLUMES: Final = ("volume", "vol", "v")


class TrackKind(StrEnum):
    """The track types that are published, and the rest."""

    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
    OTHER = "other"


_KINDS: Final = {
    "0": TrackKind.VIDEO, "1": TrackKind.AUDIO, "7": TrackKind.TEXT, **{kind.value: kind for kind in TrackKind},
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a track, in seconds; None is what the draft does not tell."""

    name: str | None = None
    text: str | None = None
    start: float | None = None
    end: float | None = None
    volume: float | None = None     # 1 is full


@dataclass(frozen=True, slots=True)
class Track:
    """A track and its segments."""

    kind: TrackKind
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A timeline. `raw` goes back to the server byte for byte; None where the project has no draft yet."""

    raw: bytes | None = field(repr=False)
    title: str | None = None
    seconds: float | None = None
    width: int | None = None
    height: int | None = None
    tracks: tuple[Track, ...] = ()
    is_renderable: bool = False     # at least one track holds a segment

    @classmethod
    def of(cls, text: str | None) -> Draft:
        """Read a draft's exact JSON text; any JSON is good."""
        if text is None or text == "null":
            return cls(None)
        raw = jsontext.bytes_of(text)
        value = jsontext.parse(text)
        if isinstance(value, str):
            return _of_string(raw, value)
        return _of_object(raw, value) if isinstance(value, dict) else cls(raw)


def _of_string(raw: bytes, text: str) -> Draft:
    """A draft in a string: JSON once more, or the XML-like protocol, of which only the presence of clips is read."""
    try:
        value = jsontext.parse(text)
    except ValueError:
        return Draft(raw, is_renderable="<clip" in text)
    return _of_object(raw, value) if isinstance(value, dict) else Draft(raw)


def _of_object(raw: bytes, value: dict[str, Any]) -> Draft:
    tracks = tuple(_track(item) for item in _list(value.get("t")) if isinstance(item, dict))
    about = value["m"] if isinstance(value.get("m"), dict) else {}
    return Draft(
        raw,
        title=_words(about, _NAMES),
        seconds=_seconds(value, _LENGTHS),
        width=whole(about.get("width")),
        height=whole(about.get("height")),
        tracks=tracks,
        is_renderable=any(track.segments for track in tracks),
    )


def _track(item: dict[str, Any]) -> Track:
    kind = str(item.get("tt")).lower()
    return Track(_KINDS.get(kind, TrackKind.OTHER), tuple(_segment(segment) for segment in _list(item.get("sg"))))


def _segment(item: Any) -> Segment:
    if not isinstance(item, dict):
        return Segment()
    fields = {**item["m"], **item} if isinstance(item.get("m"), dict) else item
    start, end = _seconds(fields, _STARTS), _seconds(fields, _ENDS)
    length = _seconds(fields, _LENGTHS)
    if end is None and length is not None:
        end = (start or 0.0) + length
    volume = next((found for name in _VOLUMES if (found := number(fields.get(name))) is not None), None)
    if volume is not None and volume > 2:   # told in percent
        volume /= 100
    return Segment(_words(fields, _NAMES), _words(fields, _TEXTS), start, end, volume)


def _seconds(fields: dict[str, Any], names: tuple[str, ...]) -> float | None:
    found = next((value for name in names if (value := number(fields.get(name))) is not None), None)
    return None if found is None else found / MS


def _words(fields: dict[str, Any], names: tuple[str, ...]) -> str | None:
    return next((fields[name] for name in names if isinstance(fields.get(name), str) and fields[name]), None)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
