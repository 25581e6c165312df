"""Servers: what the people who run a Discord server decided. Decides nothing itself; ids are text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal, TypedDict, Unpack

import aiosqlite

from storage.errors import DatabaseUnusable
from storage.jsontext import from_json, json_of
from storage.moments import maybe_moment, milliseconds_of
from storage.stores import Servers

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Server", "ServerChange", "Servers", "SqliteServers"]

LISTS: Final = ("listening_channels", "allowed_channels", "allowed_roles", "cloud_roles")
NUMBERS: Final = ("member_songs_day", "server_songs_month", "server_credits_month")
WhenSpent = Literal["stop", "studio"]
_SNOWFLAKE: Final = re.compile(r"[0-9]{1,20}")


@dataclass(frozen=True, slots=True)
class Server:
    """One server's settings. An empty list of what is allowed allows all."""

    id: str
    language: str | None = None                 # None: each member's own
    style: str | None = None                    # for wishes that name none
    cloud_allowed: bool = True
    listening_channels: tuple[str, ...] = ()    # where a clip alone is a wish
    allowed_channels: tuple[str, ...] = ()
    allowed_roles: tuple[str, ...] = ()
    cloud_roles: tuple[str, ...] = ()           # who may use the cloud, while that is allowed at all
    member_songs_day: int | None = None         # the most songs of a member on a day here; None: only what the operator says
    server_songs_month: int | None = None       # of everybody here in a month
    server_credits_month: int | None = None     # the most cloud credits in a month
    when_spent: WhenSpent = "stop"              # what then becomes of a song: it ends, or the studio makes it
    left_at: datetime | None = None             # when the bot was sent away


class ServerChange(TypedDict, total=False):
    """What may be changed; what is not named stays as it is."""

    language: str | None
    style: str | None
    cloud_allowed: bool
    listening_channels: Sequence[str]
    allowed_channels: Sequence[str]
    allowed_roles: Sequence[str]
    cloud_roles: Sequence[str]
    member_songs_day: int | None
    server_songs_month: int | None
    server_credits_month: int | None
    when_spent: WhenSpent


_CHANGEABLE: Final = ServerChange.__annotations__.keys()


class SqliteServers:
    """Servers in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, server_id: str) -> Server:
        """See `Servers.get`."""
        row = await self._database.row("SELECT * FROM servers WHERE server_id = ?", (server_id,))
        return Server(server_id) if row is None else _server(row)

    async def change(self, server_id: str, **change: Unpack[ServerChange]) -> Server:
        """See `Servers.change`."""
        unknown = change.keys() - _CHANGEABLE
        if unknown:
            raise TypeError(f"a server has no {', '.join(sorted(unknown))} to change")
        columns = {name: _column(name, value) for name, value in change.items()}
        async with self._database.writing() as connection:
            await connection.execute(
                "INSERT INTO servers (server_id) VALUES (?) ON CONFLICT (server_id) DO NOTHING", (server_id,))
            for name, value in columns.items():
                await connection.execute(f"UPDATE servers SET {name} = ? WHERE server_id = ?", (value, server_id))
            rows = await connection.execute_fetchall("SELECT * FROM servers WHERE server_id = ?", (server_id,))
            return _server(next(iter(rows)))

    async def left(self, server_id: str) -> None:
        """See `Servers.left`."""
        await self._database.write("UPDATE servers SET left_at = ? WHERE server_id = ? AND left_at IS NULL",
                                   (self._database.now(), server_id))

    async def joined(self, server_id: str) -> None:
        """See `Servers.joined`."""
        await self._database.write("UPDATE servers SET left_at = NULL WHERE server_id = ?", (server_id,))

    async def present(self) -> list[str]:
        """See `Servers.present`."""
        rows = await self._database.rows("SELECT server_id FROM servers WHERE left_at IS NULL ORDER BY server_id")
        return [row["server_id"] for row in rows]

    async def left_before(self, moment: datetime) -> list[str]:
        """See `Servers.left_before`."""
        rows = await self._database.rows(
            "SELECT server_id FROM servers WHERE left_at < ? ORDER BY left_at", (milliseconds_of(moment),))
        return [row["server_id"] for row in rows]

    async def forget(self, server_id: str) -> bool:
        """See `Servers.forget`."""
        async with self._database.writing() as connection:
            await connection.execute("DELETE FROM balances WHERE account = ?", (server_id,))
            await connection.execute("DELETE FROM warnings WHERE name LIKE ?", (f"%:{server_id}:%",))
            return (await connection.execute("DELETE FROM servers WHERE server_id = ?", (server_id,))).rowcount > 0


def _column(name: str, value: Any) -> Any:
    if name in NUMBERS and value is not None and value < 0:
        raise ValueError(f"{name} takes no number below 0")
    if name not in LISTS:
        return value
    ids = list(dict.fromkeys(value))
    if isinstance(value, str) or not _are_ids(ids):
        raise ValueError(f"{name} takes ids")
    return json_of(ids)


def _are_ids(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) and _SNOWFLAKE.fullmatch(value) for value in values)


def _server(row: aiosqlite.Row) -> Server:
    told: dict[str, Any] = {name: _ids(row, name) for name in LISTS} | {name: row[name] for name in NUMBERS}
    return Server(row["server_id"], row["language"], row["style"], bool(row["cloud_allowed"]), when_spent=row["when_spent"],
                  left_at=maybe_moment(row["left_at"]), **told)


def _ids(row: aiosqlite.Row, name: str) -> tuple[str, ...]:
    """A list of ids. A broken one is a fault: read as empty it would allow everything."""
    where = f"server {row['server_id']}, {name}"
    ids = from_json(row[name], tuple[str, ...], where)
    if not _are_ids(ids):
        raise DatabaseUnusable(f"{where}: these are no ids")
    return ids
