"""Songs are counted right before they are begun, once whatever dies, and given back where nothing came of them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from bot.flows.budget import Budget, TooManyWaiting
from bot.texts import say
from storage import Database, JobKind, JobState, Standing, Used
from tests.bot.jobs.house import Bot, House, order
from tests.bot.jobs.lives import Lives
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request

RENDERS = "/api/render/proxy/lambda"
TEARS = replies.events({"type": "text", "content": "Let me"}, cuts=True)


async def used(bot: Bot) -> dict[str, Used]:
    return await bot.database.usage.of(datetime.now(UTC).date(), server_id="s1")


async def test_a_song_is_counted_with_its_credits_and_an_export_is_not_and_little_left_is_told_once(
        around: House, caplog: pytest.LogCaptureFixture) -> None:
    around.budget = Budget(credits_per_month=250)
    async with around.open() as bot:
        for number, kind in enumerate((JobKind.GENERATE, JobKind.EXPORT, JobKind.REFINE, JobKind.REFINE, JobKind.REFINE)):
            await bot.desk.accept(order(f"10{number}", kind))
            await around.until_over(f"10{number}")
        assert await used(bot) == {"generate": Used(1, 100), "refine": Used(3, 150)}
        [balance] = await bot.database.warnings.balances()      # read after each song, without a studio beside the cloud too
        assert (balance.account, len(around.server.asked("GET", "/api/credits/balance/simple"))) == ("operator", 4)
    assert caplog.text.count("ALERT") == caplog.text.count("ALERT: Server s1 has 50 of its 250 credits left") == 1


async def test_a_limit_ends_the_job_with_its_sentence_before_anything_is_said(around: House) -> None:
    """The gate has let all three in at once; the act itself looks again."""
    around.budget = Budget(songs_per_day=2, credits_per_month=250)
    async with around.open() as bot:
        await bot.desk.accept_all([order(f"10{number}", afresh=number == 0) for number in range(3)])
        await around.until_over("100", "101", "102")
        await bot.desk.accept(order("200", member="bob"))
        await around.until_over("200")
        refused, over = await bot.job("102"), await bot.job("200")
        assert await used(bot) == {"generate": Used(2, 200)}
    assert len(around.wishes) == 2
    assert (refused.state, refused.reason, over.reason) == (JobState.FAILED, "budget.member", "budget.credits")
    told = {line["job"]: line["sentence"] for line in around.lines("end")}
    assert told["102"] == say("budget.member", "en", most=2, left=0, when=refused.facts["when"])
    assert told["200"] == say("budget.credits", "en", most=250, left=50, when=over.facts["when"])


@pytest.mark.parametrize(("works", "left"), [(False, Used()), (True, Used(0, 100))], ids=["refused", "its film fails"])
async def test_what_came_to_nothing_is_given_back_but_for_credits_that_were_spent(
        around: House, works: bool, left: Used) -> None:
    if works:
        around.server.on("GET", f"{RENDERS}/*", replies.bare({"success": True, "data": {"status": "failed", "error": "no"}}))
    else:
        around.server.on("POST", "/run_sse", replies.events({"type": "error", "code": 4003, "message": "no tune"}))
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        assert await used(bot) == {"generate": left}


async def test_trying_again_is_another_song(around: House) -> None:
    around.server.on("POST", "/run_sse", TEARS, around.server.usual)
    around.budget = Budget(songs_per_day=1)
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        assert await used(bot) == {"generate": Used()}
        assert await bot.desk.again("100") is not None
        await around.until_over("100-t1")
        assert await used(bot) == {"generate": Used(1, 100)}
    assert len(around.wishes) == 1


async def test_a_job_that_dies_while_it_is_at_it_is_counted_once_and_given_back_once(around: House, lives: Lives) -> None:
    """Killed in mid-answer, and again between its end and the telling of it."""
    def swallow(_request: Request) -> Reply:
        lives.kill()
        return replies.nothing()

    around.server.on("POST", "/run_sse", swallow, around.server.usual)
    await lives.start({"id": "100"})
    await lives.dead()
    async with Database.open(around.folder / "mureka.db") as database:
        assert await database.usage.standing("ada", "s1") == Standing(1, 1, 1, 100)
    await lives.start(dies="ask.before")        # the end is written, and not told
    await lives.dead()
    await lives.start({"id": "200"})
    await around.until_over("100", "200")
    await lives.end()
    async with around.open() as bot:
        assert [(await bot.job(job)).state for job in ("100", "200")] == [JobState.UNCHANGED, JobState.DONE]
        assert await used(bot) == {"generate": Used(1, 100)}
    assert around.wishes == ["wish of 200"]


async def test_a_member_has_room_for_so_many_jobs_and_two_at_once_find_no_more(around: House) -> None:
    around.budget = Budget(waiting=2)
    held = asyncio.Event()

    async def gate(_request: Request) -> None:
        await held.wait()

    around.gate = gate
    async with around.open() as bot:
        await bot.desk.accept_all([order("100"), order("101")])
        with pytest.raises(TooManyWaiting):
            await bot.desk.accept(order("103", JobKind.EXPORT))
        with pytest.raises(TooManyWaiting):
            await bot.desk.keep(order("104"))
        await bot.desk.accept(order("100"))             # known: the same command again
        pairs = [[order(f"{first}0{number}", member="cat") for first in (3, 4)] for number in range(3)]
        taken = await asyncio.gather(*map(bot.desk.accept_all, pairs), return_exceptions=True)
        assert [isinstance(one, TooManyWaiting) for one in taken].count(True) == 2
        held.set()
        await around.until_over("100", "101")
        await bot.desk.check_room("ada", 2)
