"""Unlocking: finds the keys of a database before anything in it is changed, and refuses where one is missing.

All of it happens under the database's write lock. So of several processes that start at once one makes the key file, and
what another seals meanwhile cannot be taken for something whose key was lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import aiosqlite

from storage import key_file
from storage.errors import KeyFileMissing, WrongKey
from storage.key_file import KeyFileMade
from storage.keys import Key
from storage.schema import has_column, refuse_newer
from storage.sealing import Sealer

SEALED_TABLES = ("accounts", "secrets", "server_accounts")
KEY_ID_SQL = "substr(sealed, 2, 8)"
"""The key's id within a seal."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """What opens the database."""

    sealer: Sealer
    made: KeyFileMade | None        # a key file that was made for it just now
    forgotten: int                  # sealed rows that were dropped because their key is lost


async def unlock(
    connection: aiosqlite.Connection, keys: Sequence[Key], path: Path, *, schema: int, forget_lost: bool = False
) -> Unlocked:
    """The sealer of the database at `path`, with `keys`, or else with those of the file beside it.

    `schema` is the newest that the program knows. `forget_lost` drops what no key opens, instead of refusing.
    Raises NewerSchema, WrongKey, KeyFileMissing, KeyFileBroken, OSError; the file is then as it was.
    """
    try:
        await connection.execute("BEGIN IMMEDIATE")
        await refuse_newer(connection, schema)
        tables = [one for one in SEALED_TABLES if await has_column(connection, one, "sealed")]
        used = await _used(connection, tables)
        found, made = (tuple(keys), None) if keys else await asyncio.to_thread(
            _from_file, key_file.beside(path), may_make=forget_lost or not used)
        lost = used - {key.id for key in found}
        if lost and not forget_lost:
            raise WrongKey(lost)
        forgotten = await _forget(connection, lost, tables)
        await connection.commit()
        return Unlocked(Sealer(found), made, forgotten)
    finally:
        await connection.rollback()


def _from_file(path: Path, *, may_make: bool) -> tuple[tuple[Key, ...], KeyFileMade | None]:
    found = key_file.read(path)
    if found is not None:
        return found, None
    if not may_make:
        raise KeyFileMissing(path)
    return key_file.make(path), KeyFileMade(path)


async def _used(connection: aiosqlite.Connection, tables: Sequence[str]) -> frozenset[bytes]:
    """The ids of the keys that something in the database is sealed with; `tables` are those that an earlier schema has."""
    if not tables:
        return frozenset()
    rows = await connection.execute_fetchall(
        " UNION ".join(f"SELECT DISTINCT {KEY_ID_SQL} FROM {table}" for table in tables))
    return frozenset(bytes(row[0]) for row in rows)


async def _forget(connection: aiosqlite.Connection, lost: frozenset[bytes], tables: Sequence[str]) -> int:
    forgotten = 0
    for key_id in lost:
        for table in tables:
            forgotten += (await connection.execute(f"DELETE FROM {table} WHERE {KEY_ID_SQL} = ?", (key_id,))).rowcount
    return forgotten
