"""Where a member's words are meant to go: the backend, or a flow of our own. Sends nothing, and never looks for a mere word.

A message is an order when all of it is one. It is parted into clauses; one of them must be, from its first word to its last, a
phrase of phrases.py, and the others courtesies or details of it. Whatever has a word more ("export a feeling of summer",
"make it lo-fi and export", "don't export yet") is said to the backend, so that no wish is lost; so are two orders at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final

from bot.speech.routing.grammar import Grammar
from bot.speech.routing.phrases import ORDERS
from bot.speech.routing.tokens import ASKED, tokens
from bot.speech.routing.words import FILM, FORMATS, OFTEN_MISTYPED, SEPARATORS, SOUND, SPELLINGS

_SEPARATORS: Final = tuple(tuple(tokens(separator)) for separator in SEPARATORS)


class Intent(StrEnum):
    """What a member's words ask for."""

    SAY = "say"             # a wish, or anything that is none of the others: said to the backend
    EXPORT = "export"       # the film or a sound file of what there is
    CREDITS = "credits"     # how many credits there are, and how to get more
    STATUS = "status"       # how far it is, and the tracks of the timeline
    UPLOAD = "upload"       # files for the project, without a wish


@dataclass(frozen=True, slots=True)
class Route:
    """Where the words go."""

    intent: Intent
    words: str                  # the member's words, trimmed, otherwise untouched
    format: str | None = None   # for EXPORT: "mp4", "mp3", "wav", "midi" or "stems", where the member named one


def route(words: str, *, has_files: bool = False) -> Route:
    """Where `words` are meant to go; `has_files` tells whether files came with them. Never fails, in time linear in `words`.

    An export asked for beside files is a wish about these files ("send me the video" under a hummed clip): it is said, and the
    flow exports what comes of it. Credits and status are answered also then: a question must not cost a generation.
    """
    trimmed = words.strip()
    heard = [meant for token in tokens(trimmed) for meant in _spellings().get(token, (token,))]
    clauses = {tuple(clause) for clause in _clauses(heard)}
    intent = next((Intent(name) for name in ORDERS if _asks_for(name, clauses)), Intent.SAY)
    if intent is not Intent.EXPORT:
        return Route(intent, trimmed)
    return Route(Intent.SAY, trimmed) if has_files else Route(intent, trimmed, _format(heard))


def _asks_for(intent: str, clauses: Set[Sequence[str]]) -> bool:
    """Whether one clause is an order of the intent, and all others belong to it or ask for nothing."""
    others = {clause for clause in clauses if not _grammar(intent, "order").fits(clause)}
    return len(others) < len(clauses) and all(_grammar(intent, "extra").fits(clause) for clause in others)


def _clauses(heard: Sequence[str]) -> Iterator[Sequence[str]]:
    """The clauses, without what parts them; a question mark ends one and stays with it."""
    start = place = 0
    while place < len(heard):
        length = next((len(parts) for parts in _SEPARATORS if tuple(heard[place:place + len(parts)]) == parts), 0)
        if length or heard[place] == ASKED:
            yield heard[start:place + (not length)]
            start = place = place + (length or 1)
        else:
            place += 1
    yield heard[start:]


def _format(heard: Sequence[str]) -> str | None:
    """The format that an order names: stems wherever they are named, else the first."""
    named = [FORMATS[name] for name in _names(heard, FORMATS)]
    if named:
        return "stems" if "stems" in named else named[0]
    if any(_names(heard, FILM)):
        return None
    return next((SOUND[name] for name in _names(heard, SOUND)), None)


def _names(heard: Sequence[str], names: Mapping[str, str] | Sequence[str]) -> Iterator[str]:
    split = {tuple(tokens(name)): name for name in names}
    lengths = {len(parts) for parts in split}
    for place in range(len(heard)):
        for length in lengths:
            if (name := split.get(tuple(heard[place:place + length]))) is not None:
                yield name


@cache
def _grammar(intent: str, rule: str) -> Grammar:
    return Grammar(ORDERS[intent], rule)


@cache
def _spellings() -> Mapping[str, tuple[str, ...]]:
    """The table's spellings, and the slips of the words that are often mistyped."""
    return {slip: (word,) for word in OFTEN_MISTYPED for slip in _slips(word)} | SPELLINGS


def _slips(word: str) -> Iterator[str]:
    """`word` with a letter doubled, two neighbours swapped, or a letter left out that is not its last ("credit" is no slip)."""
    for place in range(1, len(word)):
        if place + 1 < len(word):
            yield word[:place] + word[place + 1:]
        yield word[:place] + word[place] + word[place:]
        yield word[:place] + word[place + 1:place + 2] + word[place] + word[place + 2:]
