"""The timeline of a project: kept as the exact JSON that was received, read by guess for a summary. Never rewritten.

API notes, section 4.5: only the short names are published (`t` tracks, `tt` type, `sg` segments, `d` milliseconds, `m`
metadata); a segment's own fields are not, so they are looked for under several names, those of other editors' drafts among
them, and may be missing. A draft may also be a string: JSON once more, or the XML-like protocol 3, read as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import islice
from typing import Any, Final
from urllib.parse import unquote

from bot.nemo import jsontext
from bot.nemo.answers import number, whole

SECOND, MS, US = 1.0, 1e3, 1e6     # units in a second
_LONGEST_SECONDS: Final = 100 * 3600.0
_FLASH_MS: Final = 60.0             # no timeline is this short: such a draft tells seconds
_MOST_PERCENT: Final = 1000.0
_MOST_TAGS: Final = 50_000
_MOST_WORDS: Final = 1000           # characters of a clip in markup
_NESTED_STRINGS: Final = 3

_TRACKS: Final = ("t", "tracks")
_SEGMENTS: Final = ("sg", "segments", "clips")
_TYPES: Final = ("tt", "type", "track_type", "trackType", "kind")
_ABOUT: Final = ("m", "meta", "metadata", "material", "canvas_config")
_IDS: Final = ("id", "uuid", "segment_id", "segmentId", "clip_id", "clipId")
_NAMES: Final = (
    "name", "title", "n", "label", "filename", "fileName", "file_name", "display_name", "displayName", "material_name",
)
_TEXTS: Final = ("text", "content", "tx", "txt", "caption")
_SOURCES: Final = ("source", "src", "url", "cdn_url", "path", "file", "asset", "media")
_STARTS: Final = (
    "start", "s", "st", "start_ms", "startMs", "start_us", "start_seconds", "start_time", "startTime", "begin", "target_start",
)
_ENDS: Final = ("end", "e", "et", "end_ms", "endMs", "end_us", "end_seconds", "end_time", "endTime", "target_end")
_LENGTHS: Final = ("d", "duration", "dur", "duration_ms", "durationMs", "duration_us", "duration_seconds", "length")
_VOLUMES: Final = ("volume", "vol", "v")
_MUTES: Final = ("muted", "mute", "is_muted", "isMuted", "is_mute")
_RANGES: Final = {"target_timerange": US, "targetTimerange": US, "timerange": None, "time_range": None, "timeRange": None}
_UNITS: Final = {
    name: unit
    for unit, suffixes in ((MS, ("_ms", "Ms")), (US, ("_us",)), (SECOND, ("_seconds",)))
    for name in (*_STARTS, *_ENDS, *_LENGTHS) if name.endswith(suffixes)
}

_TAG: Final = re.compile(r"<(/?)([A-Za-z][\w.:-]{0,63})([^<]*)")
_ATTRIBUTE: Final = re.compile(r"""[^\w>]*(\w[\w.:-]{0,63})(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?""")
_ENTITY: Final = re.compile(r"&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([\da-fA-F]{1,6}));")
_ENTITIES: Final = {"lt": "<", "gt": ">", "amp": "&", "quot": '"', "apos": "'"}
_EXTENSION: Final = re.compile(r"\.[A-Za-z]\w{1,3}$")
_MEANINGLESS: Final = re.compile(r"[0-9a-fA-F-]{16,}|")     # a hash, a UUID, nothing


class TrackKind(StrEnum):
    """The track types that are published, and the rest."""

    VIDEO = "video"
    AUDIO = "audio"
    TEXT = "text"
    OTHER = "other"


_KINDS: Final = {
    "0": TrackKind.VIDEO, "1": TrackKind.AUDIO, "7": TrackKind.TEXT, **{kind.value: kind for kind in TrackKind},
    **dict.fromkeys(("image", "photo", "picture"), TrackKind.VIDEO),
    **dict.fromkeys(("bgm", "music", "sound", "song"), TrackKind.AUDIO),
    **dict.fromkeys(("title", "titles", "subtitle", "subtitles", "caption", "captions"), TrackKind.TEXT),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a track, in seconds; None is what the draft does not tell."""

    name: str | None = None
    text: str | None = None
    start: float | None = None
    end: float | None = None
    volume: float | None = None     # 1 is full, 0 is muted
    id: str | None = field(default=None, compare=False)


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
    is_renderable: bool = False     # `t` is there, and at least one of its tracks has something in `sg`; or a clip in markup

    @classmethod
    def of(cls, text: str | None) -> Draft:
        """Read a draft's exact JSON text; any text is good, and what cannot be read is kept all the same."""
        if text is None or text.strip() in ("", "null"):
            return cls(None)
        raw = jsontext.bytes_of(text)
        value = _value(text)
        return _of_object(raw, value) if isinstance(value, dict) else cls(raw)


def _value(text: str) -> Any:
    """The value of a JSON text, looked for in strings too."""
    value: Any = text
    for _ in range(_NESTED_STRINGS):
        if not isinstance(value, str):
            break
        try:
            value = jsontext.parse(value)
        except ValueError:
            return _of_markup(value)
    return value


def _of_object(raw: bytes, value: dict[str, Any]) -> Draft:
    about = _nested(value)
    given = _list(value, _TRACKS)
    materials = _materials(value.get("materials"))
    told = _raw_time(value, _LENGTHS)
    unit = US if materials else MS
    tracks = _tracks(given, materials, unit)
    if unit == MS and (better := _unit(told, tracks)) != MS:
        unit, tracks = better, _tracks(given, materials, better)
    tells_seconds = unit == SECOND and told is not None and told < _FLASH_MS
    return Draft(
        raw,
        title=_words(about, _NAMES) or _words(value, ("title", "name")),
        seconds=_time(value, _LENGTHS, unit if materials or tells_seconds else MS),
        width=whole(about.get("width")),
        height=whole(about.get("height")),
        tracks=tracks,
        is_renderable=any(isinstance(track, dict) and bool(_list(track, ("sg",))) for track in _list(value, ("t",))),
    )


def _unit(told: float | None, tracks: tuple[Track, ...]) -> float:
    """How many units of the segments' times are a second, after they were read as the milliseconds they should be.

    `told` is the whole length as it was sent. A server that tells seconds in segments is off by a thousand.
    """
    longest = max((segment.end or segment.start or 0.0 for track in tracks for segment in track.segments), default=0.0) * MS
    if not longest:
        return MS
    if told is None or told < _FLASH_MS:
        return SECOND if longest < _FLASH_MS else MS
    if 500 <= told / longest <= 2000:
        return SECOND
    return US if 500 <= longest / told <= 2000 else MS


def _tracks(given: list[Any], materials: Mapping[str, dict[str, Any]], unit: float) -> tuple[Track, ...]:
    return tuple(_track(item, materials, unit) for item in given if isinstance(item, dict))


def _track(item: dict[str, Any], materials: Mapping[str, dict[str, Any]], unit: float) -> Track:
    name, volume = _words(item, _NAMES), _volume(item)
    segments = (_segment(one, materials, unit, name, volume) for one in _list(item, _SEGMENTS))
    return Track(_kind(item), tuple(segments))


def _kind(item: dict[str, Any]) -> TrackKind:
    for name in _TYPES:
        if name in item:
            told = item[name]
            told = int(told) if isinstance(told, float) and told.is_integer() else told
            return _KINDS.get(str(told).strip().lower(), TrackKind.OTHER)
    return TrackKind.OTHER


def _segment(
    item: Any, materials: Mapping[str, dict[str, Any]], unit: float, track_name: str | None, track_volume: float | None
) -> Segment:
    if not isinstance(item, dict):
        return Segment(track_name, volume=track_volume)
    fields = {**_nested(item), **item}
    material = materials.get(str(item.get("material_id")), {}) if materials else {}
    volume = _volume(fields)
    return Segment(
        _words(fields, _NAMES) or _words(material, _NAMES) or _file_name(fields) or track_name,
        _words(fields, _TEXTS) or _words(material, _TEXTS),
        *_span(fields, unit),
        track_volume if volume is None or track_volume == 0 else volume,
        next((str(item[name]) for name in _IDS if isinstance(item.get(name), str | int)), None),
    )


def _span(fields: dict[str, Any], unit: float) -> tuple[float | None, float | None]:
    """Start and end on the timeline; `in` and `out` are its times where no other are told, and else the stretch of the source."""
    for name in _RANGES.keys() & fields.keys():
        if isinstance(fields[name], dict):
            fields, unit = fields[name], _RANGES[name] or unit
            break
    start, end, length = _time(fields, _STARTS, unit), _time(fields, _ENDS, unit), _time(fields, _LENGTHS, unit)
    first, last = _time(fields, ("in",), unit), _time(fields, ("out",), unit)
    if start is None and end is None and last is not None:
        start, end = first, last
    elif end is None and length is None and last is not None:
        length = last - (first or 0.0)
    if end is None and length is not None:
        end = (start or 0.0) + length
    return start, None if end is not None and end < (start or 0.0) else end


def _time(fields: dict[str, Any], names: tuple[str, ...], unit: float) -> float | None:
    for name in names:
        if name in fields and (found := number(fields[name])) is not None:
            seconds = found / _UNITS.get(name, unit)
            return seconds + 0.0 if 0 <= seconds <= _LONGEST_SECONDS else None
    return None


def _raw_time(fields: dict[str, Any], names: tuple[str, ...]) -> float | None:
    return next((found for name in names if name in fields and (found := number(fields[name])) is not None), None)


def _volume(fields: dict[str, Any]) -> float | None:
    """A share of full volume, told as such, in percent or with a percent sign; None for decibels and nonsense."""
    if any(name in fields and fields[name] in (True, "true", "1") for name in _MUTES):
        return 0.0
    for name in _VOLUMES:
        told = fields.get(name)
        percent = isinstance(told, str) and told.rstrip().endswith("%")
        found = number(told.rstrip()[:-1] if isinstance(told, str) and percent else told)
        if found is not None:
            volume = found / 100 if percent or found > 2 else found + 0.0
            return volume if 0 <= volume <= _MOST_PERCENT / 100 else None
    return None


def _words(fields: Mapping[str, Any], names: tuple[str, ...]) -> str | None:
    for name in names:
        if name in fields and (found := _word(fields[name])):
            return found
    return None


def _word(told: Any) -> str | None:
    """A string that says something; also out of an object around it, and out of one that is JSON in a string."""
    value = told
    if isinstance(told, str) and told.startswith("{") and told.endswith("}"):
        try:
            value = jsontext.parse(told)
        except ValueError:
            return told
    if isinstance(value, dict):
        value = next((value[name] for name in (*_TEXTS, *_NAMES) if isinstance(value.get(name), str)), None)
    return value if isinstance(value, str) and value.strip() else None


def _file_name(fields: dict[str, Any]) -> str | None:
    """The name of the file that a segment plays, without folder, query and ending."""
    for name in _SOURCES:
        if name in fields and (told := _word(fields[name])) and not told.startswith("data:"):
            path = told[:2000].partition("?")[0].partition("#")[0].replace("\\", "/").rstrip("/")
            found = _EXTENSION.sub("", unquote(path.rpartition("/")[2])).strip()
            if not _MEANINGLESS.fullmatch(found):
                return found
    return None


def _materials(value: Any) -> dict[str, dict[str, Any]]:
    """What segments refer to by `material_id`, in the drafts of other editors."""
    kinds = value.values() if isinstance(value, dict) else ()
    found = (item for kind in kinds if isinstance(kind, list) for item in kind if isinstance(item, dict))
    return {str(item["id"]): item for item in found if isinstance(item.get("id"), str | int)}


def _nested(value: dict[str, Any]) -> dict[str, Any]:
    """The metadata inside of a draft or a segment."""
    return next((value[name] for name in _ABOUT if isinstance(value.get(name), dict)), {})


def _list(value: dict[str, Any], names: tuple[str, ...]) -> list[Any]:
    return next((value[name] for name in names if isinstance(value.get(name), list)), [])


def _of_markup(text: str) -> dict[str, Any]:
    """A draft of protocol 3 with the names of the other one. No XML is parsed: nothing is resolved, nothing can be malformed."""
    about: dict[str, str] = {}
    tracks: list[dict[str, Any]] = []
    clip: dict[str, str] = {}
    for closes, name, fields, words in _tags(text):
        if closes:
            clip = {} if name == "clip" else clip
        elif name == "draft":
            about = fields
        elif name == "track":
            tracks.append({**fields, "sg": []})
        elif name == "clip":
            if not tracks:
                tracks.append({"sg": []})
            clip = fields
            tracks[-1]["sg"].append(clip)
        if words and clip and len(clip.get("content", "")) < _MOST_WORDS:
            clip["content"] = f"{clip['content']} {words}" if "content" in clip else words
    return {"t": tracks, "m": about, "duration": about.get("duration")}


def _tags(text: str) -> Iterator[tuple[bool, str, dict[str, str], str]]:
    """Each tag: whether it closes, its name in small letters, its attributes, and the words that follow it."""
    for tag in islice(_TAG.finditer(_without_comments(text)), _MOST_TAGS):
        fields: dict[str, str] = {}
        rest, at = tag[3], 0
        while found := _ATTRIBUTE.match(rest, at):
            fields[found[1].lower()] = _entities(found[2] or found[3] or (found[4] or "").rstrip("/"))
            at = found.end()
        words = rest[at:].partition(">")[2].strip()
        yield bool(tag[1]), tag[2].lower(), fields, _entities(words)


def _without_comments(text: str) -> str:
    first, *others = text.split("<!--")
    return first + "".join(other.partition("-->")[2] for other in others)


def _entities(text: str) -> str:
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    """What XML itself names, and characters by number; entities that a document declares stay unread."""
    if entity[1]:
        return _ENTITIES[entity[1]]
    code = int(entity[2]) if entity[2] else int(entity[3], 16)
    return chr(code) if 0 < code < 0xD800 or 0xE000 <= code < 0x110000 else "?"
