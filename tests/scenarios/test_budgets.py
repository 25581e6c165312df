"""How much may be used, and by whom not: what members read at a limit, and what those who run a server decide and see."""

from __future__ import annotations

from typing import Any

import pytest

from bot.texts import language_of, say
from storage import Database, JobKind, JobRequest, NewJob
from tests.discord_sim.office import Upload
from tests.discord_sim.places import TextChannel
from tests.discord_sim.world import User
from tests.scenarios.conftest import CLIPS, ONE_LOOP, SAY, WHISTLE, Scene
from tests.scenarios.steps import at, ended, read, song

pytestmark = ONE_LOOP
says, uses = pytest.mark.says, pytest.mark.uses
ENVIRONMENT = {"MUREKA_SONGS_PER_DAY": "3", "MUREKA_WAITING": "2"}
MANY = 17


def forget_usage(here: Scene) -> None:
    with at(here) as database:
        database.execute("DELETE FROM usage")


async def refused(here: Scene, who: User, place: TextChannel | None = None) -> str:
    """A song that is refused at once, in one private sentence, and is never said."""
    before = len(here.cloud.asked("POST", SAY))
    reply = await (await song(place or here.songs, who)).reply()
    assert reply.is_ephemeral and "\n" not in reply.text
    assert len(here.cloud.asked("POST", SAY)) == before
    return reply.text


async def limit(here: Scene, boss: User, **wanted: Any) -> str:
    return (await read(here, "mureka-admin limits", boss, **wanted)).text


@says("budget.*", "gate.blocked", "look.balance_server")
@uses("/mureka-admin limits: songs_per_member_day songs_per_month credits_per_month", "/mureka-admin block: member",
      "/mureka-admin unblock: member", "/mureka credits:")
async def test_at_each_limit_a_member_reads_which_one_it_is_and_when_it_ends(
        here: Scene, members: tuple[User, User], readers: tuple[User, User]) -> None:
    direct = say("gate.blocked", "en").partition(". ")[2]
    for who, boss in zip(members, readers, strict=True):
        forget_usage(here)
        await ended(await song(here.songs, who))
        await limit(here, boss, songs_per_member_day=1)
        assert "<t:" in await refused(here, who)
        assert "1" in (await read(here, "mureka credits", who)).text.splitlines()[2]
        await limit(here, boss, songs_per_member_day=0, songs_per_month=1)
        assert "<t:" in await refused(here, boss)           # a budget binds those who run the server too
        await limit(here, boss, songs_per_month=0)
        await read(here, "mureka credits", who)
        await _credits(here, who, boss)
        with at(here) as database:
            database.execute("UPDATE usage SET count = 3")
        assert "<t:" in await refused(here, who)
        assert "<t:" in await refused(here, who, here.discord.direct_channel(who))      # a member's own limit holds everywhere
        spoken = here.discord.direct_channel(who)
        await spoken.say("lo-fi" if language_of(who.locale) == "en" else "低保真", by=who, files=[Upload("hum.wav", WHISTLE)])
        await spoken.until(lambda seen: "<t:" in seen.messages[-1].text)
        await read(here, "mureka-admin block", boss, member=who)
        told = await refused(here, who)
        assert language_of(who.locale) == "zh" or told.endswith(direct)
        await read(here, "mureka-admin unblock", boss, member=who)
        forget_usage(here)
        await _waiting(here, who)


async def _credits(here: Scene, who: User, boss: User) -> None:
    """The server has an account of its own, and a budget that is too small for a song."""
    token = f"nmv_usr_{boss.name}0123456789abcdef"
    here.cloud.owners[token] = boss.name
    form = await here.songs.modal_of(await here.songs.slash("mureka-admin account link", by=boss))
    assert (await (await form.submit(by=boss, given={"token": token})).reply()).is_ephemeral
    await limit(here, boss, credits_per_month=99)
    assert "<t:" in await refused(here, who)
    told = (await read(here, "mureka credits", who)).text
    assert "99" in told.splitlines()[-1]
    await limit(here, boss, credits_per_month=0)
    await read(here, "mureka-admin account unlink", boss)


