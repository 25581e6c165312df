"""Mentions and replies: what is asked for in natural words, with a clip beside them or in the message replied to."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from tests.discord_sim.gateway import GUILD_MESSAGES
from tests.discord_sim.office import Upload
from tests.discord_sim.places import TextChannel
from tests.discord_sim.seen import SeenMessage
from tests.discord_sim.world import User
from tests.scenarios.conftest import HUM, ONE_LOOP, POSTS, SAY, Scene, films

pytestmark = ONE_LOOP
CLIP = Upload("hum.ogg", HUM)


async def mention(here: Scene, words: str, *files: Upload, by: User | None = None,
                  reply_to: SeenMessage | None = None) -> SeenMessage:
    """A member speaks to the bot."""
    return await here.songs.say(words, by=by or here.ada, files=files, reply_to=reply_to, mentions=[here.discord.bot])


def announce(here: Scene, message: SeenMessage) -> None:
    """The gateway tells of a message once more."""
    services = here.discord.services
    services.gateway.dispatch("MESSAGE_CREATE", here.discord.home, intent=GUILD_MESSAGES,
                              render=lambda intents: services.payloads.message_event(message.raw, intents=intents))


def ours(channel: TextChannel) -> list[SeenMessage]:
    """What the bot said."""
    return [one for one in channel.messages if one.author == "Mureka"]


def wishes(here: Scene) -> list[list[str]]:
    return [project.wishes for project in here.cloud.projects.values()]


async def test_a_clip_beside_the_bots_name_becomes_a_song_and_its_reply_changes_it(here: Scene) -> None:
    asked = await mention(here, "lo-fi, call it Dusk", CLIP)
    progress = await here.songs.next_message()
    assert progress.raw.reference is asked.raw
    assert progress.pinged == []
    film = await here.film()
    await progress.until(lambda seen: "Done" in seen.text)
    assert film.pinged == ["ada"]
    await here.songs.say("lol", by=here.bob, reply_to=film)                     # others talk about it
    await here.songs.say("slower", by=here.ada, reply_to=film, pings_author=False)      # and so does she
    await here.songs.say("slower, please", by=here.ada, reply_to=film)          # and now to it
    again = await here.film(count=2)
    await mention(here, "export", reply_to=again)       # the film there is no clip
    await here.film(count=3)
    assert wishes(here) == [["lo-fi, call it Dusk", "slower, please"]]


async def test_a_clip_in_the_message_replied_to_is_taken_where_it_is_shown(here: Scene) -> None:
    theirs = await mention(here, "for me", CLIP)
    await here.film()
    await mention(here, "and jazz for me", by=here.bob, reply_to=theirs)
    await here.film(count=2)
    assert sorted(wishes(here)) == [["and jazz for me"], ["for me"]]
    assert sorted(tuple(film.pinged) for film in films(here.songs)) == [("ada",), ("bob",)]


@pytest.mark.parametrize(("words", "told"), [
    ("make it lo-fi", "Long-press or right-click that message, then Apps, “Make a song from this”."),
    ("做成慢歌", "请长按或右键点击那条消息，选择“应用”，再选“用这个做一首歌”。")])
async def test_a_clip_that_discord_hides_is_answered_with_the_menu(here: Scene, words: str, told: str) -> None:
    hidden = await here.songs.say("my idea", by=here.bob, files=[CLIP])
    await mention(here, words, reply_to=hidden)
    answer = await here.songs.next_message()
    assert told in answer.text
    assert answer.pinged == []
    assert here.cloud.requests == []


async def test_words_that_cost_nothing_are_answered_in_words(here: Scene) -> None:
    await mention(here, "how is it going?")
    assert "no song of yours in this channel" in (await here.songs.next_message()).text
    await mention(here, "lo-fi", CLIP)
    await here.film()
    await here.songs.next_message()         # the progress
    await here.songs.next_message()         # the film
    said = len(here.cloud.asked("POST", SAY))
    await mention(here, "what is the status?")
    assert "lo-fi" in (await here.songs.next_message()).text
    await mention(here, "how many credits do I have?")
    assert "/mureka credits" in (await here.songs.next_message()).text
    await mention(here, "还有多少积分？")
    assert "这个只该你自己看到" in (await here.songs.next_message()).text
    await mention(here, "export as mp3")
    assert "mp3" in (await here.songs.next_message()).text
    assert len(here.cloud.asked("POST", SAY)) == said


async def test_files_are_uploaded_when_no_song_is_asked_for(here: Scene) -> None:
    await mention(here, "upload this", CLIP, Upload("more.ogg", HUM))
    progress = await here.songs.next_message()
    await progress.until(lambda seen: not seen.buttons)
    [sent] = here.cloud.asked("POST", "/api/upload-video/*")
    assert b"hum" in sent.body and b"more" in sent.body
    assert here.cloud.asked("POST", SAY) == []
    await mention(here, "upload this", by=here.bob)
    assert "no clip here to keep" in (await here.songs.next_message()).text
    await mention(here, "上传", by=here.bob)
    assert "这里没有可以保存的录音" in (await here.songs.next_message()).text


@pytest.mark.parametrize(("words", "told"), [("", "Put a clip beside my name"), ("slower", "Put a clip beside my name"),
                                             ("慢一点", "提到我并附上一段录音")])
async def test_words_without_a_song_to_change_are_told_how_to_begin(here: Scene, words: str, told: str) -> None:
    await mention(here, words)
    assert told in (await here.songs.next_message()).text
    assert here.cloud.requests == []


async def test_what_is_no_clip_and_what_is_too_much_are_refused_in_one_sentence(here: Scene) -> None:
    await mention(here, "a song", Upload("cat.png", b"\x89PNG"))
    assert "cat.png is a picture" in (await here.songs.next_message()).text
    await mention(here, "la " * 600, CLIP)
    assert "1500 characters" in (await here.songs.next_message()).text
    await mention(here, "啦" * 1600, CLIP)
    assert "最多 1500 个字符" in (await here.songs.next_message()).text
    assert here.cloud.requests == []


async def test_of_several_clips_the_first_is_taken_and_that_is_said(here: Scene) -> None:
    await mention(here, "做成摇滚", CLIP, Upload("two.ogg", HUM))
    await here.songs.until(lambda seen: any("我用第一段：hum.ogg" in one.text for one in seen.messages))
    await here.film()
    assert wishes(here) == [["做成摇滚"]]


async def test_the_same_message_is_answered_once_however_often_the_gateway_tells_of_it(here: Scene) -> None:
    asked = await mention(here, "lo-fi", CLIP)
    told = await mention(here, "hello?", by=here.bob)
    announce(here, asked)
    announce(here, told)
    await here.film()
    later = await mention(here, "and now?", by=here.bob)
    await here.songs.until(lambda seen: any(one.raw.reference is later.raw for one in seen.messages))
    assert len(ours(here.songs)) == 4       # progress, film, and an answer to each of bob's
    assert wishes(here) == [["lo-fi"]]


async def test_bots_webhooks_edits_and_calls_to_everybody_are_not_for_us(here: Scene) -> None:
    other = here.discord.member("other")
    other.is_bot = True
    await mention(here, "hello from a bot", by=other)
    boss = here.discord.member("boss", permissions=("administrator",))
    await here.songs.say("@everyone look", by=boss)
    await here.songs.say("nice", by=here.ada, mentions=[here.bob])
    typed = await here.songs.say("a slip", by=here.ada)
    await typed.edit(f"<@{here.discord.bot.id}> hello", by=here.ada)
    await mention(here, "", by=here.bob)
    await here.songs.until(ours)
    [answered] = [one.raw.reference for one in ours(here.songs)]
    assert answered is not None and answered.author is here.bob


async def test_a_rule_of_the_server_is_told_and_a_lack_of_permission_stays_in_the_log(here: Scene) -> None:
    boss = here.discord.member("boss", permissions=("manage_guild",))
    await here.songs.slash("mureka-admin cloud", by=boss, allowed=False)
    await here.songs.next_message()
    await mention(here, "lo-fi", CLIP)
    assert "which this server does not allow" in (await here.songs.next_message()).text
    await (await here.songs.slash("mureka-admin cloud", by=boss, allowed=True)).reply()
    here.songs.forbid("send_messages")
    asked = await mention(here, "lo-fi", CLIP)
    await here.bot.says(f"message {asked.id} was not answered: 403")
    assert here.cloud.requests == []


@pytest.mark.parametrize(("words", "told"), [("lo-fi", "so nothing was begun"), ("慢一点", "所以什么都没有开始")])
async def test_where_no_progress_can_be_shown_nothing_is_begun(here: Scene, words: str, told: str) -> None:
    here.discord.fail_next("POST", POSTS, 400, code=50035, message="Invalid Form Body")
    await mention(here, words, CLIP)
    assert told in (await here.songs.next_message()).text
    assert here.cloud.requests == []


async def test_a_fault_of_ours_is_a_number_that_the_log_knows(here: Scene) -> None:
    with closing(sqlite3.connect(here.folder / "data" / "mureka.db")) as database:
        database.execute("ALTER TABLE servers RENAME TO lost_servers")
        await mention(here, "hello")
        answer = await here.songs.next_message()
        database.execute("ALTER TABLE lost_servers RENAME TO servers")
    number = answer.text.rpartition(" ")[2].rstrip(".")
    assert here.bot.log.count(f"fault {number} with message") == 1
