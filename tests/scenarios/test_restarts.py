"""kill -9 in every stage, and the start after it: nothing lost, nothing posted or paid twice, nobody pinged twice."""

from __future__ import annotations

import asyncio

import pytest

from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.scenarios.conftest import CLIPS, ONE_LOOP, POSTS, RENDERS, SAY, SUBMIT, Scene, films
from tests.scenarios.test_buttons import AGAIN, ASKED, LEAVE

pytestmark = ONE_LOOP


async def ended_once(scene: Scene) -> None:
    """One film, one ping, one generation; the commands were synced once."""
    await scene.film()
    assert len(films(scene.songs)) == 1
    assert scene.discord.pings(scene.ada) == 1
    assert len(scene.cloud.asked("POST", SAY)) == 1
    assert scene.discord.world.application.syncs == 1
    assert [one for one in scene.songs.messages if one.author == "Mureka" and not one.files and not one.is_ephemeral][1:] == []


async def test_killed_while_it_fetches_the_clip_the_progress_goes_on_being_edited(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    job = await here.generate()
    await held.struck()
    progress = await here.shows(job, "Looking")
    before = len(progress.versions)
    await here.restart()
    held.release()
    await here.shows(job, "Done")
    assert len(progress.versions) > before + 1
    await ended_once(here)


async def test_killed_while_it_waits_in_the_queue(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    first = await here.generate(wish="one")
    await held.struck()
    second = await here.refine("two")
    await here.shows(second, "You are next")
    await here.restart()
    held.release()
    for job in (first, second):
        await here.shows(job, "Done")
    [project] = here.cloud.projects.values()
    assert project.wishes == ["one", "two"]
    assert here.discord.pings(here.ada) == 2


@pytest.mark.parametrize("is_done", [True, False])
async def test_killed_while_the_agent_works_the_wish_is_not_said_again(here: Scene, is_done: bool) -> None:
    said = asyncio.Event()

    def hangs(request: Request) -> Reply:
        said.set()
        if is_done:
            here.cloud.carry_out(request)
        return replies.stream(": heartbeat\n\n", hangs=True)

    here.cloud.on("POST", SAY, hangs)
    job = await here.generate()
    await asyncio.wait_for(said.wait(), 25)
    await here.restart()
    await here.shows(job, "Done" if is_done else "Try it again?")
    assert len(here.cloud.asked("POST", SAY)) == 1
    assert len(films(here.songs)) == is_done


async def test_killed_while_the_film_is_rendered_the_same_render_goes_on(here: Scene) -> None:
    here.cloud.on("GET", RENDERS, replies.bare({"success": True, "data": {"status": "processing", "progress": 40}}))
    job = await here.generate()
    await here.shows(job, "40 %")
    await here.bot.kill()
    here.cloud.on("GET", RENDERS, here.cloud.usual)
    await here.restart()
    await here.shows(job, "Done")
    await ended_once(here)
    assert len({one.body for one in here.cloud.asked("POST", SUBMIT)}) == 1


@pytest.mark.parametrize("applied", [False, True], ids=["before the post", "after the post"])
async def test_killed_at_the_post_it_is_posted_once(here: Scene, applied: bool) -> None:
    held = here.discord.hold_next("POST", POSTS, applied=applied)
    job = await here.generate()
    await held.struck(25)
    await here.restart()
    held.release()
    await here.shows(job, "Done")
    await ended_once(here)


async def test_killed_after_the_post_in_a_channel_whose_history_is_closed_it_says_that_it_cannot_tell(here: Scene) -> None:
    held = here.discord.hold_next("POST", POSTS, applied=True)
    job = await here.generate()
    await held.struck(25)
    here.songs.forbid("read_message_history")
    await here.restart()
    held.release()
    await here.shows(job, "I cannot tell whether it was posted")
    await ended_once(here)


async def test_killed_after_the_end_nothing_is_replayed(here: Scene) -> None:
    job = await here.generate()
    progress = await here.shows(job, "Done")
    await here.shows(await here.refine("slower"), "Done")
    versions = progress.versions
    await here.restart()
    await here.shows(await here.refine("faster"), "Done")     # the same project, and a bot that is at work again
    assert progress.versions == versions
    assert len(films(here.songs)) == 3
    [project] = here.cloud.projects.values()
    assert len(project.wishes) == 3


async def test_frozen_for_a_while_it_goes_on(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    job = await here.generate()
    await held.struck()
    here.bot.freeze()
    here.discord.drop_gateway()
    held.release()
    here.bot.thaw()
    await here.shows(job, "Done")
    await ended_once(here)


async def test_an_old_cancel_button_works_after_a_restart(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS, times=2)
    job = await here.generate()
    await held.struck()
    progress = await here.shows(job, "Looking")
    await here.restart()
    await progress.press("Cancel", by=here.ada)
    await here.shows(job, "Cancelled")
    held.release()
    assert here.cloud.asked("POST", SAY) == []


async def test_a_lost_answer_is_asked_about_and_tried_again_after_a_restart(here: Scene) -> None:
    here.tear(works=False)
    job = await here.generate(wish="lo-fi")
    question = await here.shows(job, ASKED)
    assert question.buttons == [AGAIN, LEAVE]
    await here.restart()
    refused = await question.press(AGAIN, by=here.bob)
    assert "Only whoever asked" in (await refused.reply()).text
    await question.press(AGAIN, by=here.ada)
    await here.film()
    await here.shows(job, "Done")
    assert question.buttons == []
    assert len(here.cloud.asked("POST", SAY)) == 2
    assert here.discord.pings(here.ada) == 1
