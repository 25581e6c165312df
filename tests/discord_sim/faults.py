"""Faults on command: what the next requests of a kind meet. Decides only; the REST door carries it out."""

from __future__ import annotations

import asyncio
import fnmatch
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any


class Kind(Enum):
    """What happens to a request."""

    REFUSED = auto()        # it gets a status and is not applied
    UNHEARD = auto()        # the connection is torn down, it is not applied
    UNANSWERED = auto()     # it is applied, then the connection is torn down
    HELD = auto()           # it waits before it is applied, until released
    HELD_AFTER = auto()     # it is applied, the answer waits until released
    DELAYED = auto()        # it waits some seconds, then goes on


@dataclass(slots=True)
class Fault:
    """One command. `struck()` waits until it met a request, `release()` lets held ones go on."""

    method: str
    pattern: str
    kind: Kind
    times: int
    status: int = 500
    body: dict[str, Any] | None = None
    seconds: float = 0.0
    hits: int = 0
    _struck: asyncio.Event = field(default_factory=asyncio.Event)
    _released: asyncio.Event = field(default_factory=asyncio.Event)

    async def struck(self, seconds: float = 10.0) -> None:
        """Until it came to pass: a request is held, was refused, or was applied and gets no answer.

        Raises AssertionError after so many real seconds.
        """
        try:
            await asyncio.wait_for(self._struck.wait(), seconds)
        except TimeoutError:
            raise AssertionError(f"no {self.method} {self.pattern} within {seconds:g} s") from None

    def fits(self, method: str, path: str) -> bool:
        """Whether a request is of this kind."""
        return self.method in (method, "*") and fnmatch.fnmatchcase(path, self.pattern)

    def strike(self) -> None:
        """What was commanded comes to pass now: for an applied request after that, not before."""
        self._struck.set()

    def release(self) -> None:
        """Let held requests go on; later ones are not held."""
        self.times = self.hits
        self._released.set()

    async def released(self) -> None:
        """Until released."""
        await self._released.wait()


class Faults:
    """All commands in force, the oldest first."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.outage: int | None = None      # the status that every request gets

    def add(self, fault: Fault) -> Fault:
        """Put a command in force."""
        self._faults.append(fault)
        return fault

    def meet(self, method: str, path: str) -> Fault | None:
        """The fault that this request meets, if any."""
        for fault in self._faults:
            if fault.hits < fault.times and fault.fits(method, path):
                fault.hits += 1
                return fault
        return None

    def clear(self) -> None:
        """Withdraw all commands."""
        for fault in self._faults:
            fault.release()
        self._faults.clear()
        self.outage = None
