"""Upkeep of the file itself: what was deleted or replaced is gone from its bytes too, not only from its tables.

The connection's `secure_delete` overwrites what is freed. What an earlier schema freed without it, and what still stands
in the write-ahead log, goes here. A chore that was cut off is done again at the next opening.
"""

from __future__ import annotations

import aiosqlite

from storage.schema import has_column


async def wipe_if_due(connection: aiosqlite.Connection) -> None:
    """Rebuild the file from its rows, once after an upgrade that asked for it in the table `upkeep`."""
    if not await has_column(connection, "upkeep", "chore"):
        return
    if not await connection.execute_fetchall("SELECT 1 FROM upkeep WHERE chore = 'wipe'"):
        return
    await connection.execute("VACUUM")
    if await empty_log(connection):
        await connection.execute("DELETE FROM upkeep WHERE chore = 'wipe'")


async def empty_log(connection: aiosqlite.Connection) -> bool:
    """Move the log into the file and cut it to nothing; False where somebody still reads from it."""
    rows = list(await connection.execute_fetchall("PRAGMA wal_checkpoint(TRUNCATE)"))
    return not rows[0][0]
