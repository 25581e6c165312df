"""Server accounts: the token that the people of a server handed over for its members, one for a backend. Shows none in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from storage.stores import ServerAccounts

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["ServerAccount", "ServerAccounts", "SqliteServerAccounts"]

PURPOSE: Final = "server"


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """A token of a server's, with the credits that it had when it was kept."""

    server_id: str
    backend: str
    token: str = field(repr=False)
    credits: int | None = None


def owner(server_id: str, backend: str) -> tuple[str, ...]:
    """Whom a token is sealed for."""
    return PURPOSE, server_id, backend


class SqliteServerAccounts:
    """Server accounts in SQLite. They go with the row of their server."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, server_id: str, backend: str) -> ServerAccount | None:
        """See `ServerAccounts.find`."""
        row = await self._database.row(
            "SELECT server_accounts.* FROM server_accounts JOIN servers USING (server_id)"
            " WHERE server_id = ? AND backend = ? AND left_at IS NULL", (server_id, backend))
        if row is None:
            return None
        return ServerAccount(server_id, backend, self._database.sealer.open(row["sealed"], *owner(server_id, backend)),
                             row["credits"])

    async def keep(self, account: ServerAccount) -> None:
        """See `ServerAccounts.keep`."""
        named = (account.server_id, account.backend)
        sealed = self._database.sealer.seal(account.token, *owner(*named))
        async with self._database.writing() as connection:
            await connection.execute("INSERT INTO servers (server_id) VALUES (?) ON CONFLICT (server_id) DO NOTHING", named[:1])
            await connection.execute("DELETE FROM balances WHERE account = ?", named[:1])    # that of another account
            await connection.execute(
                "INSERT INTO server_accounts (server_id, backend, sealed, credits, kept_at) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (server_id, backend) DO UPDATE SET sealed = excluded.sealed, credits = excluded.credits,"
                " kept_at = excluded.kept_at", (*named, sealed, account.credits, self._database.now()))

    async def drop(self, server_id: str, backend: str) -> bool:
        """See `ServerAccounts.drop`."""
        is_dropped = await self._database.write("DELETE FROM server_accounts WHERE server_id = ? AND backend = ?",
                                                (server_id, backend)) > 0
        await self._database.settle()
        return is_dropped
