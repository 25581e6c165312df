"""A studio beside the cloud: started when it is needed first, then kept alive. Knows nobody's credits, makes no song."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextvars import Context
from pathlib import Path

from bot.flows.errors import NoStudio
from bot.studio_child import StudioTrouble
from bot.studio_watch import WatchedStudio, nobody


class StudioBeside:
    """A studio that nobody has needed yet. One whose first start failed is started anew when it is needed again."""

    def __init__(self, data: Path, environment: Mapping[str, str], died: Callable[[], object] = nobody) -> None:
        self._died = died
        self._data = data
        self._environment = environment
        self._studio: WatchedStudio | None = None
        self._keeping: asyncio.Task[None] | None = None

    async def address(self) -> str:
        """Where it listens, once it does. Raises NoStudio."""
        if self._studio is None or self._keeping is None or self._keeping.done():
            self._studio = WatchedStudio(self._data, self._environment, self._died)
            self._keeping = asyncio.create_task(self._studio.keep(), name="keep the studio beside the cloud alive",
                                                context=Context())      # it outlives the job that needs it first
        try:
            return await self._studio.address()
        except (StudioTrouble, OSError) as fault:
            raise NoStudio(str(fault)) from fault

    async def stop(self) -> None:
        """Stop it, if it was ever started."""
        if self._keeping is not None:
            self._keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._keeping


@contextlib.asynccontextmanager
async def studio_beside(data: Path, environment: Mapping[str, str], died: Callable[[], object] = nobody
                        ) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """What starts a studio and tells its address. One that was started ends with the block."""
    studio = StudioBeside(data, environment, died)
    try:
        yield studio.address
    finally:
        await studio.stop()
