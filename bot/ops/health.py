"""Health: whether the bot hears Discord, keeps what it is told, is answered by its backend and has room. Mends nothing.

What is told of a part is one of a few fixed words: no address, no path and no word of a library, any of which may hold a secret.
Those stand in the log.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

import aiohttp

from bot.nemo.clock import is_loopback
from bot.ops.disk import Room
from storage import StorageError

PATIENCE_SECONDS: Final = 3.0
DATABASE_SECONDS: Final = 5.0
BACKEND_SECONDS: Final = 30.0
"""So long an answer counts, whoever asks how often: each look writes a page, or sends a request."""
SERVER_FAULT: Final = 500

log = logging.getLogger(__name__)
Seen = TypeVar("Seen")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that the bot needs."""

    ok: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Health:
    """All of them, by name."""

    parts: Mapping[str, Part]

    @property
    def ok(self) -> bool:
        """Whether nothing is amiss."""
        return all(part.ok for part in self.parts.values())


@dataclass(frozen=True, slots=True)
class Asked:
    """How each part is asked. What they raise is a part that is not well."""

    discord: Callable[[], bool]                 # whether the gateway is heard
    write: Callable[[], Coroutine[Any, Any, None]]      # a page into the database
    backend_url: Callable[[], str]
    room: Callable[[], Awaitable[Room]]         # without hanging


class Kept(Generic[Seen]):
    """An answer that counts for a while. Several who ask at once wait for one."""

    def __init__(self, ask: Callable[[], Awaitable[Seen]], seconds: float, now: Callable[[], float]) -> None:
        self._ask = ask
        self._seconds = seconds
        self._now = now
        self._lock = asyncio.Lock()
        self._answer: tuple[float, Seen] | None = None

    async def __call__(self) -> Seen:
        async with self._lock:
            if self._answer is None or self._now() - self._answer[0] >= self._seconds:
                found = await self._ask()
                self._answer = self._now(), found
            return self._answer[1]


class Patient(Generic[Seen]):
    """Asks, and waits no longer than is of use. What hangs is left to itself, and not asked a second time beside it: neither a
    thread that a disk keeps nor a transaction that waits for others can be broken off. Raises TimeoutError.
    """

    def __init__(self, ask: Callable[[], Coroutine[Any, Any, Seen]]) -> None:
        self._ask = ask
        self._asking: asyncio.Task[Seen] | None = None

    async def __call__(self) -> Seen:
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask(), name="look whether all is well")
            self._asking.add_done_callback(lambda task: task.cancelled() or task.exception())    # where nobody asks again
        asking = self._asking
        await asyncio.wait({asking}, timeout=PATIENCE_SECONDS)
        if not asking.done():
            raise TimeoutError
        return asking.result()


class Examination:
    """Looks at all parts; those that cost something to look at, not more often than they need."""

    def __init__(self, asked: Asked, now: Callable[[], float] = time.monotonic) -> None:
        self._asked = asked
        self._write = Patient(asked.write)
        self._database = Kept(self._look_at_database, DATABASE_SECONDS, now)
        self._backend = Kept(self._look_at_backend, BACKEND_SECONDS, now)
        self._disk = Kept(self._look_at_disk, DATABASE_SECONDS, now)

    async def look(self) -> Health:
        """How everything is."""
        database, backend, disk = await asyncio.gather(self._database(), self._backend(), self._disk())
        is_heard = self._asked.discord()
        discord = Part(is_heard, "connected" if is_heard else "not connected")
        return Health({"discord": discord, "database": database, "backend": backend, "disk": disk})

    async def _look_at_database(self) -> Part:
        try:
            await self._write()
        except TimeoutError:
            return Part(False, "does not answer")
        except StorageError as fault:
            log.warning("the database cannot be written: %s", fault)
            return Part(False, "cannot be written")
        return Part(True, "writable")

    async def _look_at_backend(self) -> Part:
        url = self._asked.backend_url()
        try:
            status = await status_of(url)
        except (aiohttp.ClientError, OSError) as fault:     # a TimeoutError is an OSError
            log.warning("the backend does not answer: %s", str(fault) or type(fault).__name__)
            return Part(False, "does not answer")
        return Part(status < SERVER_FAULT, "answers" if status < SERVER_FAULT else "answers with a fault")

    async def _look_at_disk(self) -> Part:
        try:
            room = await self._asked.room()
        except OSError as fault:                            # so it is here
            log.warning("the disk cannot be looked at: %s", fault)
            return Part(False, "cannot be looked at")
        return Part(room.is_enough, "has room" if room.is_enough else "is nearly full")


async def status_of(url: str) -> int:
    """The HTTP status that whoever stands at `url` answers with, asked without a token. Raises ClientError, TimeoutError."""
    timeout = aiohttp.ClientTimeout(total=PATIENCE_SECONDS)
    async with (aiohttp.ClientSession(timeout=timeout, trust_env=not is_loopback(url)) as session,
                session.get(url, allow_redirects=False) as response):
        return response.status
