"""An answer collected: the words to show, questions, faults, how it ended. Keeps what it is given, asks nobody."""

from __future__ import annotations

from typing import Final

from bot.nemo.errors import (
    CreditsUsedUp,
    FileTooLarge,
    FileTypeRefused,
    PlanRefused,
    RateLimited,
    Refused,
    SessionLost,
    TokenRejected,
    error_class,
)
from bot.nemo.jsontext import mended
from bot.nemo.secret import scrub
from bot.nemo.stream.noise import is_noise, without_noise
from bot.nemo.stream.questions import ASKING, is_answered
from bot.nemo.stream.values import Done, End, Fault, Question, Said, Text, ToolCall, ToolResult

_ALWAYS: Final = (CreditsUsedUp, FileTooLarge, FileTypeRefused, PlanRefused, RateLimited, Refused, SessionLost, TokenRejected)
"""Rows of the code table that count whatever was said before: the member has to do something about them."""


class Reply:
    """What one wish was answered with; feed it every value of `Nemo.say`."""

    def __init__(self) -> None:
        self._blocks: dict[int, Text] = {}
        self._order: list[int | Question] = []
        self._open_questions: list[Question] = []
        self.tools: list[str] = []
        self.questions: list[Question] = []
        self.faults: list[Fault] = []
        self.end: End | None = None
        self.is_doubtful = False        # the end proves nothing: see `Done`

    def add(self, value: Said) -> None:
        """Take in one value."""
        match value:
            case Text(block):
                if block not in self._blocks:
                    self._order.append(block)
                self._blocks[block] = value
            case ToolCall(name):
                self.tools.append(name)
            case ToolResult(name, result):
                if name in ASKING and is_answered(result):
                    self._open_questions.clear()
            case Question():
                self._order.append(value)
                self.questions.append(value)
                self._open_questions.append(value)
            case Fault():
                self.faults.append(value)
            case Done(end, doubtful):
                self.end, self.is_doubtful = end, doubtful
            case _:
                pass

    @property
    def text(self) -> str:
        """The words, block under block, without a trailing temporary issue that follows good words."""
        return "\n\n".join(part for part in self.parts if isinstance(part, str))

    @property
    def parts(self) -> list[str | Question]:
        """Words and questions in the order in which they came."""
        parts: list[str | Question] = []
        for entry in self._order:
            part = entry if isinstance(entry, Question) else scrub(mended(self._blocks[entry].text.strip()))
            if part:
                parts.append(part)
        return _without_trailing_noise(parts)

    @property
    def question(self) -> Question | None:
        """The last question that is still to be answered."""
        return self._open_questions[-1] if self._open_questions else None

    @property
    def all_asked(self) -> Question | None:
        """All that is still to be answered, as one question."""
        if len(self._open_questions) < 2:
            return self.question
        titles = "\n".join(filter(None, (one.title for one in self._open_questions)))
        return Question(titles, tuple(ask for one in self._open_questions for ask in one.asks))

    @property
    def fault(self) -> Fault | None:
        """The fault that counts: one that the member has to act on, or the last of an answer without good words."""
        counting = [fault for fault in self.faults if issubclass(error_class(fault.code, None), _ALWAYS)]
        if counting:
            return counting[-1]
        return self.faults[-1] if self.faults and not self._has_good_words() else None

    @property
    def late_fault(self) -> Fault | None:
        """A fault beside good words, which they outweigh; a "temporary issue" is none."""
        if self.fault is not None or not self._has_good_words():
            return None
        return next((fault for fault in reversed(self.faults) if not is_noise(fault.text)), None)

    def _has_good_words(self) -> bool:
        """Words or a question that are more than a temporary issue, and did not stop in the middle at a fault."""
        return bool(self._open_questions) or any(
            text.text.strip() and not text.awaits_whole and not is_noise(text.text) for text in self._blocks.values())


def _without_trailing_noise(parts: list[str | Question]) -> list[str | Question]:
    """Drop a temporary issue from the last words, unless it is all that there is."""
    at = next((at for at in reversed(range(len(parts))) if isinstance(parts[at], str)), None)
    last = None if at is None else parts[at]
    if at is None or not isinstance(last, str):
        return parts
    good = without_noise(last).strip()
    if good == last or (not good and len(parts) == 1):
        return parts
    rest = [*parts[:at], *([good] if good else []), *parts[at + 1 :]]
    return _without_trailing_noise(rest) if not good else rest
