"""Projects of a member in a place: nobody opens, renames or deletes another's, and none of another place."""

from __future__ import annotations

import pytest

from bot.flows import projects as flow
from bot.flows.errors import FlowError, NoSuchProject, NoTitle
from bot.nemo import Nemo
from bot.texts import say
from storage import Database, Project
from tests.nemo_server.server import SESSION, NemoServer

ADA, BOB, HERE, THERE, STUDIO = "ada", "bob", "channel-1", "channel-2", "studio"


async def begun(database: Database, title: str, member: str = ADA, place: str = HERE, backend: str = STUDIO) -> Project:
    return await database.projects.start(member, place, backend, session_id=f"s-{title}", task_id=None, title=title)


async def listed(database: Database, member: str = ADA, place: str = HERE) -> list[tuple[str, bool]]:
    found = await flow.list_projects(member, place, STUDIO, projects=database.projects)
    return [(one.title, not one.is_retired) for one in found]


async def test_a_place_has_its_own_list(database: Database) -> None:
    for title in ("first", "second"):
        await begun(database, title)
    await begun(database, "elsewhere", place=THERE)
    await begun(database, "in the cloud", backend="cloud")
    await begun(database, "of another", member=BOB)
    assert await listed(database) == [("second", True), ("first", False)]
    assert await listed(database, BOB) == [("of another", True)]


async def test_an_earlier_project_is_opened_again(database: Database) -> None:
    first, _second = await begun(database, "first"), await begun(database, "second")
    opened = await flow.open_project(first.id, ADA, HERE, projects=database.projects)
    assert (opened.session_id, opened.is_retired) == ("s-first", False)
    assert await database.projects.current(ADA, HERE, STUDIO) == opened
    assert sorted(await listed(database)) == [("first", True), ("second", False)]


async def test_a_new_project_is_empty_and_takes_the_place_of_the_current_one(
    database: Database, nemo: Nemo, server: NemoServer
) -> None:
    await begun(database, "first")
    made = await flow.new_project(ADA, HERE, STUDIO, "  夏天\n的感觉 ", "zh", nemo=nemo, projects=database.projects)
    assert (made.title, made.session_id) == ("夏天 的感觉", SESSION)
    assert b'"zh-CN"' in server.asked("POST", "/api/tasks/*")[0].body
    assert await listed(database) == [("夏天 的感觉", True), ("first", False)]


async def test_a_project_is_called_otherwise_here_and_the_backend_hears_nothing(database: Database, server: NemoServer) -> None:
    first = await begun(database, "first")
    renamed = await flow.rename_project(first.id, ADA, HERE, "\u202eUrban\x07 Dreams", projects=database.projects)
    assert renamed.title == "Urban Dreams"
    assert server.requests == []


async def test_a_project_is_forgotten_with_its_wishes(database: Database) -> None:
    first = await begun(database, "first")
    await database.projects.remember_wish(first.id, "lo-fi", "done")
    assert await flow.delete_project(first.id, ADA, HERE, projects=database.projects) == first
    assert await listed(database) == []
    assert await database.projects.wishes(first.id) == []
    assert await database.projects.current(ADA, HERE, STUDIO) is None


@pytest.mark.parametrize(("member", "place"), [(BOB, HERE), (ADA, THERE)])
async def test_nobody_touches_a_project_that_is_not_theirs_or_not_here(database: Database, member: str, place: str) -> None:
    first = await begun(database, "first")
    projects = database.projects
    for act in (flow.open_project(first.id, member, place, projects=projects),
                flow.rename_project(first.id, member, place, "mine", projects=projects),
                flow.delete_project(first.id, member, place, projects=projects),
                flow.open_project(999, ADA, HERE, projects=projects)):
        with pytest.raises(NoSuchProject):
            await act
    assert await listed(database) == [("first", True)]


@pytest.mark.parametrize("title", ["", "  ", "\n\t", "\u202e", "\u200d"])
async def test_a_title_needs_something_to_show(database: Database, nemo: Nemo, server: NemoServer, title: str) -> None:
    first = await begun(database, "first")
    for act in (flow.new_project(ADA, HERE, STUDIO, title, "en", nemo=nemo, projects=database.projects),
                flow.rename_project(first.id, ADA, HERE, title, projects=database.projects)):
        with pytest.raises(NoTitle):
            await act
    assert await listed(database) == [("first", True)]
    assert server.requests == []


@pytest.mark.parametrize("fault", [NoSuchProject(), NoTitle()])
def test_each_refusal_is_a_sentence(fault: FlowError) -> None:
    assert all(len(say(fault.says, language)) > 9 for language in ("en", "zh"))
