"""Members, and what is left of them when they are forgotten."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import pytest

from storage import Account, Charged, Fact, JobState, NewJob, Stores, TokenKind, UnknownJob, Used


async def test_a_member_has_one_client_id(stores: Stores) -> None:
    first = await stores.members.get("ada")
    assert uuid.UUID(first.client_id).version == 4
    assert await stores.members.get("ada") == first
    assert (await stores.members.get("bob")).client_id != first.client_id
    assert first.created_at == datetime(1970, 1, 1, 0, 16, 40, tzinfo=UTC)


async def test_a_member_met_many_times_at_once_is_one_member(stores: Stores) -> None:
    found = await asyncio.gather(*(stores.members.get("ada") for _ in range(10)))
    assert len({member.client_id for member in found}) == 1


async def test_a_client_id_that_was_changed_stays_changed(
        opening: Callable[[], AbstractAsyncContextManager[Stores]]) -> None:
    async with opening() as stores:
        before, bob = await stores.members.get("ada"), await stores.members.get("bob")
        await stores.members.change_client_id("ada", "c1d2", "cloud")
        await stores.members.change_client_id("nobody", "c3d4", "cloud")
    async with opening() as stores:
        after = await stores.members.get("ada")
        assert (after.client_id, after.created_at) == ("c1d2", before.created_at)
        assert await stores.members.get("bob") == bob
        assert (await stores.members.get("nobody")).client_id != "c3d4"


async def test_a_client_id_that_another_backend_keeps_files_under_stays(stores: Stores) -> None:
    await stores.projects.start("ada", "1", "studio", session_id="7", task_id=None, title="Dusk")
    await stores.accounts.keep(Account("bob", "studio", TokenKind.ANONYMOUS, "nmv_usr_1"))
    for who in ("ada", "bob"):
        before = await stores.members.get(who)
        await stores.members.change_client_id(who, "c1d2", "cloud")
        assert await stores.members.get(who) == before
    await stores.members.change_client_id("ada", "c1d2", "studio")
    assert (await stores.members.get("ada")).client_id == "c1d2"


async def test_forgetting_a_member_forgets_all_that_hangs_on_them(
        stores: Stores, new_job: Callable[..., NewJob]) -> None:
    before = await stores.members.get("ada")
    await stores.accounts.keep(Account("ada", "cloud", TokenKind.OWN, "nmv_usr_1"))
    project = await stores.projects.start("ada", "42", "cloud", session_id="1", task_id=None, title="A hum")
    await stores.projects.remember_wish(project.id, "slower", "done")
    ours, theirs = new_job(1), new_job(2, "bob")
    for job in (ours, theirs):
        await stores.jobs.accept(job)
        await stores.claims.make(f"{job.id}-say", job.id, "say")
    assert await stores.members.forget("ada")
    assert not await stores.members.forget("ada")
    assert await stores.accounts.find("ada", "cloud", TokenKind.OWN) is None
    assert await stores.projects.of_member("ada") == await stores.projects.of_place("42") == []
    assert await stores.projects.get(project.id) is None
    assert await stores.projects.wishes(project.id) == []
    assert await stores.jobs.get(ours.id) is None
    assert await stores.claims.get(f"{ours.id}-say") is None
    assert [job.id for job in await stores.jobs.unfinished()] == [theirs.id]
    assert await stores.claims.get(f"{theirs.id}-say") is not None
    assert (await stores.members.get("ada")).client_id != before.client_id


async def test_a_job_whose_member_was_forgotten_can_do_nothing_more(
        stores: Stores, new_job: Callable[..., NewJob]) -> None:
    job, facts = new_job(), dict[str, Fact]()
    await stores.jobs.accept(job)
    project = await stores.projects.start("ada", "42", "cloud", session_id="1", task_id=None, title="A hum")
    await stores.members.forget("ada")
    with pytest.raises(UnknownJob):
        await stores.claims.make(f"{job.id}-say", job.id, "say")
    assert not await stores.jobs.update(job.id, stage="listening")
    assert not await stores.jobs.remember_message(job.id, "7")
    assert not await stores.jobs.ended(job.id, JobState.FAILED, reason="flow.failed", facts=facts)
    await stores.projects.remember_wish(project.id, "slower", "done")
    assert await stores.projects.wishes(project.id) == []


async def test_what_a_forgotten_member_used_today_still_counts(stores: Stores, new_job: Callable[..., NewJob]) -> None:
    await stores.jobs.accept(new_job())
    counted = await stores.usage.charge(new_job().id, "ada", "7", "generate", cost=5)
    assert isinstance(counted, Charged)
    await stores.members.forget("ada")
    assert await stores.usage.of(counted.day, member_id="ada") == {"generate": Used(1, 5)}
