"""Fragments: quote those stretches of a wish that were not understood, as they were written. Never rewords them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from studio.wish.meanings import Lexeme, Mark

MAX_FRAGMENTS = 8
MAX_FRAGMENT_CHARACTERS = 120


def unknown_fragments(
    text: str, lexemes: Sequence[Lexeme], used: Collection[int], failed: Collection[int],
) -> tuple[str, ...]:
    """The quotations of `text` around the lexemes `failed` (indexes); what was `used` and full stops divide them."""
    quotes = (_quote(text, lexemes, group) for run in _runs(lexemes, used) for group in _groups(lexemes, run, failed))
    return tuple(dict.fromkeys(quotes))[:MAX_FRAGMENTS]


def _runs(lexemes: Sequence[Lexeme], used: Collection[int]) -> Iterator[list[int]]:
    """Stretches without anything that was understood."""
    run: list[int] = []
    for index, lexeme in enumerate(lexemes):
        if index in used or lexeme.meaning is Mark.STOP:
            yield run
            run = []
        else:
            run.append(index)
    yield run


def _groups(lexemes: Sequence[Lexeme], run: Sequence[int], failed: Collection[int]) -> Iterator[list[int]]:
    """The clauses of a run that hold something unknown; neighbours stay together ("cats and dogs")."""
    group: list[int] = []
    clause: list[int] = []
    for index in (*run, None):
        mark = None if index is None else lexemes[index].meaning
        if index is not None and mark not in (Mark.JOIN, Mark.VERB):
            clause.append(index)
            continue
        if any(member in failed for member in clause):
            group += clause
        elif group:
            yield group
            group = []
        clause = [index] if index is not None and mark is Mark.VERB else []
    if group:
        yield group


def _quote(text: str, lexemes: Sequence[Lexeme], group: Sequence[int]) -> str:
    first, last = 0, len(group) - 1
    while first < last and lexemes[group[first]].meaning is Mark.POLITE:
        first += 1
    while last > first and lexemes[group[last]].meaning is Mark.POLITE:
        last -= 1
    quote = " ".join(text[lexemes[group[first]].start:lexemes[group[last]].end].split())
    if len(quote) <= MAX_FRAGMENT_CHARACTERS:
        return quote
    return quote[:MAX_FRAGMENT_CHARACTERS - 1].rstrip() + "…"
