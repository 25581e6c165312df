"""Blocks: whom a server does not want to make songs for. Knows a member by a keyed hash, so that it outlives their forgetting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.stores import Blocks

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Blocks", "SqliteBlocks"]


class SqliteBlocks:
    """Blocks in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def block(self, server_id: str, member_id: str) -> bool:
        """See `Blocks.block`."""
        member_key = await self._database.member_keys.of(member_id)
        async with self._database.writing() as connection:
            await connection.execute(
                "INSERT INTO servers (server_id) VALUES (?) ON CONFLICT (server_id) DO NOTHING", (server_id,))
            cursor = await connection.execute(
                "INSERT INTO blocks (server_id, member_key, made_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                (server_id, member_key, self._database.now()))
            return cursor.rowcount > 0

    async def unblock(self, server_id: str, member_id: str) -> bool:
        """See `Blocks.unblock`."""
        return await self._database.write("DELETE FROM blocks WHERE server_id = ? AND member_key = ?",
                                          (server_id, await self._database.member_keys.of(member_id))) > 0

    async def is_blocked(self, server_id: str, member_id: str) -> bool:
        """See `Blocks.is_blocked`."""
        return await self._database.row("SELECT 1 FROM blocks WHERE server_id = ? AND member_key = ?",
                                        (server_id, await self._database.member_keys.of(member_id))) is not None

    async def count(self, server_id: str) -> int:
        """See `Blocks.count`."""
        row = await self._database.row("SELECT count(*) FROM blocks WHERE server_id = ?", (server_id,))
        return int(row[0]) if row else 0
