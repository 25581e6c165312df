"""Events of an answer, JSON to values: the documented shape, Google ADK's, and wrappings of both. Never raises.

API notes, section 5. Text comes in pieces and wholes: the pieces of a block add up until its whole replaces them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from typing import Any, Final

from bot.nemo import jsontext
from bot.nemo.answers import number
from bot.nemo.stream.adk import AdkReader, looks_like_adk
from bot.nemo.stream.blocks import Blocks
from bot.nemo.stream.faults import ToldFaults, fault_in, looks_like_fault
from bot.nemo.stream.fields import field, spoken, word, words
from bot.nemo.stream.questions import ASKING, question
from bot.nemo.stream.tools import Tools
from bot.nemo.stream.values import Activity, Done, End, Fault, Heartbeat, Question, Said, Text, ToolCall, ToolResult

_LOG: Final = logging.getLogger(__name__)
BEATS: Final = frozenset({"heartbeat", "ping", "pong", "keepalive", "keep-alive", "keep_alive"})
ENDS: Final = frozenset({"[done]", "done"})
END_NAMES: Final = ENDS | {"end", "close", "complete"}
STATUS: Final = frozenset({"status", "warming_up", "message_accepted"})
_STAGES: Final = ("stage", "status", "state", "message")
_WRAPPINGS: Final = ("event", "data", "payload", "message", "result")
_DEEPEST: Final = 6
_Handler = Callable[[dict[str, Any]], Iterator[Said]]


class FrameReader:
    """Reads one answer's events in order. `tools` tells which tools are still at work."""

    def __init__(self) -> None:
        self._blocks = Blocks()
        self.tools = Tools()
        self._adk = AdkReader(self._blocks, self.tools)
        self._faults = ToldFaults()
        self._asked: set[Question] = set()
        self._is_chunked = False
        self._sums_up = False       # the frame at hand is a bare {"error"}
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

    @property
    def is_half(self) -> bool:
        """The last text stopped in the middle."""
        return self._blocks.is_half

    @property
    def characters(self) -> int:
        """How much was said."""
        return self._blocks.characters

    def read(self, data: str, name: str = "") -> Iterator[Said]:
        """The values of one event: its data, and its name where it has one."""
        yield from self._noted(self._event(data, name.lower(), 0))

    def _event(self, data: str, name: str, depth: int) -> Iterator[Said]:
        low = data.lower() if len(data) <= len("keep-alive") else ""
        if low in BEATS or name in BEATS:
            yield Heartbeat()
        elif low in ENDS or name in END_NAMES:
            yield Done(End.MARKED)
        elif data:
            yield from self._json(data, name, depth)

    def _json(self, data: str, name: str, depth: int) -> Iterator[Said]:
        try:
            found = jsontext.parse(data)
        except ValueError:
            found = data
        if isinstance(found, str) and found != data and depth < _DEEPEST:
            yield from self._event(found, name, depth + 1)      # JSON in a string of JSON
        elif isinstance(found, dict | list):
            yield from self._value(found, name, depth)
        elif name in ("error", "text", "chunk") and isinstance(found, str):
            yield from self._handlers[name]({"type": name, "content": found, "error": found})
        else:
            _LOG.debug("an event that is no JSON object, %d characters", len(data))

    def _value(self, found: Any, name: str, depth: int) -> Iterator[Said]:
        if isinstance(found, dict):
            yield from self._frame(found, name, depth)
        elif isinstance(found, list) and depth < _DEEPEST:
            for item in found:
                yield from self._value(item, name, depth + 1)
        elif isinstance(found, str) and depth < _DEEPEST:
            yield from self._event(found.strip(), name, depth + 1)
        else:
            _LOG.debug("an event that is no object: %s", type(found).__name__)

    def _frame(self, frame: dict[str, Any], name: str, depth: int) -> Iterator[Said]:
        is_adk = looks_like_adk(frame)
        kind = frame.get("type")
        kind = kind.lower() if isinstance(kind, str) else "" if is_adk else name
        content = frame.get("content")
        handler = self._handlers.get(kind)
        self._sums_up = "type" not in frame and not is_adk
        if is_adk and (handler is None or (isinstance(content, dict) and "parts" in content)):
            yield from self._adk.read(frame)
        elif handler is not None:
            yield from handler(_with_data({**frame, "type": kind}))
        elif kind in BEATS:
            yield Heartbeat()
        elif kind in ENDS:
            yield Done(End.MARKED)
        elif kind in STATUS or kind.startswith("thinking"):
            yield _activity(kind, _with_data(frame))
        elif looks_like_fault(frame) and ("type" not in frame or "error" in kind):
            yield from self._error(frame)
        else:
            yield from self._wrapped(frame, kind, depth)

    def _wrapped(self, frame: dict[str, Any], kind: str, depth: int) -> Iterator[Said]:
        """An event inside of another: under `event`, `data` and the like, as an object or as JSON text."""
        label = frame.get("event")
        name = label.lower() if isinstance(label, str) else kind
        inner = next((frame[key] for key in _WRAPPINGS if isinstance(frame.get(key), dict | list)), None)
        if inner is None:
            inner = next((frame[key] for key in _WRAPPINGS if _is_text(frame.get(key)) and frame[key] is not label), None)
        if inner is not None and depth < _DEEPEST:
            yield from self._value(inner, name, depth + 1)
        elif name in BEATS | END_NAMES:
            yield from self._event("", name, depth)
        else:
            _LOG.debug("an event of no known shape: %.40r %s", kind, sorted(map(str, frame))[:8])

    def _noted(self, values: Iterator[Said]) -> Iterator[Said]:
        """Keep count of tools at work; tell one fault and one question once although two events bring it."""
        for value in values:
            match value:
                case ToolResult(name):
                    if name not in ASKING:
                        self.tools.end(value)
                case Fault():
                    if not self._faults.is_news(value, repeats=self._sums_up):
                        continue
                case Question():
                    if value in self._asked:
                        continue
                    self._asked.add(value)
                case _:
                    pass
            if isinstance(value, Text | Question | ToolCall | ToolResult):
                self._faults.move_on()
            yield value

    def _text(self, frame: dict[str, Any]) -> Iterator[Said]:
        piece = next(filter(None, (spoken(frame.get(name)) for name in ("content", "text", "data"))), "")
        if not piece or "user" in (frame.get("author"), frame.get("role")):
            return
        is_chunk = frame["type"] == "chunk"
        was_chunked, self._is_chunked = self._is_chunked, is_chunk
        if self._blocks.is_repeat(None, piece, is_likely=was_chunked and not is_chunk):  # the vendor's client takes it so
            yield from self._blocks.whole(None, piece)
        else:
            yield self._blocks.piece(None, piece)

    def _tool_call(self, frame: dict[str, Any]) -> Iterator[Said]:
        self._blocks.close(None)
        told = ToolCall(_tool_name(frame), field(frame, "args", "arguments", "input"), _id(frame))
        asked = question(told.args) if told.name in ASKING else None
        if asked is not None:
            yield asked
        elif told.name not in ASKING and self.tools.begin(told):
            yield told

    def _tool_result(self, frame: dict[str, Any]) -> Iterator[Said]:
        self._blocks.close(None)
        yield ToolResult(_tool_name(frame), field(frame, "result", "output", "response"), _id(frame))

    def _question(self, frame: dict[str, Any]) -> Iterator[Said]:
        self._blocks.close(None)
        asked = question({name: value for name, value in frame.items() if name != "type"})
        if asked is not None:
            yield asked

    def _error(self, frame: dict[str, Any]) -> Iterator[Said]:
        self._blocks.close(None)
        yield fault_in(frame)


def _activity(kind: str, frame: dict[str, Any]) -> Activity:
    fraction = number(frame.get("progress"))
    if fraction is not None:    # 0 to 1, or percent
        fraction = min(1.0, max(0.0, fraction if fraction <= 1 else fraction / 100))
    return Activity(kind, word(frame, *_STAGES) if kind in STATUS else None, fraction)


def _with_data(frame: dict[str, Any]) -> dict[str, Any]:
    """The frame with the fields that stand one level down, under `data`, where it has none of that name."""
    inner = frame.get("data")
    return {**inner, **frame} if isinstance(inner, dict) else frame


def _tool_name(frame: dict[str, Any]) -> str:
    return word(frame, "name", "tool", "toolName") or ""


def _id(frame: dict[str, Any]) -> str | None:
    return words(field(frame, "id", "toolCallId", "callId")) or None


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())
