"""Census: how many jobs stand where, for whoever watches the bot. Knows no member, no server and no word of anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from storage.job import WAITING
from storage.moments import maybe_moment
from storage.stores import Counts

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Census", "Counts", "SqliteCounts", "Underway"]

_WAITING: Final = ", ".join(f"'{state.value}'" for state in sorted(WAITING))


@dataclass(frozen=True, slots=True)
class Underway:
    """So many jobs of a kind stand there. `stage` is empty before the work has begun."""

    kind: str
    state: str
    stage: str
    count: int


@dataclass(frozen=True, slots=True)
class Census:
    """The jobs of a moment."""

    underway: tuple[Underway, ...]      # that have not ended
    waiting: int                        # of these, in the queue
    oldest: datetime | None             # when the one was accepted that waits longest
    unanswered: int                     # ended with a question to their member, who has not answered
    untold: int                         # ended, and that was not told yet


class SqliteCounts:
    """Counts in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def census(self, answer: str) -> Census:
        """See `Counts.census`."""
        rows = await self._database.rows(
            "SELECT kind, state, ifnull(stage, '') AS stage, count(*) AS count FROM jobs WHERE ended_at IS NULL"
            " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3")
        waiting = await self._database.row(
            f"SELECT count(*) AS count, min(created_at) AS oldest FROM jobs WHERE ended_at IS NULL AND state IN ({_WAITING})")
        unanswered = await self._database.row(
            "SELECT count(*) FROM jobs WHERE state IN ('unchanged', 'uncertain')"
            " AND NOT EXISTS (SELECT 1 FROM claims WHERE claims.job_id = jobs.id AND claims.act = ?)", (answer,))
        untold = await self._database.row("SELECT count(*) FROM jobs WHERE ended_at IS NOT NULL AND told_at IS NULL")
        assert waiting is not None and unanswered is not None and untold is not None
        return Census(tuple(Underway(row["kind"], row["state"], row["stage"], row["count"]) for row in rows),
                      waiting["count"], maybe_moment(waiting["oldest"]), unanswered[0], untold[0])
