"""Account: which token speaks for a member, and what becomes of one that cannot be opened any more."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.flows.account import Access, client_for
from storage import Account, Database, SealBroken, TokenKind
from tests.nemo_server.server import NemoServer

ADA, BACKEND = "ada", "cloud"


async def credits_as(database: Database, server: NemoServer) -> str:
    """The token that a call in Ada's name carries."""
    access = Access(server.url, BACKEND, "https://web.example")
    nemo = await client_for(ADA, access, members=database.members, accounts=database.accounts, environment={})
    async with nemo:
        await nemo.create_session("hum")
    return server.requests[-1].headers["authorization"].removeprefix("Bearer ")


def damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE accounts SET sealed = substr(sealed, 1, length(sealed) - 1)")


async def test_a_free_token_is_asked_for_once_and_kept(server: NemoServer, database: Database) -> None:
    first = await credits_as(database, server)
    assert await credits_as(database, server) == first
    assert server.tokens == 1


async def test_a_free_token_whose_row_is_damaged_is_replaced(server: NemoServer, database: Database, tmp_path: Path,
                                                             caplog: pytest.LogCaptureFixture) -> None:
    await credits_as(database, server)
    damage(tmp_path / "mureka.db")
    second = await credits_as(database, server)
    assert server.tokens == 2
    assert await credits_as(database, server) == second
    assert "nmv_usr_" not in caplog.text


async def test_a_members_own_token_is_never_replaced_by_another(server: NemoServer, database: Database, tmp_path: Path) -> None:
    await database.members.get(ADA)
    await database.accounts.keep(Account(ADA, BACKEND, TokenKind.OWN, "nmv_usr_own", None, None, None))
    assert await credits_as(database, server) == "nmv_usr_own"
    damage(tmp_path / "mureka.db")
    with pytest.raises(SealBroken):
        await credits_as(database, server)
    assert server.tokens == 0
