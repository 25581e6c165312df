"""A server's token: which one speaks for a member there, how it is linked, shown and unlinked, and one that no longer opens."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.flows.account import Access, Shown, Speaks, client_for, link, payer_of, shown
from bot.flows.errors import NoToken, ServerTokenDamaged, TokenNotTaken
from bot.flows.server_account import link_server, shown_server, unlink_server
from bot.nemo import Credits, NemoError
from bot.texts import say
from storage import Database
from tests.nemo_server import replies
from tests.nemo_server.http import Reply
from tests.nemo_server.server import NemoServer

ADA, HERE, ELSEWHERE, BACKEND = "ada", "7", "8", "cloud"
OWN, SERVERS, OPERATORS = "nmv_usr_1a2b3c4d5e6f6c7d", "nmv_usr_server4d5e6f9z8y", "nmv_usr_the-operators"
FAST = {"MUREKA_TIME_SCALE": "800"}
BALANCE = "/api/credits/balance/simple"


def access_to(server: NemoServer, token: str | None = None) -> Access:
    return Access(server.url, BACKEND, "https://web.example", token)


async def linked(database: Database, server: NemoServer, given: str = SERVERS) -> Shown:
    return await link_server(HERE, given, access_to(server), server_accounts=database.server_accounts, environment=FAST)


async def seen(database: Database, server: NemoServer) -> Shown | None:
    return await shown_server(HERE, access_to(server), server_accounts=database.server_accounts, environment=FAST)


async def speaks(database: Database, server: NemoServer, where: str | None, operators: str | None = None) -> tuple[str, Speaks]:
    """The token that a call in Ada's name carries, and who is said to pay for it."""
    access = access_to(server, operators)
    payer = await payer_of(ADA, where, access, accounts=database.accounts, server_accounts=database.server_accounts)
    nemo = await client_for(ADA, access, members=database.members, accounts=database.accounts, environment={},
                            server_accounts=database.server_accounts, server_id=where)
    async with nemo:
        await nemo.create_session("hum")
    return server.requests[-1].headers["authorization"].removeprefix("Bearer "), payer


def damage(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("UPDATE server_accounts SET sealed = substr(sealed, 1, length(sealed) - 1)")


async def test_the_first_token_speaks_of_the_members_the_servers_the_operators_and_a_free_one(
        database: Database, server: NemoServer) -> None:
    assert await speaks(database, server, HERE) == ("nmv_usr_1", Speaks.NOBODY)
    assert await speaks(database, server, HERE) == ("nmv_usr_1", Speaks.ANONYMOUS)
    assert await speaks(database, server, HERE, OPERATORS) == (OPERATORS, Speaks.OPERATOR)
    await linked(database, server)
    for where, expected in ((HERE, (SERVERS, Speaks.SERVER)), (ELSEWHERE, (OPERATORS, Speaks.OPERATOR)),
                            (None, (OPERATORS, Speaks.OPERATOR))):
        assert await speaks(database, server, where, OPERATORS) == expected
    await link(ADA, OWN, access_to(server), members=database.members, accounts=database.accounts, environment=FAST)
    assert await speaks(database, server, HERE, OPERATORS) == (OWN, Speaks.OWN)


async def test_a_servers_token_is_never_renewed_as_a_free_one_would_be(database: Database, server: NemoServer) -> None:
    await linked(database, server)
    server.on("POST", "/api/tasks/*", replies.fault(1001, status=401))
    with pytest.raises(NemoError):
        await speaks(database, server, HERE)
    assert server.tokens == 0


async def test_a_servers_token_is_kept_once_it_has_told_its_balance_and_is_shown_masked(
        database: Database, server: NemoServer) -> None:
    assert await seen(database, server) is None
    assert await linked(database, server, f"`{SERVERS}`\n") == Shown(Speaks.SERVER, "nmv_usr_…9z8y", Credits(90, 10, 100))
    assert await seen(database, server) == Shown(Speaks.SERVER, "nmv_usr_…9z8y", Credits(90, 10, 100))
    kept = await database.server_accounts.find(HERE, BACKEND)
    assert kept is not None
    assert (kept.token, kept.credits) == (SERVERS, 90)
    assert await unlink_server(HERE, BACKEND, server_accounts=database.server_accounts)
    assert not await unlink_server(HERE, BACKEND, server_accounts=database.server_accounts)


async def test_a_member_is_told_that_the_server_pays_and_not_with_what(database: Database, server: NemoServer) -> None:
    await linked(database, server)
    told = await shown(ADA, access_to(server), members=database.members, accounts=database.accounts, environment=FAST,
                       server_accounts=database.server_accounts, server_id=HERE)
    assert told == Shown(Speaks.SERVER, "", Credits(90, 10, 100))


@pytest.mark.parametrize(("given", "reply", "kind"), [
    ("hello", None, NoToken), (OWN, replies.fault(1001, status=401), TokenNotTaken), (OWN, replies.html(503), NemoError)])
async def test_what_is_no_token_or_tells_no_balance_leaves_the_one_before(
        database: Database, server: NemoServer, caplog: pytest.LogCaptureFixture, given: str, reply: Reply | None,
        kind: type[Exception]) -> None:
    await linked(database, server)
    if reply is not None:
        server.on("GET", BALANCE, reply)
    with pytest.raises(kind):
        await linked(database, server, given)
    kept = await database.server_accounts.find(HERE, BACKEND)
    assert kept is not None
    assert kept.token == SERVERS
    assert "nmv_usr" not in caplog.text


async def test_a_servers_token_that_is_refused_later_is_shown_as_refused(database: Database, server: NemoServer) -> None:
    await linked(database, server)
    server.on("GET", BALANCE, replies.fault(1001, status=401))
    assert await seen(database, server) == Shown(Speaks.SERVER, "nmv_usr_…9z8y", None, is_refused=True)


async def test_a_servers_token_that_does_not_open_is_told_and_nobody_else_pays_in_its_place(
        database: Database, server: NemoServer, tmp_path: Path) -> None:
    await linked(database, server)
    damage(tmp_path / "mureka.db")
    asked = len(server.requests)
    with pytest.raises(ServerTokenDamaged) as caught:
        await speaks(database, server, HERE, OPERATORS)
    with pytest.raises(ServerTokenDamaged):
        await seen(database, server)
    assert len(server.requests) == asked
    assert all("/mureka-admin account link" in say(caught.value.says, language) for language in ("en", "zh"))
    await linked(database, server)
    assert (await speaks(database, server, HERE))[1] is Speaks.SERVER
