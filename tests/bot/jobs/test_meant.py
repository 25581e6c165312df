"""Which project a job goes to: the one that was meant when it was asked for, whatever was begun or deleted since."""

from __future__ import annotations

from dataclasses import replace

from bot.jobs.order import next_id
from bot.texts import say
from storage import JobKind, JobState
from tests.bot.jobs.house import Bot, House, order
from tests.nemo_server import replies


async def made(around: House, bot: Bot, job_id: str, member: str = "ada") -> str:
    """The session of a new song."""
    await bot.desk.accept(order(job_id, member=member))
    await around.until_over(job_id)
    return (await bot.job(job_id)).session_id or ""


def said(around: House) -> list[list[str]]:
    return [project.wishes for project in around.server.projects.values()]


async def test_a_change_of_an_old_song_goes_there_although_another_one_is_begun_before_its_turn(around: House) -> None:
    async with around.open() as bot:
        old = await made(around, bot, "100")
        await bot.desk.accept(order("101"))
        await bot.desk.accept(order("102", JobKind.REFINE, session_id=old))
        await bot.desk.accept(order("103", JobKind.EXPORT, session_id=old))
        await bot.desk.accept(order("104", JobKind.REFINE))
        await around.until_over("101", "102", "103", "104")
        assert (await bot.job("103")).session_id == old
    assert said(around) == [["wish of 100", "wish of 102", "wish of 104"], ["wish of 101"]]


async def test_a_change_of_a_song_that_was_deleted_or_is_another_members_is_said_to_no_other(around: House) -> None:
    async with around.open() as bot:
        deleted = await made(around, bot, "100")
        await made(around, bot, "101")
        theirs = await made(around, bot, "102", member="bob")
        project = await bot.database.projects.of_session("cloud", deleted)
        assert project is not None
        await bot.database.projects.drop(project.id)
        await bot.desk.accept(order("103", JobKind.REFINE, session_id=deleted))
        await bot.desk.accept(order("104", JobKind.EXPORT, session_id=deleted))
        await bot.desk.accept(order("105", JobKind.REFINE, session_id=theirs))
        await around.until_over("103", "104", "105")
        assert {(await bot.job(job)).state for job in ("103", "104", "105")} == {JobState.FAILED}
    assert said(around) == [["wish of 100"], ["wish of 101"], ["wish of 102"]]
    assert {line["sentence"] for line in around.lines("end") if line["job"] in ("103", "104", "105")} == {
        say("generate.project_lost", "en")}


async def test_what_is_tried_again_goes_to_the_project_that_it_went_to_before(around: House) -> None:
    async with around.open() as bot:
        await made(around, bot, "100")
        around.server.on("POST", "/run_sse", replies.nothing(), around.server.usual)
        await bot.desk.accept(order("101", JobKind.REFINE))
        await around.until_over("101")
        await made(around, bot, "102")
        await bot.desk.again("101")
        await around.until_over(next_id("101"))
    assert said(around) == [["wish of 100", "wish of 101"], ["wish of 102"]]


async def test_a_batch_stays_in_its_project_although_its_member_opens_another_one_in_between(around: House) -> None:
    async with around.open() as bot:
        old = await bot.database.projects.of_session("cloud", await made(around, bot, "100"))
        assert old is not None
        await made(around, bot, "200-01")
        await bot.database.projects.open(old.id)
        await bot.desk.accept(replace(order("200-02"), afresh=False))
        await around.until_over("200-02")
    assert said(around) == [["wish of 100"], ["wish of 200-01", "wish of 200-02"]]
