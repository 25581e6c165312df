"""A backend's question as lines of text. Answers nothing; a face may offer the options as buttons."""

from __future__ import annotations

from bot.nemo import Ask, Question


def asked(question: Question) -> str:
    """The title, each question under it, and what may be answered."""
    lines = [question.title, *(line for ask in question.asks for line in _lines(ask))]
    return "\n".join(line.strip() for line in lines if line.strip())


def _lines(ask: Ask) -> list[str]:
    return [ask.prompt, *(f"- {choice.label}" for choice in ask.options)]
