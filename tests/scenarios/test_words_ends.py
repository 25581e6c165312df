"""How jobs end, in both languages: lost answers, closed doors, faults, a restart; and what who runs a server sees of them.

Every scenario does the same for a member who reads English and for one who reads Chinese; its marks name what they read.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from contextlib import closing

import pytest

from bot.texts import language_of, say
from tests.discord_sim.office import Upload
from tests.discord_sim.seen import SeenMessage
from tests.discord_sim.world import User
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.scenarios.conftest import CLIPS, FILMS, ONE_LOOP, POSTS, SAY, WHISTLE, Scene
from tests.scenarios.steps import STATE, at, ended, read, song
from tests.scenarios.test_discord_faults import film_of_noise

pytestmark = ONE_LOOP
says, uses = pytest.mark.says, pytest.mark.uses
HISTORY = "/channels/*/messages"
BALANCE = "/api/credits/balance/simple"
MANY = 1000


@says("discord.button.*", "discord.not_yours", "discord.answered_before", "job.unchanged", "job.uncertain", "job.left",
      "job.cancelled", "picture.waveform", "discord.next", "discord.waiting", "stage.still")
@uses("discord.button.cancel", "discord.button.again", "discord.button.leave", "/mureka generate: clip wish",
      "/mureka refine: wish")
async def test_an_answer_that_was_lost_is_asked_about(here: Scene, members: tuple[User, User]) -> None:
    torn: set[str] = set()

    def tear(request: Request) -> Reply:
        torn.add(json.loads(request.body)["session_id"])
        return replies.events({"type": "tool_call", "name": "compose", "args": {}}, cuts=True)

    def state(request: Request) -> Reply:
        return replies.html(502) if request.path.split("/")[-2] in torn else here.cloud.usual(request)

    here.cloud.on("POST", SAY, tear)
    jobs = [await here.generate(by=who) for who in members]
    questions = [await ended(job, buttons=True) for job in jobs]            # unchanged
    for who, other, question in zip(members, reversed(members), questions, strict=True):
        leave = question.buttons[1]
        assert (await (await question.press(leave, by=other)).reply()).is_ephemeral
        for _ in range(2):
            await question.press(leave, by=who)
        await question.until(lambda seen: not seen.buttons)
    here.cloud.on("GET", STATE, state)
    jobs = [await here.generate(by=who) for who in members]
    questions = [await ended(job, buttons=True) for job in jobs]            # uncertain
    torn.clear()
    here.cloud.on("POST", SAY, here.cloud.usual)
    held = here.discord.hold_next("POST", POSTS, times=2)
    for who, question in zip(members, questions, strict=True):
        await question.press(question.buttons[0], by=who)
    await held.struck(25)
    for who in members:
        language, waiting = language_of(who.locale), list[SeenMessage]()
        for place, wish in enumerate(("slower", "faster"), 1):
            progress = await (await here.refine(wish, by=who)).reply()
            told = say("discord.next", language) if place == 1 else say("discord.waiting", language, place=place)
            waiting.append(await progress.until(lambda seen: told in seen.text))      # noqa: B023
        for progress in waiting:
            await progress.press(say("discord.button.cancel", language), by=who)
            await progress.until(lambda seen: not seen.buttons)
    held.release()
    for question in questions:
        await question.until(lambda seen: not seen.buttons, 25)
    here.cloud.on("GET", STATE, here.cloud.usual)


@says("discord.lost.*", "discord.direct_closed", "discord.not_taken", "discord.post_deleted", "discord.unreachable_post",
      "job.door_shut", "job.maybe_posted")
async def test_what_keeps_a_finished_song_from_its_channel_is_named(here: Scene, members: tuple[User, User]) -> None:
    for who in members:
        for permission in ("send_messages", "attach_files"):
            place = here.discord.text_channel(permission)
            held = here.discord.hold_next("POST", POSTS)
            job = await song(place, who)
            await held.struck(25)
            place.forbid(permission)
            held.release()
            await ended(job)
        direct = here.discord.direct_channel(who)
        for code, place in ((50001, here.songs), (50007, direct), (200000, here.songs), (50013, here.songs)):
            here.discord.fail_next("POST", POSTS, 403, code=code, message="No")
            await ended(await song(place, who))
        await _after_the_post(here, who)
    here.discord.lose_request("POST", POSTS, times=MANY)
    far = here.discord.text_channel("far")
    for job in [await song(far, who) for who in members]:
        await ended(job)
    here.discord.services.faults.clear()


async def _after_the_post(here: Scene, who: User) -> None:
    """The answer to a post is lost: its message is deleted before it is looked for; then the history is closed."""
    for is_deleted in (True, False):
        lost, looked = here.discord.lose_answer("POST", POSTS), here.discord.hold_next("GET", HISTORY)
        job = await song(here.songs, who)
        await lost.struck(25)
        await looked.struck(25)
        if is_deleted:
            [film] = [one for one in here.songs.messages if one.files and one.pinged == [who.name]][-1:]
            film.delete(by=here.discord.member("mo", permissions=("manage_messages",)))
        else:
            here.songs.forbid("read_message_history")
        looked.release()
        await ended(job)
        here.songs.allow("read_message_history")


@says("fetch.expired", "fetch.failed", "job.too_large", "job.defect", "generate.project_lost")
async def test_what_ends_a_job_before_there_is_a_song_to_post_is_named(here: Scene, members: tuple[User, User]) -> None:
    for who in members:
        held = here.discord.hold_next("GET", CLIPS)
        job = await here.generate(by=who)
        await held.struck(25)
        job.clip.expire()
        held.release()
        await ended(job)
        here.discord.fail_next("GET", CLIPS, 500, times=MANY)
        await ended(await here.generate(by=who))
        here.discord.services.faults.clear()
        here.cloud.on("GET", FILMS, replies.raw(film_of_noise(), kind="video/mp4"))
        await ended(await song(here.discord.text_channel("small", upload_limit=9000), who))
        here.cloud.on("GET", FILMS, here.cloud.usual)
        await _broken(here, who)
        here.cloud.projects.clear()
        await ended(await song(here.songs, who))


async def _broken(here: Scene, who: User) -> None:
    """A table is not there when it is needed."""
    def damage(request: Request) -> Reply:
        with at(here) as database:
            database.execute("ALTER TABLE wishes RENAME TO lost_wishes")
        return here.cloud.usual(request)

    here.cloud.on("POST", SAY, damage, here.cloud.usual)
    await ended(await song(here.songs, who))
    with at(here) as database:
        database.execute("ALTER TABLE lost_wishes RENAME TO wishes")


@says("admin.queue", "admin.queue_working", "admin.queue_waiting", "admin.queue_cancel", "admin.queue_more", "admin.queue_gone",
      "admin.queue_empty", "admin.kind.*", "discord.cancel.over", "admin.usage", "admin.usage_line", "admin.usage_credits",
      "admin.usage_none", "admin.more", "admin.too_many", "admin.now", "admin.show", "admin.backend_cloud", "admin.cloud_off",
      "admin.cloud_first", "admin.deaf", "admin.channels", "admin.roles", "admin.listening", "admin.cloud_roles",
      "admin.language", "admin.style", "admin.all_channels", "admin.everybody", "admin.no_channel", "admin.backends",
      "discord.fault")
@uses("/mureka-admin channels: add remove clear", "/mureka-admin roles: add remove clear", "/mureka-admin show:",
      "/mureka-admin cloud: allowed add remove clear", "/mureka-admin listening: add remove clear",
      "/mureka-admin language: language", "/mureka-admin style: style", "/mureka-admin queue:", "/mureka-admin usage:",
      "admin.queue_cancel")
async def test_who_runs_a_server_reads_of_settings_queue_and_usage(here: Scene, readers: tuple[User, User]) -> None:
    roles = [here.discord.role(f"role {number}") for number in range(50)]
    one_more = here.discord.role("one more")
    for who in readers:
        await read(here, "mureka-admin show", who)
        await read(here, "mureka-admin channels", who, add=here.songs.raw)
        await read(here, "mureka-admin channels", who, remove=here.songs.raw)
        await read(here, "mureka-admin listening", who, add=here.songs.raw)
        await read(here, "mureka-admin listening", who, remove=here.songs.raw, clear=True)
        await read(here, "mureka-admin channels", who, clear=True)
        await read(here, "mureka-admin cloud", who, allowed=False)
        await read(here, "mureka-admin cloud", who, add=roles[0])
        await read(here, "mureka-admin cloud", who, allowed=True, remove=roles[1])
        await read(here, "mureka-admin cloud", who, clear=True)
        await read(here, "mureka-admin language", who, language="own")
        await read(here, "mureka-admin style", who, style="lo-fi")
        await read(here, "mureka-admin style", who)
        with at(here) as database:
            database.execute("UPDATE servers SET allowed_roles = ?", (json.dumps([str(role.id) for role in roles]),))
        await read(here, "mureka-admin roles", who, add=one_more)
        await read(here, "mureka-admin roles", who, remove=roles[0])
        await read(here, "mureka-admin roles", who, clear=True)
        await _queue(here, who)
        with at(here) as database:
            database.execute("DELETE FROM usage")
        await read(here, "mureka-admin usage", who)
        with at(here) as database:
            database.execute("INSERT INTO usage (day, server_id, member_key, kind, count, credits)"
                             " VALUES (date('now'), ?, x'00', 'generate', 2, 12)", (str(here.discord.home.id),))
        await read(here, "mureka-admin usage", who)
        with at(here) as database:
            database.execute("DELETE FROM usage")
            database.execute("ALTER TABLE servers RENAME TO lost_servers")
        await read(here, "mureka status", who)
        await (await here.generate(by=who)).reply()
        with at(here) as database:
            database.execute("ALTER TABLE lost_servers RENAME TO servers")


async def _queue(here: Scene, who: User) -> None:
    """One job at work, three of other kinds and more than are shown behind it; some end, one is forgotten."""
    held = here.discord.hold_next("GET", CLIPS)
    job = await here.generate(by=who)
    await held.struck(25)
    with at(here) as database:
        for number, kind in enumerate(("refine", "export", "upload", *["generate"] * 8)):
            _copy(database, str(job.id), f"{job.id}{number:02d}", kind)
    queue = await read(here, "mureka-admin queue", who)
    with at(here) as database:
        database.execute("DELETE FROM jobs WHERE id LIKE ? AND length(id) > ?", (f"{job.id}%", len(str(job.id))))
    gone = await (await queue.press(queue.buttons[1], by=who)).reply()
    assert gone.is_ephemeral
    held.release()
    await ended(job)
    await queue.press(queue.buttons[0], by=who)
    await queue.until(lambda seen: not seen.buttons)


def _copy(database: sqlite3.Connection, job: str, called: str, kind: str) -> None:
    """The same job once more, as one that waits."""
    [row] = database.execute("SELECT * FROM jobs WHERE id = ?", (job,)).fetchall()
    names = [one[1] for one in database.execute("PRAGMA table_info(jobs)")]
    fresh = dict(zip(names, row, strict=True)) | {"id": called, "kind": kind, "state": "queued", "message_id": None}
    database.execute(f"INSERT INTO jobs ({', '.join(fresh)}) VALUES ({', '.join('?' * len(fresh))})", tuple(fresh.values()))


@says("discord.closing", "discord.form_lost_words", "discord.account.operator", "look.balance_operator", "job.gave_up",
      "spending.operator")
async def test_a_restart_is_told_to_whoever_meets_it(here: Scene, members: tuple[User, User]) -> None:
    forms = [await here.songs.modal_of(await here.songs.slash("mureka batch", by=who)) for who in members]
    held = here.discord.hold_next("POST", POSTS, times=2)
    jobs = [await here.generate(by=who) for who in members]
    for job in jobs:
        await here.shows(job, say("stage.posting", language_of(job.raw.user.locale)))
    await held.struck(25)
    os.kill(here.bot.pid, signal.SIGTERM)
    await here.bot.says("SIGTERM: closing")
    for who in members:
        await read(here, "mureka help", who)
    await here.bot.kill()
    await here.discord.bot_gone()
    held.release()
    with closing(sqlite3.connect(here.folder / "data" / "jobs.db")) as engine:
        engine.execute("UPDATE workflow_status SET recovery_attempts = 100 WHERE status = 'PENDING'")
        engine.commit()
    here.bot.environment["NEMO_TOKEN"] = "nmv_usr_of_the_operator"
    here.bot.environment["MUREKA_OPERATOR"] = str(here.bob.id)
    here.cloud.owners["nmv_usr_of_the_operator"] = "operator"
    await here.bot.start()
    await here.discord.bot_ready(25)
    for who, form, job in zip(members, forms, jobs, strict=True):
        lost = await form.submit(by=who, clips=[Upload("one.wav", WHISTLE)], wishes="slower")
        assert "slower" in (await lost.reply()).text
        await ended(job)
        for line in ("mureka account show", "mureka credits"):
            await read(here, line, who)
    here.cloud.on("GET", BALANCE, replies.data({"available": 20, "frozen": 0}))
    for who in members:
        await read(here, "mureka credits", who)
    told = here.discord.direct_channel(here.bob)
    await told.until(lambda seen: seen.messages)
    assert [one.text for one in told.messages] == [say("alert.balance", "en", left=20, most=100)]
    await here.bot.says("ALERT: 20 of 100 credits are left")
    here.cloud.on("GET", BALANCE, here.cloud.usual)
    here.cloud.on("POST", SAY, replies.fault(2001))
    for who in members:
        await ended(await here.generate(by=who))
