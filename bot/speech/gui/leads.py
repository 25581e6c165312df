"""Headings and lines with a colon that introduced nothing but instructions go with them. Looks at lines; reads no clause."""

from __future__ import annotations

from typing import Final

from bot.speech.gui.judge import tongues
from bot.speech.gui.lines import Kind, Line
from bot.speech.gui.sentence import sentences
from bot.speech.gui.view import view_of

_COLONS: Final = {":": ".", "：": "。"}


def without_idle_leads(lines: list[Line], bodies: list[str]) -> list[str]:
    """The bodies, without those leads whose whole following went. `bodies[i]` is what is left of `lines[i]`."""
    left = list(bodies)
    for index in range(len(lines) - 2, -1, -1):
        if lines[index].kind in (Kind.BLANK, Kind.VERBATIM) or not left[index].strip():
            continue
        shown = view_of(left[index]).text.rstrip()
        if shown[-1:] in _COLONS and _went(lines, left, _block(lines, index)):
            left[index] = _without_lead(left[index])
        elif lines[index].kind is Kind.HEADING and _went(lines, left, _section(lines, index)):
            left[index] = ""
    return left


def _went(lines: list[Line], left: list[str], span: range) -> bool:
    """Whether something stood there and nothing of it stays."""
    said = [index for index in span if lines[index].kind is not Kind.BLANK]
    return bool(said) and all(not left[index].strip() and lines[index].body.strip() for index in said)


def _block(lines: list[Line], index: int) -> range:
    """The list or the paragraph that a colon introduces."""
    start = index + 1
    if start < len(lines) and lines[start].kind is Kind.BLANK:
        start += 1
    end = start
    while end < len(lines) and lines[end].kind is (lines[start].kind if lines[start].kind is Kind.ITEM else Kind.TEXT):
        end += 1
    return range(start, end)


def _section(lines: list[Line], index: int) -> range:
    end = index + 1
    while end < len(lines) and lines[end].kind is not Kind.HEADING:
        end += 1
    return range(index + 1, end)


def _without_lead(body: str) -> str:
    """Without the last sentence when it only leads; else with a full stop for its colon."""
    view = view_of(body)
    found = sentences(view)
    last = found[-1]
    if any(tongue.heading.match(view.text, last.words, last.end) for tongue in tongues()):
        return body[:view.at[found[-2].end]] if len(found) > 1 else ""
    at = max(body.rfind(colon) for colon in _COLONS)
    return body[:at] + _COLONS[body[at]] + body[at + 1:]
