"""A bot without a face, that can be killed: forks a child for each line, which opens the jobs of a folder and works for ever.

In: `{"folder", "server", "proxy", "authority", "orders", "dies", "workers"}`; out: the child's pid, at once. The imports are
made once, before the forks. Everything in a child is the real thing but for its doors, which are of paper.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import ssl
import sys
from functools import partial
from pathlib import Path
from typing import Any

from bot.flows.account import Access
from bot.jobs.engine import running
from bot.jobs.order import Order
from bot.jobs.workbench import Workbench
from bot.media.fetch import fetch
from bot.media.intake import Intake
from bot.nemo import Clock, ScrubbingFormatter
from storage import Database, JobKind
from tests.bot.jobs.house import SCALE, SECRET, beside, order, studio_at
from tests.bot.jobs.paper import Paper

READY = "ready"


def orders_of(told: list[dict[str, Any]]) -> list[Order]:
    return [order(one.pop("id"), JobKind(one.pop("kind", "generate")), **one) for one in told]


async def serve(told: dict[str, Any]) -> None:
    """Accept the orders and work until SIGTERM."""
    folder = Path(told["folder"])
    access = Access(told["server"], "cloud", "https://nemovideo.com", SECRET)
    trust = ssl.create_default_context(cafile=told["authority"])
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    async with Database.open(folder / "mureka.db") as database:
        bench = Workbench(database, lambda: access, {"MUREKA_TIME_SCALE": str(SCALE)}, Paper(folder, told.get("dies", "")),
                          Clock(SCALE), folder, partial(fetch, proxy=told["proxy"], trust=trust), intake=Intake(apart=beside),
                          studio=studio_at(told["studio"]) if told.get("studio") else None)
        async with running(bench, workers=told.get("workers", 3)) as desk:
            for one in orders_of(told["orders"]):
                await desk.accept(one)
            with (folder / READY).open("a") as file:
                file.write(f"{os.getpid()}\n")
            await ended.wait()


def child(told: dict[str, Any]) -> None:
    """Work in this process, with a log of its own."""
    handler = logging.FileHandler(Path(told["folder"]) / "log.txt")
    handler.setFormatter(ScrubbingFormatter("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    asyncio.run(serve(told))


def main() -> None:
    """Fork for each line; the dead are fetched by the kernel."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        number = os.fork()
        if not number:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            child(json.loads(line))
            return
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
