"""Questions of the agent, as an event or as the call of a tool, in whatever shape. Never raises, answers nothing."""

from __future__ import annotations

from typing import Any, Final

from bot.nemo import jsontext
from bot.nemo.stream.fields import field, word, words
from bot.nemo.stream.values import Ask, Choice, Question

ASKING: Final = frozenset({"ask_question", "adk_request_confirmation", "adk_request_input"})
"""Tools whose call is a question to the member; the last two are ADK's own (2.x)."""
_TITLES: Final = ("title", "message", "hint", "content", "text", "question", "prompt")
_PROMPTS: Final = ("prompt", "question", "text", "title", "label")
_OPTIONS: Final = ("options", "choices")
_LABELS: Final = ("label", "text", "title", "name", "value")
_IDS: Final = ("id", "value", "key")
_ANSWERS: Final = ("answer", "answers", "selected", "selection", "confirmed")


def question(args: Any) -> Question | None:
    """The question in an event or in the arguments of a call; None where nothing is asked."""
    if isinstance(args, str):
        try:
            args = jsontext.parse(args)
        except ValueError:
            args = {"title": args}
    if not isinstance(args, dict):
        return None
    title = _title(args)
    asked = field(args, "questions")
    if isinstance(asked, dict):
        asked = [asked]
    if isinstance(asked, list):
        asks = tuple(ask for at, item in enumerate(asked, 1) if (ask := _ask(item, at)) is not None)
    else:
        asks = (_one(args, title),) if field(args, *_OPTIONS) else ()
    return Question(title, asks) if title or asks else None


def is_answered(result: Any) -> bool:
    """Whether a tool's result brings an answer, and not just that the question was shown."""
    return isinstance(result, dict) and any(result.get(name) not in (None, "", [], {}) for name in _ANSWERS)


def _title(args: dict[str, Any]) -> str:
    confirmation = field(args, "toolConfirmation")
    return word(args, *_TITLES) or (word(confirmation, *_TITLES) if isinstance(confirmation, dict) else None) or ""


def _ask(item: Any, at: int) -> Ask | None:
    if isinstance(item, str):
        return Ask(str(at), item) if item.strip() else None
    if not isinstance(item, dict):
        return None
    prompt = word(item, *_PROMPTS) or ""
    options = _choices(field(item, *_OPTIONS))
    if not prompt and not options:
        return None
    return Ask(words(field(item, *_IDS)) or str(at), prompt, options, _is_multiple(item))


def _one(args: dict[str, Any], title: str) -> Ask:
    """A question that stands at the top itself."""
    prompt = word(args, "prompt", "question") or title
    return Ask(words(field(args, "id")) or "1", prompt, _choices(field(args, *_OPTIONS)), _is_multiple(args))


def _choices(options: Any) -> tuple[Choice, ...]:
    if isinstance(options, dict):
        options = [{"id": name, "label": label} for name, label in options.items()]
    if not isinstance(options, list):
        return ()
    return tuple(choice for option in options if (choice := _choice(option)).label)


def _choice(option: Any) -> Choice:
    if isinstance(option, dict):
        label = next((text for name in _LABELS if (text := words(option.get(name)))), "") or words(field(option, *_IDS))
        return Choice(words(field(option, *_IDS)) or label, label)
    return Choice(words(option), words(option))


def _is_multiple(item: dict[str, Any]) -> bool:
    return field(item, "allowMultiple", "multiple", "multiSelect") is True
