"""Brings a database to the schema that this program knows: numbered files, one transaction each. Never goes back.

The number of the last file applied stands in `PRAGMA user_version`. It is read inside the transaction, so processes
that start at once take turns, and one that is killed in the middle leaves the schema as it was.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiosqlite

from storage.errors import NewerSchema

MIGRATIONS: Final = Path(__file__).parent / "migrations"
_NAME: Final = re.compile(r"(\d{4})_\w+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    sql: str

    def statements(self) -> Iterator[str]:
        """The statements, one by one: `executescript` would commit before each of its own accord."""
        pending = ""
        for line in self.sql.splitlines(keepends=True):
            pending += line
            if sqlite3.complete_statement(pending):
                yield pending
                pending = ""
        if re.sub(r"--.*", "", pending).strip():
            raise ValueError(f"migration {self.number} ends in the middle of a statement")


def read_migrations(folder: Path) -> tuple[Migration, ...]:
    """The migrations of a folder in order. ValueError when their numbers do not run from 1 without a gap."""
    named = sorted((match, path) for path in folder.iterdir() if (match := _number(path)))
    found = tuple(Migration(number, path.read_text("utf-8")) for number, path in named)
    if [item.number for item in found] != list(range(1, len(found) + 1)):
        raise ValueError(f"the migrations in {folder.name} are not numbered from 1 without a gap")
    return found


async def migrate(connection: aiosqlite.Connection, migrations: tuple[Migration, ...]) -> None:
    """Apply what is missing. NewerSchema when the file is ahead of `migrations`."""
    while await _apply_next(connection, migrations):
        pass


async def refuse_newer(connection: aiosqlite.Connection, known: int) -> int:
    """The number of the last migration applied. NewerSchema when it is beyond `known`."""
    version = await user_version(connection)
    if version > known:
        raise NewerSchema(version, known)
    return version


async def has_column(connection: aiosqlite.Connection, table: str, column: str) -> bool:
    """Whether there is such a table with such a column."""
    return bool(await connection.execute_fetchall(
        "SELECT 1 FROM pragma_table_info(?) WHERE name = ?", (table, column)))


async def _apply_next(connection: aiosqlite.Connection, migrations: tuple[Migration, ...]) -> bool:
    try:
        await connection.execute("BEGIN IMMEDIATE")
        version = await refuse_newer(connection, len(migrations))
        if version == len(migrations):
            return False
        for statement in migrations[version].statements():
            await connection.execute(statement)
        await connection.execute(f"PRAGMA user_version = {version + 1}")
        await connection.commit()
        return True
    finally:
        await connection.rollback()


async def user_version(connection: aiosqlite.Connection) -> int:
    """The number of the last migration applied."""
    rows = list(await connection.execute_fetchall("PRAGMA user_version"))
    return int(rows[0][0])


def _number(path: Path) -> int:
    match = _NAME.fullmatch(path.name)
    return int(match[1]) if match else 0
