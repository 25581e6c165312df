"""Members: whoever uses the bot, and the client id that is theirs for good. Knows no name and no message of anybody."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import aiosqlite

from storage.moments import moment

if TYPE_CHECKING:
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class Member:
    """One member. `client_id` is the UUID that anonymous tokens are asked for with."""

    id: str
    client_id: str
    created_at: datetime


class Members(Protocol):
    """What a store of members can do."""

    async def get(self, member_id: str) -> Member:
        """The member, made at the first call; the client id stays the same ever after."""
        ...

    async def change_client_id(self, member_id: str, client_id: str) -> None:
        """Keep another client id for the member: a backend did not take the one before."""
        ...

    async def forget(self, member_id: str) -> bool:
        """Delete the member and all that hangs on them; False when there was none."""
        ...


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
        async with self._database.writing() as connection:
            await connection.execute("UPDATE members SET client_id = ? WHERE id = ?", (client_id, member_id))

    async def forget(self, member_id: str) -> bool:
        """See `Members.forget`."""
        async with self._database.writing() as connection:
            cursor = await connection.execute("DELETE FROM members WHERE id = ?", (member_id,))
            return cursor.rowcount > 0


async def ensure_member(connection: aiosqlite.Connection, member_id: str, now: int) -> None:
    """Within a transaction: the row that everything of a member hangs on."""
    await connection.execute(
        "INSERT INTO members (id, client_id, created_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING",
        (member_id, str(uuid.uuid4()), now),
    )
