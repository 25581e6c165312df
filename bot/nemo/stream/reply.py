"""An answer collected: the words to show, questions, faults. Keeps what it is given, decides nothing."""

from __future__ import annotations

from typing import Final

from bot.nemo.values import Done, End, Fault, Question, Said, Text, ToolCall

TRAILING_NOISE: Final = "i encountered a temporary issue"
"""The agent's last words after many a good answer: no news to anybody (the vendor's own rule)."""


class Reply:
    """What one wish was answered with; feed it every value of `Nemo.say`."""

    def __init__(self) -> None:
        self._blocks: dict[int, str] = {}
        self.tools: list[str] = []
        self.questions: list[Question] = []
        self.faults: list[Fault] = []
        self.end: End | None = None

    def add(self, value: Said) -> None:
        """Take in one value."""
        match value:
            case Text(block, text):
                self._blocks[block] = text
            case ToolCall(name):
                self.tools.append(name)
            case Question():
                self.questions.append(value)
            case Fault():
                self.faults.append(value)
            case Done(end):
                self.end = end
            case _:
                pass

    @property
    def text(self) -> str:
        """The words, block under block, without a trailing temporary issue that follows good words."""
        blocks = [text.strip() for _, text in sorted(self._blocks.items())]
        blocks = [text for text in blocks if text]
        if len(blocks) > 1 and blocks[-1].lower().startswith(TRAILING_NOISE):
            blocks.pop()
        return "\n\n".join(blocks)
