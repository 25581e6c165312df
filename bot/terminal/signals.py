"""Ctrl-C, an ended session and `kill`: the work is cancelled once and cleans up behind itself. Kills nothing itself."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Outcome = TypeVar("Outcome")


class Stopped(Exception):
    """A signal ended the work."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = 128 + number       # as shells report it


def run_until_stopped(work: Coroutine[Any, Any, Outcome]) -> Outcome:
    """`asyncio.run` that a signal ends with Stopped. Only the first one is heard: cleaning up is not disturbed.

    A signal that the process was started to ignore (`nohup`) stays ignored.
    """
    return asyncio.run(_watched(work))


async def _watched(work: Coroutine[Any, Any, Outcome]) -> Outcome:
    loop = asyncio.get_running_loop()
    working = asyncio.create_task(work, name="the command")
    heard: list[int] = []

    def stop(number: int) -> None:
        if not heard:
            working.cancel()
        heard.append(number)

    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            loop.add_signal_handler(number, stop, number)
    try:
        return await working
    except asyncio.CancelledError:
        if heard:
            raise Stopped(heard[0]) from None
        raise
