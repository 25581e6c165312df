"""The lookout: what watches the bot while it runs. From the start on the disk and the log; then, where the operator wants it,
the page with health and metrics, and the loop. Takes no part in any song.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.jobs.tally import Tally
from bot.loopback import Place, listening
from bot.nemo import Clock
from bot.ops.disk import DiskWatch, room_of
from bot.ops.errors import ErrorCount, counting_errors
from bot.ops.fleeting import fleeting
from bot.settings import BadSetting, Settings
from bot.texts import say
from bot.version import version
from storage import Database

if TYPE_CHECKING:
    from bot.ops.metrics import Metrics

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """What the page tells of, once it is there."""

    database: Database
    tally: Tally
    hears_discord: Callable[[], bool]
    servers: Callable[[], int]
    backend_url: Callable[[], str]
    clock: Clock


class Lookout:
    """Watches one data folder."""

    def __init__(self, settings: Settings, errors: ErrorCount, disk: DiskWatch, listener: socket.socket | None) -> None:
        self._settings = settings
        self._errors = errors
        self._disk = disk
        self._listener = listener
        self._deaths = 0

    def studio_died(self) -> None:
        """A studio of the bot's own has died, and will be started again."""
        self._deaths += 1

    @asynccontextmanager
    async def page(self, watched: Watched) -> AsyncIterator[Metrics | None]:
        """Serve health and metrics for as long as the block, where the operator wants it; yields what more can be measured."""
        if self._listener is None:
            yield None
            return
        # Their libraries take a few megabytes, which nobody else needs.
        from bot.ops.families import Counted
        from bot.ops.health import Asked, Examination, Patient
        from bot.ops.lag import watch_lag
        from bot.ops.metrics import Metrics
        from bot.ops.page import Page, served

        number = version("unknown")
        room = Patient(functools.partial(room_of, self._settings.data))
        examination = Examination(Asked(watched.hears_discord, watched.database.check_writing, watched.backend_url, room),
                                  watched.clock.now)
        counted = Counted(watched.tally, self._errors, lambda: self._deaths, watched.servers, lambda: self._disk.used,
                          number, self._settings.backend.value)
        metrics = Metrics(counted, watched.database, examination.look, room, watched.clock.wall)
        async with _kept(watch_lag(metrics.lag.observe), "watch the loop"), served(
                Page(examination.look, metrics, number), self._listener) as address:
            log.info("health and metrics: %s/healthz, %s/metrics", address, address)
            yield metrics


@asynccontextmanager
async def looking_out(settings: Settings) -> AsyncIterator[Lookout]:
    """Watch disk and log for as long as the block. Raises BadSetting where the page's port is taken."""
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(_bound(settings.metrics))) if settings.metrics is not None else None
        _warn_of_the_fleeting(settings)
        errors = stack.enter_context(counting_errors())
        disk = DiskWatch(settings.data, Clock(), settings.preferences.backup_days)
        await stack.enter_async_context(_kept(disk.run(), "watch the disk"))
        yield Lookout(settings, errors, disk, listener)


def _bound(place: Place) -> socket.socket:
    """Before anything else is opened: a port that is taken shall be told at once."""
    try:
        return listening(place)
    except OSError as fault:
        raise BadSetting("settings.metrics_taken", place=place, reason=fault.strerror) from fault


def _warn_of_the_fleeting(settings: Settings) -> None:
    why = fleeting(settings.data, settings.environment)
    if why is not None:
        log.warning(say(why.says, "en", **why.facts))


@asynccontextmanager
async def _kept(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """Have `work` done for as long as the block."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_tell_of_a_defect)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait({task})      # what it ended with was told


def _tell_of_a_defect(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (fault := task.exception()) is not None:
        log.error("%s ended", task.get_name(), exc_info=fault)
