"""Counts: how many jobs stand where."""

from __future__ import annotations

from storage import Census, JobKind, JobRequest, JobState, NewJob, Stores, Underway

ANSWER = "again"


async def accept(stores: Stores, job_id: str, kind: JobKind = JobKind.GENERATE) -> None:
    await stores.jobs.accept(NewJob(id=job_id, member_id="ada", channel_id="c", kind=kind, request=JobRequest(), language="en"))


async def test_nothing_is_counted_where_nothing_is(stores: Stores) -> None:
    assert await stores.counts.census(ANSWER) == Census((), 0, None, 0, 0)


async def test_jobs_are_counted_where_they_stand(stores: Stores) -> None:
    for job_id in ("1", "2", "3"):
        await accept(stores, job_id)
    await accept(stores, "4", JobKind.EXPORT)
    await stores.jobs.update("2", state=JobState.QUEUED)
    await stores.jobs.update("3", state=JobState.WORKING, stage="filming")
    census = await stores.counts.census(ANSWER)
    assert census.underway == (Underway("export", "accepted", "", 1), Underway("generate", "accepted", "", 1),
                               Underway("generate", "queued", "", 1), Underway("generate", "working", "filming", 1))
    first = await stores.jobs.get("1")
    assert first is not None
    assert (census.waiting, census.oldest) == (3, first.created_at)


async def test_an_end_is_untold_until_it_is_told_and_unanswered_until_it_is_answered(stores: Stores) -> None:
    for job_id, end in (("1", JobState.DONE), ("2", JobState.UNCERTAIN), ("3", JobState.UNCHANGED)):
        await accept(stores, job_id)
        await stores.jobs.ended(job_id, end)
    await stores.claims.make("say:2", "2", "say")
    census = await stores.counts.census(ANSWER)
    assert (census.underway, census.untold, census.unanswered) == ((), 3, 2)
    await stores.claims.make("again:2", "2", ANSWER)
    await stores.jobs.told("1")
    census = await stores.counts.census(ANSWER)
    assert (census.untold, census.unanswered) == (2, 1)
