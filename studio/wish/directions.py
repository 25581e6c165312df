"""Directions: what "slower", "a bit longer", "not so fast", "an octave lower" or "快一倍" come to, as one edit."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from studio.wish.edits import (
    ChangeLength,
    ChangeTempo,
    Edit,
    SetLength,
    SetTempo,
    ShiftLength,
    ShiftTempo,
    Transpose,
)
from studio.wish.meanings import Amount, Degree, Direction, Form, Mark, Meaning, Subject
from studio.wish.vocabulary import Amounts

SLOWEST_BPM, FASTEST_BPM = 30.0, 300.0
MOST_SEMITONES = 36
_STRENGTHS = (0.25, 4.0)
_MEASURES: Mapping[Subject, frozenset[str]] = {
    Subject.TEMPO: frozenset(("bpm", "percent", "times")),
    Subject.LENGTH: frozenset(("seconds", "percent", "times")),
    Subject.PITCH: frozenset(("semitones", "count")),
}
_OWN_SUBJECT = {"bpm": Subject.TEMPO, "seconds": Subject.LENGTH, "semitones": Subject.PITCH}


class Senseless(ValueError):
    """The words fit together and no song can follow them: "200% slower"."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A direction word with the words beside it; `negation` is NOT, DONT or None."""

    direction: Direction
    subject: Subject
    before: Sequence[Meaning]
    after: Sequence[Meaning]
    negation: Mark | None


def fits(amount: Amount, subject: Subject | None) -> bool:
    """Whether `subject` can be turned by `amount`; an open subject takes what names its own."""
    return amount.unit in _OWN_SUBJECT if subject is None else amount.unit in _MEASURES[subject]


def subject_of(direction: Direction, amounts: Collection[Amount], topics: Collection[str]) -> Subject | None:
    """What `direction` turns: its own subject, unless it is open or follows the clause's topic or its amount."""
    if direction.subject is not None and not direction.loose:
        return direction.subject
    for amount in amounts:
        if amount.unit in _OWN_SUBJECT:
            return _OWN_SUBJECT[amount.unit]
    for topic in Subject:
        if topic.value in topics:
            return topic
    return direction.subject


def edit_of(turn: Turn, amounts: Amounts) -> Edit | None:
    """The edit that `turn` asks for; None when it asks to leave things as they are. Raises Senseless."""
    sign = _sign(turn)
    if sign is None:
        return None
    amount = next((meaning for meaning in (*turn.before, *turn.after) if isinstance(meaning, Amount)), None)
    if amount is None:
        return _stepped(turn.subject, sign, _strength((*turn.before, *turn.after)), amounts)
    return _measured(turn.subject, sign, amount, absolute=_is_absolute(turn))


def scaled(subject: Subject, factor: float) -> Edit:
    """Tempo or length times `factor`. Raises Senseless."""
    if subject is Subject.PITCH or not 0.1 <= factor <= 10:
        raise Senseless(f"{subject} by {factor}")
    factor = round(factor, 2)
    return ChangeTempo(factor) if subject is Subject.TEMPO else ChangeLength(factor)


def definite(subject: Subject, amount: Amount) -> Edit:
    """`subject` at the value `amount`. Raises Senseless."""
    if subject is Subject.LENGTH and amount.unit == "seconds":
        return SetLength(amount.value)
    if subject is Subject.TEMPO and amount.unit in ("bpm", "count") and SLOWEST_BPM <= amount.value <= FASTEST_BPM:
        return SetTempo(amount.value)
    if amount.unit == "percent":
        return scaled(subject, amount.value / 100)
    if amount.unit == "times":
        return scaled(subject, amount.value)
    raise Senseless(f"{subject} at {amount}")


def _sign(turn: Turn) -> int | None:
    """Which way to turn; None for no way."""
    sign = turn.direction.sign
    plain = turn.direction.form in (Form.BARE, Form.BASE)
    too = plain and Mark.TOO in turn.before
    if turn.negation is not None:
        if not plain or Mark.MORE in turn.before:
            return None
        if Mark.ENOUGH in turn.after:
            return sign
        return -sign if too or turn.negation is Mark.NOT else None
    if Mark.NOT_ENOUGH in turn.before:
        return sign
    if Mark.ENOUGH in (*turn.before, *turn.after):
        return None
    return -sign if too or Mark.LESS in turn.before else sign


def _is_absolute(turn: Turn) -> bool:
    """"2 minutes long" and "slow down to 90 bpm" name the end, "2 minutes longer" and "长30秒" the difference."""
    if Mark.TO in (*turn.before, *turn.after):
        return True
    plain = turn.direction.form in (Form.BARE, Form.BASE) and Mark.TOO not in turn.before
    return plain and any(isinstance(meaning, Amount) and meaning.unit in ("seconds", "bpm") for meaning in turn.before)


def _strength(meanings: Sequence[Meaning]) -> float:
    strength = 1.0
    for meaning in meanings:
        if isinstance(meaning, Degree):
            strength *= meaning.strength
    return min(max(strength, _STRENGTHS[0]), _STRENGTHS[1])


def _stepped(subject: Subject, sign: int, strength: float, amounts: Amounts) -> Edit:
    if subject is Subject.PITCH:
        return Transpose(sign * max(1, round(amounts.pitch_step_semitones * strength)))
    step = amounts.tempo_step if subject is Subject.TEMPO else amounts.length_step
    return scaled(subject, step ** (sign * strength))


def _measured(subject: Subject, sign: int, amount: Amount, *, absolute: bool) -> Edit:
    if subject is Subject.PITCH:
        if amount.value != round(amount.value) or amount.value > MOST_SEMITONES:
            raise Senseless(f"{amount.value} semitones")
        return Transpose(sign * round(amount.value))
    if absolute:
        return definite(subject, amount)
    if amount.unit == "percent":
        return scaled(subject, 1 + sign * amount.value / 100)
    if amount.unit == "times":
        return scaled(subject, amount.value if sign > 0 or amount.value < 1 else 1 / amount.value)
    return ShiftTempo(sign * amount.value) if subject is Subject.TEMPO else ShiftLength(sign * amount.value)
