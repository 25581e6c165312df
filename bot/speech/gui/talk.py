"""GUI talk: the backend thinks that its reader sees an editor; its instructions become actions, what it made stays told.

API notes, section 8. Works on a whole answer, since pieces of a stream end anywhere. Carries out nothing and adds no word.
The tables are in `english.py` and `chinese.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from bot.speech.gui.edit import Edited, without_instructions
from bot.speech.gui.leads import without_idle_leads
from bot.speech.gui.lines import Kind, Line, lines_of
from bot.speech.gui.values import Action

__all__ = ["Action", "Told", "without_gui"]

PASSES: Final = 6   # a text that still changes then was made to; it is left as it is


@dataclass(frozen=True, slots=True)
class Told:
    """An answer without the instructions that nobody could follow."""

    text: str                       # what was said of the content; empty when everything was an instruction
    actions: tuple[Action, ...]     # in the order of first mention, each once


def without_gui(text: str) -> Told:
    """Take the instructions to operate an editor out of `text`; everything else stays byte for byte.

    `without_gui(told.text).text == told.text`.
    """
    actions: list[Action] = []
    now = text
    for _ in range(PASSES):
        after, found = _pass(now)
        actions.extend(found)
        if after == now:
            return Told(now, tuple(dict.fromkeys(actions)))
        now = after
    return Told(text, ())


def _pass(text: str) -> tuple[str, list[Action]]:
    lines = lines_of(text)
    edits = _edits(lines)
    if not any(edit.changed for edit in edits):
        return text, []
    bodies = without_idle_leads(lines, [edit.text for edit in edits])
    return _joined(lines, bodies), [action for edit in edits for action in edit.actions]


def _edits(lines: list[Line]) -> list[Edited]:
    edits: list[Edited] = []
    after = False   # whether the line before was an instruction and nothing else
    for line in lines:
        if line.kind is Kind.BLANK:
            edits.append(Edited(line.body, (), changed=False))
            continue
        if line.kind in (Kind.TEXT, Kind.ITEM, Kind.HEADING):
            edit = without_instructions(line.body, after=after, step=line.kind is Kind.ITEM)
        else:
            edit = Edited(line.body, (), changed=False)
        edits.append(edit)
        after = edit.changed and not edit.text.strip()
    return edits


def _joined(lines: list[Line], bodies: list[str]) -> str:
    """The lines that stay. Where lines went between two empty ones, one gap stays; none stays at the ends."""
    kept: list[tuple[Line, str]] = []
    gap = False     # lines went, and nothing was said since
    for line, body in zip(lines, bodies, strict=True):
        if line.kind is Kind.BLANK:
            if not (gap and (not kept or kept[-1][0].kind is Kind.BLANK)):
                kept.append((line, body))
        elif body.strip() or body == line.body:
            kept.append((line, body))
            gap = False
        else:
            gap = True
    if gap:
        while kept and kept[-1][0].kind is Kind.BLANK:
            kept.pop()
    out = "".join(line.prefix + body + line.newline for line, body in kept)
    return out if not gap or lines[-1].newline else re.sub(r"[\r\n]{1,2}\Z", "", out)
