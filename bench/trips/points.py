"""Where the bot is killed: moments that can be seen from outside, without a line of the bot's being changed.

A point waits until the bot is there and holds it there (by a request that gets no answer, or by a lock on a file); the kill
follows while it is held, and what was held is let go after it.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, closing, contextmanager
from pathlib import Path
from typing import TypeAlias

from bench.trips.cloud import QUEUE, SAY
from bench.trips.house import DATABASE, ENGINE, House
from storage.schema import MIGRATIONS, read_migrations
from tests.nemo_server.http import Request

STRIKE_SECONDS = 12.0
LOOK_SECONDS = 0.002
LOCK_SECONDS = 2.0
RANDOM_SECONDS = 3.0
MIGRATION_SECONDS = 0.15    # SQLite looks again after at most 100 ms, and then it takes some
BLOCKED_SECONDS = 1.2       # after so long a starting bot waits at the locked file
Fits: TypeAlias = Callable[[Request], bool]
Point: TypeAlias = Callable[[House], AbstractAsyncContextManager[Awaitable[object]]]


@asynccontextmanager
async def at_random(house: House) -> AsyncIterator[Awaitable[object]]:
    """Any moment after the start."""
    yield asyncio.sleep(house.chance.uniform(0, RANDOM_SECONDS))


@asynccontextmanager
async def after_acknowledgement(house: House) -> AsyncIterator[Awaitable[object]]:
    """The member sees "is thinking…", there is no row yet."""
    fault = house.discord.hold_next("POST", "/interactions/*/callback", applied=True)
    try:
        yield fault.struck(STRIKE_SECONDS)
    finally:
        fault.release()


@asynccontextmanager
async def before_enqueue(house: House) -> AsyncIterator[Awaitable[object]]:
    """There is a row, the engine does not know of it: its file is locked."""
    async def accepted() -> None:
        await house.discord.bot_ready()
        with closing(_read_only(house.data / DATABASE)) as kept:
            while not kept.execute("SELECT 1 FROM jobs WHERE state = 'accepted'").fetchone():  # noqa: ASYNC110 - not our process
                await asyncio.sleep(LOOK_SECONDS)

    await house.discord.bot_ready()
    connection = await asyncio.to_thread(_locked, house.data / ENGINE)
    try:
        yield asyncio.wait_for(accepted(), STRIKE_SECONDS)
    finally:
        connection.close()


def at_cloud(fits: Fits, *, applied: bool = False) -> Point:
    """A request of the cloud, before it is taken in or before its answer."""
    @asynccontextmanager
    async def point(house: House) -> AsyncIterator[Awaitable[object]]:
        with house.cloud.gate(fits, applied=applied) as gate:
            yield asyncio.wait_for(gate.struck.wait(), STRIKE_SECONDS)
    return point


@asynccontextmanager
async def mid_stream(house: House) -> AsyncIterator[Awaitable[object]]:
    """The answer has begun and has not ended."""
    async def streaming() -> None:
        house.cloud.streaming.clear()
        await asyncio.wait_for(house.cloud.streaming.wait(), STRIKE_SECONDS)
        await asyncio.sleep(house.chance.uniform(0, house.cloud.answer_seconds * 0.9))
    yield streaming()


@asynccontextmanager
async def after_stream(house: House) -> AsyncIterator[Awaitable[object]]:
    """The answer was read to its end; what it changed is being asked for."""
    def fits(request: Request) -> bool:
        return request.path.startswith("/api/state/") and house.cloud.has_ended(request)

    async with at_cloud(fits)(house) as struck:
        yield struck


def at_post(*, applied: bool) -> Point:
    """The film is on its way to the channel, or stands there and nobody has told the bot."""
    @asynccontextmanager
    async def point(house: House) -> AsyncIterator[Awaitable[object]]:
        fault = house.discord.hold_next("POST", "/channels/*/messages", applied=applied)
        try:
            yield fault.struck(STRIKE_SECONDS)
        finally:
            fault.release()
    return point


@asynccontextmanager
async def mid_export(house: House) -> AsyncIterator[Awaitable[object]]:
    """The render is submitted, known, polled or downloaded."""
    fits, applied = house.chance.choice(EXPORTING)
    async with at_cloud(fits, applied=applied)(house) as struck:
        yield struck


def _asks(method: str, prefix: str) -> Fits:
    return lambda request: request.method == method and request.path.startswith(prefix)


EXPORTING: tuple[tuple[Fits, bool], ...] = (
    (_asks("POST", QUEUE), False), (_asks("POST", QUEUE), True), (_asks("GET", QUEUE), False), (_asks("GET", "/films/"), False))

POINTS: dict[str, Point] = {
    "after acknowledgement": after_acknowledgement,
    "before enqueue": before_enqueue,
    "after claim": at_cloud(_asks("POST", SAY)),
    "mid-stream": mid_stream,
    "after stream": after_stream,
    "mid-export": mid_export,
    "before post": at_post(applied=False),
    "after post": at_post(applied=True),
}
"""The points at which a running bot is killed; "mid-migration" is one of a starting bot."""
OF_AN_ORDER = frozenset(("after acknowledgement", "before enqueue"))
"""Points that only a new order comes to."""


@contextmanager
def held_migration(path: Path) -> Iterator[None]:
    """A dead bot's database as the release before left it, locked: who starts waits before the first step of its migration."""
    undo_last_migration(path)
    connection = _locked(path)
    try:
        yield
    finally:
        connection.close()


def undo_last_migration(path: Path) -> None:
    """Take back what the last migration added. ValueError where it did more than add tables, indexes and columns."""
    migrations = read_migrations(MIGRATIONS)
    shapes: list[dict[str, tuple[str, str]]] = []
    columns: list[set[tuple[str, str]]] = []
    with closing(sqlite3.connect(":memory:")) as scratch:
        scratch.create_function("seal", -1, lambda text, *_owner: text.encode())
        for migration in migrations:
            scratch.executescript(migration.sql)
            shapes.append({name: (kind, sql) for kind, name, sql in scratch.execute(
                "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")})
            columns.append({(table, column) for table, (kind, _) in shapes[-1].items() if kind == "table"
                            for (column,) in scratch.execute("SELECT name FROM pragma_table_info(?)", (table,))})
    before, after = shapes[-2:]
    new = sorted((table, column) for table, column in columns[-1] - columns[-2] if table in before)
    if {name for name, _ in before.items() - after.items()} - {table for table, _ in new} or columns[-2] - columns[-1]:
        raise ValueError(f"migration {len(migrations)} changed what was there before: it cannot be undone")
    added = sorted(after.keys() - before.keys(), key=lambda name: after[name][0] != "index")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        for name in added:
            connection.execute(f'DROP {after[name][0]} IF EXISTS "{name}"')
        for table, column in new:
            connection.execute(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')
        connection.execute(f"PRAGMA user_version = {len(migrations) - 1}")
        connection.execute("COMMIT")


def is_all_told(path: Path) -> bool:
    """Whether all ends were told: the schema before does not know which were not, and takes them all for told."""
    with closing(_read_only(path)) as connection:
        return not connection.execute("SELECT 1 FROM jobs WHERE ended_at IS NOT NULL AND told_at IS NULL").fetchone()


def schema_of(path: Path) -> int:
    """The number of the last migration applied."""
    with closing(_read_only(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def _locked(path: Path) -> sqlite3.Connection:
    """A connection that keeps every writer out until it is closed."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=LOCK_SECONDS, check_same_thread=False)
    connection.execute("BEGIN IMMEDIATE")
    return connection
