"""kill -9 in every stage, and the start after it: nothing lost, nothing posted or paid twice, nobody pinged twice."""

from __future__ import annotations

import asyncio

import pytest

from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.scenarios.conftest import CLIPS, POSTS, RENDERS, SAY, SUBMIT, Scene, films
from tests.scenarios.test_buttons import AGAIN, ASKED, LEAVE


async def ended_once(scene: Scene) -> None:
    """One film, one ping, one generation; the commands were synced once."""
    await scene.film()
    assert len(films(scene.songs)) == 1
    assert scene.discord.pings(scene.ada) == 1
    assert len(scene.cloud.asked("POST", SAY)) == 1
    assert scene.discord.world.application.syncs == 1
    assert [one for one in scene.songs.messages if one.author == "Mureka" and not one.files and not one.is_ephemeral][1:] == []


async def test_killed_while_it_fetches_the_clip_the_progress_goes_on_being_edited(running: Scene) -> None:
    held = running.discord.hold_next("GET", CLIPS)
    job = await running.generate()
    await held.struck()
    progress = await running.shows(job, "Looking")
    before = len(progress.versions)
    await running.restart()
    held.release()
    await running.shows(job, "Done")
    assert len(progress.versions) > before + 1
    await ended_once(running)


async def test_killed_while_it_waits_in_the_queue(running: Scene) -> None:
    held = running.discord.hold_next("GET", CLIPS)
    first = await running.generate(wish="one")
    await held.struck()
    second = await running.refine("two")
    await running.shows(second, "You are next")
    await running.restart()
    held.release()
    for job in (first, second):
        await running.shows(job, "Done")
    [project] = running.cloud.projects.values()
    assert project.wishes == ["one", "two"]
    assert running.discord.pings(running.ada) == 2


@pytest.mark.parametrize("is_done", [True, False])
async def test_killed_while_the_agent_works_the_wish_is_not_said_again(running: Scene, is_done: bool) -> None:
    said = asyncio.Event()

    def hangs(request: Request) -> Reply:
        said.set()
        if is_done:
            running.cloud.carry_out(request)
        return replies.stream(": heartbeat\n\n", hangs=True)

    running.cloud.on("POST", SAY, hangs)
    job = await running.generate()
    await asyncio.wait_for(said.wait(), 25)
    await running.restart()
    await running.shows(job, "Done" if is_done else "Try it again?")
    assert len(running.cloud.asked("POST", SAY)) == 1
    assert len(films(running.songs)) == is_done


async def test_killed_while_the_film_is_rendered_the_same_render_goes_on(running: Scene) -> None:
    running.cloud.on("GET", RENDERS, replies.bare({"success": True, "data": {"status": "processing", "progress": 40}}))
    job = await running.generate()
    await running.shows(job, "40 %")
    await running.bot.kill()
    running.cloud.on("GET", RENDERS, running.cloud.usual)
    await running.restart()
    await running.shows(job, "Done")
    await ended_once(running)
    assert len({one.body for one in running.cloud.asked("POST", SUBMIT)}) == 1


@pytest.mark.parametrize("applied", [False, True], ids=["before the post", "after the post"])
async def test_killed_at_the_post_it_is_posted_once(running: Scene, applied: bool) -> None:
    held = running.discord.hold_next("POST", POSTS, applied=applied)
    job = await running.generate()
    await held.struck(25)
    await running.restart()
    held.release()
    await running.shows(job, "Done")
    await ended_once(running)


async def test_killed_after_the_post_in_a_channel_whose_history_is_closed_it_says_that_it_cannot_tell(running: Scene) -> None:
    held = running.discord.hold_next("POST", POSTS, applied=True)
    job = await running.generate()
    await held.struck(25)
    running.songs.forbid("read_message_history")
    await running.restart()
    held.release()
    await running.shows(job, "I cannot tell whether it was posted")
    await ended_once(running)


async def test_killed_after_the_end_nothing_is_replayed(running: Scene) -> None:
    job = await running.generate()
    progress = await running.shows(job, "Done")
    await running.shows(await running.refine("slower"), "Done")
    versions = progress.versions
    await running.restart()
    await running.shows(await running.refine("faster"), "Done")     # the same project, and a bot that is at work again
    assert progress.versions == versions
    assert len(films(running.songs)) == 3
    [project] = running.cloud.projects.values()
    assert len(project.wishes) == 3


async def test_frozen_for_a_while_it_goes_on(running: Scene) -> None:
    held = running.discord.hold_next("GET", CLIPS)
    job = await running.generate()
    await held.struck()
    running.bot.freeze()
    running.discord.drop_gateway()
    held.release()
    running.bot.thaw()
    await running.shows(job, "Done")
    await ended_once(running)


async def test_an_old_cancel_button_works_after_a_restart(running: Scene) -> None:
    held = running.discord.hold_next("GET", CLIPS, times=2)
    job = await running.generate()
    await held.struck()
    progress = await running.shows(job, "Looking")
    await running.restart()
    await progress.press("Cancel", by=running.ada)
    await running.shows(job, "Cancelled")
    held.release()
    assert running.cloud.asked("POST", SAY) == []


async def test_a_lost_answer_is_asked_about_and_tried_again_after_a_restart(running: Scene) -> None:
    running.tear(works=False)
    job = await running.generate(wish="lo-fi")
    question = await running.shows(job, ASKED)
    assert question.buttons == [AGAIN, LEAVE]
    await running.restart()
    refused = await question.press(AGAIN, by=running.bob)
    assert "Only whoever asked" in (await refused.reply()).text
    await question.press(AGAIN, by=running.ada)
    await running.film()
    await running.shows(job, "Done")
    assert question.buttons == []
    assert len(running.cloud.asked("POST", SAY)) == 2
    assert running.discord.pings(running.ada) == 1
