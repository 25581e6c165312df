"""What Discord, its moderators and its network do to a job: it goes on where it can, and says in one sentence where it cannot."""

from __future__ import annotations

import io

import av
import numpy as np
import pytest

from tests.discord_sim.vocabulary import Discord
from tests.nemo_server import replies
from tests.nemo_server.server import FILM
from tests.scenarios.conftest import CLIPS, ONE_LOOP, POSTS, SAY, Scene, films

pytestmark = ONE_LOOP
EDITS = "/channels/*/messages/*"
CALLBACKS = "/interactions/*/*/callback"


async def test_a_command_that_comes_too_late_begins_nothing(here: Scene) -> None:
    late = await here.generate(late=3.2)
    await here.bot.says("was not acknowledged: 404 10062")
    assert late.has_failed
    await here.shows(await here.generate(wish="in time"), "Done")
    assert [project.wishes for project in here.cloud.projects.values()] == [["in time"]]
    assert "Traceback" not in here.bot.log


async def test_an_acknowledgement_whose_answer_was_lost_begins_one_job(here: Scene) -> None:
    lost = here.discord.lose_answer("POST", CALLBACKS)
    job = await here.generate()
    await lost.struck()
    await here.shows(job, "Done")
    assert len(here.cloud.asked("POST", SAY)) == len(films(here.songs)) == 1


async def test_a_job_outlives_the_token_of_its_interaction(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    job = await here.generate()
    await held.struck()
    here.discord.clock.advance(minutes=15.5)
    held.release()
    await here.shows(job, "Done")
    assert len(here.discord.asked("PATCH", "/webhooks/*")) == 1      # nothing was tried with it
    assert (await here.film()).pinged == ["ada"]


async def test_a_progress_message_that_is_deleted_stays_deleted_and_the_film_comes(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    job = await here.generate()
    await held.struck()
    progress = await here.shows(job, "Looking")
    progress.delete(by=here.discord.member("mo", permissions=("manage_messages",)))
    held.release()
    film = await here.film()
    assert [one for one in here.songs.messages if one.author == "Mureka"] == [film]
    assert len([one for one in here.discord.asked("PATCH", EDITS) if one.status == 404]) == 1


async def test_a_failure_is_told_although_the_progress_message_was_deleted(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    job = await here.generate()
    await held.struck()
    progress = await here.shows(job, "Looking")
    progress.delete(by=here.discord.member("mo", permissions=("manage_messages",)))
    job.clip.expire()
    held.release()
    await here.songs.until(lambda songs: any("Send" in one.text for one in songs.messages))
    [told] = [one for one in here.songs.messages if one.author == "Mureka"]
    assert told.pinged == []


async def test_a_channel_that_is_deleted_ends_the_job_quietly(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    await here.generate()
    await held.struck()
    here.songs.delete()
    held.release()
    await here.bot.says("Unknown Channel")
    other = here.discord.text_channel("other")
    await here.generate(channel=other)
    assert (await here.film(other)).files[0].data == FILM
    assert "Traceback" not in here.bot.log


async def test_what_the_bot_may_not_do_is_said_before_anything_is_begun(here: Scene) -> None:
    here.songs.forbid("attach_files", "read_message_history")
    reply = await (await here.generate()).reply()
    assert reply.is_ephemeral
    assert reply.text.endswith("Attach Files, Read Message History.")
    assert here.cloud.requests == []


@pytest.mark.parametrize(("permission", "named"), [("attach_files", "“Attach Files”"), ("send_messages", "“Send Messages”")])
async def test_a_permission_that_is_taken_in_mid_job_is_named(here: Scene, permission: str, named: str) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    job = await here.generate()
    await held.struck()
    here.songs.forbid(permission)
    held.release()
    progress = await here.shows(job, named)
    assert progress.buttons == []
    here.songs.allow(permission)
    await here.refine("export")      # the song is there, and is not paid twice
    await here.film()
    assert len(here.cloud.asked("POST", SAY)) == 1


async def test_a_film_that_discord_calls_too_large_is_made_smaller(here: Scene) -> None:
    noise = film_of_noise()
    here.cloud.on("GET", "/films/*", replies.raw(noise, kind="video/mp4"))
    refused = here.discord.fail_next("POST", POSTS, 413, code=40005, message="Request entity too large")
    job = await here.generate()
    await refused.struck(25)
    film = await here.film()
    assert film.files[0].size < len(noise)
    assert any("smaller" in version for version in (await here.shows(job, "Done")).versions)
    assert here.discord.pings(here.ada) == 1


async def test_rate_limits_are_waited_out(here: Scene) -> None:
    posts = here.discord.fail_next("POST", POSTS, 429, retry_after=0.1)
    edits = here.discord.fail_next("PATCH", EDITS, 429, retry_after=0.1, times=2)
    await here.shows(await here.generate(), "Done")
    assert (posts.hits, edits.hits) == (1, 2)
    assert len(films(here.songs)) == 1


async def test_a_post_whose_answer_was_lost_is_posted_once(here: Scene) -> None:
    lost = here.discord.lose_answer("POST", POSTS, times=2)
    unheard = here.discord.lose_request("POST", POSTS, times=0)
    await here.shows(await here.generate(), "Done")
    assert lost.hits == 1 and unheard.hits == 0
    assert len(films(here.songs)) == 1
    here.discord.lose_request("POST", POSTS)
    await here.shows(await here.refine("slower"), "Done")
    assert len(films(here.songs)) == 2
    assert here.discord.pings(here.ada) == 2


async def test_an_outage_in_mid_job_delays_the_film_and_loses_nothing(here: Scene) -> None:
    held = here.discord.hold_next("POST", POSTS)
    job = await here.generate()
    await held.struck(25)
    with here.discord.unreachable():
        held.release()
        await here.bot.says(f"the post 'film {job.id}'")
    await here.shows(job, "Done")
    assert len(films(here.songs)) == 1
    assert here.discord.pings(here.ada) == 1


@pytest.mark.parametrize("way", ["dropped", "asked to reconnect", "invalid"])
async def test_a_gateway_that_drops_loses_no_job_and_takes_the_next_one(here: Scene, way: str) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    job = await here.generate(wish="one")
    await held.struck()
    drop(here.discord, way)
    held.release()
    await here.shows(job, "Done")
    await here.discord.until(lambda: here.discord.gateway.is_connected, "the gateway is there again", 25)
    await here.shows(await here.refine("two"), "Done")
    assert len(films(here.songs)) == 2
    assert here.discord.world.application.syncs == 1


def film_of_noise() -> bytes:
    """Three seconds of a picture that nothing makes small."""
    target, random = io.BytesIO(), np.random.default_rng(1)
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("h264", rate=10, options={"preset": "ultrafast", "crf": "20"})
        stream.width, stream.height, stream.pix_fmt = 320, 240, "yuv420p"
        for _ in range(30):
            picture = av.VideoFrame.from_ndarray(random.integers(0, 255, (240, 320, 3), dtype=np.uint8), format="rgb24")
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
    return target.getvalue()


def drop(discord: Discord, way: str) -> None:
    if way == "dropped":
        discord.drop_gateway()
    elif way == "asked to reconnect":
        discord.ask_to_reconnect()
    else:
        discord.invalidate_session()
