"""What is looked at: the project as it stands, and what is left. Only whoever asks reads it, and nothing is said or paid."""

from __future__ import annotations

import re

from cogs.plain_words import BREAK
from tests.nemo_server import replies
from tests.scenarios.conftest import CLIPS, ONE_LOOP, SAY, Scene

pytestmark = ONE_LOOP
BALANCE = "/api/credits/balance/simple"


async def test_the_project_is_told_with_its_timeline_and_its_last_wishes(here: Scene) -> None:
    await here.shows(await here.generate(wish="lo-fi, call it Dusk"), "Done")
    await here.shows(await here.refine("slower, **please** @everyone"), "Done")
    status = await (await here.songs.slash("mureka status", by=here.ada)).reply()
    assert status.is_ephemeral and status.pinged == []
    title, *rest = status.text.splitlines()
    assert title == "**Dusk**"
    assert any(line.startswith("Timeline (2 tracks): 1. Video: harbour") for line in rest)
    wishes = rest[rest.index("Last wishes:") + 1:]
    assert [re.sub(r"<t:\d+:R>", "then", line) for line in wishes] == [
        "- “slower, \\*\\*please\\*\\* @" + BREAK + "everyone” then", "- “lo-fi, call it Dusk” then"]
    assert len(here.cloud.asked("POST", SAY)) == 2


async def test_who_has_no_project_here_is_told_how_to_begin_in_their_language(here: Scene) -> None:
    ling = here.discord.member("ling", locale="zh-CN")
    for who, words in ((here.ada, "Begin with /mureka generate"), (ling, "请先用 /mureka generate")):
        status = await (await here.songs.slash("mureka status", by=who)).reply()
        assert status.is_ephemeral
        assert words in status.text
    assert here.cloud.requests == []


async def test_jobs_under_way_are_told_with_their_place(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    first = await here.generate(wish="one")
    await held.struck()
    second = await here.refine("two")
    await here.shows(second, "You are next")
    status = await (await here.songs.slash("mureka status", by=here.ada)).reply()
    assert "Being made since <t:" in status.text
    assert "In the queue: number 1." in status.text
    held.release()
    for job in (first, second):
        await here.shows(job, "Done")


async def test_a_project_that_the_backend_lost_is_told_so(here: Scene) -> None:
    await here.shows(await here.generate(), "Done")
    here.cloud.projects.clear()
    status = await (await here.songs.slash("mureka status", by=here.ada)).reply()
    assert "no longer there" in status.text


async def test_a_backend_that_is_out_of_reach_is_one_sentence(here: Scene) -> None:
    await here.shows(await here.generate(), "Done")
    here.cloud.on("GET", "/api/state/*", replies.html(502), here.cloud.usual)
    status = await (await here.songs.slash("mureka status", by=here.ada)).reply()
    assert status.is_ephemeral
    assert status.text


async def test_the_balance_is_told_and_no_token_is_asked_for_to_tell_it(here: Scene) -> None:
    before = await (await here.songs.slash("mureka credits", by=here.bob)).reply()
    assert "your first song gets free credits" in before.text
    assert here.cloud.requests == []
    await here.shows(await here.generate(by=here.bob), "Done")
    told = await (await here.songs.slash("mureka credits", by=here.bob)).reply()
    assert told.is_ephemeral
    assert re.match(r"\d+ free credits are left", told.text)
    here.cloud.on("GET", BALANCE, replies.fault(5000, "not now", 500), here.cloud.usual)
    told = await (await here.songs.slash("mureka credits", by=here.bob)).reply()
    assert told.text
