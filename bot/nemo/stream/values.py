"""What an answer is made of, as plain values. Knows neither bytes nor HTTP."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """Words of the agent: all of block number `block` so far. A later value of a block replaces the earlier one."""

    block: int
    text: str
    whole: bool     # the block is finished
    awaits_whole: bool = field(default=False, compare=False)    # a piece in a shape that repeats all of it at the end


@dataclass(frozen=True, slots=True)
class ToolCall:
    """The agent begins to use a tool."""

    name: str
    args: Any = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class ToolResult:
    """A tool answered."""

    name: str
    result: Any = None
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """The agent thinks, prepares a tool or runs code, or the server tells its status: a sign of work, no words to show.

    The studio names the stage that it works at, and how much of it is done (0 to 1).
    """

    kind: str
    stage: str | None = None
    fraction: float | None = None


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The connection lives; the agent may or may not."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a question."""

    id: str
    label: str


@dataclass(frozen=True, slots=True)
class Ask:
    """One question and what may be answered; no options means free words."""

    id: str
    prompt: str
    options: tuple[Choice, ...] = ()
    allow_multiple: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """The agent wants to know something before it goes on: the turn is not finished.

    Without `asks` the title is all there is to answer, in free words.
    """

    title: str
    asks: tuple[Ask, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """The agent or its server failed in mid-answer: the text and the code as sent. Text before it stays good."""

    text: str
    code: int | str | None = None


class End(StrEnum):
    """How an answer ended."""

    CLOSED = "closed"   # the server closed the stream: the documented end
    MARKED = "marked"   # `done`, `[DONE]` or a finished turn was sent
    QUIET = "quiet"     # finished words, then nothing more, and the server left the stream open


@dataclass(frozen=True, slots=True)
class Done:
    """The last value of every answer that was not broken off.

    `doubtful` means that the end proves nothing: the wish may still be at work, so find out and never say it again. That is
    a close while a tool was at work or in the middle of a text, the close of a body that had neither a length nor a last
    chunk, and silence where more was to be expected. An answer without words that ends as it should is not doubtful.
    """

    end: End
    doubtful: bool = False


Said = Text | ToolCall | ToolResult | Activity | Heartbeat | Question | Fault | Done
