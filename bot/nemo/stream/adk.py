"""Google ADK's events as values: camelCase, partial pieces, function calls, error fields. Never raises.

Field list measured on ADK 1.18 to 2.13 (API notes, section 5). Since 1.22 a partial event also carries function calls that
are still being written; the whole event has them once more, under other ids at times.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from bot.nemo.stream.blocks import Blocks
from bot.nemo.stream.faults import fault_in
from bot.nemo.stream.fields import field, word, words
from bot.nemo.stream.questions import ASKING, question
from bot.nemo.stream.tools import Tools
from bot.nemo.stream.values import Activity, Done, End, Fault, Said, ToolCall, ToolResult

_MARKS: Final = frozenset({
    "content", "author", "invocationId", "invocation_id", "errorCode", "error_code", "errorMessage", "error_message",
    "turnComplete", "turn_complete", "actions", "usageMetadata", "usage_metadata", "finishReason", "finish_reason",
})
NO_FAULT_CODES: Final = frozenset({"STOP", "FINISH_REASON_UNSPECIFIED", "FINISHREASON.STOP", ""})
"""Some versions copy the finish reason of an empty but good end into `errorCode`."""
_CODE_PARTS: Final = ("executableCode", "codeExecutionResult")


def looks_like_adk(frame: dict[str, Any]) -> bool:
    """Whether a frame has a field that only these events have; `content` as text belongs to the other shape."""
    if isinstance(frame.get("content"), str):
        return False
    return not _MARKS.isdisjoint(frame)


class AdkReader:
    """Reads one answer's events; what comes twice under one id is told once."""

    def __init__(self, blocks: Blocks, tools: Tools) -> None:
        self._blocks = blocks
        self._tools = tools
        self._told: set[tuple[str, str]] = set()
        self._repeatable: dict[str, str] = {}       # the whole that followed pieces, until something else is said

    def read(self, frame: dict[str, Any]) -> Iterator[Said]:
        """The values of one event."""
        content = frame.get("content")
        parts = content.get("parts") if isinstance(content, dict) else None
        parts = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
        speaker = f"{frame.get('author')}/{frame.get('branch')}"
        is_partial = frame.get("partial") in (True, "true")
        if any(part.get("thought") is True or field(part, *_CODE_PARTS) for part in parts):
            yield Activity("thinking")
        if not _is_member(frame, content):
            yield from self._text(frame, speaker, parts, is_partial)
        for part in parts:
            yield from self._part(frame, speaker, part, is_partial)
        if not is_partial and parts and not _is_member(frame, content):
            self._tools.settle()
        if field(frame, "finishReason") is not None:
            self._blocks.finish(speaker)
        yield from _fault(frame, parts)
        if field(frame, "turnComplete") is True:
            self._blocks.finish_all()
            yield Done(End.MARKED)

    def _text(self, frame: dict[str, Any], speaker: str, parts: list[dict[str, Any]], is_partial: bool) -> Iterator[Said]:
        text = _spoken(parts)
        if not text:
            return
        if is_partial:
            self._repeatable.pop(speaker, None)
            yield self._blocks.piece(speaker, text)
            return
        identity = words(frame.get("id"))
        if (identity, text) in self._told or (not identity and self._repeatable.get(speaker) == text):
            return
        if identity:
            self._told.add((identity, text))
        elif self._blocks.covered(speaker, text):
            self._repeatable[speaker] = text
        else:
            self._repeatable.pop(speaker, None)
        yield from self._blocks.whole(speaker, text)

    def _part(self, frame: dict[str, Any], speaker: str, part: dict[str, Any], is_partial: bool) -> Iterator[Said]:
        call, response = field(part, "functionCall"), field(part, "functionResponse")
        if isinstance(call, dict):
            yield from self._call(frame, speaker, call, is_partial)
        if isinstance(response, dict):
            self._turn(speaker)
            yield ToolResult(word(response, "name") or "", response.get("response"), word(response, "id"))

    def _call(self, frame: dict[str, Any], speaker: str, call: dict[str, Any], is_partial: bool) -> Iterator[Said]:
        name, identity = word(call, "name") or "", word(call, "id")
        if is_partial:
            if name and name not in ASKING:
                self._tools.announce(name)
            yield Activity("tool", name or None)
            return
        self._turn(speaker)
        asked = question(call.get("args")) if name in ASKING else None
        if asked is not None:
            yield asked
            return
        later = field(frame, "longRunningToolIds")
        told = ToolCall(name, call.get("args"), identity)
        is_later = isinstance(later, list) and identity in later
        if name not in ASKING and self._tools.begin(told, background=is_later):
            yield told

    def _turn(self, speaker: str) -> None:
        self._repeatable.clear()
        self._blocks.close(speaker)


def _spoken(parts: list[dict[str, Any]]) -> str:
    """The words of an event: text beside text is one text, text after a tool or code a new paragraph."""
    text, is_apart = "", False
    for part in parts:
        piece = part.get("text")
        if isinstance(piece, str) and part.get("thought") is not True:
            seam = "\n\n" if is_apart and text and piece and not text.endswith("\n") else ""
            text, is_apart = text + seam + piece, False if piece else is_apart
        elif part.get("thought") is not True:
            is_apart = True
    return text


def _is_member(frame: dict[str, Any], content: Any) -> bool:
    role = content.get("role") if isinstance(content, dict) else None
    return words(frame.get("author")).lower() == "user" or (role == "user" and not frame.get("author"))


def _fault(frame: dict[str, Any], parts: list[dict[str, Any]]) -> Iterator[Said]:
    code, message = field(frame, "errorCode"), field(frame, "errorMessage")
    is_code = isinstance(code, int | str) and not isinstance(code, bool) and str(code).upper() not in NO_FAULT_CODES
    if is_code or (isinstance(message, str) and message) or frame.get("error"):
        found = fault_in(frame)
        yield found if is_code or found.code is None else Fault(found.text)
        return
    finish = field(frame, "finishReason")
    if isinstance(finish, str) and finish.upper() not in NO_FAULT_CODES and not parts and frame.get("partial") is not True:
        yield Fault(finish, finish)     # blocked before a word was said
