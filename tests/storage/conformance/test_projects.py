"""Projects: which one is current, how they are found and listed, what they remember."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from storage import Stores, Wished


async def start(stores: Stores, session_id: str = "1234567890123456789", place: str = "42", member: str = "ada") -> int:
    project = await stores.projects.start(member, place, "studio", session_id=session_id, task_id="t", title="A hum")
    return project.id


async def test_the_current_project_is_found_by_member_place_and_backend(stores: Stores) -> None:
    started = await stores.projects.start(
        "ada", "42", "studio", session_id="1234567890123456789", task_id=None, title="城市 🎬")
    assert await stores.projects.current("ada", "42", "studio") == started
    assert await stores.projects.get(started.id) == started
    assert (started.session_id, started.task_id, started.title) == ("1234567890123456789", None, "城市 🎬")
    for other in (("bob", "42", "studio"), ("ada", "43", "studio"), ("ada", "42", "cloud")):
        assert await stores.projects.current(*other) is None
    assert await stores.projects.get(started.id + 1) is None


async def test_a_project_is_found_by_its_session(stores: Stores) -> None:
    project = await start(stores, "1234567890123456789")
    found = await stores.projects.of_session("studio", "1234567890123456789")
    assert found is not None
    assert found.id == project
    assert await stores.projects.of_session("cloud", "1234567890123456789") is None
    assert await stores.projects.of_session("studio", "1234567890123456788") is None


async def test_the_project_begun_last_is_the_one_of_its_session(stores: Stores) -> None:
    await start(stores, "1")
    last = await start(stores, "1")
    found = await stores.projects.of_session("studio", "1")
    assert found is not None
    assert found.id == last


async def test_a_new_project_retires_the_one_before(stores: Stores) -> None:
    first, second = await start(stores, "1"), await start(stores, "2")
    elsewhere = await start(stores, "3", place="43")
    current = await stores.projects.current("ada", "42", "studio")
    assert current is not None
    assert current.id == second
    listed = {project.id: project.is_retired for project in await stores.projects.of_member("ada")}
    assert listed == {first: True, second: False, elsewhere: False}


async def test_a_retired_project_is_current_nowhere(stores: Stores) -> None:
    project = await start(stores)
    await stores.projects.retire(project)
    assert await stores.projects.current("ada", "42", "studio") is None
    assert len(await stores.projects.of_member("ada")) == 1


async def current(stores: Stores, member: str = "ada") -> int | None:
    found = await stores.projects.current(member, "42", "studio")
    return found.id if found else None


async def test_a_project_that_is_opened_takes_the_place_of_the_current_one(stores: Stores, moments: list[float]) -> None:
    first, second, theirs = await start(stores, "1"), await start(stores, "2"), await start(stores, "3", member="bob")
    elsewhere = await start(stores, "4", place="43")
    moments[0] += 60
    await stores.projects.open(first)
    assert (await current(stores), await current(stores, "bob")) == (first, theirs)
    listed = {project.id: project.is_retired for project in await stores.projects.of_member("ada")}
    assert listed == {first: False, second: True, elsewhere: False}
    assert next(iter(listed)) == first      # it was used just now
    await stores.projects.open(first)
    assert await current(stores) == first
    await stores.projects.open(999)
    assert await current(stores) == first


async def test_a_project_that_is_dropped_is_gone_with_its_wishes(stores: Stores) -> None:
    project, other = await start(stores, "1"), await start(stores, "2")
    for one in (project, other):
        await stores.projects.remember_wish(one, "slower", "done", job_id="1-a")
    assert await stores.projects.drop(project)
    assert not await stores.projects.drop(project)
    assert (await stores.projects.get(project), await stores.projects.wishes(project)) == (None, [])
    assert [one.id for one in await stores.projects.of_member("ada")] == [other]
    assert len(await stores.projects.wishes(other)) == 1


async def test_projects_are_listed_by_their_last_use(stores: Stores, moments: list[float]) -> None:
    first, second = await start(stores, "1"), await start(stores, "2", place="43")
    moments[0] += 60
    await stores.projects.touch(first)
    await stores.projects.rename(first, "Urban Dreams")
    listed = await stores.projects.of_member("ada")
    assert [(project.id, project.title) for project in listed] == [(first, "Urban Dreams"), (second, "A hum")]
    assert (listed[0].used_at - listed[0].created_at).total_seconds() == 60
    assert len(await stores.projects.of_member("ada", limit=1)) == 1


async def test_a_place_lists_the_projects_of_everybody_there(stores: Stores, moments: list[float]) -> None:
    ours = await start(stores, "1")
    moments[0] += 1
    theirs = await start(stores, "2", member="bob")
    await start(stores, "3", place="43")
    assert [project.id for project in await stores.projects.of_place("42")] == [theirs, ours]
    assert [project.id for project in await stores.projects.of_place("42", limit=1)] == [theirs]


async def test_a_project_remembers_its_wishes(
        opening: Callable[[], AbstractAsyncContextManager[Stores]], moments: list[float]) -> None:
    async with opening() as stores:
        project, other = await start(stores, "1"), await start(stores, "2", place="43")
        await stores.projects.remember_wish(project, "慢一点", "done")
        moments[0] += 1
        await stores.projects.remember_wish(project, "another take", "uncertain", job_id="1-a")
    async with opening() as stores:
        found = await stores.projects.wishes(project)
        assert [(wish.words, wish.outcome, wish.job_id) for wish in found] == [
            ("another take", "uncertain", "1-a"), ("慢一点", "done", None)]
        assert (found[0].at - found[1].at).total_seconds() == 1
        assert await stores.projects.wishes(project, limit=1) == found[:1]
        assert await stores.projects.wishes(other) == []


async def test_a_wish_that_is_remembered_again_for_its_job_is_one_wish_with_its_last_outcome(stores: Stores) -> None:
    project = await start(stores)
    for outcome in ("uncertain", "changed"):
        await stores.projects.remember_wish(project, "slower", outcome, job_id="1-a")
    await stores.projects.remember_wish(project, "slower", "done")
    await stores.projects.remember_wish(project, "slower", "done")
    found: list[Wished] = await stores.projects.wishes(project)
    assert [(wish.outcome, wish.job_id) for wish in found] == [("done", None), ("done", None), ("changed", "1-a")]
