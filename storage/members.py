"""Members: whoever uses the bot, and the client id that is theirs for good. Knows no name and no message of anybody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import aiosqlite

from storage.moments import moment
from storage.stores import Members

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Member", "Members", "SqliteMembers", "ensure_member"]


@dataclass(frozen=True, slots=True)
class Member:
    """One member. `client_id` is the UUID that anonymous tokens are asked for with."""

    id: str
    client_id: str
    created_at: datetime


class SqliteMembers:
    """Members in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, member_id: str) -> Member:
        """See `Members.get`."""
        found = await self._database.row("SELECT * FROM members WHERE id = ?", (member_id,))
        if found is None:
            async with self._database.writing() as connection:
                await ensure_member(connection, member_id, self._database.now())
            found = await self._database.row("SELECT * FROM members WHERE id = ?", (member_id,))
        if found is None:
            raise LookupError("the member was forgotten in the same moment")
        return Member(found["id"], found["client_id"], moment(found["created_at"]))

    async def change_client_id(self, member_id: str, client_id: str) -> None:
        """See `Members.change_client_id`."""
        await self._database.write("UPDATE members SET client_id = ? WHERE id = ?", (client_id, member_id))

    async def forget(self, member_id: str) -> bool:
        """See `Members.forget`."""
        is_forgotten = await self._database.write("DELETE FROM members WHERE id = ?", (member_id,)) > 0
        await self._database.settle()
        return is_forgotten


async def ensure_member(connection: aiosqlite.Connection, member_id: str, now: int) -> None:
    """Within a transaction: the row that everything of a member hangs on."""
    await connection.execute(
        "INSERT INTO members (id, client_id, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (member_id, str(uuid.uuid4()), now),
    )
