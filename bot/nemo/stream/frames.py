"""Events of an answer, JSON to values: the documented shape and Google ADK's. Never raises, whatever a server sends.

API notes, section 5. Text comes in pieces and wholes: the pieces of a block add up until its whole replaces them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, Final

from bot.nemo import jsontext
from bot.nemo.adk import AdkReader, looks_like_adk
from bot.nemo.answers import number
from bot.nemo.blocks import Blocks
from bot.nemo.envelope import reason_in
from bot.nemo.values import (
    Activity,
    Ask,
    Choice,
    Done,
    End,
    Fault,
    Heartbeat,
    Question,
    Said,
    ToolCall,
    ToolResult,
)

_LOG: Final = logging.getLogger(__name__)
BEATS: Final = frozenset({"heartbeat", "ping", "pong", "keepalive", "keep-alive"})
ENDS: Final = frozenset({"[DONE]", "done"})
STATUS: Final = frozenset({"status", "warming_up", "message_accepted"})
_Handler = Callable[[dict[str, Any]], Iterator[Said]]


class FrameReader:
    """Reads one answer's events in order. `open_tools` tells whether a tool is still at work."""

    def __init__(self) -> None:
        self._blocks = Blocks()
        self._adk = AdkReader(self._blocks)
        self._last_fault: Fault | None = None
        self._chunked = False
        self.open_tools = 0
        self._handlers: dict[str, _Handler] = {
            "text": self._text,
            "chunk": self._text,
            "ask_question": self._question,
            "error": self._error,
        }
        for name in ("tool_call", "tool_start", "toolcall_start"):
            self._handlers[name] = self._tool_call
        for name in ("tool_result", "tool_end", "toolcall_end"):
            self._handlers[name] = self._tool_result

    def read(self, data: str) -> Iterator[Said]:
        """The values of one event's data."""
        if data.lower() in BEATS:
            yield Heartbeat()
        elif data in ENDS:
            yield Done(End.MARKED)
        else:
            yield from self._json(data)

    def _json(self, data: str) -> Iterator[Said]:
        try:
            found = jsontext.parse(data)
        except ValueError:
            _LOG.debug("an event that is no JSON, %d characters", len(data))
            return
        for frame in found if isinstance(found, list) else [found]:
            if isinstance(frame, dict):
                yield from self._noted(self._frame(frame))
            else:
                _LOG.debug("an event that is no object: %s", type(frame).__name__)

    def _noted(self, values: Iterator[Said]) -> Iterator[Said]:
        """Keep count of tools at work, and tell one fault once although two events bring it."""
        for value in values:
            match value:
                case ToolCall():
                    self.open_tools += 1
                case ToolResult():
                    self.open_tools = max(0, self.open_tools - 1)
                case Fault():
                    if self._is_told(value):
                        continue
                    self._last_fault = value
                case Heartbeat() | Activity():
                    pass
                case _:
                    self._last_fault = None
            yield value

    def _is_told(self, fault: Fault) -> bool:
        told = self._last_fault
        return told is not None and (fault.text in told.text or told.text in fault.text or fault.code is None)

    def _frame(self, frame: dict[str, Any]) -> Iterator[Said]:
        kind = frame.get("type")
        if not isinstance(kind, str):
            if looks_like_adk(frame):
                yield from self._adk.read(frame)
            elif frame.get("error"):
                yield from self._error(frame)
            else:
                _LOG.debug("an event of no known shape: %s", sorted(map(str, frame))[:8])
            return
        handler = self._handlers.get(kind)
        if handler is not None:
            yield from handler(frame)
        elif kind in BEATS:
            yield Heartbeat()
        elif kind in ENDS:
            yield Done(End.MARKED)
        elif kind in STATUS or kind.startswith("thinking"):
            yield _activity(kind, frame)
        elif looks_like_adk(frame):
            yield from self._adk.read(frame)
        else:
            _LOG.debug("an event of unknown type %.40r", kind)

    def _text(self, frame: dict[str, Any]) -> Iterator[Said]:
        piece = next((frame[name] for name in ("content", "text") if isinstance(frame.get(name), str)), "")
        if not piece:
            return
        if frame["type"] == "text" and self._chunked and self._blocks.sofar(None) == piece:
            yield self._blocks.whole(None, piece)   # chunks, and then all of them once more
            return
        self._chunked = frame["type"] == "chunk"
        yield self._blocks.piece(None, piece)

    def _tool_call(self, frame: dict[str, Any]) -> Iterator[Said]:
        self._blocks.close(None)
        yield ToolCall(_tool_name(frame), _first(frame, "args", "arguments", "input"), _id(frame))

    def _tool_result(self, frame: dict[str, Any]) -> Iterator[Said]:
        self._blocks.close(None)
        yield ToolResult(_tool_name(frame), _first(frame, "result", "output", "response"), _id(frame))

    def _question(self, frame: dict[str, Any]) -> Iterator[Said]:
        self._blocks.close(None)
        asked = frame.get("questions")
        asks = tuple(_ask(item) for item in asked if isinstance(item, dict)) if isinstance(asked, list) else ()
        yield Question(_words(frame.get("title")), asks)

    def _error(self, frame: dict[str, Any]) -> Iterator[Said]:
        self._blocks.close(None)
        error = frame.get("error")
        code = frame.get("code", error.get("code") if isinstance(error, dict) else None)
        text = reason_in(error) or reason_in(frame)
        yield Fault(text, code if isinstance(code, int | str) and not isinstance(code, bool) else None)


def _activity(kind: str, frame: dict[str, Any]) -> Activity:
    stage, fraction = frame.get("stage"), number(frame.get("progress"))
    if fraction is not None:    # 0 to 1, or percent
        fraction = min(1.0, max(0.0, fraction if fraction <= 1 else fraction / 100))
    return Activity(kind, stage if isinstance(stage, str) else None, fraction)


def _ask(item: dict[str, Any]) -> Ask:
    options = item.get("options")
    choices = tuple(_choice(option) for option in options) if isinstance(options, list) else ()
    return Ask(_words(item.get("id")), _words(item.get("prompt")), choices, item.get("allow_multiple") is True)


def _choice(option: Any) -> Choice:
    if isinstance(option, dict):
        label = _words(option.get("label"))
        return Choice(_words(option.get("id")) or label, label)
    return Choice(_words(option), _words(option))


def _tool_name(frame: dict[str, Any]) -> str:
    return next((frame[name] for name in ("name", "tool", "tool_name") if isinstance(frame.get(name), str)), "")


def _id(frame: dict[str, Any]) -> str | None:
    return _words(_first(frame, "id", "tool_call_id")) or None


def _first(frame: dict[str, Any], *names: str) -> Any:
    return next((frame[name] for name in names if frame.get(name) is not None), None)


def _words(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)
