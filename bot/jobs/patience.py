"""Patience with a disk that is full: a job's end is not lost because it cannot be written just now. Writes nothing itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from bot.jobs.workbench import Workbench
from storage import DiskFault

log = logging.getLogger(__name__)

PAUSE_SECONDS: Final = 10.0
Given = TypeVar("Given")


async def once_the_disk_takes_it(bench: Workbench, act: Callable[[], Awaitable[Given]]) -> Given:
    """What `act` gives, which is tried until the disk takes it. Raises CancelledError when the process ends first."""
    has_warned = False
    while True:
        try:
            return await act()
        except DiskFault as fault:
            if not has_warned:
                log.error("ALERT: the disk takes nothing, and jobs wait for it: %s", fault)
            has_warned = True
        if bench.live.is_closing:
            raise asyncio.CancelledError    # what is not written, the next process finds out
        await bench.clock.sleep(PAUSE_SECONDS)
