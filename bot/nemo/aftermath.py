"""What became of a wish whose answer was lost: found out by reading the project's state. Never says anything again.

API notes, section 6: wait 30 s, read; unchanged, read again each 60 s. A read that failed proves nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.nemo.clock import Clock
from bot.nemo.errors import BadReply, NemoError, SessionLost
from bot.nemo.state import SessionState

_LOG: Final = logging.getLogger(__name__)
FIRST_READ_SECONDS: Final = 30.0
NEXT_READ_SECONDS: Final = 60.0
NEXT_READS: Final = 5


class Outcome(StrEnum):
    """How a wish ended."""

    DONE = "done"               # its answer was read to the end
    CHANGED = "changed"         # its answer was lost, and the project has changed since
    UNCHANGED = "unchanged"     # its answer was lost, and six good reads in 5 min 30 s saw no change
    UNCERTAIN = "uncertain"     # its answer was lost, no change was seen, and not all reads succeeded


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What was found out. `state` is the last that could be read."""

    outcome: Outcome
    state: SessionState | None = None
    reads: int = 0              # that succeeded
    fault: NemoError | None = None      # why the last one that failed did


async def find_out(look: Callable[[], Awaitable[SessionState]], clock: Clock, before: str) -> Aftermath:
    """Read the state until its fingerprint is no longer `before`, six times at most; a lost session ends it at once."""
    state: SessionState | None = None
    fault: NemoError | None = None
    reads = 0
    for pause in (FIRST_READ_SECONDS, *[NEXT_READ_SECONDS] * NEXT_READS):
        await clock.sleep(pause)
        try:
            found = await look()
            if found.is_blank and before != found.fingerprint:
                raise BadReply("a state that tells nothing where there was something")
        except NemoError as trouble:
            _LOG.info("the state cannot be read: %s", trouble)
            fault = trouble
            if isinstance(trouble, SessionLost):
                break
            continue
        state = found
        reads += 1
        if state.fingerprint != before:
            return Aftermath(Outcome.CHANGED, state, reads, fault)
    outcome = Outcome.UNCHANGED if fault is None else Outcome.UNCERTAIN
    return Aftermath(outcome, state, reads, fault)
