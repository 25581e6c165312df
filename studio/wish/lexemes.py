"""Lexemes: read a cleaned wish as phrases, quantities and unknown words, from left to right. Decides nothing."""

from __future__ import annotations

from collections.abc import Sequence

from studio.wish.meanings import Amount, Lexeme, Mark, Meaning, Unknown
from studio.wish.tokens import Token, tokens
from studio.wish.vocabulary import Vocabulary

_STOPS = frozenset("\n,.;!?…()[]{}|–—-。•") | frozenset(("...",))
_ENDS = frozenset(":=")
"""Marks that point at a value, as "to" does."""
_JOINS = frozenset("&+/、")
_ORDINAL_ENDINGS = frozenset(("st", "nd", "rd", "th"))
_BOOK_MARKS = frozenset("《〈")
_SHARED_UNITS = frozenset(("x", "bpm", "s", "m", "%", "min"))


def read(text: str, vocabulary: Vocabulary) -> list[Lexeme]:
    """The lexemes of a cleaned `text`, in order and without overlap."""
    words = tokens(text, vocabulary.variants)
    found: list[Lexeme] = []
    at = 0
    while at < len(words):
        meaning, language, end = _next(words, at, vocabulary)
        found.append(Lexeme(meaning, words[at].start, words[end - 1].end, language))
        at = end
    return found


def _next(words: Sequence[Token], at: int, vocabulary: Vocabulary) -> tuple[Meaning, str | None, int]:
    """The longer of the phrase and the quantity that begin at `at`; a phrase wins a tie."""
    quantity = vocabulary.quantities.read(words, at)
    phrase = vocabulary.find(words, at)
    if quantity is not None and (phrase is None or quantity[1] > phrase[2]):
        amount, end = quantity
        if amount.unit == "count" and end < len(words) and words[end].text in _ORDINAL_ENDINGS:
            amount, end = Amount("ordinal", amount.value), end + 1
        return amount, _language_of_all(words[at:end]), end
    if phrase is not None:
        return phrase
    return _mark(words[at]), _language_of_all(words[at:at + 1]), at + 1


def _mark(token: Token) -> Meaning:
    if token.text in _BOOK_MARKS:
        return Mark.BOOK
    if token.kind == "mark":
        if token.text in _STOPS:
            return Mark.STOP
        if token.text in _ENDS:
            return Mark.TO
        return Mark.JOIN if token.text in _JOINS else Mark.FILLER
    return Unknown()


def _language_of_all(words: Sequence[Token]) -> str | None:
    kinds = {word.kind for word in words if word.text not in _SHARED_UNITS}
    if "han" in kinds:
        return "zh"
    return "en" if "word" in kinds else None
