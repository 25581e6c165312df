"""How late a loop is: beside the bot's own work on its loop, or on a loop that does nothing. Changes nothing of the bot.

    python -m bench.trips.probe bot     the bot, with a timer of ours on its loop
    python -m bench.trips.probe bare    the timer alone, to compare with

Each line of the file that PROBE_FILE names: when a timer was due (seconds since 1970), and how many seconds late it came.
What the bot asks of the network is noted too, where bench/trips/network.py is told to.
"""

from __future__ import annotations

import asyncio
import os
import runpy
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from bench.trips.network import watch

EVERY_SECONDS: Final = 0.02
FILE: Final = "PROBE_FILE"
COMMAND: Final = (sys.executable, "-m", "bench.trips.probe")


class Probe:
    """A timer that notes how late it comes."""

    def __init__(self, loop: asyncio.AbstractEventLoop, file: TextIO) -> None:
        self._loop = loop
        self._file = file
        self._due = loop.time()

    def tick(self) -> None:
        """Note it, and come again."""
        late = self._loop.time() - self._due
        self._file.write(f"{time.time() - late:.4f} {late:.5f}\n")
        self._due = self._loop.time() + EVERY_SECONDS
        self._loop.call_at(self._due, self.tick)


def lags(path: Path, since: float = 0.0, until: float = float("inf")) -> list[float]:
    """How late the timers were that were due between two moments."""
    lines = path.read_text(encoding="ascii").splitlines()[:-1]     # the last one may be half there
    found = [(float(due), float(late)) for due, late in (line.split() for line in lines)]
    return [late for due, late in found if since <= due < until]


def main(arguments: Sequence[str]) -> None:
    """Run what is wanted under the probe."""
    file = Path(os.environ[FILE]).open("a", buffering=1, encoding="ascii")  # noqa: SIM115 - open as long as the process lives
    if list(arguments) == ["bare"]:
        asyncio.run(_idle(file))
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)     # from 3.14 on; there is no other way to a loop from outside

        class Policy(asyncio.DefaultEventLoopPolicy):
            def new_event_loop(self) -> asyncio.AbstractEventLoop:
                loop = super().new_event_loop()
                loop.call_soon(Probe(loop, file).tick)
                return loop

        asyncio.set_event_loop_policy(Policy())
    watch(os.environ)
    sys.argv = ["bot"]
    runpy.run_module("bot", run_name="__main__", alter_sys=True)


async def _idle(file: TextIO) -> None:
    Probe(asyncio.get_running_loop(), file).tick()
    await asyncio.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1:])
