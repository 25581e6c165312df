"""Whether and how long to wait before a read is tried again. Decides only; never sends, never for an act."""

from __future__ import annotations

import math
import random
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from bot.nemo.clock import Clock
from bot.nemo.errors import AnonymousLimit, NemoError, RateLimited, ServerFault, Unreachable

RATE_LIMIT_SECONDS: Final = 30.0
"""How long to wait on a 429 without a hint (API notes, section 3)."""
RATE_LIMIT_RETRIES: Final = 1
READ_RETRIES: Final = 4
READ_BUDGET_SECONDS: Final = 90.0
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 15.0
MAX_HINT_SECONDS: Final = 7 * 24 * 3600.0


def retry_after(header: str | None, wall_now: float) -> float | None:
    """Seconds that a Retry-After header asks for, a number or a date; None for none, negative, past or absurd ones."""
    if header is None or not header.strip():
        return None
    try:
        seconds = float(header)
    except ValueError:
        seconds = _until(header, wall_now)
    return seconds if math.isfinite(seconds) and 0 <= seconds <= MAX_HINT_SECONDS else None


def _until(date: str, wall_now: float) -> float:
    try:
        found = parsedate_to_datetime(date)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() - wall_now
    except (ValueError, OverflowError, TypeError):
        return -1.0


class Patience:
    """The waits of one read: capped, jittered, within a budget. A server's hint goes before our own schedule."""

    def __init__(self, clock: Clock, budget_seconds: float = READ_BUDGET_SECONDS) -> None:
        self._clock = clock
        self._ends = clock.now() + budget_seconds
        self._tries = 0
        self._limits = 0

    def pause(self, fault: NemoError) -> float | None:
        """Seconds to wait before the next try after `fault`; None to give up."""
        seconds = self._wanted(fault)
        if seconds is None or self._clock.now() + seconds > self._ends:
            return None
        return seconds

    def _wanted(self, fault: NemoError) -> float | None:
        if isinstance(fault, AnonymousLimit):   # its second try is behind it; the window is days
            return None
        if isinstance(fault, RateLimited):
            self._limits += 1
            hinted = RATE_LIMIT_SECONDS if fault.retry_after is None else fault.retry_after
            return hinted if self._limits <= RATE_LIMIT_RETRIES else None
        if not isinstance(fault, ServerFault | Unreachable) or self._tries >= READ_RETRIES:
            return None
        self._tries += 1
        if fault.retry_after is not None:
            return fault.retry_after
        ceiling = min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2.0**self._tries)
        return ceiling * random.uniform(0.5, 1.0)
