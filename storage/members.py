"""Members: whoever uses the bot, and the client id that is theirs for good. Knows no name and no message of anybody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import aiosqlite

from storage.belongings import childless, rows_of
from storage.forgotten import bury
from storage.moments import milliseconds_of, moment
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
        found = await self.find(member_id)
        if found is None:
            async with self._database.writing() as connection:
                await ensure_member(connection, member_id, self._database.now())
            found = await self.find(member_id)
        if found is None:
            raise LookupError("the member was forgotten in the same moment")
        return found

    async def find(self, member_id: str) -> Member | None:
        """See `Members.find`."""
        row = await self._database.row("SELECT * FROM members WHERE id = ?", (member_id,))
        return None if row is None else Member(row["id"], row["client_id"], moment(row["created_at"]))

    async def ids(self) -> list[str]:
        """See `Members.ids`."""
        return [row["id"] for row in await self._database.rows("SELECT id FROM members ORDER BY id")]

    async def everything(self, member_id: str) -> dict[str, list[dict[str, Any]]]:
        """See `Members.everything`."""
        return await rows_of(self._database, member_id)

    async def change_client_id(self, member_id: str, client_id: str, backend: str) -> None:
        """See `Members.change_client_id`."""
        await self._database.write(
            "UPDATE members SET client_id = ? WHERE id = ?"
            " AND NOT EXISTS (SELECT 1 FROM projects WHERE member_id = members.id AND backend <> ?)"
            " AND NOT EXISTS (SELECT 1 FROM accounts WHERE member_id = members.id AND backend <> ? AND kind = 'anonymous')",
            (client_id, member_id, backend, backend))

    async def forget(self, member_id: str) -> bool:
        """See `Members.forget`."""
        member_key = await self._database.member_keys.of(member_id)
        async with self._database.writing() as connection:
            await bury(connection, member_key, self._database.now())
            is_forgotten = (await connection.execute("DELETE FROM members WHERE id = ?", (member_id,))).rowcount > 0
        await self._database.settle()
        return is_forgotten

    async def drop_idle(self, before: datetime) -> int:
        """See `Members.drop_idle`."""
        dropped = await self._database.write(
            f"DELETE FROM members WHERE created_at < ? AND {await childless(self._database)}", (milliseconds_of(before),))
        if dropped:
            await self._database.settle()
        return dropped


async def ensure_member(connection: aiosqlite.Connection, member_id: str, now: int) -> None:
    """Within a transaction: the row that everything of a member hangs on."""
    await connection.execute(
        "INSERT INTO members (id, client_id, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (member_id, str(uuid.uuid4()), now),
    )
