"""The lines of an answer and what each of them is: prose, item, heading, lyric, code. Never changes one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

_ITEM: Final = re.compile(
    r"[ \t>]*(?:[-*+•·◦▪●○‣–—✅☑✔🔹🔸▶➡👉](?:\ufe0f)?[ \t]+"
    r"|(?:\d{1,2}[.)、]|[（(]\d{1,2}[)）])[ \t]*(?!\d)|[①-⑳][ \t]*|\d\ufe0f?\u20e3[ \t]*)(?:\[[ xX]\][ \t]*)?",
)
_FIRST_STEP: Final = re.compile(r"[ \t>]*(?:1[.)、]|①)")    # with the second on the same line they are steps of one paragraph
_SECOND_STEP: Final = re.compile(r"(?:[ \t.。！!?？；;，,]2[.)、](?!\d)|②)")
_HEADING: Final = re.compile(r"[ \t>]*#{1,6}[ \t]+")
_INDENT: Final = re.compile(r"[ \t>]*")
_BOLD_LINE: Final = re.compile(r"(?:\*\*|__)[^*_\n]{1,80}(?:\*\*|__)[:：]?\s*\Z")
_FENCE: Final = re.compile(r"[ \t>]*(?:```|~~~)")
_LYRICS: Final = re.compile(
    r"[\s>*_#\[(【（]*(?:(?:pre-?|post-?)?chorus|verse|bridge|hook|refrain|intro|outro|interlude|lyrics|full lyrics"
    r"|主歌|副歌|桥段|前奏|尾奏|间奏|歌词|完整歌词)[ \t\d一二三四A-Z]{0,6}"
    r"(?:[（(][^()（）\n]{0,30}[)）])?[\])】）*_:： \t]*\Z",
    re.IGNORECASE,
)
_ENDS: Final = tuple(".!?:;。！？：；…")


class Kind(Enum):
    """What a line is."""

    BLANK = auto()
    TEXT = auto()       # prose; lines that go on in lower case belong to it
    ITEM = auto()       # of a list, or a numbered step
    HEADING = auto()
    VERBATIM = auto()   # code, a table's row, a line of a song: never looked into


@dataclass(frozen=True, slots=True)
class Line:
    """One line, or several that hold one paragraph. `prefix + body + newline` is what stood there."""

    kind: Kind
    prefix: str
    body: str
    newline: str


def lines_of(text: str) -> list[Line]:
    """The lines of `text`; joined again they are `text`."""
    found: list[Line] = []
    for line in _kinds(text):
        before = found[-1] if found else None
        if before is not None and _goes_on(before, line):
            found[-1] = Line(before.kind, before.prefix, before.body + before.newline + line.prefix + line.body, line.newline)
        else:
            found.append(line)
    return found


def _kinds(text: str) -> Iterator[Line]:
    fenced = sung = False
    opened = False      # a stanza's mark was just read: an empty line may follow it
    for raw in text.splitlines(keepends=True):
        line = raw.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")
        newline = raw[len(line):]
        if _FENCE.match(line):
            fenced = not fenced
            yield Line(Kind.VERBATIM, "", line, newline)
        elif fenced:
            yield Line(Kind.VERBATIM, "", line, newline)
        elif not line.strip():
            sung, opened = sung and opened, False
            yield Line(Kind.BLANK, "", line, newline)
        elif _LYRICS.match(line):
            sung = opened = True
            yield Line(Kind.VERBATIM, "", line, newline)
        else:
            opened = False
            yield _line(line, newline) if not sung else Line(Kind.VERBATIM, "", line, newline)


def _line(line: str, newline: str) -> Line:
    if line.lstrip().startswith("|"):
        return Line(Kind.VERBATIM, "", line, newline)
    for kind, mark in ((Kind.HEADING, _HEADING), (Kind.ITEM, _ITEM)):
        prefix = mark.match(line)
        if prefix and not (kind is Kind.ITEM and _SECOND_STEP.search(line, prefix.end()) and _FIRST_STEP.match(line)):
            return Line(kind, prefix[0], line[prefix.end():], newline)
    indent = _INDENT.match(line)
    at = indent.end() if indent else 0
    return Line(Kind.HEADING if _BOLD_LINE.match(line, at) else Kind.TEXT, line[:at], line[at:], newline)


def _goes_on(before: Line, line: Line) -> bool:
    """A paragraph with hard line ends: the next line goes on in lower case."""
    return (
        before.kind in (Kind.TEXT, Kind.ITEM)
        and line.kind is Kind.TEXT
        and line.body[:1].islower()
        and line.body[:1].isascii()
        and not before.body.rstrip().endswith(_ENDS)
    )
