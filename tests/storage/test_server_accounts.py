"""A server's token in the file: readable nowhere, of use for no other server, gone where its key is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from storage import Database, Key, SealBroken, ServerAccount

FIRST, SECOND = Key(b"\x01" * 32), Key(b"\x02" * 32)
TOKEN = "nmv_usr_plain"


def readable(path: Path) -> list[str]:
    """The files in which the token can be read."""
    return [item.name for item in path.parent.iterdir() if TOKEN.encode() in item.read_bytes()]


async def test_a_servers_token_can_be_read_in_no_file(path: Path) -> None:
    async with Database.open(path) as database:
        for number in range(10):
            await database.server_accounts.keep(ServerAccount("7", "cloud", f"{TOKEN}_{number}"))
        assert readable(path) == []


async def test_a_row_that_was_copied_to_another_server_does_not_open_there(path: Path) -> None:
    async with Database.open(path, keys=[FIRST]) as database:
        for server in ("7", "8"):
            await database.server_accounts.keep(ServerAccount(server, "cloud", f"{TOKEN}_{server}"))
        with closing(sqlite3.connect(path)) as raw, raw:
            raw.execute("UPDATE server_accounts SET sealed = (SELECT sealed FROM server_accounts WHERE server_id = '7')")
        with pytest.raises(SealBroken):
            await database.server_accounts.find("8", "cloud")
        assert await database.server_accounts.find("7", "cloud") is not None


async def test_a_servers_token_whose_key_is_lost_is_dropped_only_when_that_is_asked_for(path: Path) -> None:
    async with Database.open(path, keys=[FIRST]) as database:
        await database.server_accounts.keep(ServerAccount("7", "cloud", TOKEN))
    async with Database.open(path, keys=[SECOND], forget_lost=True) as database:
        assert database.lost == 1
        assert await database.server_accounts.find("7", "cloud") is None
        assert await database.servers.present() == ["7"]
