"""Meanings: what one phrase of the vocabulary, or one quantity, can contribute to a wish. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from studio.wish.edits import Edit


class Subject(StrEnum):
    """What can be turned up and down."""

    TEMPO = "tempo"
    LENGTH = "length"
    PITCH = "pitch"


class Form(StrEnum):
    """How a direction word stands in its sentence."""

    COMPARATIVE = "comparative"     # "slower": asks by itself
    BARE = "bare"                   # "slow": asks by itself, unless it belongs to a noun that nobody knows
    BASE = "base"                   # "high", "慢": needs a word beside it ("too", "一点")
    PARTICLE = "particle"           # "up", "down": needs a topic or an amount


class Mark(StrEnum):
    """Words that steer how others are read."""

    FILLER = "filler"           # carries nothing
    POLITE = "polite"           # carries nothing, and never belongs to a title or a quotation
    VERB = "verb"               # carries nothing, and begins a new demand
    JOIN = "join"               # "and": a clause ends, a negation goes on
    STOP = "stop"               # a full stop, a comma, "but": a clause and its negation end
    NOT = "not"                 # "not fast"
    DONT = "dont"               # "don't make it longer"
    REPLACE = "replace"         # "instead of", "replace": refuses the next thing alone
    INTO = "into"               # "换成": what was named before is the old value
    TOO = "too"                 # "too", "so": a complaint, the opposite is wanted
    LESS = "less"
    MORE = "more"
    ENOUGH = "enough"
    NOT_ENOUGH = "not_enough"   # "不够"
    TO = "to"                   # an end value follows
    BY = "by"                   # a difference follows
    KEEP = "keep"
    ADD = "add"                 # "add a flute": one more player, which a style has not
    BRING = "bring"             # "加": an instrument is to play, a part is switched on
    WITH = "with"
    OFF = "off"
    ON = "on"
    TAKE = "take"               # "take", "version", beside a number
    TITLE = "title"             # a title follows
    BOOK = "book"               # 《: a title follows, without a cue
    SECTION = "section"         # "intro", "chorus": cannot be changed alone
    OPAQUE = "opaque"           # "lyrics": the rest of the clause is not about the arrangement


@dataclass(frozen=True, slots=True)
class Says:
    """A phrase that is an edit by itself."""

    edit: Edit


@dataclass(frozen=True, slots=True)
class StyleName:
    """A style, whether the studio has it or not."""

    name: str


@dataclass(frozen=True, slots=True)
class InstrumentName:
    """An instrument that could lead."""

    name: str


@dataclass(frozen=True, slots=True)
class PartName:
    """A part of the band."""

    name: str


@dataclass(frozen=True, slots=True)
class Topic:
    """A noun that says what is talked about: one of `Subject`, or another word that nothing can be turned up with."""

    name: str


@dataclass(frozen=True, slots=True)
class Direction:
    """Up (sign 1) or down (-1). A `loose` one follows the topic of its clause: "higher tempo"."""

    subject: Subject | None
    sign: int
    form: Form
    loose: bool = False


@dataclass(frozen=True, slots=True)
class Degree:
    """How strongly: 1 is plain."""

    strength: float


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit: seconds, bpm, percent, times, semitones, ordinal, or count for none."""

    unit: str
    value: float


@dataclass(frozen=True, slots=True)
class Unknown:
    """A word that is in no vocabulary."""


Meaning: TypeAlias = (
    Mark | Says | StyleName | InstrumentName | PartName | Topic | Direction | Degree | Amount | Unknown
)


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A phrase of the wish with its meaning and its place in the text; `language` is None for a shared one."""

    meaning: Meaning
    start: int
    end: int
    language: str | None = None
