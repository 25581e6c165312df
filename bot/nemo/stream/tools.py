"""Which tools are at work, out of calls and results that may be announced early, told twice, or lack an id."""

from __future__ import annotations

from typing import Any, Final

from bot.nemo.stream.values import ToolCall, ToolResult

_GOING_ON: Final = frozenset({
    "pending", "running", "processing", "in_progress", "queued", "submitted", "started", "accepted", "working", "waiting",
})
_Key = tuple[str, str | None]       # name and id


class Tools:
    """A ledger of the tools of one answer."""

    def __init__(self) -> None:
        self._open: list[_Key] = []
        self._announced: list[str] = []
        self._background: set[str] = set()
        self._called: set[str] = set()
        self._answered: set[str] = set()

    @property
    def open(self) -> int:
        """How many are at work, announced ones included; the answer cannot be over."""
        return len(self._open) + len(self._announced)

    @property
    def background(self) -> int:
        """How many go on after the answer: its end is not theirs."""
        return len(self._background)

    def announce(self, name: str) -> None:
        """A call is being written. It may come again when it is complete, with another id (ADK 1.22 and later)."""
        if name not in self._announced:
            self._announced.append(name)

    def settle(self) -> None:
        """The model has finished speaking: what it only announced, it did not call."""
        self._announced.clear()

    def begin(self, call: ToolCall, *, background: bool = False) -> bool:
        """Note a call; False for one that was told already."""
        if call.id is not None and call.id in self._called:
            return False
        if call.name in self._announced:
            self._announced.remove(call.name)
        if call.id is not None:
            self._called.add(call.id)
        if background:
            self._background.add(call.id or call.name)
        else:
            self._open.append((call.name, call.id))
        return True

    def end(self, result: ToolResult) -> None:
        """Note a result: that of the same id, else of the same name, else of the tool that began last."""
        key = result.id or result.name
        if key in self._background:
            if not _goes_on(result.result):
                self._background.discard(key)
            return
        if result.id is not None and result.id in self._answered:
            return
        if result.id is not None:
            self._answered.add(result.id)
        at = self._find(result)
        if at is not None:
            del self._open[at]
        elif result.name in self._announced:
            self._announced.remove(result.name)
        elif self._open:
            self._open.pop()

    def _find(self, result: ToolResult) -> int | None:
        for at, (_, call_id) in enumerate(self._open):
            if result.id is not None and call_id == result.id:
                return at
        return next((at for at, (name, _) in enumerate(self._open) if name == result.name), None)


def _goes_on(result: Any) -> bool:
    status = result.get("status") if isinstance(result, dict) else None
    return isinstance(status, str) and status.strip().lower() in _GOING_ON
