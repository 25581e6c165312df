"""Hearing: the values that pass between the clauses of a wish while they are read. Holds no rule of any language."""

from __future__ import annotations

from dataclasses import dataclass, field

from studio.wish.edits import Edit
from studio.wish.meanings import Lexeme, Mark, Meaning


@dataclass(frozen=True, slots=True)
class Clause:
    """The lexemes between two joints, each with its index in the wish."""

    members: tuple[tuple[int, Lexeme], ...]
    begins_sentence: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """What goes on from one clause to the next."""

    negation: Mark | None = None
    negated: type[Meaning] | None = None    # the kind of thing that was refused, to which `negation` goes on
    switch: bool | None = None              # parts that follow are switched on or off
    opaque: bool = False
    values: tuple[tuple[str, Edit], ...] = ()   # definite values of this sentence, by subject


@dataclass(slots=True)
class Found:
    """What the clauses read so far came to."""

    edits: list[Edit] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    failed: set[int] = field(default_factory=set)
    refused: list[tuple[int, str]] = field(default_factory=list)    # index and subject
    absent_styles: list[str] = field(default_factory=list)
