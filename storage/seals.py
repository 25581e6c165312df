"""Seals in SQLite: everything sealed, told by the key, and sealed anew with the first. Never deletes a row."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from storage import accounts, member_keys, server_accounts
from storage.errors import SealBroken
from storage.stores import Seals
from storage.unlocking import KEY_ID_SQL

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Resealed", "Seals", "SqliteSeals"]


@dataclass(frozen=True, slots=True)
class Resealed:
    """How far it is: rows sealed anew, and rows left as they were because they do not open."""

    done: int = 0
    damaged: int = 0


@dataclass(frozen=True, slots=True)
class _Table:
    """Where something sealed stands. `names` are the columns of its primary key, and what it is sealed for."""

    name: str
    purpose: str
    names: tuple[str, ...]


TABLES: Final = (_Table("accounts", accounts.PURPOSE, ("member_id", "backend", "kind")),
                 _Table("secrets", member_keys.PURPOSE, ("name",)),
                 _Table("server_accounts", server_accounts.PURPOSE, ("server_id", "backend")))


class SqliteSeals:
    """Seals in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def outdated(self) -> int:
        """See `Seals.outdated`."""
        counts = [await self._database.row(f"SELECT count(*) FROM {table.name} WHERE {KEY_ID_SQL} <> ?",
                                           (self._database.sealer.first_id,)) for table in TABLES]
        return sum(row[0] for row in counts if row)

    async def reseal(self, *, batch: int = 500) -> AsyncGenerator[Resealed, None]:
        """See `Seals.reseal`."""
        so_far = Resealed()
        for table in TABLES:
            last: Sequence[Any] | None = ("",) * len(table.names)      # a key before all others
            while last is not None:
                step, last = await self._step(table, last, batch)
                so_far = Resealed(so_far.done + step.done, so_far.damaged + step.damaged)
                yield so_far
        await self._database.settle()

    async def _step(self, table: _Table, last: Sequence[Any], batch: int) -> tuple[Resealed, Sequence[Any] | None]:
        """One transaction, and the last row it looked at; None when there are no more."""
        names, marks = ", ".join(table.names), ", ".join("?" * len(table.names))
        sealer = self._database.sealer
        done = damaged = 0
        async with self._database.writing() as connection:
            rows = list(await connection.execute_fetchall(
                f"SELECT {names}, sealed FROM {table.name} WHERE ({names}) > ({marks}) AND {KEY_ID_SQL} <> ?"
                f" ORDER BY {names} LIMIT ?", (*last, sealer.first_id, batch)))
            for *row, sealed in rows:
                owner = (table.purpose, *row)
                try:
                    fresh = sealer.seal(sealer.open(sealed, *owner), *owner)
                except SealBroken:
                    damaged += 1
                    continue
                await connection.execute(f"UPDATE {table.name} SET sealed = ? WHERE ({names}) = ({marks})", (fresh, *row))
                done += 1
        return Resealed(done, damaged), rows[-1][:-1] if len(rows) == batch else None
