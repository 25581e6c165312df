"""A program that forks children which die: `{"act", "path", "statement" or "after"}` in, how the child ended out, line by line.

A child opens a database, and for "rotate" seals it anew. It is killed before its statement number `statement`, the
renaming of the key file counted among them, or `after` that many seconds. Nothing of ours is replaced: the count is taken
at aiosqlite's door and at the interpreter's audit hook.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiosqlite

from bot.ops.rotate import rotate
from storage import Database, Key

OLD, FRESH = Key(b"\x01" * 32), Key(b"\x02" * 32)


class Countdown:
    """Counts steps and ends the process at one of them."""

    def __init__(self, last: int) -> None:
        self.left = last

    def step(self) -> None:
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self.left -= 1


def count_steps(countdown: Countdown) -> None:
    execute: Callable[..., Awaitable[Any]] = aiosqlite.Connection._execute
    commit = aiosqlite.Connection.commit

    async def counted(self: aiosqlite.Connection, *arguments: Any, **named: Any) -> Any:
        countdown.step()
        return await execute(self, *arguments, **named)

    async def committed(self: aiosqlite.Connection) -> None:
        await commit(self)
        countdown.step()        # right after it, too

    aiosqlite.Connection._execute = counted  # type: ignore[method-assign]
    aiosqlite.Connection.commit = committed  # type: ignore[method-assign]
    sys.addaudithook(lambda event, _arguments: countdown.step() if event == "os.rename" else None)


async def act(name: str, path: Path) -> None:
    keys = [FRESH, OLD] if name == "rotate" else []
    async with Database.open(path, keys=keys) as database:
        if name == "rotate":
            await rotate(database)


def child(order: dict[str, Any]) -> None:
    if "statement" in order:
        count_steps(Countdown(order["statement"]))
    asyncio.run(act(order["act"], Path(order["path"])))


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        began = time.monotonic()
        number = os.fork()
        if not number:
            child(order)
            return
        if "after" in order:
            time.sleep(order["after"])
            os.kill(number, signal.SIGKILL)
        status = os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])
        sys.stdout.write(json.dumps({"status": status, "seconds": time.monotonic() - began}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
