"""Quantities: read numbers with units in English and Chinese ("a minute and a half", "一分半", "1:45", "100 bpm")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from studio.wish.meanings import Amount
from studio.wish.tokens import Token

LONGEST_UNIT_TOKENS = 3
MAX_DIGITS = 10
_BOUNDS = {
    "seconds": (1.0, 3600.0), "bpm": (1.0, 400.0), "percent": (1.0, 1000.0), "times": (0.1, 10.0),
    "semitones": (0.5, 36.0), "count": (0.0, 4_294_967_295.0),
}
_CLASSIFIERS = frozenset(("个", "full", "whole", "of"))
_AND_A_HALF = ("and", "a", "half")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of measurement: how much of `measure` one of it is."""

    measure: str
    scale: float


@dataclass(frozen=True, slots=True)
class Numerals:
    """The words of numbers and units, by their tokens."""

    ones: Mapping[str, float]           # below a hundred, composed by addition: "ninety", "five"
    han: Mapping[str, int]              # the ten digits
    phrases: Mapping[tuple[str, ...], float]    # "a couple of", "half a": numbers only before a unit
    units: Mapping[tuple[str, ...], Unit]


Read = tuple[float, int]


class Quantities:
    """Reads a quantity at a place in a list of tokens. Every look ahead is bounded."""

    def __init__(self, numerals: Numerals) -> None:
        self._numerals = numerals

    def read(self, tokens: Sequence[Token], at: int) -> tuple[Amount, int] | None:
        """The quantity at `at` and the index behind it, or None."""
        found = self._clock(tokens, at) or self._bare_interval(tokens, at) or self._measured(tokens, at)
        if found is None:
            return self._count(tokens, at)
        low, high = _BOUNDS[found[0].unit]
        return found if low <= found[0].value <= high else None

    def _clock(self, tokens: Sequence[Token], at: int) -> tuple[Amount, int] | None:
        """1:45, glued together and with two digits of seconds, so that 16:9 and 1:1 are no times."""
        if at + 2 >= len(tokens):
            return None
        minutes, colon, seconds = tokens[at:at + 3]
        glued = minutes.end == colon.start and colon.end == seconds.start
        if not (glued and colon.text == ":" and len(seconds.text) == 2 and len(minutes.text) <= 2):
            return None
        if not (minutes.text.isdecimal() and seconds.text.isdecimal() and int(seconds.text) < 60):
            return None
        return Amount("seconds", int(minutes.text) * 60.0 + int(seconds.text)), at + 3

    def _bare_interval(self, tokens: Sequence[Token], at: int) -> tuple[Amount, int] | None:
        """An interval without a number is one of them: "octave lower", "高八度"."""
        unit, end = self._unit(tokens, at)
        return (Amount("semitones", unit.scale), end) if unit is not None and unit.measure == "semitones" else None

    def _measured(self, tokens: Sequence[Token], at: int) -> tuple[Amount, int] | None:
        number = self._counted(tokens, at)
        if number is None:
            return None
        value, end = number
        if _texts(tokens, end, 3) == _AND_A_HALF and self._unit(tokens, end + 3)[0] is not None:
            value, end = value + 0.5, end + 3
        unit, behind = self._unit(tokens, self._past_classifier(tokens, end))
        if unit is None:
            return None
        total = value * unit.scale
        if unit.measure == "seconds":
            more, behind = self._tail(tokens, behind, unit.scale)
            total += more
        return Amount(unit.measure, total), behind

    def _counted(self, tokens: Sequence[Token], at: int) -> Read | None:
        """A number that may be a phrase, because a unit is known to follow."""
        for length in range(LONGEST_UNIT_TOKENS, 0, -1):
            value = self._numerals.phrases.get(_texts(tokens, at, length))
            if value is not None:
                return value, at + length
        return self._number(tokens, at)

    def _tail(self, tokens: Sequence[Token], at: int, scale: float) -> Read:
        """What may follow minutes: a half, or seconds with or without their unit."""
        if _texts(tokens, at, 3) == _AND_A_HALF:
            return 0.5 * scale, at + 3
        if _texts(tokens, at, 1) == ("半",):
            return 0.5 * scale, at + (2 if _texts(tokens, at + 1, 1) == ("钟",) else 1)
        if scale <= 1.0:
            return 0.0, at
        start = at + 1 if _texts(tokens, at, 1) in (("and",), ("零",)) else at
        number = self._number(tokens, start)
        if number is None or number[0] >= 60:
            return 0.0, at
        unit, end = self._unit(tokens, number[1])
        if unit is not None and unit.measure == "seconds" and unit.scale == 1.0:
            return number[0], end
        return (number[0], number[1]) if unit is None and start == at else (0.0, at)

    def _unit(self, tokens: Sequence[Token], at: int) -> tuple[Unit | None, int]:
        for length in range(LONGEST_UNIT_TOKENS, 0, -1):
            unit = self._numerals.units.get(_texts(tokens, at, length))
            if unit is not None:
                return unit, at + length
        return None, at

    @staticmethod
    def _past_classifier(tokens: Sequence[Token], at: int) -> int:
        return at + 1 if at < len(tokens) and tokens[at].text in _CLASSIFIERS else at

    def _count(self, tokens: Sequence[Token], at: int) -> tuple[Amount, int] | None:
        number = self._number(tokens, at)
        if number is None or number[0] > _BOUNDS["count"][1]:
            return None
        return Amount("count", number[0]), number[1]

    def _number(self, tokens: Sequence[Token], at: int) -> Read | None:
        if at >= len(tokens):
            return None
        token = tokens[at]
        if token.kind == "number":
            return (float(token.text), at + 1) if len(token.text) <= MAX_DIGITS and _is_plain(token.text) else None
        return self._han(tokens, at) if token.kind == "han" else self._english(tokens, at)

    def _english(self, tokens: Sequence[Token], at: int) -> Read | None:
        """Numbers in words below a thousand: "ninety five", "a hundred and ten"."""
        value, end = self._below_hundred(tokens, at)
        hundreds = _texts(tokens, end, 1) == ("hundred",)
        if not hundreds:
            return (value, end) if end > at else None
        rest_at = end + 2 if _texts(tokens, end + 1, 1) == ("and",) else end + 1
        rest, rest_end = self._below_hundred(tokens, rest_at)
        total = (value or 1.0) * 100
        return (total + rest, rest_end) if rest_end > rest_at else (total, end + 1)

    def _below_hundred(self, tokens: Sequence[Token], at: int) -> Read:
        ones = self._numerals.ones
        first = ones.get(tokens[at].text) if at < len(tokens) else None
        if first is None:
            return (1.0, at + 1) if _texts(tokens, at, 2) in (("a", "hundred"), ("one", "hundred")) else (0.0, at)
        second = ones.get(tokens[at + 1].text) if at + 1 < len(tokens) else None
        if first >= 20 and second is not None and second < 10:
            return first + second, at + 2
        return first, at + 1

    def _han(self, tokens: Sequence[Token], at: int) -> Read | None:
        """Chinese numerals below a thousand, digits in a row ("一二〇") included."""
        total = current = 0
        end = at
        while end < len(tokens) and end - at < MAX_DIGITS:
            text = tokens[end].text
            if text in self._numerals.han:
                current = current * 10 + self._numerals.han[text]
            elif text in ("十", "百"):
                total, current = total + (current or 1) * (10 if text == "十" else 100), 0
            else:
                break
            end += 1
        return (float(total + current), end) if end > at else None


def _texts(tokens: Sequence[Token], at: int, length: int) -> tuple[str, ...]:
    """The texts of exactly `length` tokens; empty where there are fewer."""
    return tuple(token.text for token in tokens[at:at + length]) if at + length <= len(tokens) else ()


def _is_plain(digits: str) -> bool:
    """Digits that float() reads; an exotic script's superscripts are numbers to a regular expression only."""
    return digits.replace(".", "", 1).isdecimal()
