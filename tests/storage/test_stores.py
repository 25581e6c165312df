"""What the stores keep of members, accounts and projects."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from storage import Account, Database, TokenKind

EXPIRY = datetime(2030, 1, 2, 3, 4, 5, 678000, UTC)
ACCOUNT = Account("ada", "cloud", TokenKind.ANONYMOUS, "nmv_usr_1", "anon_1", EXPIRY, 100)


async def start(
    database: Database, session_id: str = "1234567890123456789", place: str = "terminal", member: str = "ada"
) -> int:
    project = await database.projects.start(member, place, "studio", session_id=session_id, task_id="t", title="A hum")
    return project.id


async def test_a_member_has_one_client_id_for_good(database: Database) -> None:
    first = await database.members.get("ada")
    assert uuid.UUID(first.client_id).version == 4
    assert await database.members.get("ada") == first
    assert (await database.members.get("bob")).client_id != first.client_id
    assert first.created_at == datetime(1970, 1, 1, 0, 16, 40, tzinfo=UTC)


async def test_a_member_met_many_times_at_once_is_one_member(database: Database) -> None:
    found = await asyncio.gather(*(database.members.get("ada") for _ in range(10)))
    assert len({member.client_id for member in found}) == 1


async def test_an_account_is_kept_and_replaced(database: Database) -> None:
    assert await database.accounts.find("ada", "cloud", TokenKind.ANONYMOUS) is None
    await database.accounts.keep(ACCOUNT)
    assert await database.accounts.find("ada", "cloud", TokenKind.ANONYMOUS) == ACCOUNT
    newer = replace(ACCOUNT, token="nmv_usr_2", expires_at=None, credits=None)
    await database.accounts.keep(newer)
    assert await database.accounts.find("ada", "cloud", TokenKind.ANONYMOUS) == newer


async def test_accounts_of_other_kinds_backends_and_members_stand_apart(database: Database) -> None:
    await database.accounts.keep(ACCOUNT)
    await database.accounts.keep(replace(ACCOUNT, kind=TokenKind.OWN, token="nmv_usr_own"))
    assert await database.accounts.find("ada", "studio", TokenKind.ANONYMOUS) is None
    assert await database.accounts.find("bob", "cloud", TokenKind.ANONYMOUS) is None
    assert await database.accounts.drop("ada", "cloud", TokenKind.ANONYMOUS)
    assert not await database.accounts.drop("ada", "cloud", TokenKind.ANONYMOUS)
    own = await database.accounts.find("ada", "cloud", TokenKind.OWN)
    assert own is not None
    assert own.token == "nmv_usr_own"


def test_a_token_is_in_no_repr() -> None:
    assert "nmv_usr" not in f"{ACCOUNT} {ACCOUNT!r}"


async def test_the_current_project_is_found_by_member_place_and_backend(database: Database) -> None:
    started = await database.projects.start(
        "ada", "terminal", "studio", session_id="1234567890123456789", task_id=None, title="城市 🎬")
    assert await database.projects.current("ada", "terminal", "studio") == started
    assert (started.session_id, started.task_id, started.title) == ("1234567890123456789", None, "城市 🎬")
    for other in (("bob", "terminal", "studio"), ("ada", "42", "studio"), ("ada", "terminal", "cloud")):
        assert await database.projects.current(*other) is None


async def test_a_new_project_retires_the_one_before(database: Database) -> None:
    first, second = await start(database, "1"), await start(database, "2")
    elsewhere = await start(database, "3", place="42")
    current = await database.projects.current("ada", "terminal", "studio")
    assert current is not None
    assert current.id == second
    listed = {project.id: project.is_retired for project in await database.projects.of_member("ada")}
    assert listed == {first: True, second: False, elsewhere: False}


async def test_a_retired_project_is_current_nowhere(database: Database) -> None:
    project = await start(database)
    await database.projects.retire(project)
    assert await database.projects.current("ada", "terminal", "studio") is None
    assert len(await database.projects.of_member("ada")) == 1


async def test_projects_are_listed_by_their_last_use(database: Database, moments: list[float]) -> None:
    first, second = await start(database, "1"), await start(database, "2", place="42")
    moments[0] += 60
    await database.projects.touch(first)
    await database.projects.rename(first, "Urban Dreams")
    listed = await database.projects.of_member("ada")
    assert [(project.id, project.title) for project in listed] == [(first, "Urban Dreams"), (second, "A hum")]
    assert (listed[0].used_at - listed[0].created_at).total_seconds() == 60
    assert len(await database.projects.of_member("ada", limit=1)) == 1


async def test_forgetting_a_member_forgets_all_that_hangs_on_them(database: Database) -> None:
    await database.accounts.keep(ACCOUNT)
    await start(database)
    await start(database, member="bob")
    before = await database.members.get("ada")
    assert await database.members.forget("ada")
    assert not await database.members.forget("ada")
    assert await database.accounts.find("ada", "cloud", TokenKind.ANONYMOUS) is None
    assert await database.projects.of_member("ada") == []
    assert len(await database.projects.of_member("bob")) == 1
    assert (await database.members.get("ada")).client_id != before.client_id


async def test_everything_is_there_again_after_reopening(path: Path) -> None:
    async with Database.open(path) as database:
        await database.accounts.keep(ACCOUNT)
        member, project = await database.members.get("ada"), await start(database)
    async with Database.open(path) as database:
        assert await database.members.get("ada") == member
        assert await database.accounts.find("ada", "cloud", TokenKind.ANONYMOUS) == ACCOUNT
        current = await database.projects.current("ada", "terminal", "studio")
        assert current is not None
        assert current.id == project
