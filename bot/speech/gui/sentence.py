"""Sentences, steps and clauses of a text, as spans of its View. Only cuts into pieces; what they mean is judged elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from bot.speech.gui.english import english
from bot.speech.gui.judge import Clause
from bot.speech.gui.view import View

# Signs that point at what comes next; other emoji after a full stop belong to what was said before.
_POINTING: Final = "👉👇👆☝💡📥📤⬇➡▶⏩"
_ABBREVIATIONS: Final = "".join(
    rf"(?<!\b{word})" for word in (r"e\.g", r"i\.e", "vs", "approx", "feat", "ft", "No", "Mr", "Ms", "Dr", "St"))
_FULL_STOP: Final = re.compile(
    rf"(?:{_ABBREVIATIONS}\.{{1,6}}(?= |$|[^\x00-\x7f])|[!?]{{1,6}}(?![\w!?])|[。！？…]+)"
    rf"(?: ?(?![{_POINTING}])[\U0001F300-\U0001FAFF\u2600-\u27BF\u2B50]\uFE0F?){{0,4}}",
)
_STEP: Final = re.compile(r"(?<![^ :：.!?。！？；;，,)）\ue003])(\d{1,2})[.)、](?!\d) ?|[①-⑳] ?")
_CIRCLED: Final = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_BEFORE_FIRST_STEP: Final = frozenset(":：.!?。！？；;，,-–—\ue003")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Spans of the view: `start` is that of a step's number or a sign; `stop` where the full stop begins, `end` where it ends."""

    start: int
    words: int      # where the words begin
    stop: int
    end: int
    step: bool      # one of "1. … 2. …" within a line
    clauses: tuple[Clause, ...]


def sentences(view: View) -> tuple[Sentence, ...]:
    """The sentences of `view`, in order."""
    steps = _steps(view.text)
    borders = sorted({*steps, *_stops(view.text, steps), len(view.text)} - {0})
    return tuple(_found(view.text, steps, borders))


def _found(text: str, steps: dict[int, int], borders: list[int]) -> Iterator[Sentence]:
    start = 0
    for border in borders:
        while start < border and text[start] == " ":
            start += 1
        end = border
        while end > start and text[end - 1] == " ":
            end -= 1
        if start < end:
            words = steps.get(start, start)
            closing = next((stop for stop in _FULL_STOP.finditer(text, max(words, end - 24), end) if stop.end() == end), None)
            stop = closing.start() if closing else end
            yield Sentence(start, words, stop, end, start in steps, tuple(_clauses(text, words, stop)))
        start = border


def _stops(text: str, steps: dict[int, int]) -> Iterator[int]:
    numbers = {place for first, after in steps.items() for place in range(first, after + 1)}
    for stop in _FULL_STOP.finditer(text):
        if stop.end() not in numbers or stop.end() in steps:
            yield stop.end()


def _steps(text: str) -> dict[int, int]:
    """Where the numbers of "1. … 2. …" begin, and where they end; only a row that begins with 1 and goes on counts."""
    found: dict[int, int] = {}
    row: dict[int, int] = {}
    for number in _STEP.finditer(text):
        value = int(number[1]) if number[1] else _CIRCLED.index(number[0][0]) + 1
        if value == 1 and _opens_a_row(text, number.start()):
            row = {}
        elif value != len(row) + 1 or not row:
            continue
        row[number.start()] = number.end()
        if len(row) > 1:
            found.update(row if len(row) == 2 else {number.start(): number.end()})
    return found


def _opens_a_row(text: str, at: int) -> bool:
    before = text[:at].rstrip()[-1:] if at < 3 else text[at - 2:at].rstrip()[-1:]
    return not before or before in _BEFORE_FIRST_STEP


def _clauses(text: str, start: int, end: int) -> Iterator[Clause]:
    for joint in _joint().finditer(text, start, end):
        if joint.start() > start:
            yield Clause(start, joint.start())
        start = joint.end()
    if start < end:
        yield Clause(start, end)


@cache
def _joint() -> re.Pattern[str]:
    """What joins two clauses."""
    return re.compile(
        rf" ?[;；] ?(?:(?:and|then|but|so|or) )?| ?(?:(?<!\d)[,，]|[,，](?!\d)) ?(?:(?:and then|and|then|so|but|or|yet"
        rf"|plus) )?| ?[:：](?!\d) ?| [-–—]{{1,3}} | ?[—–]{{1,2}} ?"
        rf"| (?<!\bgo ahead )(?:and then|and|then|so|but|or|&|plus) (?=(?:{english().starts}))(?!drop\b|hold\b)| ?(?:→|➡️?|👉"
        rf"|⇒) ?(?=(?:just |simply |please |then )?(?:click|tap|press|hit|open|go to|drag|check|preview|refresh)\b)",
        re.IGNORECASE,
    )
