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

SEALED_TABLES = ("accounts", "secrets")
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
        is_sealed = await has_column(connection, "accounts", "sealed")
        used = await _used(connection) if is_sealed else frozenset()
        found, made = (tuple(keys), None) if keys else await asyncio.to_thread(
            _from_file, key_file.beside(path), may_make=forget_lost or not used)
        lost = used - {key.id for key in found}
        if lost and not forget_lost:
            raise WrongKey(lost)
        forgotten = await _forget(connection, lost)
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


async def _used(connection: aiosqlite.Connection) -> frozenset[bytes]:
    """The ids of the keys that something in the database is sealed with."""
    rows = await connection.execute_fetchall(
        " UNION ".join(f"SELECT DISTINCT {KEY_ID_SQL} FROM {table}" for table in SEALED_TABLES))
    return frozenset(bytes(row[0]) for row in rows)


async def _forget(connection: aiosqlite.Connection, lost: frozenset[bytes]) -> int:
    forgotten = 0
    for key_id in lost:
        for table in SEALED_TABLES:
            forgotten += (await connection.execute(f"DELETE FROM {table} WHERE {KEY_ID_SQL} = ?", (key_id,))).rowcount
    return forgotten
