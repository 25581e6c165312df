"""Sentences: read the clauses of a wish in turn, and carry on what goes on ("without drums and bass")."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from studio.wish.clauses import ClauseReader
from studio.wish.edits import Edit, subject
from studio.wish.hearing import Carried, Clause, Found
from studio.wish.meanings import Lexeme, Mark
from studio.wish.vocabulary import Amounts


@dataclass(frozen=True, slots=True)
class Heard:
    """What a wish asks for, and which of its lexemes (by index) carried that or could not be read."""

    edits: tuple[Edit, ...]
    used: frozenset[int]
    failed: frozenset[int]
    absent_styles: tuple[str, ...]


def read_sentences(lexemes: Sequence[Lexeme], amounts: Amounts, styles: frozenset[str]) -> Heard:
    """Read every clause of `lexemes`."""
    found = Found()
    carried = Carried()
    for clause in clauses(lexemes):
        if clause.begins_sentence:
            carried = Carried(switch=carried.switch)
        carried = ClauseReader(clause, amounts, styles, carried, found).read()
    settled = {subject(edit) for edit in found.edits}
    for index, about in found.refused:
        # "not pop" is understood once another style is named; alone it leaves open which one is wanted.
        (found.used if about in settled else found.failed).add(index)
    failed = found.failed - found.used
    return Heard(tuple(found.edits), frozenset(found.used), frozenset(failed), tuple(found.absent_styles))


def clauses(lexemes: Sequence[Lexeme]) -> list[Clause]:
    """Cut `lexemes` at full stops, commas and joining words."""
    cut: list[Clause] = []
    members: list[tuple[int, Lexeme]] = []
    begins_sentence = True
    for index, lexeme in enumerate(lexemes):
        if lexeme.meaning not in (Mark.STOP, Mark.JOIN):
            members.append((index, lexeme))
            continue
        if members:
            cut.append(Clause(tuple(members), begins_sentence))
            members = []
            begins_sentence = False
        begins_sentence = begins_sentence or lexeme.meaning is Mark.STOP
    if members:
        cut.append(Clause(tuple(members), begins_sentence))
    return cut