async def _waiting(here: Scene, who: User) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    first = await here.generate(by=who)
    await held.struck(25)
    second = await here.refine("slower", by=who)
    await second.reply()
    assert "2" in await refused(here, who)
    held.release()
    for job in (first, second):
        await ended(job)


@says("admin.limit_member", "admin.limit_server", "admin.limit_credits", "admin.no_limit", "admin.limit_operators",
      "admin.limit_lower", "admin.when_spent_stop", "admin.when_spent_studio", "admin.blocks", "admin.reset", "admin.reset_none",
      "admin.blocked", "admin.blocked_admin", "admin.blocked_before", "admin.unblocked", "admin.unblocked_before",
      "discord.choice.when_spent.*")
@uses("/mureka-admin limits: when_spent songs_per_member_day songs_per_month", "/mureka-admin reset: member",
      "/mureka-admin block: member", "/mureka-admin unblock: member", "/mureka-admin show:")
async def test_who_runs_a_server_sets_limits_resets_and_blocks(here: Scene, readers: tuple[User, User]) -> None:
    for boss in readers:
        forget_usage(here)
        who, language = here.discord.member(f"{boss.name}'s", locale=boss.locale), language_of(boss.locale)
        told = await limit(here, boss)
        assert say("admin.limit_operators", language, most=3) in told
        told = await limit(here, boss, songs_per_member_day=40, songs_per_month=1000, when_spent="studio")
        assert told.splitlines()[:2] == [
            say("admin.limit_member", language, most=say("admin.limit_lower", language, most=3, own=40)),
            say("admin.limit_server", language, most=1000)]
        await limit(here, boss, songs_per_member_day=1, when_spent="stop")
        await read(here, "mureka-admin reset", boss, member=who)
        await ended(await song(here.songs, who))
        await refused(here, who)
        assert "1" in (await read(here, "mureka-admin reset", boss, member=who)).text
        await ended(await song(here.songs, who))
        for line in ("block", "block", "show", "unblock", "unblock"):
            options = {} if line == "show" else {"member": who}
            await read(here, f"mureka-admin {line}", boss, **options)
        told = (await read(here, "mureka-admin block", boss, member=boss)).text
        assert told == say("admin.blocked_admin", language, member=boss.id)      # and not that they cannot ask any more
        await ended(await song(here.songs, boss))           # nobody locks themselves out
        await read(here, "mureka-admin unblock", boss, member=boss)
        await limit(here, boss, songs_per_member_day=0, songs_per_month=0)


@says("admin.usage_members", "admin.usage_member", "admin.usage_member_credits", "admin.usage_forgotten", "admin.usage_more")
@uses("/mureka-admin usage:")
async def test_who_used_what_is_told_to_those_who_run_the_server(here: Scene, readers: tuple[User, User]) -> None:
    forget_usage(here)
    server = str(here.discord.home.id)
    async with Database.open(here.folder / "data" / "mureka.db") as database:
        for number in range(MANY):
            job = NewJob(id=f"9{number:02d}", member_id=str(10**17 + number), channel_id="1", kind=JobKind.GENERATE,
                         request=JobRequest("lo-fi"), language="en", server_id=server)
            await database.jobs.accept(job)
            await database.usage.charge(job.id, job.member_id, server, "generate", cost=0 if number else 100)
        await database.members.forget(str(10**17 + MANY - 1))
        for number in range(MANY):
            await database.jobs.withdraw(f"9{number:02d}")
    for boss in readers:
        told = await read(here, "mureka-admin usage", boss)
        lines = told.text.splitlines()
        assert told.pinged == [] and len(told.text) < 2000
        assert lines[-1] == say("admin.usage_forgotten", language_of(boss.locale), today=1, month=1, credits=0)
        assert f"<@{10**17}>" in lines[-17] and "100" in lines[-17].partition(">")[2]
