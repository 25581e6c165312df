"""Google ADK's events as values: camelCase, partial pieces, function calls, error fields. Never raises.

Field list measured on ADK 1.18 to 2.13 (API notes, section 5).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bot.nemo.blocks import Blocks
from bot.nemo.values import Activity, Done, End, Fault, Said, ToolCall, ToolResult

_MARKS: Final = frozenset({
    "content", "author", "invocationId", "invocation_id", "errorCode", "error_code", "errorMessage", "error_message",
    "turnComplete", "turn_complete", "actions", "usageMetadata", "finishReason",
})
NO_FAULT_CODES: Final = frozenset({"STOP", "FINISH_REASON_UNSPECIFIED", ""})
"""Some versions copy the finish reason of an empty but good end into `errorCode`."""


def looks_like_adk(frame: dict[str, Any]) -> bool:
    """Whether a frame has a field that only these events have; `content` as text belongs to the other shape."""
    if isinstance(frame.get("content"), str):
        return False
    return not _MARKS.isdisjoint(frame)


class AdkReader:
    """Reads one answer's events; wholes that come twice under one id are told once."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._told: set[tuple[str, str]] = set()

    def read(self, frame: dict[str, Any]) -> Iterator[Said]:
        """The values of one event."""
        content = frame.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        parts = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
        if any(part.get("thought") is True for part in parts):
            yield Activity("thinking")
        if not _is_member(frame, content):
            yield from self._text(frame, parts)
        for part in parts:
            yield from _tools(part)
        yield from _fault(frame)
        if _field(frame, "turnComplete") is True:
            yield Done(End.MARKED)

    def _text(self, frame: dict[str, Any], parts: list[dict[str, Any]]) -> Iterator[Said]:
        spoken = (part.get("text") for part in parts if part.get("thought") is not True)
        text = "".join(words for words in spoken if isinstance(words, str))
        if not text:
            return
        speaker = f"{frame.get('author')}/{frame.get('branch')}"
        if frame.get("partial") is True:
            yield self._blocks.piece(speaker, text)
            return
        told = (str(frame.get("id")), text)
        if frame.get("id") and told in self._told:
            return
        self._told.add(told)
        yield self._blocks.whole(speaker, text)


def _is_member(frame: dict[str, Any], content: Any) -> bool:
    role = content.get("role") if isinstance(content, dict) else None
    return frame.get("author") == "user" or (role == "user" and not frame.get("author"))


def _tools(part: dict[str, Any]) -> Iterator[Said]:
    call, response = _field(part, "functionCall"), _field(part, "functionResponse")
    if isinstance(call, dict):
        yield ToolCall(_word(call, "name") or "", call.get("args"), _word(call, "id"))
    if isinstance(response, dict):
        yield ToolResult(_word(response, "name") or "", response.get("response"), _word(response, "id"))


def _fault(frame: dict[str, Any]) -> Iterator[Said]:
    code, message = _field(frame, "errorCode"), _field(frame, "errorMessage")
    if isinstance(code, bool) or not isinstance(code, int | str):
        code = None
    words = message if isinstance(message, str) else ""
    if words or (code is not None and str(code).upper() not in NO_FAULT_CODES):
        yield Fault(words or str(code), code)


def _field(holder: dict[str, Any], camel: str) -> Any:
    """A field under its camelCase name, or its snake_case one."""
    if camel in holder:
        return holder[camel]
    return holder.get("".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in camel))


def _word(holder: dict[str, Any], name: str) -> str | None:
    value = holder.get(name)
    return value if isinstance(value, str) else None
