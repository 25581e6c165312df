"""Keeps a studio alive as long as the bot: starts it, starts it again when it dies, always at one address. Makes no song."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from bot.studio_child import StudioTrouble, running_studio

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 60.0
HEALTHY_SECONDS = 60.0
"""A studio that lived this long gets a new start at once, however often one died before it."""

log = logging.getLogger(__name__)


def pause_after(deaths: int) -> float:
    """Seconds to wait before the next start, after so many deaths in a row."""
    return float(min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(max(0, deaths - 1), 30)))


def nobody() -> None:
    """Nobody counts deaths."""


class WatchedStudio:
    """A studio that is started again whenever it dies, which `died` is told. Its first port, so its address, stays."""

    def __init__(self, data: Path, environment: Mapping[str, str], died: Callable[[], object] = nobody) -> None:
        self._died = died
        self._data = data
        self._environment = environment
        self._first: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._port = 0
        self.starts = 0

    async def address(self) -> str:
        """Where it listens. Raises StudioTrouble when the first start failed."""
        return await asyncio.shield(self._first)

    async def keep(self) -> None:
        """Run it for ever; the first start's failure is the caller's, the later ones are tried again."""
        deaths = 0
        while True:
            began = asyncio.get_running_loop().time()
            try:
                async with running_studio(self._data, self._environment, port=self._port) as url:
                    self._started(url)
                    await asyncio.Event().wait()
            except (StudioTrouble, OSError) as fault:
                if not self._first.done():
                    self._first.set_exception(fault)
                    return
                lived = asyncio.get_running_loop().time() - began
                deaths = 1 if lived >= HEALTHY_SECONDS else deaths + 1
                pause = pause_after(deaths)
                self._died()
                log.error("the studio died after %.0f s and is started again in %.1f s; its last words: %s", lived, pause, fault)
                await asyncio.sleep(pause)

    def _started(self, url: str) -> None:
        self.starts += 1
        self._port = urlsplit(url).port or 0
        log.info("the studio is ready at %s", url)
        if not self._first.done():
            self._first.set_result(url)


@contextlib.asynccontextmanager
async def watched_studio(data: Path, environment: Mapping[str, str], died: Callable[[], object] = nobody
                         ) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """A studio for as long as the block. Yields what waits for its address, and raises StudioTrouble where there is none."""
    studio = WatchedStudio(data, environment, died)
    keeping = asyncio.create_task(studio.keep(), name="keep the studio alive")
    try:
        yield studio.address
    finally:
        keeping.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await keeping
