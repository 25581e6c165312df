"""The sentences that the other scenarios leave out, each in both languages: what is typed, looked at and refused.

Every scenario does the same for a member who reads English and for one who reads Chinese; its marks name what they read.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.texts import language_of, say
from tests.discord_sim.office import Upload
from tests.discord_sim.seen import SeenMessage
from tests.discord_sim.world import User
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.scenarios.conftest import ONE_LOOP, POSTS, WHISTLE, Scene
from tests.scenarios.steps import STATE, at, ended, read
from tests.scenarios.test_account import BALANCE

pytestmark = ONE_LOOP
says, uses = pytest.mark.says, pytest.mark.uses
HISTORY = "/channels/*/messages"
MANY = 1000


@says("discord.name.*", "discord.about.*", "discord.choice.*", "discord.menu.*", "discord.example.*", "discord.aspect.*",
      "discord.format.mp4", "discord.format.mp3", "discord.format.wav", "discord.format.midi", "discord.format.stems")
@uses("/mureka generate: wish…", "/mureka refine: wish…", "/mureka generate: style…", "/mureka-admin style: style…")
async def test_whoever_types_reads_names_and_examples_in_their_language(here: Scene, readers: tuple[User, User]) -> None:
    for who in readers:
        assert len(await here.songs.complete("mureka generate", by=who, wish="")) == 9
        await here.songs.complete("mureka refine", by=who, wish="")
        await here.songs.complete("mureka generate", by=who, style="")
        await here.songs.complete("mureka-admin style", by=who, style="")


@says("help.greeting", "help.try", "help.try_generate", "help.try_refine", "help.try_export", "help.tips", "help.tip_clip",
      "help.tip_wish", "help.doors", "help.door_command", "help.door_menu", "help.door_mention", "help.door_direct",
      "help.door_closed", "help.made_cloud", "discord.not_allowed_here", "discord.permission.*")
@uses("/mureka help:")
async def test_help_names_the_doors_and_what_keeps_them_closed(here: Scene, members: tuple[User, User]) -> None:
    away = here.discord.guild("Elsewhere", has_bot=False)
    there = here.discord.text_channel("lounge", guild=away)
    closed = here.discord.text_channel("closed")
    closed.forbid("view_channel", "send_messages", "attach_files", "read_message_history")
    for who in members:
        here.discord.join(who, away)
        here.discord.install_for(who)
        for place in (here.songs, closed, there):
            assert (await (await place.slash("mureka help", by=who)).reply()).is_ephemeral


@says("gate.*")
@uses("/mureka-admin channels: add clear", "/mureka-admin roles: add clear", "/mureka-admin cloud: allowed add clear")
async def test_each_rule_of_a_server_refuses_in_one_sentence(here: Scene, readers: tuple[User, User]) -> None:
    boss, ming = readers
    ling, other, singers = here.discord.member("lin", locale="zh-CN"), here.discord.text_channel("studio"), here.discord.role("x")
    away = here.discord.guild("Elsewhere", has_bot=False)
    there = here.discord.text_channel("lounge", guild=away)
    rules: list[tuple[str, dict[str, Any]]] = [
        ("channels", {"add": other.raw}), ("roles", {"add": singers}), ("cloud", {"add": singers}), ("cloud", {"allowed": False})]
    for who, rule_of in ((here.ada, boss), (ling, ming)):
        for name, rule in rules:
            await read(here, f"mureka-admin {name}", rule_of, **rule)
            assert (await (await here.generate(by=who)).reply()).is_ephemeral
            undo: dict[str, Any] = {"clear": True, **({"allowed": True} if name == "cloud" else {})}
            await read(here, f"mureka-admin {name}", rule_of, **undo)
        await read(here, "mureka-admin block", rule_of, member=who)
        assert (await (await here.generate(by=who)).reply()).is_ephemeral
        await read(here, "mureka-admin unblock", rule_of, member=who)
        here.discord.join(who, away)
        here.discord.install_for(who)
        await (await there.slash("mureka help", by=who)).reply()
    assert here.cloud.requests == []


@says("discord.account.modal.*", "discord.account.nobody", "discord.account.linked", "discord.account.linked_uncounted",
      "discord.account.own", "discord.account.credits", "discord.account.uncounted", "discord.account.refused",
      "discord.account.unlinked", "discord.account.nothing_linked", "discord.account.anonymous", "account.no_token",
      "account.not_taken",
      "look.balance_nobody", "look.balance_own", "look.balance_unknown", "look.balance_refused", "look.balance_anonymous",
      "discord.form_lost")
@uses("/mureka account link:", "/mureka account show:", "/mureka account unlink:", "/mureka credits:",
      "discord.account.modal.title")
async def test_an_account_is_told_of_in_every_state(here: Scene, members: tuple[User, User]) -> None:
    async def look(who: User) -> None:
        for line in ("mureka account show", "mureka credits"):
            await read(here, line, who)

    for who in members:
        token = f"nmv_usr_{who.name}0123456789abcdef"
        here.cloud.owners[token] = who.name
        await look(who)                                     # nobody's
        for typed in ("hello", "nmv_usr_of_nobody_at_all", token):
            opened = await here.songs.slash("mureka account link", by=who)
            form = await here.songs.modal_of(opened)
            await (await form.submit(by=who, given={"token": typed})).reply()
        await look(who)                                     # their own
        here.cloud.on("GET", BALANCE, replies.data({"plan": "free"}))
        form = await here.songs.modal_of(await here.songs.slash("mureka account link", by=who))
        await (await form.submit(by=who, given={"token": token})).reply()
        await look(who)                                     # uncounted
        here.cloud.on("GET", BALANCE, here.cloud.usual)
        del here.cloud.owners[token]
        await look(who)                                     # refused
        for _ in range(2):
            await read(here, "mureka account unlink", who)
        await ended(await here.generate(by=who))
        await look(who)                                     # the free one of their first song
        opened = await here.songs.slash("mureka account link", by=who)
        form = await here.songs.modal_of(opened)
        assert opened.raw.modal is not None
        opened.raw.modal["custom_id"] = f"mureka:form:secret00000000:{opened.id}"     # of a process before this one
        assert token not in (await (await form.submit(by=who, given={"token": token})).reply()).text


@says("discord.projects.head", "discord.projects.current", "discord.projects.other", "discord.projects.more",
      "discord.projects.none", "discord.projects.opened", "discord.projects.begun", "discord.projects.renamed",
      "discord.projects.busy", "discord.projects.sure_cloud", "discord.projects.deleted", "discord.projects.kept",
      "discord.projects.button.*", "projects.*", "discord.song_gone", "discord.unknown_job", "look.waiting", "look.working",
      "look.untitled", "look.at_work", "discord.cancel.too_late", "discord.no_song_here")
@uses("/mureka projects list:", "/mureka projects open: project project…", "/mureka projects new: title",
      "/mureka projects rename: project title project…", "/mureka projects delete: project project…", "/mureka status:",
      "discord.projects.button.delete", "discord.projects.button.keep", "discord.button.cancel")
async def test_projects_are_kept_looked_at_and_thrown_away(here: Scene, members: tuple[User, User]) -> None:
    for who in members:
        yes, no = ("Delete it", "Keep it") if who is here.ada else ("删除", "保留")
        await read(here, "mureka projects list", who)
        await read(here, "mureka status", who)
        for number in range(16):
            await read(here, "mureka projects new", who, title=f"song {number}")
        for line in ("open", "rename", "delete"):
            await here.songs.complete(f"mureka projects {line}", by=who, project="song 1")
        await read(here, "mureka projects list", who)
        await read(here, "mureka projects open", who, project="song 3")
        await read(here, "mureka projects open", who, project="nothing of the kind")
        await read(here, "mureka projects rename", who, project="song 3", title="Dusk")
        await read(here, "mureka projects rename", who, project="Dusk", title="\u200b")
        held = here.discord.hold_next("POST", POSTS)
        job = await here.refine("lo-fi", by=who)
        second = await here.refine("slower", by=who)
        await held.struck(25)
        await here.shows(job, say("stage.posting", language_of(who.locale)))
        with at(here) as database:
            database.execute("UPDATE jobs SET stage = NULL")
        await read(here, "mureka status", who)
        progress = await job.reply()
        await progress.press(progress.buttons[0], by=who)               # too late
        for answer in (yes, no):
            question = await read(here, "mureka projects delete", who, project="Dusk")
            await question.press(answer, by=who)
            await question.until(lambda seen: not seen.buttons)
        held.release()
        await ended(job)
        await ended(second)
        with at(here) as database:
            database.execute("UPDATE projects SET title = '' WHERE retired_at IS NULL")
        here.cloud.on("GET", STATE, _untitled(here))
        await read(here, "mureka status", who)
        here.cloud.on("GET", STATE, here.cloud.usual)
        with at(here) as database:
            database.execute("UPDATE projects SET title = 'Dusk' WHERE title = ''")
        question = await read(here, "mureka projects delete", who, project="Dusk")
        await question.press(yes, by=who)
        await question.until(lambda seen: not seen.buttons)
        film = next(one for one in here.songs.messages if one.pinged == [who.name])
        for _ in range(2):
            gone = await (await film.press(film.buttons[0], by=who)).reply()
            assert gone.is_ephemeral
            with at(here) as database:
                database.execute("DELETE FROM jobs")


def _untitled(here: Scene) -> Any:
    def answer(request: Request) -> Reply:
        reply = here.cloud.usual(request)
        return replies.raw(re.sub(rb'"title":"[^"]*"', b'"title":""', b"".join(reply.body)))

    return answer


@says("hear.greeting", "hear.how", "hear.hidden", "hear.no_clip_beside", "hear.too_long", "hear.no_room",
      "hear.credits_privately", "hear.first_of_many", "look.title", "look.wishes", "look.wish")
async def test_what_is_said_to_the_bot_is_answered_in_the_language_it_is_said_in(here: Scene) -> None:
    clip, name = Upload("hum.wav", WHISTLE), here.discord.bot
    for who, words, balance, upload in ((here.ada, "hello there", "how many credits do I have?", "upload this"),
                                        (here.bob, "你好", "还有多少积分？", "上传")):
        hidden = await here.songs.say("...", by=here.discord.member("cat"), files=[clip])
        for said in (words, balance, upload, (words * 800)[:1800]):
            await _answered(here, await here.songs.say(said, by=who, mentions=[name]))
        await _answered(here, await here.songs.say(words, by=who, mentions=[name], reply_to=hidden))
        here.discord.fail_next("POST", POSTS, 400, code=50035, message="No")
        await _answered(here, await here.songs.say(words, by=who, mentions=[name], files=[clip]))
        await _answered(here, await here.songs.say(words, by=who, mentions=[name], files=[clip, clip]), count=2)
        await here.songs.until(lambda seen: any(one.pinged == [who.name] and one.files for one in seen.messages), 25)  # noqa: B023
        status = "what is the status?" if who is here.ada else "进度怎么样？"
        await _answered(here, await here.songs.say(status, by=who, mentions=[name]))
        direct = here.discord.direct_channel(here.discord.member(f"friend of {who.name}"))
        said_there = await direct.say(words, by=direct.raw.recipient or who)
        await direct.until(lambda seen: any(one.raw.reference is said_there.raw for one in seen.messages))     # noqa: B023


async def _answered(here: Scene, message: SeenMessage, count: int = 1) -> None:
    """Until the bot has replied to a message so many times."""
    await here.songs.until(lambda seen: sum(one.raw.reference is message.raw for one in seen.messages) >= count, 25)
