"""The engine's own lines in the log: only what is news. Writes none itself."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

AGAIN_SECONDS: Final = 60.0
"""What the engine meets at every look, five times a second, such as a full disk, is told once a minute."""


class News(logging.Filter):
    """Lets a line pass that is none of an end of the process, and was not said just before."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._now = now
        self._last = "", 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is worth a line. A step that is broken off at the end is not: the next process begins it again."""
        words, now = record.getMessage(), self._now()
        if words.startswith("Asyncio task cancelled for"):
            return False
        said, at = self._last
        if words == said and now - at < AGAIN_SECONDS:
            return False
        self._last = words, now
        return True
