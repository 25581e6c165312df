"""The database file: opened, unlocked, migrated, written by one connection at a time, closed. Holds no statement of any store.

Writing: one connection behind a lock, `BEGIN IMMEDIATE`, rolled back unless committed, on stable storage before
`commit` returns (`synchronous=FULL`). Reading: a second connection that sees whole transactions only.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

import aiosqlite

from storage.accounts import SqliteAccounts
from storage.blocks import SqliteBlocks
from storage.census import SqliteCounts
from storage.claims import SqliteClaims
from storage.errors import DatabaseUnusable, kind_of, telling
from storage.forgotten import SqliteForgotten
from storage.jobs import SqliteJobs
from storage.keys import Key
from storage.member_keys import MemberKeys
from storage.members import SqliteMembers
from storage.projects import SqliteProjects
from storage.schema import MIGRATIONS, migrate, read_migrations, user_version
from storage.seals import SqliteSeals
from storage.server_accounts import SqliteServerAccounts
from storage.servers import SqliteServers
from storage.stores import (
    Accounts,
    Blocks,
    Claims,
    Counts,
    Forgotten,
    Jobs,
    Members,
    Projects,
    Seals,
    ServerAccounts,
    Servers,
    Usage,
    Warnings,
)
from storage.unlocking import Unlocked, unlock
from storage.upkeep import empty_log, wipe_if_due
from storage.usage import SqliteUsage
from storage.warnings import SqliteWarnings

BUSY_SECONDS: Final = 30.0
FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
WAL_TRIES: Final = 200
WAL_PAUSE_SECONDS: Final = 0.05
"""Changing to WAL does not wait for others as statements do, so it is asked for again: 10 s in all."""


class Database:
    """An open database and its stores.

    `made` is the key file that was made at this opening, to be told to the operator; `lost` counts the rows that were
    dropped, as asked for, because their key is lost.
    """

    def __init__(
        self, writer: aiosqlite.Connection, reader: aiosqlite.Connection, unlocked: Unlocked, now: Callable[[], float]
    ) -> None:
        self._writer = writer
        self._reader = reader
        self._lock = asyncio.Lock()
        self._now = now
        self.sealer, self.made, self.lost = unlocked.sealer, unlocked.made, unlocked.forgotten
        self.member_keys = MemberKeys(self)
        self.members: Members = SqliteMembers(self)
        self.accounts: Accounts = SqliteAccounts(self)
        self.server_accounts: ServerAccounts = SqliteServerAccounts(self)
        self.projects: Projects = SqliteProjects(self)
        self.claims: Claims = SqliteClaims(self)
        self.jobs: Jobs = SqliteJobs(self)
        self.servers: Servers = SqliteServers(self)
        self.usage: Usage = SqliteUsage(self)
        self.blocks: Blocks = SqliteBlocks(self)
        self.warnings: Warnings = SqliteWarnings(self)
        self.forgotten: Forgotten = SqliteForgotten(self)
        self.counts: Counts = SqliteCounts(self)
        self.seals: Seals = SqliteSeals(self)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: Path, *, keys: Sequence[Key] = (), forget_lost: bool = False, migrations: Path = MIGRATIONS,
        now: Callable[[], float] = time.time, busy_seconds: float = BUSY_SECONDS
    ) -> AsyncIterator[Database]:
        """The database at `path`, made if need be, readable for its owner alone, brought up to date; closed at the end.

        Without `keys` those of the file beside it are taken, which is made if need be. `forget_lost` drops what no key
        opens any more. Whoever else writes is waited for, up to `busy_seconds`.
        Raises NewerSchema, WrongKey, KeyFileMissing, KeyFileBroken, DiskFault, DatabaseUnusable with the reason.
        """
        async with AsyncExitStack() as stack:
            try:
                await asyncio.to_thread(_prepare, path)
                writer = await stack.enter_async_context(_connection(path, busy_seconds))
                await _set_up(writer)
                known = await asyncio.to_thread(read_migrations, migrations)
                unlocked = await unlock(writer, keys, path, schema=len(known), forget_lost=forget_lost)
                await writer.create_function("seal", -1, unlocked.sealer.seal)
                await migrate(writer, known)
                await wipe_if_due(writer)
                reader = await stack.enter_async_context(_connection(path, busy_seconds))
                await reader.execute("PRAGMA query_only = ON")
            except (sqlite3.Error, OSError) as fault:
                raise (kind_of(fault) or DatabaseUnusable)(f"{path}: {fault}") from fault
            yield cls(writer, reader, unlocked, now)

    def now(self) -> int:
        """Milliseconds since 1970, as the tables hold them."""
        return int(self._now() * 1000)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[aiosqlite.Connection]:
        """A transaction, one at a time: committed at the end of the block, rolled back if it does not end well.

        Raises DiskFault where the disk does not take it; nothing is changed then.
        """
        async with self._lock:
            with telling():
                try:
                    await self._writer.execute("BEGIN IMMEDIATE")
                    yield self._writer
                    await self._writer.commit()
                finally:
                    # Without a transaction this does nothing. The shield lets it be queued although the task is cancelled
                    # a second time: the connection works in order, so whoever writes next comes after it.
                    await asyncio.shield(self._writer.rollback())

    async def write(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """A transaction of one statement; how many rows it changed."""
        async with self.writing() as connection:
            return (await connection.execute(sql, parameters)).rowcount

    async def settle(self) -> None:
        """Empty the log after something was deleted for good; where others read from it, that is left to a later time."""
        async with self._lock:
            with telling():
                await empty_log(self._writer)

    async def check_writing(self) -> None:
        """Write a page as it is, to stable storage: whether the database still takes anything. Raises DiskFault."""
        async with self.writing() as connection:
            await connection.execute(f"PRAGMA user_version = {await user_version(connection)}")

    async def rows(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[aiosqlite.Row]:
        """The rows of a query over what was committed. Raises DiskFault."""
        with telling(writes=False):
            return list(await self._reader.execute_fetchall(sql, parameters))

    async def row(self, sql: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> aiosqlite.Row | None:
        """The first row of a query, or None."""
        return next(iter(await self.rows(sql, parameters)), None)


@asynccontextmanager
async def _connection(path: Path, busy_seconds: float) -> AsyncIterator[aiosqlite.Connection]:
    """A connection in autocommit mode; left open, aiosqlite's thread would keep the process from ending."""
    connection = await aiosqlite.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        connection.row_factory = aiosqlite.Row
        yield connection
    finally:
        await asyncio.shield(connection.close())


async def _set_up(writer: aiosqlite.Connection) -> None:
    await _to_wal(writer)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        await writer.execute(f"PRAGMA {pragma}")


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
