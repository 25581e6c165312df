"""A timeline in one line: `Timeline (2 tracks): 1. Video: harbour (0-10s) 2. Title: "Slow Days" (0-3s)`. Changes nothing.

Whatever a draft holds, the line stays one line, short and printable. Markdown in names is for the face to neutralise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

from bot.nemo.draft import Draft, Segment, Track, TrackKind
from bot.texts import say

NAME_CHARACTERS: Final = 40
LINE_CHARACTERS: Final = 900        # a Discord message takes 2000, and escaping may double some
TRACKS: Final = 10
SEGMENTS: Final = 3
MINUTE_SECONDS: Final = 60.0
WHOLE_FROM_SECONDS: Final = 10.0
_JOINERS: Final = "\u200c\u200d"    # hold emoji and some scripts together
_WRITTEN_LIKE_US: Final = re.compile(r"""["“”:：]|[(（]\s*\d|\d\.\s|^\d+\.$|[,，、(（]$""")    # would read as a part of the line
_SINGLE: Final = str.maketrans('"“”', "'‘’")
_LABELS: Final = {
    TrackKind.VIDEO: "timeline.video", TrackKind.AUDIO: "timeline.audio", TrackKind.TEXT: "timeline.text",
    TrackKind.OTHER: "timeline.other",
}


def timeline(draft: Draft, language: str) -> str:
    """The tracks of a draft, with their first segments, times and volumes; one sentence where there are none."""
    if not any(track.segments for track in draft.tracks):
        return say("timeline.nothing", language)
    items: list[str] = []
    for place, track in enumerate(draft.tracks[:TRACKS], 1):
        item = _item(place, track, language)
        if items and sum(map(len, items)) + len(item) > LINE_CHARACTERS:
            break
        items.append(item)
    if left := len(draft.tracks) - len(items):
        items.append(say("timeline.one_more_track" if left == 1 else "timeline.more_tracks", language, count=left))
    head = "timeline.one_track" if len(draft.tracks) == 1 else "timeline.tracks"
    return say(head, language, count=len(draft.tracks), items=" ".join(items))


def shown(text: str | None, limit: int = NAME_CHARACTERS) -> str:
    """`text` on one line, without control characters and overrides of its direction, at most `limit` characters long."""
    line = " ".join("".join(map(_printable, (text or "").lstrip()[: 10 * limit])).split())
    line = line.strip(" " + _JOINERS)
    return line if len(line) <= limit else line[: limit - 1].rstrip(" " + _JOINERS) + "…"


def quoted(text: str, language: str) -> str:
    """A name in the quotation marks of the timeline."""
    return say("timeline.quoted", language, name=unquoted(text))


def unquoted(text: str) -> str:
    """`text` with single quotation marks for double ones, to stand in double ones."""
    return text.translate(_SINGLE)


def percent(volume: float) -> int:
    """A volume as a whole number of percent."""
    return round(100 * volume)


def clock(seconds: float) -> str:
    """65 seconds as `1:05`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def short(seconds: float) -> str:
    """Seconds as `3`, `2.5` or, where the decimals are odd ones and do not matter, `10` for 10.435."""
    tenths = round(seconds, 1)
    decimals = 1 if seconds < WHOLE_FROM_SECONDS or abs(seconds - tenths) < 1e-6 else 0
    return f"{seconds:.{decimals}f}".removesuffix(".0")


def _item(place: int, track: Track, language: str) -> str:
    label = say(_LABELS[track.kind], language)
    if not track.segments:
        return say("timeline.bare", language, place=place, label=label + say("timeline.empty", language))
    first = track.segments[:SEGMENTS]
    parts = [(segment, part) for segment in first if (part := _part(segment, track.kind, language))]
    left = len(track.segments) - SEGMENTS
    if not parts:
        return say("timeline.bare", language, place=place, label=label)
    listed = say("timeline.comma", language).join(part for _, part in parts)
    listed += say("timeline.and_more", language, count=left) if left > 0 else ""
    is_named = bool(name_of(parts[0][0], track.kind, language))
    return say("timeline.named" if is_named else "timeline.unnamed", language, place=place, label=label, parts=listed)


def _part(segment: Segment, kind: TrackKind, language: str) -> str:
    name, facts = name_of(segment, kind, language), _facts(segment, kind, language)
    if not facts:
        return name
    listed = say("timeline.facts", language, facts=say("timeline.comma", language).join(facts))
    return say("timeline.with_facts", language, name=name, facts=listed) if name else listed


def name_of(segment: Segment, kind: TrackKind, language: str) -> str:
    """What a segment is called on the line, in quotes where it is text or would not read as a name; may be empty."""
    words = segment.text if kind is TrackKind.TEXT else segment.name
    told = words or segment.name or segment.text or ""
    name = shown(told)
    if not name:
        return ""
    is_words = told is segment.text or kind is TrackKind.TEXT
    return quoted(name, language) if is_words or name != told or _WRITTEN_LIKE_US.search(name) else name


def _facts(segment: Segment, kind: TrackKind, language: str) -> Sequence[str]:
    """When and how loud, as far as it is told; a picture at full volume is nothing to tell."""
    facts = []
    if segment.end is not None:
        facts.append(_span(segment.start or 0.0, segment.end, language))
    if segment.volume is not None and (kind is TrackKind.AUDIO or percent(segment.volume) != 100):
        facts.append(f"{percent(segment.volume)}%")
    return facts


def _span(start: float, end: float, language: str) -> str:
    if round(end, 1) >= MINUTE_SECONDS:
        return f"{clock(start)}-{clock(end)}"
    return say("timeline.seconds", language, start=short(start), end=short(end))


def _printable(character: str) -> str:
    """Nothing for what steers text or cannot be sent, a space for line ends and the like."""
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    return "" if category in ("Cf", "Cs") and character not in _JOINERS else character
