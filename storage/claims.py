"""Claims: the row that stands before an act which must not happen twice. Performs no act and knows none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import aiosqlite

from storage.errors import UnknownJob
from storage.moments import maybe_moment, moment
from storage.stores import Claims

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Claim", "Claims", "SqliteClaims"]


@dataclass(frozen=True, slots=True)
class Claim:
    """That an act was begun. `finished_at` is None as long as nobody knows whether it came to its end."""

    id: str
    job_id: str
    act: str
    made_at: datetime
    finished_at: datetime | None
    result: str | None              # the id of what came of it; never a token, never a link


class SqliteClaims:
    """Claims in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def make(self, claim_id: str, job_id: str, act: str) -> bool:
        """See `Claims.make`."""
        async with self._database.writing() as connection:
            if not await connection.execute_fetchall("SELECT 1 FROM jobs WHERE id = ?", (job_id,)):
                raise UnknownJob(job_id)
            cursor = await connection.execute(
                "INSERT INTO claims (id, job_id, act, made_at) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
                (claim_id, job_id, act, self._database.now()))
            return cursor.rowcount > 0

    async def finish(self, claim_id: str, result: str | None = None) -> bool:
        """See `Claims.finish`."""
        return await self._database.write(
            "UPDATE claims SET finished_at = ?, result = ? WHERE id = ? AND finished_at IS NULL",
            (self._database.now(), result, claim_id)) > 0

    async def get(self, claim_id: str) -> Claim | None:
        """See `Claims.get`."""
        row = await self._database.row("SELECT * FROM claims WHERE id = ?", (claim_id,))
        return None if row is None else _claim(row)

    async def of_job(self, job_id: str) -> list[Claim]:
        """See `Claims.of_job`."""
        rows = await self._database.rows("SELECT * FROM claims WHERE job_id = ? ORDER BY made_at, id", (job_id,))
        return [_claim(row) for row in rows]


def _claim(row: aiosqlite.Row) -> Claim:
    return Claim(row["id"], row["job_id"], row["act"], moment(row["made_at"]), maybe_moment(row["finished_at"]),
                 row["result"])
