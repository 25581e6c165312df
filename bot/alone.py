"""One bot for a data folder: two would take up each other's jobs. The lock ends with its process, however that ends."""

from __future__ import annotations

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BufferedWriter
from pathlib import Path

LOCK = ".bot-in-use"
WAIT_SECONDS = 20.0
"""For an earlier bot that is just closing: it may take 15 s (bot.jobs) and a little."""
LOOK_SECONDS = 0.2


class AnotherBot(Exception):
    """A bot works in this data folder already. Facts: path."""

    says = "discord.another_bot"

    def __init__(self, data: Path) -> None:
        super().__init__(f"another bot works in {data}")
        self.facts = {"path": str(data)}


@asynccontextmanager
async def alone(data: Path, *, patience: float = WAIT_SECONDS) -> AsyncIterator[None]:
    """Hold the data folder, which is made if need be. Raises AnotherBot after `patience` seconds, OSError."""
    with await asyncio.to_thread(_opened, data) as lock:
        deadline = asyncio.get_running_loop().time() + patience
        while not _locked(lock):
            if asyncio.get_running_loop().time() >= deadline:
                raise AnotherBot(data)
            await asyncio.sleep(LOOK_SECONDS)
        yield


def _opened(data: Path) -> BufferedWriter:
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    return (data / LOCK).open("ab")


def _locked(lock: BufferedWriter) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
