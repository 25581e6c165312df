"""Accounts: the tokens that a member may use, one of each kind for a backend. Shows none in a repr, writes none unsealed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import aiosqlite

from storage.members import ensure_member
from storage.moments import maybe_milliseconds_of, maybe_moment, milliseconds_of
from storage.stores import Accounts

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Account", "Accounts", "SqliteAccounts", "TokenKind", "owner"]

PURPOSE: Final = "account"


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


def owner(member_id: str, backend: str, kind: str) -> tuple[str, ...]:
    """Whom a token is sealed for."""
    return PURPOSE, member_id, backend, kind


class SqliteAccounts:
    """Accounts in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, member_id: str, backend: str, kind: TokenKind) -> Account | None:
        """See `Accounts.find`."""
        row = await self._database.row(
            "SELECT * FROM accounts WHERE member_id = ? AND backend = ? AND kind = ?", (member_id, backend, kind.value))
        return None if row is None else self._account(row)

    async def keep(self, account: Account) -> None:
        """See `Accounts.keep`."""
        now = self._database.now()
        named = (account.member_id, account.backend, account.kind.value)
        sealed = self._database.sealer.seal(account.token, *owner(*named))
        async with self._database.writing() as connection:
            await ensure_member(connection, account.member_id, now)
            await connection.execute(
                "INSERT INTO accounts (member_id, backend, kind, sealed, user_id, expires_at, credits, kept_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (member_id, backend, kind) DO UPDATE SET sealed = excluded.sealed,"
                " user_id = excluded.user_id, expires_at = excluded.expires_at, credits = excluded.credits,"
                " kept_at = excluded.kept_at",
                (*named, sealed, account.user_id, maybe_milliseconds_of(account.expires_at), account.credits, now))

    async def drop(self, member_id: str, backend: str, kind: TokenKind) -> bool:
        """See `Accounts.drop`."""
        return await self._database.write(
            "DELETE FROM accounts WHERE member_id = ? AND backend = ? AND kind = ?", (member_id, backend, kind.value)) > 0

    async def drop_expired(self, before: datetime) -> int:
        """See `Accounts.drop_expired`."""
        dropped = await self._database.write("DELETE FROM accounts WHERE kind = ? AND expires_at < ?",
                                             (TokenKind.ANONYMOUS.value, milliseconds_of(before)))
        if dropped:
            await self._database.settle()
        return dropped

    def _account(self, row: aiosqlite.Row) -> Account:
        named = (row["member_id"], row["backend"], row["kind"])
        return Account(named[0], named[1], TokenKind(named[2]), self._database.sealer.open(row["sealed"], *owner(*named)),
                       row["user_id"], maybe_moment(row["expires_at"]), row["credits"])
