"""Titles: find where a wish names the song, and take the name out before its words are read as demands.

A title in quotes ends with them. A bare one ends with its clause, or where a joining word begins a new demand
("call it Pop Song and make it faster"), or where small letters that are understood to the last word follow a
capitalised name ("call it Urban Dreams in 9:16").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.wish.cleaning import MAX_TITLE_CHARACTERS, clean_title
from studio.wish.edits import SetTitle
from studio.wish.meanings import (
    Direction,
    Form,
    InstrumentName,
    Lexeme,
    Mark,
    PartName,
    Says,
    StyleName,
    Topic,
    Unknown,
)

_QUOTES = {
    '"': '"', "“": "”", "”": "”", "„": "“”", "‘": "’", "'": "'", "«": "»", "‹": "›", "`": "`", "「": "」", "『": "』",
    "《": "》", "〈": "〉", "＂": "＂", "【": "】",
}
LONGEST_QUOTATION = 4 * MAX_TITLE_CHARACTERS
"""A mark that is not closed within this many characters opens no quotation."""
_LEAD_IN = frozenset(" :：=")
_NEW_DEMANDS = frozenset((Mark.VERB, Mark.OFF, Mark.ADD, Mark.DONT, Mark.TITLE, Mark.KEEP))
_CONTENT = (Says, StyleName, InstrumentName, PartName, Direction)


@dataclass(frozen=True, slots=True)
class _Ahead:
    """What stands between a lexeme and the end of its sentence."""

    understood: bool        # no unknown word
    asks: bool              # at least one demand


def with_titles(text: str, lexemes: Sequence[Lexeme]) -> list[Lexeme]:
    """`lexemes` of `text` with each title, its cue included, as one SetTitle; a cue without a title is a topic."""
    ahead = _look_ahead(lexemes)
    found: list[Lexeme] = []
    at = 0
    while at < len(lexemes):
        cue = lexemes[at]
        if cue.meaning not in (Mark.TITLE, Mark.BOOK):
            found.append(cue)
            at += 1
            continue
        quoted = _quoted(text, cue)
        if quoted is None and cue.meaning is Mark.BOOK:
            found.append(Lexeme(Mark.FILLER, cue.start, cue.end))       # never closed: no title
            at += 1
            continue
        start, end = quoted or _bare(text, lexemes, at, ahead)
        title = clean_title(text[start:end])
        behind = end
        if title:
            closes = end < len(text) and start > 0 and text[end] in _QUOTES.get(text[start - 1], "")
            behind = end + 1 if closes else end
            found.append(Lexeme(Says(SetTitle(title)), cue.start, behind, cue.language))
        else:
            behind = cue.end
            found.append(Lexeme(Topic("title"), cue.start, cue.end, cue.language))
        at += 1
        while at < len(lexemes) and lexemes[at].start < behind:
            at += 1
    return found


def _quoted(text: str, cue: Lexeme) -> tuple[int, int] | None:
    """Where the quotation behind `cue` lies, marks excluded; None when there is none or it is never closed."""
    at = cue.start if cue.meaning is Mark.BOOK else cue.end
    while at < len(text) and text[at] in _LEAD_IN:
        at += 1
    if at >= len(text) or text[at] not in _QUOTES:
        return None
    ends = (_closing(text, at + 1, closer) for closer in _QUOTES[text[at]])
    end = min((end for end in ends if end >= 0), default=-1)
    return (at + 1, end) if end >= 0 else None


def _closing(text: str, start: int, closer: str) -> int:
    """Where `closer` next stands, not within a word ("it's"); -1 for nowhere near."""
    limit = start + LONGEST_QUOTATION
    end = text.find(closer, start, limit)
    while end >= 0 and closer in "'’" and text[end + 1:end + 2].isalpha():
        end = text.find(closer, end + 1, limit)
    return end


def _bare(text: str, lexemes: Sequence[Lexeme], cue: int, ahead: Sequence[_Ahead]) -> tuple[int, int]:
    """Where the unquoted title behind lexeme `cue` lies; empty when nothing can be one."""
    first = cue + 1
    while first < len(lexemes) and _is_lead_in(text, lexemes[first]):
        first += 1
    end = first
    while end < len(lexemes) and not _ends(text, lexemes, first, end, ahead):
        end += 1
    while end > first and lexemes[end - 1].meaning is Mark.POLITE:
        end -= 1
    if end == first:
        return lexemes[cue].end, lexemes[cue].end
    return lexemes[first].start, lexemes[end - 1].end


def _is_lead_in(text: str, lexeme: Lexeme) -> bool:
    mark = text[lexeme.start:lexeme.end]
    return mark in _LEAD_IN or mark in _QUOTES


def _ends(text: str, lexemes: Sequence[Lexeme], first: int, at: int, ahead: Sequence[_Ahead]) -> bool:
    """Whether the title that began at `first` stops before lexeme `at`."""
    here = lexemes[at]
    if here.meaning is Mark.STOP:
        return not _runs_on(text, lexemes, first, at, ahead)
    if at == first:
        return False
    if here.meaning is Mark.JOIN and not text[here.start].isupper() and _begins_demand(lexemes, at + 1, ahead):
        return True
    if not (ahead[at].understood and ahead[at].asks):
        return False
    demand = at + 1 if here.meaning is Mark.JOIN and at + 1 < len(lexemes) else at
    name_is_capitalised = text[lexemes[at - 1].start].isupper() and text[lexemes[demand].start].islower()
    return name_is_capitalised or _stands_apart_in_chinese(text, lexemes[at - 1], here)


def _stands_apart_in_chinese(text: str, before: Lexeme, here: Lexeme) -> bool:
    return here.language == "zh" and before.end < here.start and text[before.end] == " "


def _runs_on(text: str, lexemes: Sequence[Lexeme], first: int, at: int, ahead: Sequence[_Ahead]) -> bool:
    """A comma inside a name: "Hello, World" goes on with a capital and says nothing else; so does "Mr. Blue"."""
    behind = at + 1
    if at == first or behind >= len(lexemes) or text[lexemes[at].start] not in ",.":
        return False
    goes_on = text[lexemes[behind].start].isupper() and text[lexemes[at - 1].start].isupper()
    return goes_on and not ahead[behind].asks and isinstance(lexemes[behind].meaning, Unknown)


def _begins_demand(lexemes: Sequence[Lexeme], at: int, ahead: Sequence[_Ahead]) -> bool:
    while at < len(lexemes) and lexemes[at].meaning in (Mark.POLITE, Mark.FILLER):
        at += 1
    if at >= len(lexemes):
        return False
    meaning = lexemes[at].meaning
    if isinstance(meaning, Direction):
        asks = meaning.form is Form.COMPARATIVE or lexemes[at].language == "zh"
        return asks and ahead[at].understood
    if isinstance(meaning, Mark):
        return meaning in _NEW_DEMANDS
    return isinstance(meaning, Says) and ahead[at].understood


def _look_ahead(lexemes: Sequence[Lexeme]) -> list[_Ahead]:
    """For each lexeme what follows up to the end of its sentence, itself included; one pass from the right."""
    found: list[_Ahead] = []
    rest = _Ahead(understood=True, asks=False)
    for lexeme in reversed(lexemes):
        if lexeme.meaning is Mark.STOP:
            rest = _Ahead(understood=True, asks=False)
        else:
            rest = _Ahead(
                rest.understood and not isinstance(lexeme.meaning, Unknown),
                rest.asks or isinstance(lexeme.meaning, _CONTENT),
            )
        found.append(rest)
    return found[::-1]
