"""Metrics: taken when they are asked for, measured where they happen, written as Prometheus reads them. Decides nothing.

The registry is its own, so that two of them in one process know nothing of each other.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector
from prometheus_client.core import Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from bot.jobs.desk import AGAIN
from bot.ops.disk import Room
from bot.ops.families import Counted, Taken, families
from bot.ops.health import PATIENCE_SECONDS, Health
from storage import StorageError, Stores

LAG_BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
ANSWER_BUCKETS: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 5.0)
"""Seconds; Discord takes no answer after three."""
OPERATOR: Final = "operator"
"""The account of a balance that is not a server's."""

log = logging.getLogger(__name__)


class Metrics(Collector):
    """All that is measured. `lag` and `acknowledged` observe seconds, whenever they happen."""

    def __init__(self, counted: Counted, stores: Stores, look: Callable[[], Awaitable[Health]],
                 room: Callable[[], Awaitable[Room]], wall: Callable[[], float]) -> None:
        self._counted = counted
        self._stores = stores
        self._look = look
        self._room = room
        self._wall = wall
        self._turn = asyncio.Lock()
        self._taken: Taken | None = None
        self._registry = CollectorRegistry()
        self.lag = Histogram("mureka_loop_lag_seconds", "How late the event loop comes to what is due.", buckets=LAG_BUCKETS,
                             registry=self._registry)
        self.acknowledged = Histogram("mureka_acknowledgement_seconds", "From a member's act to Discord's having our answer.",
                                      buckets=ANSWER_BUCKETS, registry=self._registry)
        ProcessCollector(registry=self._registry)
        self._registry.register(self)

    async def written(self, accept: str) -> tuple[bytes, str]:
        """The text and its content type, as the reader's Accept header wants it."""
        async with self._turn:
            self._taken = await self._take()
            write, content_type = choose_encoder(accept)
            return write(self._registry), content_type

    def collect(self) -> Iterable[Metric]:
        """What the registry asks for; nothing before anything was taken."""
        return families(self._counted, self._taken) if self._taken is not None else ()

    async def _take(self) -> Taken:
        taken = Taken(datetime.fromtimestamp(self._wall(), UTC), await self._look())
        try:
            taken = replace(taken, room=await self._room())
        except OSError as fault:
            log.debug("the disk cannot be looked at: %s", fault)        # health tells it
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._with_the_database(taken)
        except (StorageError, TimeoutError) as fault:
            log.warning("the metrics lack what the database holds: %s", str(fault) or "it does not answer")
            return taken

    async def _with_the_database(self, taken: Taken) -> Taken:
        balances = {one.account: one.left for one in await self._stores.warnings.balances()}
        return replace(taken, census=await self._stores.counts.census(AGAIN), balance=balances.get(OPERATOR),
                       used=await self._stores.usage.of(taken.at.date()))
