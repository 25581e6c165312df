"""Engine: DBOS on SQLite, launched before a face connects, drained and destroyed after it. Holds no rule of a job's life.

It takes the loop's default executor for its own and leaves it dead, so that it is given a new one at the end.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from pathlib import Path
from typing import Any, Final

from dbos import DBOS, DBOSConfig

from bot.jobs.desk import Desk
from bot.jobs.engine_faults import telling_engine
from bot.jobs.engine_logs import News
from bot.jobs.live import CHEAP_STEPS
from bot.jobs.places import Places
from bot.jobs.queue import Queue
from bot.jobs.steps.tell import tell_beside
from bot.jobs.upkeep import Upkeep
from bot.jobs.workbench import Workbench
from bot.jobs.workflows import registered

log = logging.getLogger(__name__)

APPLICATION_VERSION: Final = "1"
"""Pinned, and never changed: the engine takes up jobs of its own version alone. What changes goes through patches."""
EXECUTOR: Final = "bot-0"
THREADS: Final = 8
LISTEN_SECONDS: Final = 0.2
"""The engine's end waits for a thread that sleeps this long; its own second would be felt."""
DRAIN_SECONDS: Final = 15.0
"""Real seconds, for whoever stops the process counts those."""
LAST_SECONDS: Final = 2.0
"""What is broken off gets this long to let go."""


@asynccontextmanager
async def running(bench: Workbench, *, workers: int) -> AsyncIterator[Desk]:
    """The engine with `workers` jobs at once, having taken up what an earlier process left. One at a time in a process.

    Raises DiskFault, DatabaseUnusable.
    """
    with telling_engine():
        await asyncio.to_thread(_prepare, bench.engine_file)
    places = Places()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(_destroy)
        DBOS(config=_config(bench.engine_file))
        queue = Queue(registered(bench, places))
        desk = Desk(bench, queue, places)
        with telling_engine():
            DBOS.launch()
            await Queue.declare(workers)
        await _take_up(bench, desk, queue)
        stack.push_async_callback(bench.live.close)
        for name, work in (("places in the queue", places.watch(bench.stores.jobs, bench.live)),
                           ("upkeep of jobs", Upkeep(bench, queue).run())):
            stack.push_async_callback(_ended, asyncio.create_task(work, name=name))
        stack.push_async_callback(_drain, bench)
        places.changed()
        yield desk


def _config(path: Path) -> DBOSConfig:
    return DBOSConfig(name="mureka", system_database_url=f"sqlite:///{path.absolute()}", application_version=APPLICATION_VERSION,
                      executor_id=EXECUTOR, max_executor_threads=THREADS, log_level="WARNING",
                      notification_listener_polling_interval_sec=LISTEN_SECONDS)


def _prepare(path: Path) -> None:
    """Make the engine's file, readable for its owner alone, and change it to WAL while nobody else has it open."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    logger = logging.getLogger("dbos")      # with a handler of its own it would write past ours, which scrub
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.addFilter(News())
        logger.propagate = True


async def _take_up(bench: Workbench, desk: Desk, queue: Queue) -> None:
    """Let every job that has not ended go on; the engine itself takes up those that it had begun."""
    for job in await bench.stores.jobs.unfinished():
        bench.live_of(job)
        if job.state.is_waiting:
            await desk.enqueue(job)
        else:
            await queue.enqueue(job)        # known to the engine, unless its file was lost
    for job in await bench.stores.jobs.untold():
        tell_beside(bench, job.id)


async def _drain(bench: Workbench) -> None:
    """Let jobs come to a good point, and name those that do not."""
    live = bench.live
    live.is_closing = True
    for job_id, step in live.at_work().items():
        if step in CHEAP_STEPS:
            live.stop(job_id)
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            await live.idle()
            return
    for job_id, step in live.at_work().items():
        log.warning("job %s would not stop within %.0f s: it is at %s; the next start goes on with it", job_id,
                    DRAIN_SECONDS, step)
        live.stop(job_id)
    with suppress(TimeoutError):
        async with asyncio.timeout(LAST_SECONDS):
            await live.idle()


async def _ended(task: asyncio.Task[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _destroy() -> None:
    """End the engine from a thread of its own: its threads may want the loop until they have ended."""
    with ThreadPoolExecutor(1, thread_name_prefix="end of the engine") as executor:
        await asyncio.get_running_loop().run_in_executor(executor, lambda: DBOS.destroy(destroy_registry=True))
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="asyncio"))
