"""What members write, as a real discord.py hears it: files, voices, replies, threads, roles; and what is kept from it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.discord_sim.options import CannotBeTyped
from tests.discord_sim.vocabulary import BotProcess, Discord, Upload

Run = Callable[..., Any]
HUM = (Path(__file__).parents[2] / "examples" / "hum.ogg").read_bytes()
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (640).to_bytes(4, "big") + (480).to_bytes(4, "big")


@pytest.fixture
async def open_discord() -> AsyncIterator[Discord]:
    """One whose portal allows the message-content intent."""
    async with Discord(privileged=("message_content",)) as running:
        yield running


async def test_a_reading_bot_hears_files_voices_replies_and_roles(open_discord: Discord, run_hum_bot: Run) -> None:
    discord = open_discord
    bot = await run_hum_bot(discord, HUM_READS="1")
    await discord.bot_ready()
    songs, dj = discord.text_channel("songs"), discord.role("DJ", permissions=("manage_guild",))
    ada, bob = discord.member("ada", roles=(dj,)), discord.member("bob")

    clip = await songs.say("listen", by=ada, files=[Upload("hum.ogg", HUM), Upload("me.png", PICTURE, alt="a cat")])
    await bot.says(f"ada: in=TextChannel type=default file=hum.ogg,{len(HUM)},audio/ogg,None file=me.png,24,image/png,a cat "
                   "role=DJ manages=True")
    await songs.say("nice", by=bob, reply_to=clip, mentions=[dj])
    await bot.says("bob: in=TextChannel type=reply reply='listen' mentions=ada calls=DJ manages=False")
    voice = await songs.say(by=ada, files=[Upload("voice-message.ogg", HUM)], voice=True)
    await bot.says(f"voice={voice.files[0].seconds}")
    clip.delete(by=ada)
    await bot.says(f"gone: message {clip.id}")
    await songs.say("what was it?", by=bob, reply_to=voice, pings_author=False)
    await bot.says("bob: in=TextChannel type=reply reply='' manages=False")
    assert voice.is_voice and clip.pictures[0].alt == "a cat" and clip.pinged == []
    assert "<voice message of " in songs.transcript() and "<picture me.png (24 B): a cat>" in songs.transcript()


async def test_without_the_intent_files_and_words_are_hidden_but_where_the_bot_is_meant(discord: Discord,
                                                                                      hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    hum = Upload("hum.ogg", HUM)
    clip = await songs.say("mine", by=ada, files=[hum])
    await hum_bot.says("message '' with 0 files")
    await songs.say("make it", by=ada, reply_to=clip, mentions=[discord.bot])
    await hum_bot.says("make it' with 0 files")
    await hum_bot.says("type=reply reply='' mentions=Mureka")        # the clip in the message replied to stays hidden
    await songs.say("this", by=ada, files=[hum], mentions=[discord.bot])
    await hum_bot.says("this' with 1 files")
    await discord.direct_channel(ada).say("privately", by=ada, files=[hum, hum])
    await hum_bot.says("message 'privately' with 2 files")
    await hum_bot.says("ada: in=DMChannel type=default")
    await discord.direct_channel(ada).say(by=ada, files=[hum], voice=True)
    await hum_bot.says("voice=")


async def test_what_a_client_would_not_send_is_not_sent(discord: Discord) -> None:
    songs, ada = discord.text_channel("songs", upload_limit=100), discord.member("ada")
    file = Upload("a.ogg", bytes(101))
    for given, why in (({"text": "x" * 2001}, "over 2000 characters"), ({"files": [file]}, "over 100 bytes"),
                       ({"files": [Upload("a", b"")] * 11}, "over 10 files"),
                       ({"text": "hi", "files": [file], "voice": True}, "one recording without words"),
                       ({"files": [file], "voice": True}, "no Ogg Opus recording")):
        with pytest.raises(CannotBeTyped, match=why):
            await songs.say(by=ada, **given)
    ada.has_nitro = True
    await songs.say("x" * 4000, by=ada, files=[file])
    songs.forbid("send_messages", "attach_files", to=ada)
    with pytest.raises(CannotBeTyped, match=r"ada cannot say this in #songs: it needs SEND_MESSAGES, ATTACH_FILES"):
        await songs.say("hi", by=ada, files=[file])
    assert len(songs.messages) == 1


async def test_people_delete_and_edit_what_is_theirs_and_moderators_delete_the_rest(discord: Discord, api: Any) -> None:
    songs, ada, bob = discord.text_channel(), discord.member("ada"), discord.member("bob")
    mo = discord.member("mo", permissions=("manage_messages",))
    await api.post(songs, content="a song")
    song, words = songs.messages[0], await songs.say("words", by=ada)
    with pytest.raises(AssertionError, match="bob cannot delete message 1 of Mureka: it needs manage_messages"):
        song.delete(by=bob)
    with pytest.raises(AssertionError, match="bob cannot edit"):
        await words.edit("mine", by=bob)
    await words.edit("better words", by=ada)
    assert (words.text, words.versions) == ("better words", ["words", "better words"])
    words.delete(by=ada)
    song.delete(by=mo)
    assert songs.messages == [] and (song.raw.deleted_by, words.raw.deleted_by) == ("mo", "ada")


async def test_the_bot_deletes_others_messages_with_manage_messages_alone(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    message = await songs.say("delete me", by=ada)
    job = await songs.slash("hum try", by=ada, what="delete others")
    assert (await job.reply()).text == "delete others: 403 50013"
    discord.give(discord.bot, discord.role("Janitor", permissions=("manage_messages",)))
    await (await songs.slash("hum try", by=ada, what="delete others")).acknowledged()
    assert message.is_deleted


async def test_files_are_kept_joined_and_described_over_an_edit(discord: Discord, hum_bot: BotProcess) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    job = await songs.slash("hum try", by=ada, what="several")
    assert (await job.reply()).text == "several: two.png=about two three.png=about three"
    message = songs.messages[0]
    assert [(one.name, one.alt, one.data) for one in message.pictures] == [
        ("two.png", "about two", b"two"), ("three.png", "about three", b"three")]
    first, second = songs.story().messages[0].looks
    assert [one.name for one in first.files] == ["one.png", "two.png"]
    assert [one.data for one in second.files] == [b"two", b"three"]


async def test_a_thread_has_the_rules_of_its_channel_and_a_lock_of_its_own(discord: Discord, hum_bot: BotProcess,
                                                                         api: Any) -> None:
    songs, ada = discord.text_channel("songs"), discord.member("ada")
    begun = await songs.say("begin", by=ada)
    thread = songs.thread("ideas", by=ada, on=begun)
    await hum_bot.says("thread ideas in songs")
    await thread.say("here", by=ada, mentions=[discord.bot])
    await hum_bot.says("ada: in=Thread type=default mentions=Mureka")
    job = await thread.slash("hum whisper", by=ada, words="psst")
    assert (await job.reply()).text == "psst"
    assert (await api("GET", f"/channels/{songs.id}/messages/{begun.id}"))[1]["thread"]["name"] == "ideas"
    songs.forbid("send_messages_in_threads")
    assert (await api.post(thread, content="a"))[1]["code"] == 50013
    songs.allow("send_messages_in_threads")
    songs.forbid("send_messages")
    assert (await api.post(thread, content="a"))[0] == 200
    thread.archive()
    assert (await api.post(thread, content="b"))[0] == 200 and not thread.raw.is_archived
    thread.archive(locked=True)
    assert (await api.post(thread, content="c"))[1]["code"] == 50083
    songs.delete()
    await hum_bot.says("gone: channel songs")
    assert (await api.post(thread, content="d"))[1]["code"] == 10003


async def test_a_bot_that_is_kicked_may_do_nothing_there_until_it_is_invited_again(discord: Discord, hum_bot: BotProcess,
                                                                                 api: Any) -> None:
    await hum_bot.says("ready")
    other = discord.guild("Other")
    await hum_bot.says("joined Other")
    there = discord.text_channel("there", guild=other)
    discord.kick_bot(other)
    await hum_bot.says("left Other")
    assert (await api.post(there, content="a"))[1]["code"] == 50001
    assert (await api("GET", f"/guilds/{other.id}"))[1]["code"] == 50001
    other.name = "Better"
    discord.invite_bot(other)
    await hum_bot.says("joined Better")
    assert (await api.post(there, content="a"))[0] == 200
    discord.guild_outage(other)
    await hum_bot.says("unavailable: Better")
    discord.guild_outage(other, is_over=True)
