"""Knows from what was heard of an answer how long to go on listening, and what its end means. Listens to nothing itself.

API notes, sections 5 and 6. Bytes, heartbeats and a status that was told before keep a connection alive; words, tools,
thoughts, questions, faults and a new status are substance.
"""

from __future__ import annotations

from typing import Final

from bot.nemo.clock import Clock
from bot.nemo.stream.frames import STATUS, FrameReader
from bot.nemo.stream.values import Activity, Done, End, Fault, Heartbeat, Question, Said, Text

WHOLE_CALL_SECONDS: Final = 15 * 60.0
NO_SUBSTANCE_SECONDS: Final = 10 * 60.0
AFTER_MARK_SECONDS: Final = 10.0
"""How long a stream may stay open after it marked its end."""
AFTER_WORDS_SILENT_SECONDS: Final = 90.0
"""Words, no tool at work, and then not even a heartbeat: the answer is over. (A thinking model is back sooner.)"""
AFTER_WORDS_BEATING_SECONDS: Final = 5 * 60.0
"""The same with heartbeats, or with a tool's result as the last thing: as long as the longest usual generation, since
hanging up may cancel one."""
_MANY: Final = 10_000


class Watch:
    """The deadlines of one answer."""

    def __init__(self, clock: Clock, reader: FrameReader) -> None:
        self.clock = clock
        self._reader = reader
        self._began = self._heard = self._substance = clock.now()
        self._marked: float | None = None
        self._statuses: set[Activity] = set()
        self._has_words = False
        self._ends_in_words = False

    @property
    def is_marked(self) -> bool:
        """The server said that this was the end, and nothing of substance came after."""
        return self._marked is not None

    def hear(self) -> None:
        """Bytes came, whatever they are."""
        self._heard = self.clock.now()

    def note(self, value: Said) -> None:
        """Take in one value, a mark of the end included."""
        self._heard = self.clock.now()
        if isinstance(value, Done):
            self._marked = self._heard
            return
        if not self._is_substance(value):
            return
        self._substance = self._heard
        self._ends_in_words = isinstance(value, Text | Question | Fault)
        self._has_words = self._has_words or self._ends_in_words
        if not isinstance(value, Activity | Fault):
            self._marked = None     # a mark in the middle: of one turn of several

    def _is_substance(self, value: Said) -> bool:
        if isinstance(value, Activity) and value.kind in STATUS:    # only what it did not tell before
            is_new = value not in self._statuses and len(self._statuses) < _MANY
            self._statuses.add(value)
            return is_new
        return not isinstance(value, Heartbeat)

    def left(self) -> tuple[float, End | None]:
        """Seconds until the next deadline, and the end that it means; None where it is a failure."""
        moment, end = min(self._began + WHOLE_CALL_SECONDS, self._substance + NO_SUBSTANCE_SECONDS), None
        if self._marked is not None:
            quiet, kind = self._marked + AFTER_MARK_SECONDS, End.MARKED
        elif self._has_words and self._reader.tools.open == 0:
            quiet, kind = self._substance + AFTER_WORDS_BEATING_SECONDS, End.QUIET
            if self._ends_in_words:
                quiet = min(quiet, self._heard + AFTER_WORDS_SILENT_SECONDS)
        else:
            return moment - self.clock.now(), None
        return (quiet - self.clock.now(), kind) if quiet < moment else (moment - self.clock.now(), end)

    def done(self, end: End, *, is_framed: bool) -> Done:
        """How the answer ended, and whether that proves anything. `is_framed`: a body that is cut would have shown it."""
        if end is End.CLOSED and self.is_marked:
            end = End.MARKED
        tools = self._reader.tools
        if end is End.MARKED:
            doubtful = tools.background > 0
        elif end is End.QUIET:
            doubtful = tools.background > 0 or self._reader.is_half or not self._ends_in_words
        else:
            doubtful = tools.open + tools.background > 0 or self._reader.is_half or not is_framed
        return Done(end, doubtful)
