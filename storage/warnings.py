"""Warnings: which of them the operator was given, and the balances that some are about. Sends none itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from storage.moments import moment
from storage.stores import Warnings

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Balance", "SqliteWarnings", "Warnings"]

KEPT: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Balance:
    """The credits of an account, as they were read last. `most` is what they have come down from."""

    account: str
    left: int
    most: int
    read_at: datetime


class SqliteWarnings:
    """Warnings in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def first(self, name: str) -> bool:
        """See `Warnings.first`."""
        now = self._database.now()
        async with self._database.writing() as connection:
            await connection.execute("DELETE FROM warnings WHERE at < ?", (now - KEPT // timedelta(milliseconds=1),))
            cursor = await connection.execute("INSERT INTO warnings (name, at) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                                              (name, now))
            return cursor.rowcount > 0

    async def balance(self, account: str, left: int, *, low: float) -> Balance:
        """See `Warnings.balance`."""
        now = self._database.now()
        async with self._database.writing() as connection:
            rows = list(await connection.execute_fetchall("SELECT most, left FROM balances WHERE account = ?", (account,)))
            most, before = rows[0] if rows else (left, left)
            is_filled = before <= most * low < left
            most = left if is_filled else max(most, left)
            await connection.execute(
                "INSERT INTO balances (account, left, most, read_at) VALUES (?, ?, ?, ?) ON CONFLICT (account) DO UPDATE"
                " SET left = excluded.left, most = excluded.most, read_at = excluded.read_at", (account, left, most, now))
            return Balance(account, left, most, moment(now))

    async def balances(self) -> list[Balance]:
        """See `Warnings.balances`."""
        return [Balance(row["account"], row["left"], row["most"], moment(row["read_at"]))
                for row in await self._database.rows("SELECT * FROM balances ORDER BY account")]
