"""Vocabulary: turn vocabulary.toml into a table of phrases. Knows the layout of the file, and not one of its words."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from studio.wish import edits
from studio.wish.meanings import (
    Amount,
    Degree,
    Direction,
    Form,
    InstrumentName,
    Mark,
    Meaning,
    PartName,
    Says,
    StyleName,
    Subject,
    Topic,
    Unknown,
)
from studio.wish.quantities import Numerals, Quantities, Unit
from studio.wish.tokens import Token, tokens

LANGUAGES = ("any", "en", "zh")
_EDITS: Mapping[str, edits.Edit] = {
    "make_song": edits.MakeSong(), "another_take": edits.AnotherTake(), "undo": edits.Undo(),
    "start_afresh": edits.StartAfresh(), "mute_lead": edits.Mute("lead"),
}
_SHAPES: Mapping[str, edits.Aspect] = {"16:9": "16:9", "9:16": "9:16", "1:1": "1:1"}
_SIGNS = {"up": 1, "down": -1}
Phrase = tuple[str, ...]
Table = Mapping[str, Any]


class AmbiguousPhrase(ValueError):
    """One phrase of the vocabulary has two meanings."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How much one plain step of each subject is."""

    tempo_step: float
    length_step: float
    pitch_step_semitones: int


@dataclass(frozen=True)
class Vocabulary:
    """Every phrase with its meaning and language (None for a shared one), and what else reading takes."""

    phrases: Mapping[Phrase, tuple[Meaning, str | None]]
    longest: Mapping[str, int]          # by first token: the length of its longest phrase
    variants: Mapping[int, int]
    quantities: Quantities
    amounts: Amounts

    def find(self, words: Sequence[Token], at: int) -> tuple[Meaning, str | None, int] | None:
        """The longest phrase that begins at `at`: its meaning, its language and the index behind it."""
        for length in range(min(self.longest.get(words[at].text, 0), len(words) - at), 0, -1):
            found = self.phrases.get(tuple(word.text for word in words[at:at + length]))
            if found is not None:
                return *found, at + length
        return None

    @property
    def instruments(self) -> frozenset[str]:
        """The families that a wish can name as the lead."""
        return frozenset(meaning.name for meaning, _ in self.phrases.values() if isinstance(meaning, InstrumentName))


@lru_cache(maxsize=8)
def vocabulary(styles: frozenset[str]) -> Vocabulary:
    """The vocabulary for a studio with these `styles`; a style that the file does not know goes by its own name."""
    data = tomllib.loads(files("studio.wish").joinpath("vocabulary.toml").read_text(encoding="utf-8"))
    variants = str.maketrans(data["zh_variants"]["traditional"], data["zh_variants"]["simplified"])

    def phrase(text: str) -> Phrase:
        return tuple(token.text for token in tokens(text, variants))

    table: dict[Phrase, tuple[Meaning, str | None]] = {}
    for language in LANGUAGES:
        for text, meaning in _meanings(data[language]):
            words = phrase(text)
            if table.get(words, (meaning, None))[0] != meaning:
                raise AmbiguousPhrase(f"{text!r}: {table[words][0]} and {meaning}")
            table.setdefault(words, (meaning, None if language == "any" else language))
    for style in sorted(styles):
        table.setdefault(phrase(style), (StyleName(style), None))
    longest: dict[str, int] = {}
    for words in table:
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    quantities = Quantities(_numerals(data, phrase_of=phrase))
    return Vocabulary(table, longest, variants, quantities, Amounts(**data["amounts"]))


def _numerals(data: Table, phrase_of: Any) -> Numerals:
    return Numerals(
        ones={word: float(value) for word, value in data["numbers"]["ones"].items()}, han=data["numbers"]["han"],
        phrases={phrase_of(text): value for text, value in data["numbers"]["phrases"].items()},
        units={phrase_of(text): Unit(measure, scale)
               for measure, names in data["units"].items() for text, scale in names.items()},
    )


def _meanings(language: Table) -> Iterator[tuple[str, Meaning]]:
    """Every phrase of one language's tables with its meaning."""
    makers: Mapping[str, Any] = {
        "styles": StyleName, "instruments": InstrumentName, "parts": PartName, "topics": Topic, "marks": Mark,
        "aspects": lambda name: Says(edits.SetAspect(_SHAPES[name])),
        "edits": lambda name: Says(_EDITS[name]),
        "degrees": lambda name: Degree(float(name)),
        "times": lambda name: Amount("times", float(name)),
        "ordinals": lambda name: Amount("ordinal", float(name)),
    }
    yield from ((text, Unknown()) for text in language.get("strange", ()))
    for kind, make in makers.items():
        for name, texts in language.get(kind, {}).items():
            yield from ((text, make(name)) for text in texts)
    for name, forms in language.get("directions", {}).items():
        subject, _, way = name.partition("_")
        for form, texts in forms.items():
            yield from ((text, _direction(subject, _SIGNS[way], form)) for text in texts)


def _direction(subject: str, sign: int, form: str) -> Direction:
    about = None if subject == "any" else Subject(subject)
    if form == "loose":
        return Direction(about, sign, Form.COMPARATIVE, loose=True)
    return Direction(about, sign, Form(form))


def known_instruments(styles: Collection[str] = ()) -> frozenset[str]:
    """The instrument families that `SetLead` can carry."""
    return vocabulary(frozenset(styles)).instruments
