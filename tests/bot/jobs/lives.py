"""Lives of a bot: started, killed, started again, in processes of their own, around one house."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from tests.bot.jobs.house import House
from tests.bot.jobs.program import READY

ROOT = Path(__file__).parents[3]


class Forks:
    """The process that bots are forked from."""

    def __init__(self, orders: IO[str], pids: IO[str]) -> None:
        self._orders, self._pids = orders, pids

    def fork(self, told: dict[str, Any]) -> int:
        """A bot's pid."""
        self._orders.write(json.dumps(told) + "\n")
        self._orders.flush()
        return int(self._pids.readline())


@contextmanager
def forks() -> Iterator[Forks]:
    """Ready to fork, until the block ends."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-m", "tests.bot.jobs.program"], cwd=ROOT, text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdin
        assert process.stdout
        yield Forks(process.stdin, process.stdout)


@dataclass
class Lives:
    """The bot of one house, dead or alive."""

    house: House
    forks: Forks
    pids: list[int] = field(default_factory=list)

    async def start(self, *orders: dict[str, Any], dies: str = "", workers: int = 3) -> int:
        """Start it, and have it accept orders; back when it has, or is dead."""
        house = self.house
        pid = self.forks.fork({"folder": str(house.folder), "server": house.server.url, "proxy": house.proxy.url,
                               "authority": str(house.authority.bundle), "orders": list(orders), "dies": dies,
                               "workers": workers, "studio": house.studio})
        self.pids.append(pid)
        ready = house.folder / READY
        await house.until(lambda: (ready.exists() and str(pid) in ready.read_text().split()) or not alive(pid))
        return pid

    def kill(self) -> None:
        """kill -9, now."""
        with suppress(ProcessLookupError):
            os.kill(self.pids[-1], signal.SIGKILL)

    def dies_at(self, moment: str) -> None:
        """kill -9 at the next request whose method and path begin so, before it is answered. Once."""
        def seen(method: str, path: str) -> None:
            if f"{method} {path}".startswith(moment):
                self.house.seen = usual
                self.kill()

        usual, self.house.seen = self.house.seen, seen

    async def dead(self) -> None:
        """Wait until it is."""
        await self.house.until(lambda: not alive(self.pids[-1]))

    async def end(self) -> None:
        """SIGTERM, and wait."""
        with suppress(ProcessLookupError):
            os.kill(self.pids[-1], signal.SIGTERM)
        await self.dead()


def alive(pid: int) -> bool:
    """Whether the process is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
