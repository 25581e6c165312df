"""Account: which token speaks for a member, how one is linked, shown and unlinked, and one that no longer opens."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.flows.account import Access, Shown, Speaks, client_for, link, masked, shown, unlink
from bot.flows.errors import NoToken, TokenNotTaken
from bot.nemo import Credits, NemoError
from bot.texts import say
from storage import Account, Database, SealBroken, TokenKind
from tests.nemo_server import replies
from tests.nemo_server.http import Reply
from tests.nemo_server.server import NemoServer

ADA, BACKEND = "ada", "cloud"
MINE = "nmv_usr_1a2b3c4d5e6f6c7d"
FAST = {"MUREKA_TIME_SCALE": "800"}
BALANCE = "/api/credits/balance/simple"


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


def access_to(server: NemoServer, token: str | None = None) -> Access:
    return Access(server.url, BACKEND, "https://web.example", token)


async def linked(database: Database, server: NemoServer, given: str) -> Shown:
    return await link(ADA, given, access_to(server), members=database.members, accounts=database.accounts, environment=FAST)


async def seen(database: Database, server: NemoServer, operators: str | None = None) -> Shown:
    return await shown(ADA, access_to(server, operators), members=database.members, accounts=database.accounts, environment=FAST)


async def own_of(database: Database) -> str | None:
    found = await database.accounts.find(ADA, BACKEND, TokenKind.OWN)
    return found.token if found else None


@pytest.mark.parametrize("given", [MINE, f"  {MINE}\n", f"`{MINE}`", f'"{MINE}"', f"Bearer {MINE}"])
async def test_a_token_is_kept_once_it_has_told_its_balance(database: Database, server: NemoServer, given: str) -> None:
    told = await linked(database, server, given)
    assert told == Shown(Speaks.OWN, "nmv_usr_…6c7d", Credits(90, 10, 100))
    assert [request.headers["authorization"] for request in server.requests] == [f"Bearer {MINE}"]
    assert await own_of(database) == MINE
    assert await credits_as(database, server) == MINE
    assert server.tokens == 0


async def test_a_second_token_takes_the_place_of_the_first(database: Database, server: NemoServer, tmp_path: Path) -> None:
    await linked(database, server, MINE)
    damage(tmp_path / "mureka.db")
    await linked(database, server, MINE + "-2")
    assert await own_of(database) == MINE + "-2"


@pytest.mark.parametrize("given", ["", "   ", "nmv_usr_", "hello", "MTIzNDU2.AbCdEf.discord-bot-token", f"{MINE} and more",
                                   f"{MINE}\n{MINE}", "nmv_usr_日本語です", "nmv_usr_" + "x" * 501, "Bearer nmv_usr_"])
async def test_what_cannot_be_a_token_is_sent_nowhere(database: Database, server: NemoServer, given: str) -> None:
    with pytest.raises(NoToken) as caught:
        await linked(database, server, given)
    assert server.requests == []
    assert await own_of(database) is None
    assert all("nmv_usr_" in say(caught.value.says, language) for language in ("en", "zh"))


@pytest.mark.parametrize(("reply", "kind"), [(replies.fault(1001, status=401), TokenNotTaken), (replies.html(503), NemoError),
                                             (replies.fault(403, status=403), NemoError)])
async def test_a_token_that_tells_no_balance_is_not_kept(
    database: Database, server: NemoServer, caplog: pytest.LogCaptureFixture, reply: Reply, kind: type[Exception]
) -> None:
    await linked(database, server, MINE + "-before")
    server.on("GET", BALANCE, reply)
    with pytest.raises(kind) as caught:
        await linked(database, server, MINE)
    assert await own_of(database) == MINE + "-before"
    assert server.tokens == 0
    assert MINE not in caplog.text + str(caught.value) + repr(caught.value)


async def test_an_unlinked_token_speaks_no_more(database: Database, server: NemoServer) -> None:
    await linked(database, server, MINE)
    assert await unlink(ADA, BACKEND, accounts=database.accounts)
    assert not await unlink(ADA, BACKEND, accounts=database.accounts)
    assert await credits_as(database, server) == "nmv_usr_1"


async def test_a_member_is_shown_whose_token_speaks_for_them(database: Database, server: NemoServer) -> None:
    assert await seen(database, server) == Shown(Speaks.NOBODY)
    assert server.requests == []
    await credits_as(database, server)
    assert await seen(database, server) == Shown(Speaks.ANONYMOUS, "nmv_usr_…", Credits(90, 10, 100))
    assert await seen(database, server, "nmv_usr_the-operators") == Shown(Speaks.OPERATOR, "", Credits(90, 10, 100))
    await linked(database, server, MINE)
    assert (await seen(database, server, "nmv_usr_the-operators")).masked == "nmv_usr_…6c7d"


@pytest.mark.parametrize(("reply", "is_refused"), [(replies.fault(1001, status=401), True), (replies.html(503), False)])
async def test_an_account_is_shown_without_a_balance_too(
    database: Database, server: NemoServer, reply: Reply, is_refused: bool
) -> None:
    await linked(database, server, MINE)
    server.on("GET", BALANCE, reply)
    assert await seen(database, server) == Shown(Speaks.OWN, "nmv_usr_…6c7d", None, is_refused)
    assert server.tokens == 0


@pytest.mark.parametrize(("token", "hidden"), [("nmv_usr_12345678abcd", "nmv_usr_…abcd"), ("nmv_usr_1234567abcd", "nmv_usr_…"),
                                               ("nmv_usr_", "nmv_usr_…"), ("another-kind-of-token", "…oken")])
def test_a_token_is_shown_by_its_end_alone(token: str, hidden: str) -> None:
    assert masked(token) == hidden
