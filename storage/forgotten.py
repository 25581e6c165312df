"""Forgotten: who asked to be forgotten, as a keyed hash, so that a backup which is restored can be told. Knows nobody's id."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import aiosqlite

from storage.moments import milliseconds_of, moment
from storage.stores import Forgotten

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Forgotten", "SqliteForgotten", "Tombstone", "bury"]

KEPT: Final = timedelta(days=400)
"""No backup that is older than this is expected to be restored."""


@dataclass(frozen=True, slots=True)
class Tombstone:
    """That somebody was forgotten. The hash is good in this database alone: another one has another key."""

    member_key: bytes
    at: datetime


class SqliteForgotten:
    """Tombstones in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, member_id: str) -> None:
        """See `Forgotten.add`."""
        member_key = await self._database.member_keys.of(member_id)
        async with self._database.writing() as connection:
            await bury(connection, member_key, self._database.now())

    async def all(self) -> list[Tombstone]:
        """See `Forgotten.all`."""
        rows = await self._database.rows("SELECT member_key, at FROM forgotten ORDER BY at, member_key")
        return [Tombstone(row["member_key"], moment(row["at"])) for row in rows]

    async def drop_old(self) -> int:
        """See `Forgotten.drop_old`."""
        return await self._database.write("DELETE FROM forgotten WHERE at < ?",
                                          (self._database.now() - KEPT // timedelta(milliseconds=1),))

    async def is_forgotten(self, member_id: str, *, since: datetime | None = None) -> bool:
        """See `Forgotten.is_forgotten`."""
        row = await self._database.row(
            "SELECT 1 FROM forgotten WHERE member_key = ? AND at >= ?",
            (await self._database.member_keys.of(member_id), 0 if since is None else milliseconds_of(since)))
        return row is not None


async def bury(connection: aiosqlite.Connection, member_key: bytes, now: int) -> None:
    """Within a transaction: the tombstone of a member."""
    await connection.execute("INSERT INTO forgotten (member_key, at) VALUES (?, ?)"
                             " ON CONFLICT (member_key) DO UPDATE SET at = excluded.at", (member_key, now))
