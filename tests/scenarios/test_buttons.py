"""Buttons: who may press them, what they do, and that they outlive the process that made them."""

from __future__ import annotations

from tests.discord_sim.places import TextChannel
from tests.scenarios.conftest import CLIPS, ONE_LOOP, SAY, Scene, films

pytestmark = ONE_LOOP
ASKED = "Try it again?"
AGAIN, LEAVE = "Try again (may cost again)", "Leave it"


def whispers(channel: TextChannel) -> list[str]:
    return [one.text for one in channel.messages if one.is_ephemeral]


async def test_whoever_asked_may_cancel_and_nobody_else(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    job = await here.generate()
    await held.struck()
    progress = await here.shows(job, "Looking")
    refused = await progress.press("Cancel", by=here.bob)
    assert "Only whoever asked" in (await refused.reply()).text
    assert (await refused.reply()).is_ephemeral
    await progress.press("Cancel", by=here.ada)
    await here.shows(job, "Cancelled")
    assert progress.buttons == []
    held.release()
    after = await here.generate(wish="another")
    await here.shows(after, "Done")
    assert [project.wishes for project in here.cloud.projects.values()] == [["another"]]
    assert here.discord.pings(here.ada) == 1


async def test_a_job_that_waits_is_cancelled_before_it_begins(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    first = await here.generate(wish="one")
    await held.struck()
    second = await here.refine("two")
    waiting = await here.shows(second, "You are next")
    await waiting.press("Cancel", by=here.ada)
    await here.shows(second, "Cancelled")
    held.release()
    await here.shows(first, "Done")
    assert [project.wishes for project in here.cloud.projects.values()] == [["one"]]


async def test_a_lost_answer_can_be_left_and_not_be_tried_after_that(here: Scene) -> None:
    here.tear(works=False)
    job = await here.generate()
    question = await here.shows(job, ASKED)
    again = question.custom_ids[AGAIN]
    await question.press(LEAVE, by=here.ada)
    await here.shows(job, "stays as it is")
    assert question.buttons == [] and again
    assert len(here.cloud.asked("POST", SAY)) == 1
    assert films(here.songs) == []


async def test_a_lost_answer_of_work_that_was_done_is_no_question(here: Scene) -> None:
    here.tear(works=True)
    job = await here.generate()
    await here.shows(job, "Done")
    assert len(here.cloud.asked("POST", SAY)) == 1
