"""Usage: how much was used on a day, under limits. Knows a member by a keyed hash alone, so it can outlive them.

Who asks to be forgotten loses every row that hangs on them; what they used today still counts today, or forgetting would
be a way around every limit. The hash's key is made at its first use and kept sealed, so that without the keys of
`storage.keys` nobody can tell from the file whose rows these are, not even by trying all ids. Rows go after a while.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import aiosqlite

from storage.stores import Usage

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Cap", "Limits", "SqliteUsage", "Usage", "Used"]

KEPT_DAYS: Final = 31
PURPOSE: Final = "secret"
SECRET_NAME: Final = "usage"
SECRET_OWNER: Final = (PURPOSE, SECRET_NAME)
SECRET_BYTES: Final = 32
MEMBER_KEY_BYTES: Final = 16
_USED: Final = """
    SELECT ifnull(sum(count) FILTER (WHERE same AND mine), 0), ifnull(sum(count) FILTER (WHERE same AND here), 0),
        ifnull(sum(count) FILTER (WHERE same), 0), ifnull(sum(credits) FILTER (WHERE mine), 0),
        ifnull(sum(credits) FILTER (WHERE here), 0), ifnull(sum(credits), 0)
    FROM (SELECT count, credits, kind = ? AS same, server_id = ? AS here, server_id = ? AND member_key = ? AS mine
        FROM usage WHERE day = ?)
"""
"""Counts of one kind, then credits of all kinds: of a member in a server, of that server, of all."""


@dataclass(frozen=True, slots=True)
class Used:
    """What was used."""

    count: int = 0
    credits: int = 0


@dataclass(frozen=True, slots=True)
class Cap:
    """The most that may be used on a day; None: as much as there is."""

    count: int | None = None        # of the kind that is counted
    credits: int | None = None      # of all kinds together

    def allows(self, used: Used) -> bool:
        """Whether that much is within it."""
        return (self.count is None or used.count <= self.count) and (self.credits is None or used.credits <= self.credits)


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps for a day."""

    member: Cap = field(default_factory=Cap)        # of this member in this server
    server: Cap = field(default_factory=Cap)        # of everybody in this server
    everywhere: Cap = field(default_factory=Cap)    # of everybody in all servers


class SqliteUsage:
    """Usage in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._secret: bytes | None = None

    async def count(
        self, member_id: str, server_id: str | None, kind: str, *, cost: int = 0, limits: Limits | None = None
    ) -> date | None:
        """See `Usage.count`."""
        member_key = await self._key_of(member_id)
        async with self._database.writing() as connection:
            day = datetime.fromtimestamp(self._database.now() / 1000, UTC).date()
            row = (day.isoformat(), server_id or "", member_key, kind)
            if limits and not await _allowed(connection, limits, row, cost):
                return None
            await connection.execute("DELETE FROM usage WHERE day < ?", ((day - timedelta(days=KEPT_DAYS)).isoformat(),))
            await connection.execute(
                "INSERT INTO usage (day, server_id, member_key, kind, count, credits) VALUES (?, ?, ?, ?, 1, ?)"
                " ON CONFLICT (day, server_id, member_key, kind) DO UPDATE SET count = count + 1,"
                " credits = credits + excluded.credits",
                (*row, cost))
            return day

    async def give_back(self, day: date, member_id: str, server_id: str | None, kind: str, *, cost: int = 0) -> bool:
        """See `Usage.give_back`."""
        return await self._database.write(
            "UPDATE usage SET count = count - 1, credits = max(credits - ?, 0)"
            " WHERE day = ? AND server_id = ? AND member_key = ? AND kind = ? AND count > 0",
            (cost, day.isoformat(), server_id or "", await self._key_of(member_id), kind)) > 0

    async def of(self, day: date, *, member_id: str | None = None, server_id: str | None = None) -> dict[str, Used]:
        """See `Usage.of`."""
        member_key = None if member_id is None else await self._key_of(member_id)
        rows = await self._database.rows(
            "SELECT kind, sum(count), sum(credits) FROM usage WHERE day = ? AND (? IS NULL OR server_id = ?)"
            " AND (? IS NULL OR member_key = ?) GROUP BY kind ORDER BY kind",
            (day.isoformat(), server_id, server_id, member_key, member_key))
        return {row[0]: Used(row[1], row[2]) for row in rows}

    async def _key_of(self, member_id: str) -> bytes:
        if self._secret is None:
            self._secret = await self._read_secret()
        return hashlib.blake2b(member_id.encode(), key=self._secret, digest_size=MEMBER_KEY_BYTES).digest()

    async def _read_secret(self) -> bytes:
        """The hash's key, which whoever comes first makes for all."""
        sealer = self._database.sealer
        async with self._database.writing() as connection:
            fresh = sealer.seal(secrets.token_hex(SECRET_BYTES), *SECRET_OWNER)
            await connection.execute("INSERT INTO secrets (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                                     (SECRET_NAME, fresh))
            rows = await connection.execute_fetchall("SELECT sealed FROM secrets WHERE name = ?", (SECRET_NAME,))
            return bytes.fromhex(sealer.open(next(iter(rows))[0], *SECRET_OWNER))


async def _allowed(connection: aiosqlite.Connection, limits: Limits, row: tuple[str, str, bytes, str], cost: int) -> bool:
    """Whether one more of this row stays within all limits."""
    day, server_id, member_key, kind = row
    found = next(iter(await connection.execute_fetchall(_USED, (kind, server_id, server_id, member_key, day))))
    caps = (limits.member, limits.server, limits.everywhere)
    return all(cap.allows(Used(found[index] + 1, found[index + len(caps)] + cost)) for index, cap in enumerate(caps))
