"""Accounts: the tokens that a member may use, one of each kind for a backend. Shows no token in any repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

import aiosqlite

from storage.members import ensure_member
from storage.moments import maybe_moment, milliseconds_of

if TYPE_CHECKING:
    from storage.database import Database


class TokenKind(StrEnum):
    """Whose token it is."""

    ANONYMOUS = "anonymous"     # asked for by the bot, renewed by it
    OWN = "own"                 # handed over by the member, never replaced without their word


@dataclass(frozen=True, slots=True)
class Account:
    """A token with what is known of it; `expires_at` is an aware moment."""

    member_id: str
    backend: str
    kind: TokenKind
    token: str = field(repr=False)
    user_id: str | None = None
    expires_at: datetime | None = None
    credits: int | None = None


class Accounts(Protocol):
    """What a store of accounts can do."""

    async def find(self, member_id: str, backend: str, kind: TokenKind) -> Account | None:
        """The member's account of that kind."""
        ...

    async def keep(self, account: Account) -> None:
        """Keep the account in the place of an earlier one of its kind; the member is made if need be."""
        ...

    async def drop(self, member_id: str, backend: str, kind: TokenKind) -> bool:
        """Forget one account; False when there was none."""
        ...


class SqliteAccounts:
    """Accounts in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, member_id: str, backend: str, kind: TokenKind) -> Account | None:
        """See `Accounts.find`."""
        row = await self._database.row(
            "SELECT * FROM accounts WHERE member_id = ? AND backend = ? AND kind = ?", (member_id, backend, kind.value))
        return None if row is None else _account(row)

    async def keep(self, account: Account) -> None:
        """See `Accounts.keep`."""
        expires_at = None if account.expires_at is None else milliseconds_of(account.expires_at)
        now = self._database.now()
        async with self._database.writing() as connection:
            await ensure_member(connection, account.member_id, now)
            await connection.execute(
                "INSERT INTO accounts (member_id, backend, kind, token, user_id, expires_at, credits, kept_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (member_id, backend, kind) DO UPDATE SET token = excluded.token,"
                " user_id = excluded.user_id, expires_at = excluded.expires_at, credits = excluded.credits,"
                " kept_at = excluded.kept_at",
                (account.member_id, account.backend, account.kind.value, account.token, account.user_id, expires_at,
                 account.credits, now),
            )

    async def drop(self, member_id: str, backend: str, kind: TokenKind) -> bool:
        """See `Accounts.drop`."""
        async with self._database.writing() as connection:
            cursor = await connection.execute(
                "DELETE FROM accounts WHERE member_id = ? AND backend = ? AND kind = ?",
                (member_id, backend, kind.value),
            )
            return cursor.rowcount > 0


def _account(row: aiosqlite.Row) -> Account:
    return Account(
        row["member_id"], row["backend"], TokenKind(row["kind"]), row["token"], row["user_id"],
        maybe_moment(row["expires_at"]), row["credits"],
    )
