"""What the people who run a server decide, and what that means for its members."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from tests.discord_sim.options import CannotBeTyped
from tests.discord_sim.seen import SeenMessage
from tests.discord_sim.world import User
from tests.scenarios.conftest import CLIPS, ONE_LOOP, Scene

pytestmark = ONE_LOOP


@pytest.fixture
def boss(here: Scene) -> User:
    """Somebody who runs the server, on which nothing is decided yet."""
    with closing(sqlite3.connect(here.folder / "data" / "mureka.db")) as database:
        database.execute("DELETE FROM servers")
        database.commit()
    return here.discord.member("boss", permissions=("manage_guild",))


async def decide(here: Scene, by: User, line: str, **options: Any) -> SeenMessage:
    reply = await (await here.songs.slash(f"mureka-admin {line}", by=by, **options)).reply()
    assert reply.is_ephemeral
    return reply


async def is_closed(here: Scene, who: User) -> bool:
    """Whether the songs' doors are closed to somebody in this channel, as the help tells them."""
    return "Not in this channel" in (await (await here.songs.slash("mureka help", by=who)).reply()).text


def left_at(here: Scene, server_id: int) -> Any:
    with closing(sqlite3.connect(here.folder / "data" / "mureka.db")) as database:
        found = database.execute("SELECT left_at FROM servers WHERE server_id = ?", (str(server_id),)).fetchone()
        return found[0] if found else "no row"


async def test_members_are_not_shown_the_admins_commands(here: Scene, boss: User) -> None:
    with pytest.raises(CannotBeTyped):
        await here.songs.slash("mureka-admin show", by=here.ada)
    told = (await decide(here, boss, "show")).text.splitlines()
    assert told == ["**Mureka on this server**", "Songs are made by: the NemoVideo cloud", "Songs are made in: all channels",
                    "Songs are for: everybody", "Clips are offered a song in: no channel", "The cloud is for: everybody",
                    "Language of what everybody reads: that of whoever asks",
                    "Style of songs whose wish names none: the backend's choice",
                    "Songs of one member a day: 50 (the bot's own limit)", "Songs of this server a month: no limit",
                    "Cloud credits of this server a month: no limit", "When credits are spent: songs stop, and say what helps"]


async def test_a_channel_that_is_not_listed_sends_its_members_to_one_that_is(here: Scene, boss: User) -> None:
    other = here.discord.text_channel("studio")
    told = await decide(here, boss, "channels", add=other.raw)
    assert told.text == f"Songs are made in: <#{other.id}>."
    refused = await (await here.generate()).reply()
    assert refused.is_ephemeral
    assert f"songs are made in <#{other.id}>" in refused.text
    ling = here.discord.member("ling", locale="zh-CN")
    assert f"只在 <#{other.id}> 做歌" in (await (await here.generate(by=ling)).reply()).text
    await here.shows(await here.generate(channel=other), "Done")
    assert await is_closed(here, here.ada)
    assert not await is_closed(here, boss)      # who runs the server is never locked out
    assert (await decide(here, boss, "channels", remove=other.raw)).text == "Songs are made in: all channels."
    assert not await is_closed(here, here.ada)


async def test_roles_open_the_doors(here: Scene, boss: User) -> None:
    singers = here.discord.role("singers")
    cat = here.discord.member("cat", roles=(singers,))
    assert (await decide(here, boss, "roles", add=singers)).text == f"Songs are for: <@&{singers.id}>."
    refused = await (await here.generate()).reply()
    assert f"roles: <@&{singers.id}>" in refused.text
    assert not await is_closed(here, cat)
    assert (await decide(here, boss, "roles", clear=True)).text == "Songs are for: everybody."
    assert not await is_closed(here, here.ada)


async def test_the_cloud_is_for_whom_it_is_allowed(here: Scene, boss: User) -> None:
    payers = here.discord.role("payers")
    cat = here.discord.member("cat", roles=(payers,))
    await decide(here, boss, "cloud", add=payers)
    refused = await (await here.generate()).reply()
    assert f"for members with one of these roles here: <@&{payers.id}>" in refused.text
    assert not await is_closed(here, cat)
    off = await decide(here, boss, "cloud", allowed=False)
    assert off.text.splitlines()[0] == "The cloud: nobody may use it."
    for line in ("mureka account link", "mureka credits"):
        assert "does not allow" in (await (await here.songs.slash(line, by=cat)).reply()).text
    direct = here.discord.direct_channel(here.ada)
    await here.generate(channel=direct)     # a server's rules are its own
    await here.film(direct)
    assert (await decide(here, boss, "cloud", allowed=True, clear=True)).text == "The cloud is for: everybody."


async def test_what_everybody_reads_is_in_the_servers_language(here: Scene, boss: User) -> None:
    assert (await decide(here, boss, "language", language="zh")).text == "Language of what everybody reads: Chinese."
    job = await here.generate()
    await here.shows(job, "完成")
    refused = await (await here.songs.slash("mureka status", by=here.bob)).reply()
    assert "Begin with" in refused.text         # and what one member reads, in their own
    assert (await decide(here, boss, "language", language="own")).text.endswith("that of whoever asks.")


