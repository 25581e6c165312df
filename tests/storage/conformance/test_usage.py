"""Usage: songs are counted by day, member and server, once for a job, never beyond a limit, and given back once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from storage import (
    Charged,
    JobKind,
    JobState,
    Limit,
    Limits,
    MemberUsed,
    NewJob,
    Refused,
    Standing,
    Stores,
    UnknownJob,
    Used,
)
from storage.charges import GIVEN_BACK_A_DAY

TODAY = date(1970, 1, 1)
DAY_SECONDS = 86_400.0
Job = Callable[..., NewJob]


class Songs:
    """Asks for songs and counts them, each for a job of its own."""

    def __init__(self, stores: Stores, new_job: Job) -> None:
        self.stores, self._new_job, self.asked = stores, new_job, 0

    async def ask(self, member: str = "ada", server: str | None = "7", kind: JobKind = JobKind.GENERATE) -> str:
        self.asked += 1
        job = replace(self._new_job(self.asked, member, kind), server_id=server)
        await self.stores.jobs.accept(job)
        return job.id

    async def count(self, member: str = "ada", server: str | None = "7", *, cost: int = 0, limits: Limits | None = None,
                    kind: JobKind = JobKind.GENERATE) -> tuple[str, Charged | Refused]:
        job = await self.ask(member, server, kind)
        return job, await self.stores.usage.charge(job, member, server, kind.value, cost=cost, limits=limits)


@pytest.fixture
def songs(stores: Stores, new_job: Job) -> Songs:
    return Songs(stores, new_job)


async def test_what_is_used_adds_up_by_member_server_and_kind(
        opening: Callable[[], AbstractAsyncContextManager[Stores]], new_job: Job) -> None:
    async with opening() as stores:
        songs = Songs(stores, new_job)
        for _ in range(2):
            assert (await songs.count(cost=5))[1] == Charged(TODAY)
        await songs.count(server=None, cost=1)
        await songs.count("bob", kind=JobKind.REFINE)
    async with opening() as stores:
        assert await stores.usage.of(TODAY, member_id="ada") == {"generate": Used(3, 11)}
        assert await stores.usage.of(TODAY, member_id="ada", server_id="7") == {"generate": Used(2, 10)}
        assert await stores.usage.of(TODAY, server_id="") == {"generate": Used(1, 1)}
        assert await stores.usage.of(TODAY, server_id="7") == {"refine": Used(1, 0), "generate": Used(2, 10)}
        assert await stores.usage.of(TODAY, member_id="carl") == {}
        assert await stores.usage.standing("ada", "7") == Standing(3, 2, 3, 10)
        assert await stores.usage.standing("bob", None) == Standing(1, 0, 1, 1)


@pytest.mark.parametrize(("limits", "counted"), [
    (Limits(), 8), (Limits(member=2), 4), (Limits(member_here=2), 4), (Limits(server=3), 6), (Limits(credits=10), 4),
    (Limits(credits=4), 0), (Limits(member=0), 0), (Limits(2, 4, 3, 100), 4)])
async def test_a_limit_is_reached_and_never_passed(songs: Songs, limits: Limits, counted: int) -> None:
    """Two members who ask four times at once in a server of their own each, at five credits."""
    outcomes = await asyncio.gather(*(songs.count(member, server, cost=5, limits=limits)
                                      for _ in range(4) for member, server in (("ada", "7"), ("bob", "8"))))
    assert sum(isinstance(outcome, Charged) for _, outcome in outcomes) == counted
    used = await songs.stores.usage.of(TODAY)
    assert used.get("generate", Used()) == Used(counted, counted * 5)


async def test_two_openings_never_pass_a_limit_together(
        opening: Callable[[], AbstractAsyncContextManager[Stores]], new_job: Job) -> None:
    limits = Limits(member=5)
    async with opening() as one, opening() as other:
        songs = Songs(one, new_job)
        jobs = [await songs.ask() for _ in range(10)]
        outcomes = await asyncio.gather(*((one, other)[place % 2].usage.charge(job, "ada", "7", "generate", limits=limits)
                                          for place, job in enumerate(jobs)))
        assert sum(isinstance(outcome, Charged) for outcome in outcomes) == 5
        assert await one.usage.standing("ada", "7") == await other.usage.standing("ada", "7") == Standing(5, 5, 5, 0)


async def test_a_members_limit_counts_everywhere_and_a_servers_there_alone(songs: Songs) -> None:
    await songs.count(server="7")
    await songs.count(server=None)
    assert (await songs.count(server="8", limits=Limits(member=2)))[1] == Refused(
        Limit.MEMBER, 2, 2, datetime(1970, 1, 2, tzinfo=UTC))
    assert isinstance((await songs.count(server="8", limits=Limits(member_here=1, server=1)))[1], Charged)
    assert (await songs.count(server="8", limits=Limits(member_here=1, server=1)))[1] == Refused(
        Limit.MEMBER_HERE, 1, 1, datetime(1970, 1, 2, tzinfo=UTC))
    assert (await songs.count("bob", "8", limits=Limits(server=1)))[1] == Refused(
        Limit.SERVER, 1, 1, datetime(1970, 2, 1, tzinfo=UTC))


async def test_what_costs_nothing_is_not_refused_for_credits(songs: Songs) -> None:
    await songs.count(cost=10)
    assert isinstance((await songs.count(limits=Limits(credits=5)))[1], Charged)
    assert (await songs.count(cost=1, limits=Limits(credits=10)))[1] == Refused(
        Limit.CREDITS, 10, 10, datetime(1970, 2, 1, tzinfo=UTC))


async def test_a_job_is_counted_once_and_is_not_refused_when_it_is_begun_again(songs: Songs) -> None:
    limits = Limits(member=1)
    job, first = await songs.count(cost=5, limits=limits)
    assert first == Charged(TODAY)
    for _ in range(3):
        again = await songs.stores.usage.charge(job, "ada", "7", "generate", cost=5, limits=limits)
        assert again == Charged(TODAY, is_new=False)
    assert await songs.stores.usage.of(TODAY) == {"generate": Used(1, 5)}


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED, JobState.UNCHANGED, JobState.UNCERTAIN])
async def test_an_end_with_nothing_delivered_gives_the_song_back_once(songs: Songs, state: JobState) -> None:
    stores = songs.stores
    kept, _ = await songs.count(cost=5)
    lost, _ = await songs.count(cost=5)
    for job, end in ((kept, JobState.DONE), (lost, state), (lost, JobState.FAILED), (kept, JobState.FAILED)):
        await stores.jobs.ended(job, end)
    assert await stores.usage.of(TODAY) == {"generate": Used(1, 5)}
    assert await stores.usage.charge(lost, "ada", "7", "generate") == Charged(TODAY, is_new=False)
    assert await stores.usage.of(TODAY) == {"generate": Used(1, 5)}


@pytest.mark.parametrize(("outcome", "state", "is_said", "credits_left"), [
    ("done", JobState.FAILED, True, 5), ("changed", JobState.CANCELLED, True, 5), ("unchanged", JobState.UNCHANGED, True, 0),
    ("uncertain", JobState.UNCERTAIN, True, 5), (None, JobState.CANCELLED, True, 5), (None, JobState.CANCELLED, False, 0),
    (None, JobState.FAILED, True, 5), ("unchanged", JobState.FAILED, True, 0)],
    ids=["its film fails", "cancelled later", "not carried out", "nobody knows", "cancelled meanwhile", "cancelled before",
         "given up meanwhile", "refused"])
async def test_credits_that_the_backend_may_have_taken_stay_counted(
        songs: Songs, outcome: str | None, state: JobState, is_said: bool, credits_left: int) -> None:
    stores = songs.stores
    job, _ = await songs.count(cost=5)
    if is_said:
        await stores.claims.make(f"say:{job}", job, "say")
    await stores.jobs.update(job, outcome=outcome)
    await stores.jobs.ended(job, state)
    assert await stores.usage.of(TODAY) == {"generate": Used(0, credits_left)}


async def test_who_asks_and_cancels_over_and_over_or_is_forgotten_in_between_is_not_worked_for_without_end(songs: Songs) -> None:
    """What was not begun is given back as often as there is; a day has an end for what was."""
    stores = songs.stores
    for number in range(GIVEN_BACK_A_DAY + 2):
        for is_begun in (False, True):
            job, _ = await songs.count(server=str(number % 2))
            if is_begun:
                await stores.claims.make(f"say:{job}", job, "say")
            await stores.jobs.ended(job, JobState.CANCELLED)
        await stores.members.forget("ada")
    assert (await stores.usage.standing("ada", None)).member == 2
    assert (await stores.usage.standing("bob", None)).member == 0
    failing, _ = await songs.count()
    await stores.claims.make(f"say:{failing}", failing, "say")
    await stores.jobs.ended(failing, JobState.FAILED)       # which is no doing of theirs
    assert (await stores.usage.standing("ada", None)).member == 2


async def test_credits_that_were_not_spent_are_freed_and_the_song_stays_counted(songs: Songs) -> None:
    job, _ = await songs.count(cost=5)
    assert await songs.stores.usage.free(job)
    assert not await songs.stores.usage.free(job)
    assert await songs.stores.usage.of(TODAY) == {"generate": Used(1, 0)}
    await songs.stores.jobs.ended(job, JobState.FAILED)
    assert await songs.stores.usage.of(TODAY) == {"generate": Used()}


async def test_a_job_that_is_gone_or_over_is_not_counted(songs: Songs) -> None:
    with pytest.raises(UnknownJob):
        await songs.stores.usage.charge("nobody's", "ada", "7", "generate")
    job = await songs.ask()
    await songs.stores.jobs.ended(job, JobState.CANCELLED)
    assert await songs.stores.usage.charge(job, "ada", "7", "generate") == Charged(TODAY, is_new=False)
    assert await songs.stores.usage.of(TODAY) == {}


async def test_songs_under_way_take_room_before_they_are_counted(songs: Songs) -> None:
    stores, limits = songs.stores, Limits(member=3)
    await songs.count()
    await songs.ask(server="8")
    await songs.ask(kind=JobKind.EXPORT)        # costs nothing
    await songs.ask("bob")
    assert await stores.usage.standing("ada", "7", under_way=True) == Standing(2, 1, 2, 0)
    assert await stores.usage.room("ada", "7", limits=limits) is None
    assert await stores.usage.room("ada", "7", limits=limits, songs=2) == Refused(
        Limit.MEMBER, 3, 2, datetime(1970, 1, 2, tzinfo=UTC))
    assert await stores.usage.room("ada", None, limits=Limits(credits=5), cost=6) is not None
    assert await stores.jobs.unfinished_of("ada") == 3


async def test_a_day_ends_at_midnight_of_utc_and_a_song_is_given_back_to_its_own(songs: Songs, moments: list[float]) -> None:
    stores, limits = songs.stores, Limits(member=1)
    moments[0] = DAY_SECONDS - 0.001
    job, before = await songs.count(server=None, limits=limits)
    moments[0] = DAY_SECONDS
    _, after = await songs.count(server=None, limits=limits)
    assert (before, after) == (Charged(TODAY), Charged(date(1970, 1, 2)))
    assert isinstance((await songs.count(server=None, limits=limits))[1], Refused)
    await stores.jobs.ended(job, JobState.FAILED)
    assert await stores.usage.of(TODAY) == {"generate": Used()}
    assert await stores.usage.of(date(1970, 1, 2)) == {"generate": Used(1)}


async def test_a_month_ends_with_the_calendars(songs: Songs, moments: list[float]) -> None:
    limits = Limits(server=1)
    moments[0] = datetime(2031, 12, 1, tzinfo=UTC).timestamp()
    await songs.count(limits=limits)
    moments[0] = datetime(2031, 12, 31, 23, 59, tzinfo=UTC).timestamp()
    assert (await songs.count(limits=limits))[1] == Refused(Limit.SERVER, 1, 1, datetime(2032, 1, 1, tzinfo=UTC))
    moments[0] += 60
    assert isinstance((await songs.count(limits=limits))[1], Charged)


async def test_what_was_waived_counts_no_more_against_the_servers_limit_for_a_member_and_against_no_other(songs: Songs) -> None:
    stores = songs.stores
    given_back, _ = await songs.count()
    await songs.count()
    await songs.count(server="8")
    assert await stores.usage.waive("ada", "7") == 2
    assert await stores.usage.waive("ada", "7") == 0
    assert await stores.usage.waive("bob", "7") == 0
    assert await stores.usage.standing("ada", "7") == Standing(3, 0, 2, 0)
    await stores.jobs.ended(given_back, JobState.FAILED)
    assert await stores.usage.standing("ada", "7") == Standing(2, 0, 1, 0)
    await songs.count()
    assert await stores.usage.standing("ada", "7") == Standing(3, 1, 2, 0)


async def test_a_month_later_the_day_is_gone(songs: Songs, moments: list[float]) -> None:
    stores = songs.stores
    await songs.count(server=None)
    moments[0] += 31 * DAY_SECONDS
    assert await stores.usage.drop_old() == 0
    assert await stores.usage.of(TODAY) == {"generate": Used(1)}
    moments[0] += DAY_SECONDS
    assert await stores.usage.drop_old() == 1
    assert await stores.usage.of(TODAY) == {}


async def test_who_used_what_is_told_and_the_forgotten_are_one_line(songs: Songs, moments: list[float]) -> None:
    stores = songs.stores
    for member, cost in (("ada", 5), ("bob", 0), ("cat", 7), ("dan", 1)):
        await songs.count(member, cost=cost)
    moments[0] += DAY_SECONDS
    await songs.count("ada")
    await songs.count("dan")
    await songs.count("ada", "8")
    for member in ("cat", "dan"):
        await stores.members.forget(member)
    assert await stores.usage.by_member("7") == [
        MemberUsed("ada", Used(1, 0), Used(2, 5)), MemberUsed("bob", Used(), Used(1, 0)),
        MemberUsed(None, Used(1, 0), Used(3, 8))]
    assert await stores.usage.by_member("9") == []


async def test_who_is_forgotten_and_comes_back_has_used_what_they_have_used(songs: Songs) -> None:
    limits = Limits(member=1)
    await songs.count(limits=limits)
    await songs.stores.members.forget("ada")
    assert isinstance((await songs.count(limits=limits))[1], Refused)
