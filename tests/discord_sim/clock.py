"""Discord's own time and ids: a clock that a test may scale or push forward. Never sleeps."""

from __future__ import annotations

import itertools
import time
from datetime import UTC, datetime

EPOCH_MS = 1_420_070_400_000    # Discord's snowflakes count from 2015
INCREMENTS = 1 << 22


class SimClock:
    """Seconds since 1970 as this Discord sees them.

    It runs `scale` times as fast as real time (15 min pass in 9 s at 100) and jumps ahead on `advance`; it never goes back.
    """

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self._began = time.monotonic()
        self._start = time.time()
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds since 1970."""
        return self._start + self._ahead + (time.monotonic() - self._began) * self.scale

    def advance(self, seconds: float = 0.0, *, minutes: float = 0.0, hours: float = 0.0) -> None:
        """Let time pass at once."""
        passed = seconds + 60 * minutes + 3600 * hours
        if passed < 0:
            raise ValueError("time does not go back")
        self._ahead += passed

    def real(self, seconds: float) -> float:
        """How long a client in real time waits for so many of this clock's seconds."""
        return seconds / self.scale


class Snowflakes:
    """Ids that grow and carry their time."""

    def __init__(self, clock: SimClock) -> None:
        self._clock = clock
        self._last = 0
        self._dated = itertools.count(INCREMENTS // 2)     # the upper half, which growing ids do not reach

    def next(self, at: float | None = None) -> int:
        """A new id; `at` dates it (for what happened a little earlier), and such an id is not asked to be the greatest."""
        dated = (int((self._clock.now() if at is None else at) * 1000) - EPOCH_MS) * INCREMENTS
        if at is not None:
            return dated | next(self._dated)
        self._last = max(self._last + 1, dated)
        return self._last


def seconds_of(snowflake: int) -> float:
    """When an id was made, in seconds since 1970."""
    return (snowflake // INCREMENTS + EPOCH_MS) / 1000


def iso(seconds: float) -> str:
    """A time as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