async def test_a_style_is_kept_and_taken_back(here: Scene, boss: User) -> None:
    assert (await decide(here, boss, "style", style="lo-fi")).text == "Style of songs whose wish names none: lo-fi."
    assert "lo-fi" in (await decide(here, boss, "show")).text
    assert (await decide(here, boss, "style")).text.endswith("the backend's choice.")


async def test_listening_is_set_although_the_bot_is_deaf_and_says_so(here: Scene, boss: User) -> None:
    told = await decide(here, boss, "listening", add=here.songs.raw)
    assert told.text.splitlines()[0] == f"Clips are offered a song in: <#{here.songs.id}>."
    assert "MUREKA_LISTEN" in told.text
    assert "MUREKA_LISTEN" in (await decide(here, boss, "show")).text
    assert (await decide(here, boss, "listening", clear=True)).text == "Clips are offered a song in: no channel."


async def test_what_is_gone_from_the_server_goes_from_the_list(here: Scene, boss: User) -> None:
    other = here.discord.text_channel("gone soon")
    await decide(here, boss, "channels", add=other.raw)
    other.delete()
    told = await decide(here, boss, "channels", add=here.songs.raw)
    assert told.text == f"Songs are made in: <#{here.songs.id}>."


async def test_the_queue_is_shown_and_a_job_of_it_cancelled(here: Scene, boss: User) -> None:
    assert "Nothing of this server" in (await decide(here, boss, "queue")).text
    held = here.discord.hold_next("GET", CLIPS)
    first = await here.generate(wish="one")
    await held.struck()
    second = await here.refine("a secret wish")
    await here.shows(second, "You are next")
    queue = await decide(here, boss, "queue")
    _, working, waiting = queue.text.splitlines()
    assert working.startswith(f"1. <@{here.ada.id}>, new song in <#{here.songs.id}>: ")
    assert waiting.startswith(f"2. <@{here.ada.id}>, change in <#{here.songs.id}>: place 1")
    assert "secret" not in queue.text and queue.pinged == []
    await queue.press("Cancel 2", by=boss)
    await here.shows(second, "Cancelled")
    await queue.until(lambda seen: seen.buttons == ["Cancel 1"])
    held.release()
    await here.shows(first, "Done")
    await queue.press("Cancel 1", by=boss)
    await queue.until(lambda seen: "Nothing of this server" in seen.text)
    assert "over already" in queue.text


def forget_usage(here: Scene) -> None:
    """What was asked for on this server before: the tests of this file share it."""
    with closing(sqlite3.connect(here.folder / "data" / "mureka.db")) as database, database:
        database.execute("DELETE FROM usage")


async def test_usage_is_told_as_far_as_it_is_counted(here: Scene, boss: User) -> None:
    forget_usage(here)
    assert (await decide(here, boss, "usage")).text == "Nothing is counted for this server in the last seven days."
    await here.shows(await here.generate(), "Done")
    await here.shows(await here.refine("slower"), "Done")
    await here.shows(await here.refine("export"), "Done")       # says nothing to anybody, and is not counted
    told = (await decide(here, boss, "usage")).text
    assert ("new song: 1 today" in told, "change: 1 today" in told, "export" in told) == (True, True, False), told


async def test_a_chinese_admin_reads_and_types_chinese(here: Scene, boss: User) -> None:
    forget_usage(here)
    ling = here.discord.member("ling", locale="zh-CN", permissions=("manage_guild",))
    assert (await decide(here, ling, "show")).text.splitlines()[0] == "**Mureka 在这个服务器的设置**"
    assert (await decide(here, ling, "channels", add=here.songs.raw)).text == f"做歌的频道：<#{here.songs.id}>。"
    assert (await decide(here, ling, "language", language="own")).text == "公开消息的语言：点歌的人所用的语言。"
    for line, words in (("queue", "没有正在制作"), ("usage", "最近七天"), ("roles", "可以点歌：所有人"), ("style", "后端"),
                        ("listening", "没有频道"), ("cloud", "可以使用云端：所有人")):
        assert words in (await decide(here, ling, line)).text


async def test_settings_stay_for_a_while_when_the_bot_is_sent_away(here: Scene) -> None:
    guild = here.discord.guild("elsewhere")
    chief = here.discord.member("chief", permissions=("manage_guild",), guild=guild)
    place = here.discord.text_channel("songs", guild=guild)
    await (await place.slash("mureka-admin language", by=chief, language="zh")).reply()
    assert left_at(here, guild.id) is None
    here.discord.kick_bot(guild)
    await here.bot.says(f"no longer on server {guild.id}")
    assert left_at(here, guild.id) is not None
    here.discord.invite_bot(guild)
    await here.bot.says(f"back on server {guild.id}")
    assert left_at(here, guild.id) is None
