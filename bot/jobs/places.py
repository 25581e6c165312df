"""Places: those who wait are told when their place in the queue has changed. Orders nothing; the engine's queue does."""

from __future__ import annotations

import asyncio
from typing import Final

from bot.jobs.live import LiveJobs
from storage import Jobs

LOOK_SECONDS: Final = 1.0
"""Real seconds between two looks at the queue, however much happens."""


class Places:
    """Watches the queue for everybody who waits in it."""

    def __init__(self) -> None:
        self._news = asyncio.Event()

    def changed(self) -> None:
        """A job has come, begun or gone."""
        self._news.set()

    async def watch(self, jobs: Jobs, live: LiveJobs) -> None:
        """Tell places for ever."""
        while True:
            await self._news.wait()
            self._news.clear()
            for job in await jobs.unfinished():
                place = await jobs.place_in_queue(job.id) if job.state.is_waiting else None
                if place is not None and (waiting := live.find(job.id)) is not None:
                    waiting.teller.wait_at(place)
            await asyncio.sleep(LOOK_SECONDS)
