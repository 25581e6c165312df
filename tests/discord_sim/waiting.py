"""Waiting for something to become true, woken by changes instead of sleeping, and never longer than a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


class DeadlinePassed(AssertionError):
    """What was waited for did not happen; the message tells what did."""


class Bell:
    """Rings on every change of one thing (a channel, an interaction, a process)."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def ring(self) -> None:
        """Wake whoever waits."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)
        self._waiting.clear()

    async def heard(self) -> None:
        """Until the next ring."""
        waiting = asyncio.get_running_loop().create_future()
        self._waiting.add(waiting)
        try:
            await waiting
        finally:
            self._waiting.discard(waiting)


async def until(bell: Bell, look: Callable[[], Value | None], *, seconds: float, what: str, tell: Callable[[], str]) -> Value:
    """What `look` gives once it is neither None nor False.

    Raises DeadlinePassed after `seconds` of real time, with `what` was awaited and what `tell` says about the world then.
    """
    try:
        async with asyncio.timeout(seconds):
            while (seen := look()) is None or seen is False:
                await bell.heard()
            return seen
    except TimeoutError:
        raise DeadlinePassed(f"{what}: not within {seconds:g} s\n\n{tell()}") from None
