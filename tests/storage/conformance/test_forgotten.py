"""Who was forgotten is known without their id, and what nobody uses any more goes in its time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime, timedelta

from storage import Account, JobState, NewJob, Stores, TokenKind

DAY = 86_400.0


def at(moments: list[float]) -> datetime:
    return datetime.fromtimestamp(moments[0], UTC)


async def test_who_is_forgotten_is_noted_without_their_id(stores: Stores, moments: list[float]) -> None:
    await stores.members.get("ada")
    await stores.members.forget("ada")
    await stores.forgotten.add("bob")
    assert [await stores.forgotten.is_forgotten(who) for who in ("ada", "bob", "eve")] == [True, True, False]
    notes = await stores.forgotten.all()
    assert len({note.member_key for note in notes}) == 2
    assert all(b"ada" not in note.member_key and note.at == at(moments) for note in notes)


async def test_a_note_is_there_before_the_member_is_known_again(stores: Stores, moments: list[float]) -> None:
    backed_up = at(moments) + timedelta(days=1)
    await stores.members.forget("nobody")
    assert await stores.forgotten.is_forgotten("nobody")
    assert not await stores.forgotten.is_forgotten("nobody", since=backed_up)
    moments[0] += 2 * DAY
    await stores.members.get("nobody")
    await stores.members.forget("nobody")
    assert await stores.forgotten.is_forgotten("nobody", since=backed_up)
    assert len(await stores.forgotten.all()) == 1


async def test_notes_go_after_four_hundred_days(
        opening: Callable[[], AbstractAsyncContextManager[Stores]], moments: list[float]) -> None:
    async with opening() as stores:
        await stores.forgotten.add("ada")
    moments[0] += 399 * DAY
    async with opening() as stores:
        await stores.forgotten.add("bob")
        assert await stores.forgotten.drop_old() == 0 and await stores.forgotten.is_forgotten("ada")
        moments[0] += 2 * DAY
        assert await stores.forgotten.drop_old() == 1
        assert [await stores.forgotten.is_forgotten(who) for who in ("ada", "bob")] == [False, True]


async def test_everything_of_a_member_is_found_and_nobody_elses(stores: Stores, new_job: Callable[..., NewJob]) -> None:
    assert "members" not in await stores.members.everything("ada")
    for number, who in enumerate(("ada", "bob"), 1):
        await stores.accounts.keep(Account(who, "studio", TokenKind.ANONYMOUS, f"nmv_usr_{who}", credits=100))
        project = await stores.projects.start(who, "42", "studio", session_id=str(number), task_id=None, title=f"{who} hums")
        job = new_job(number, who)
        await stores.jobs.accept(job)
        await stores.projects.remember_wish(project.id, f"{who} wishes", "done", job_id=job.id)
        await stores.claims.make(f"say:{job.id}", job.id, "say")
        await stores.usage.charge(job.id, who, "7", "generate")
    found = await stores.members.everything("ada")
    assert {"members", "accounts", "projects", "wishes", "jobs", "claims", "usage"} <= set(found)
    assert "sealed" not in found["accounts"][0] and found["accounts"][0]["credits"] == 100
    assert [row["words"] for row in found["wishes"]] == ["ada wishes"]
    assert len(found["usage"]) == 1
    assert "bob" not in str(found) and "nmv_usr" not in str(found)


async def test_a_member_is_known_only_once_they_came(stores: Stores) -> None:
    assert await stores.members.find("ada") is None
    assert await stores.members.ids() == []
    made = await stores.members.get("ada")
    assert await stores.members.find("ada") == made
    assert await stores.members.ids() == ["ada"]


async def test_expired_anonymous_accounts_go_and_own_ones_stay(stores: Stores, moments: list[float]) -> None:
    soon, now = at(moments) + timedelta(days=7), at(moments)
    await stores.accounts.keep(Account("ada", "studio", TokenKind.ANONYMOUS, "nmv_usr_1", expires_at=soon))
    await stores.accounts.keep(Account("ada", "cloud", TokenKind.OWN, "nmv_usr_2"))
    await stores.accounts.keep(Account("bob", "studio", TokenKind.ANONYMOUS, "nmv_usr_3", expires_at=now))
    assert await stores.accounts.drop_expired(now + timedelta(days=1)) == 1
    assert await stores.accounts.find("ada", "studio", TokenKind.ANONYMOUS) is not None
    assert await stores.accounts.drop_expired(soon + timedelta(seconds=1)) == 1
    assert await stores.accounts.find("ada", "cloud", TokenKind.OWN) is not None


async def test_projects_that_nobody_uses_go_with_their_wishes(
        stores: Stores, moments: list[float], new_job: Callable[..., NewJob]) -> None:
    kept = [await stores.projects.start(who, "42", backend, session_id=f"{who}{backend}", task_id=None, title=who)
            for who in ("ada", "bob") for backend in ("studio", "cloud")]
    await stores.projects.remember_wish(kept[0].id, "slower", "done")
    await stores.jobs.accept(new_job(1, "bob"))
    moments[0] += 10 * DAY
    exported = new_job(2, "ada")
    await stores.jobs.accept(exported)
    await stores.jobs.update(exported.id, session_id=kept[0].session_id)
    await stores.jobs.ended(exported.id, JobState.DONE)
    assert await stores.projects.drop_unused(at(moments) - timedelta(days=9), "studio") == 0
    assert await stores.jobs.drop_ended(at(moments) + timedelta(days=1))
    assert await stores.projects.drop_unused(at(moments) - timedelta(days=11), "studio") == 0
    assert await stores.projects.drop_unused(at(moments) - timedelta(days=9), "studio") == 1
    assert await stores.projects.wishes(kept[0].id) == []
    assert [await stores.projects.get(one.id) is not None for one in kept] == [False, True, True, True]
    await stores.jobs.ended(new_job(1, "bob").id, JobState.DONE)
    assert await stores.projects.drop_unused(at(moments) - timedelta(days=9), "studio") == 1
    assert await stores.projects.get(kept[3].id) is not None


async def test_members_of_whom_nothing_is_left_go(stores: Stores, moments: list[float], new_job: Callable[..., NewJob]) -> None:
    for who in ("ada", "bob", "eve"):
        await stores.members.get(who)
    await stores.jobs.accept(new_job(1, "bob"))
    moments[0] += DAY
    await stores.members.get("new")
    await stores.accounts.keep(Account("eve", "cloud", TokenKind.OWN, "nmv_usr_1"))
    assert await stores.members.drop_idle(at(moments)) == 1
    assert await stores.members.ids() == ["bob", "eve", "new"]
    assert not await stores.forgotten.is_forgotten("ada")
