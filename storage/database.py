"""The database file: opened, migrated, written by one connection at a time, closed. Holds no statement of any store.

Writing: one connection behind a lock, `BEGIN IMMEDIATE`, rolled back unless committed, on stable storage before
`commit` returns (`synchronous=FULL`). Reading: a second connection that sees whole transactions only.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiosqlite

from storage.accounts import Accounts, SqliteAccounts
from storage.errors import DatabaseUnusable
from storage.members import Members, SqliteMembers
from storage.projects import Projects, SqliteProjects
from storage.schema import MIGRATIONS, migrate, read_migrations

BUSY_SECONDS: Final = 30.0
FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
WAL_TRIES: Final = 200
WAL_PAUSE_SECONDS: Final = 0.05
"""Changing to WAL does not wait for others as statements do, so it is asked for again: 10 s in all."""


class Database:
    """An open database and its stores."""

    def __init__(self, writer: aiosqlite.Connection, reader: aiosqlite.Connection, now: Callable[[], float]) -> None:
        self._writer = writer
        self._reader = reader
        self._lock = asyncio.Lock()
        self._now = now
        self.members: Members = SqliteMembers(self)
        self.accounts: Accounts = SqliteAccounts(self)
        self.projects: Projects = SqliteProjects(self)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path, *, migrations: Path = MIGRATIONS, now: Callable[[], float] = time.time
    ) -> AsyncIterator[Database]:
        """The database at `path`, made if need be, readable for its owner alone, brought up to date; closed at the end.

        Raises NewerSchema, and DatabaseUnusable with the reason.
        """
        async with AsyncExitStack() as stack:
            try:
                await asyncio.to_thread(_prepare, path)
                writer = await stack.enter_async_context(_connection(path))
                await _to_wal(writer)
                await writer.execute("PRAGMA synchronous = FULL")
                await writer.execute("PRAGMA foreign_keys = ON")
                await migrate(writer, await asyncio.to_thread(read_migrations, migrations))
                reader = await stack.enter_async_context(_connection(path))
                await reader.execute("PRAGMA query_only = ON")
            except (sqlite3.Error, OSError) as fault:
                raise DatabaseUnusable(f"{path}: {fault}") from fault
            yield cls(writer, reader, now)

    def now(self) -> int:
        """Milliseconds since 1970, as the tables hold them."""
        return int(self._now() * 1000)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[aiosqlite.Connection]:
        """A transaction, one at a time: committed at the end of the block, rolled back if it does not end well."""
        async with self._lock:
            try:
                await self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer
                await self._writer.commit()
            finally:
                # Without a transaction this does nothing. The shield lets it be queued although the task is cancelled
                # a second time: the connection works in order, so whoever writes next comes after it.
                await asyncio.shield(self._writer.rollback())

    async def rows(self, sql: str, parameters: Sequence[Any] = ()) -> list[aiosqlite.Row]:
        """The rows of a query over what was committed."""
        return list(await self._reader.execute_fetchall(sql, parameters))

    async def row(self, sql: str, parameters: Sequence[Any] = ()) -> aiosqlite.Row | None:
        """The first row of a query, or None."""
        return next(iter(await self.rows(sql, parameters)), None)


@asynccontextmanager
async def _connection(path: Path) -> AsyncIterator[aiosqlite.Connection]:
    """A connection in autocommit mode; left open, aiosqlite's thread would keep the process from ending."""
    connection = await aiosqlite.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
    try:
        connection.row_factory = aiosqlite.Row
        yield connection
    finally:
        await asyncio.shield(connection.close())


async def _to_wal(connection: aiosqlite.Connection) -> None:
    for tries_left in reversed(range(WAL_TRIES)):
        try:
            await connection.execute_fetchall("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as fault:
            if not tries_left or "locked" not in str(fault):
                raise
        await asyncio.sleep(WAL_PAUSE_SECONDS)


def _prepare(path: Path) -> None:
    """Make the folder and the file for their owner alone; SQLite gives its side files the same mode."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE))
    if path.stat().st_mode & 0o077:
        path.chmod(FILE_MODE)
