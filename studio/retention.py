"""Retention: what nobody has used for so many days is deleted, each hour. Never under running work, and never asked twice.

Films and other exports go so long after they were finished; sessions, with all clips and songs, so long after their
last use; tokens as soon as they have expired. What is damaged or belongs to nothing goes by the age of its file.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from studio.belongings import Belongings
from studio.bounds import Bounds
from studio.store import PART_SECONDS, Render, Store

DAY_SECONDS = 24 * 3600
SWEEP_SECONDS = 3600.0
STEPS_AT_ONCE = 20              # then others are served: thousands of sessions must not stop a poll

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Swept:
    """What a sweep has deleted."""

    sessions: int = 0
    renders: int = 0
    accounts: int = 0
    leftovers: int = 0

    def __bool__(self) -> bool:
        return any((self.sessions, self.renders, self.accounts, self.leftovers))


class Retention:
    """Deletes what is too old. `is_at_work` tells of a session whether somebody talks, hears, films or uploads there."""

    def __init__(self, store: Store, bounds: Bounds, days: int, is_at_work: Callable[[str], bool],
                 clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._bounds = bounds
        self._belongings = Belongings(store)
        self._seconds = days * DAY_SECONDS
        self._is_at_work = is_at_work
        self._clock = clock

    async def run(self, pause: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        """Sweep now and each hour, until cancelled. A disk that cannot be written is told in the log, and tried again."""
        while True:
            try:
                swept = await self.sweep()
                if swept:
                    log.info("deleted as too old: %s", swept)
            except OSError as fault:
                log.error("what is too old cannot be deleted: %s", fault)
            await pause(SWEEP_SECONDS)

    async def sweep(self) -> Swept:
        """Delete all that is too old now; others are served in between."""
        swept = Swept()
        for number, _ in enumerate(self._steps(swept), 1):
            if number % STEPS_AT_ONCE == 0:
                await asyncio.sleep(0)
        return swept

    def _steps(self, swept: Swept) -> Iterator[None]:
        yield from self._accounts(swept)
        yield from self._renders(swept)
        yield from self._sessions(swept)

    def _accounts(self, swept: Swept) -> Iterator[None]:
        now = self._clock()
        for path, account in self._belongings.accounts():
            if account.expires_at <= now if account else self._is_old(path):
                path.unlink(missing_ok=True)
                swept.accounts += 1
            yield

    def _renders(self, swept: Swept) -> Iterator[None]:
        known: set[str] = set()
        for path, render in self._belongings.renders():
            if render is None:
                if self._is_old(path):
                    path.unlink(missing_ok=True)
                    swept.leftovers += 1
            elif render.is_over and self._is_past(render.completed_at or render.created_at):
                self._belongings.drop_render(render)
                swept.renders += 1
            else:
                known.add(self._stem(render))
            yield
        for file in self._belongings.film_files():
            if file.stem not in known and self._is_old(file):
                file.unlink(missing_ok=True)
                swept.leftovers += 1
            yield

    def _stem(self, render: Render) -> str:
        return self._store.film(render.key).stem

    def _sessions(self, swept: Swept) -> Iterator[None]:
        for folder in self._belongings.session_folders():
            if self._is_unused(folder) and not self._is_at_work(folder.name):
                self._belongings.drop_session(folder.name)
                self._bounds.forget_session(folder.name)
                swept.sessions += 1
            yield

    def _is_unused(self, folder: Path) -> bool:
        record = folder / "session.json"
        seen = self._belongings.glance(folder.name)
        if seen is not None and seen.used_at:
            return self._is_past(seen.used_at)
        if record.exists():             # damaged, or of a studio that did not note the use: then its last change tells
            return self._is_old(record)
        return self._is_old(folder, PART_SECONDS)       # half removed

    def _is_past(self, moment: float) -> bool:
        return self._clock() - moment > self._seconds

    def _is_old(self, path: Path, seconds: float | None = None) -> bool:
        try:
            age = self._clock() - path.stat().st_mtime
        except FileNotFoundError:
            return False
        return age > (self._seconds if seconds is None else seconds)
