"""Lag: how late the loop comes to what is due, by a task that sleeps and looks at the clock. Slows nothing down."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

PERIOD_SECONDS: Final = 0.25


async def watch_lag(observe: Callable[[float], object], period: float = PERIOD_SECONDS) -> None:
    """Tell `observe` for ever how many seconds too late a sleep of `period` ended."""
    loop = asyncio.get_running_loop()
    while True:
        due = loop.time() + period
        await asyncio.sleep(period)
        observe(max(0.0, loop.time() - due))
