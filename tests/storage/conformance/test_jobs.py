"""Jobs and claims: accepted once, ended once, in their turn, and allowed to act once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import Job, JobKind, JobRequest, JobState, NewJob, Stores, UnknownJob

Making = Callable[..., NewJob]
ENDS = (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.UNCHANGED, JobState.UNCERTAIN)
FULL = NewJob(
    id="1300000000000000001-000", member_id="ada", server_id="7", channel_id="42", message_id="43", kind=JobKind.GENERATE,
    request=JobRequest("慢一点 🎬", "clips/hum.ogg", {"style": "lo-fi", "seconds": 90, "link": True, "seed": None, "x": 0.5}),
    language="zh", upload_limit=10_485_760)


async def accepted(stores: Stores, *jobs: NewJob) -> None:
    for job in jobs:
        assert await stores.jobs.accept(job)


async def got(stores: Stores, job_id: str) -> Job:
    job = await stores.jobs.get(job_id)
    assert job is not None
    return job


async def test_an_accepted_job_is_there_as_it_was_asked_for(
        opening: Callable[[], AbstractAsyncContextManager[Stores]]) -> None:
    async with opening() as stores:
        await accepted(stores, FULL)
    async with opening() as stores:
        job = await got(stores, FULL.id)
    assert {name: getattr(job, name) for name in NewJob.__dataclass_fields__} == {
        name: getattr(FULL, name) for name in NewJob.__dataclass_fields__}
    assert (job.state, job.stage, job.ended_at, job.facts) == (JobState.ACCEPTED, None, None, {})
    assert job.created_at == job.updated_at == datetime.fromtimestamp(1_000, UTC)


async def test_a_job_is_accepted_once(stores: Stores) -> None:
    assert await asyncio.gather(*(stores.jobs.accept(FULL) for _ in range(5))) == [True, False, False, False, False]
    assert not await stores.jobs.accept(replace(FULL, member_id="bob", language="en"))
    assert (await got(stores, FULL.id)).member_id == "ada"


async def test_jobs_that_belong_together_are_accepted_together_or_not_at_all(stores: Stores) -> None:
    second, third = replace(FULL, id="2"), replace(FULL, id="3", request=JobRequest("", None, {"x": {1j}}))  # type: ignore[dict-item]
    with pytest.raises(TypeError):
        await stores.jobs.accept_all([FULL, second, third])
    assert await stores.jobs.unfinished() == []
    await accepted(stores, second)
    assert await stores.jobs.accept_all([FULL, second]) == [True, False]


async def test_a_job_is_withdrawn_before_it_waits_and_no_later(stores: Stores) -> None:
    await accepted(stores, FULL)
    assert await stores.jobs.withdraw(FULL.id)
    assert not await stores.jobs.withdraw(FULL.id)
    await accepted(stores, FULL)
    await stores.jobs.update(FULL.id, state=JobState.QUEUED)
    assert not await stores.jobs.withdraw(FULL.id)
    assert (await got(stores, FULL.id)).state is JobState.QUEUED


async def test_a_change_names_what_it_changes(stores: Stores, moments: list[float]) -> None:
    await accepted(stores, FULL)
    moments[0] += 5
    assert await stores.jobs.update(FULL.id, state=JobState.WORKING, stage="listening", session_id="12", fingerprint="f",
                                    render_key="r", film_path="films/1.mp4", outcome="done")
    assert await stores.jobs.update(FULL.id, stage=None)
    job = await got(stores, FULL.id)
    assert (job.state, job.stage, job.session_id, job.fingerprint, job.render_key, job.film_path, job.outcome) == (
        JobState.WORKING, None, "12", "f", "r", "films/1.mp4", "done")
    assert (job.updated_at - job.created_at).total_seconds() == 5


@pytest.mark.parametrize("change", [{"member_id": "bob"}, {"ended_at": 0}, {"id = id --": 0}])
async def test_nothing_else_can_be_changed(stores: Stores, change: dict[str, Any]) -> None:
    await accepted(stores, FULL)
    with pytest.raises(TypeError):
        await stores.jobs.update(FULL.id, **change)


@pytest.mark.parametrize("first", ENDS)
async def test_a_job_ends_once(stores: Stores, moments: list[float], first: JobState) -> None:
    await accepted(stores, FULL)
    assert await stores.jobs.ended(FULL.id, first, reason="nemo.refused", facts={"reason": "no", "count": 3})
    ended = await got(stores, FULL.id)
    assert (ended.state, ended.reason, ended.facts, ended.ended_at) == (
        first, "nemo.refused", {"reason": "no", "count": 3}, ended.updated_at)
    moments[0] += 1
    for second in ENDS:
        assert not await stores.jobs.ended(FULL.id, second)
    assert not await stores.jobs.update(FULL.id, state=JobState.WORKING)
    assert await got(stores, FULL.id) == ended
    assert await stores.jobs.unfinished() == []


async def test_only_an_end_ends_a_job_and_a_change_never_does(stores: Stores) -> None:
    await accepted(stores, FULL)
    for state in JobState:
        with pytest.raises(ValueError, match="end"):
            await (stores.jobs.update(FULL.id, state=state) if state.is_end else stores.jobs.ended(FULL.id, state))
    assert (await got(stores, FULL.id)).state is JobState.ACCEPTED


async def test_the_message_of_a_job_is_remembered_after_its_end_too(stores: Stores) -> None:
    await accepted(stores, FULL)
    await stores.jobs.ended(FULL.id, JobState.CANCELLED)
    assert await stores.jobs.remember_message(FULL.id, "99")
    assert (await got(stores, FULL.id)).message_id == "99"
    assert not await stores.jobs.remember_message("0", "99")


async def test_unfinished_jobs_come_in_the_order_of_their_acceptance(
        stores: Stores, new_job: Making, moments: list[float]) -> None:
    await accepted(stores, new_job(2), new_job(1, "bob"))
    moments[0] += 1
    await accepted(stores, new_job(0), new_job(3))
    await stores.jobs.ended(new_job(1).id, JobState.DONE)
    assert [job.id for job in await stores.jobs.unfinished()] == [new_job(number).id for number in (2, 0, 3)]


async def test_members_take_turns_in_the_queue(stores: Stores, new_job: Making) -> None:
    ours, theirs = [new_job(number) for number in range(4)], [new_job(number, "bob") for number in (4, 5)]
    await accepted(stores, *ours, *theirs)
    places = [await stores.jobs.place_in_queue(job.id) for job in (*ours, *theirs)]
    assert places == [1, 3, 5, 6, 2, 4]
    await stores.jobs.update(ours[0].id, state=JobState.QUEUED)
    assert await stores.jobs.place_in_queue(ours[0].id) == 1


async def test_who_has_a_job_at_work_waits_behind_everybodys_first(stores: Stores, new_job: Making) -> None:
    first, second, theirs = new_job(1), new_job(2), new_job(3, "bob")
    await accepted(stores, first, second, theirs)
    await stores.jobs.update(first.id, state=JobState.WORKING)
    assert await stores.jobs.place_in_queue(first.id) is None
    assert await stores.jobs.place_in_queue(theirs.id) == 1
    assert await stores.jobs.place_in_queue(second.id) == 2
    await stores.jobs.ended(first.id, JobState.DONE)
    assert await stores.jobs.place_in_queue(first.id) is None
    assert await stores.jobs.place_in_queue(second.id) == 1
    assert await stores.jobs.place_in_queue("0") is None


async def test_a_members_jobs_come_newest_first(stores: Stores, new_job: Making, moments: list[float]) -> None:
    for number in range(3):
        moments[0] += 1
        await accepted(stores, new_job(number))
    await accepted(stores, new_job(9, "bob"))
    await stores.jobs.ended(new_job(1).id, JobState.DONE)
    assert [job.id for job in await stores.jobs.of_member("ada")] == [new_job(number).id for number in (2, 1, 0)]
    assert [job.id for job in await stores.jobs.of_member("ada", limit=1)] == [new_job(2).id]
    assert await stores.jobs.of_member("nobody") == []


async def test_the_jobs_of_one_channel_are_found(stores: Stores, new_job: Making) -> None:
    here, there = new_job(1), replace(new_job(2), channel_id="elsewhere")
    await accepted(stores, here, there, replace(new_job(3, "bob"), channel_id="elsewhere"))
    assert [job.id for job in await stores.jobs.of_member("ada", channel_id="elsewhere")] == [there.id]
    assert [job.id for job in await stores.jobs.of_member("ada", channel_id=here.channel_id)] == [here.id]


async def test_an_end_is_untold_until_it_was_told(stores: Stores, new_job: Making, moments: list[float]) -> None:
    await accepted(stores, *(new_job(number) for number in range(3)))
    assert not await stores.jobs.told(new_job(0).id)
    for number in (1, 0):
        await stores.jobs.ended(new_job(number).id, JobState.DONE)
        moments[0] += 1
    assert [job.id for job in await stores.jobs.untold()] == [new_job(1).id, new_job(0).id]
    assert [await stores.jobs.told(new_job(1).id) for _ in range(2)] == [True, False]
    assert [job.id for job in await stores.jobs.untold()] == [new_job(0).id]


async def test_old_jobs_go_with_their_claims_and_tell_of_their_files(
        stores: Stores, new_job: Making, moments: list[float]) -> None:
    old, late, open_one = new_job(1), new_job(2), new_job(3)
    await accepted(stores, old, late, open_one)
    await stores.claims.make("c", old.id, "post")
    await stores.jobs.update(old.id, film_path="films/1.mp4")
    await stores.jobs.ended(old.id, JobState.DONE)
    moments[0] += 3600
    await stores.jobs.ended(late.id, JobState.DONE)
    before = datetime.fromtimestamp(moments[0], UTC) - timedelta(seconds=60)
    assert [job.film_path for job in await stores.jobs.drop_ended(before)] == ["films/1.mp4"]
    assert await stores.jobs.drop_ended(before) == []
    assert await stores.jobs.get(old.id) is None
    assert await stores.claims.get("c") is None
    assert len(await stores.jobs.of_member("ada")) == 2


async def test_a_claim_is_given_to_exactly_one(stores: Stores, new_job: Making) -> None:
    await accepted(stores, new_job(1), new_job(2))
    made = await asyncio.gather(*(stores.claims.make("say-1", new_job(1).id, "say") for _ in range(8)))
    assert sorted(made) == [False] * 7 + [True]
    assert not await stores.claims.make("say-1", new_job(2).id, "post")
    claim = await stores.claims.get("say-1")
    assert claim is not None
    assert (claim.job_id, claim.act, claim.finished_at, claim.result) == (new_job(1).id, "say", None, None)
    assert await stores.claims.get("say-2") is None


async def test_a_claim_outlives_whoever_made_it(
        opening: Callable[[], AbstractAsyncContextManager[Stores]], new_job: Making) -> None:
    async with opening() as stores:
        await accepted(stores, new_job(1))
        assert await stores.claims.make("say-1", new_job(1).id, "say")
    async with opening() as stores, opening() as others:
        assert not await stores.claims.make("say-1", new_job(1).id, "say")
        made = await asyncio.gather(*(
            one.claims.make(f"post-{number}", new_job(1).id, "post") for number in range(5) for one in (stores, others)))
        assert sum(made) == 5


async def test_a_claim_is_finished_once_and_listed_in_order(
        stores: Stores, new_job: Making, moments: list[float]) -> None:
    await accepted(stores, new_job(1))
    await stores.claims.make("b", new_job(1).id, "say")
    moments[0] += 1
    await stores.claims.make("a", new_job(1).id, "post")
    assert await stores.claims.finish("a", "message 99")
    assert not await stores.claims.finish("a", "message 100")
    assert not await stores.claims.finish("c")
    found = await stores.claims.of_job(new_job(1).id)
    assert [(claim.id, claim.result, claim.finished_at is None) for claim in found] == [
        ("b", None, True), ("a", "message 99", False)]
    assert await stores.claims.of_job("0") == []


async def test_nobody_claims_for_a_job_that_was_never_accepted(stores: Stores) -> None:
    with pytest.raises(UnknownJob):
        await stores.claims.make("say-1", "0", "say")
