"""Listening channels: the small question below a clip, whom its button obeys, and a Discord that does not let the bot hear."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from tests.discord_sim.gateway import GUILD_MESSAGES
from tests.discord_sim.office import Upload
from tests.discord_sim.places import TextChannel
from tests.discord_sim.seen import SeenMessage
from tests.discord_sim.vocabulary import Discord
from tests.discord_sim.world import Flag, User
from tests.nemo_server.service import NemoService
from tests.scenarios.conftest import HUM, ONE_LOOP, PATIENCE_SECONDS, Scene

VOICE = Upload("voice-message.ogg", HUM, "audio/ogg")
TURN = "Turn this into a song?"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def _listener(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A bot that hears channels, as the portal allows."""
    async with (NemoService() as cloud, Discord(patience=PATIENCE_SECONDS, privileged=("message_content",)) as discord,
                AsyncExitStack() as stack):
        discord.limits.off()
        scene = Scene(discord, cloud, tmp_path_factory.mktemp("listener"), stack)
        await scene.start(MUREKA_LISTEN="on")
        yield scene


@pytest_asyncio.fixture(loop_scope="module")
async def listener(_listener: Scene) -> Scene:
    """The same in a channel where clips are offered a song."""
    _listener.begin_anew()
    boss = _listener.discord.member("boss", permissions=("manage_guild",))
    await (await _listener.songs.slash("mureka-admin listening", by=boss, add=_listener.songs.raw)).reply()
    await _listener.songs.next_message()
    return _listener


def offers(channel: TextChannel) -> list[SeenMessage]:
    return [one for one in channel.messages if any("mureka:turn:" in found for found in one.custom_ids.values())]


async def offered(channel: TextChannel) -> SeenMessage:
    await channel.until(offers)
    return offers(channel)[-1]


async def pressed(scene: Scene, question: SeenMessage, button: str, by: User) -> str:
    """A member presses the button; the private sentence that they read."""
    before = whispers(scene.songs)
    await question.press(button, by=by)
    await scene.songs.until(lambda seen: len(whispers(seen)) > len(before))
    return whispers(scene.songs)[-1]


def whispers(channel: TextChannel) -> list[str]:
    return [one.text for one in channel.messages if one.is_ephemeral]


def announce(scene: Scene, message: SeenMessage) -> None:
    """The gateway tells of a message once more."""
    services = scene.discord.services
    services.gateway.dispatch("MESSAGE_CREATE", scene.discord.home, intent=GUILD_MESSAGES,
                              render=lambda intents: services.payloads.message_event(message.raw, intents=intents))


@ONE_LOOP
async def test_a_voice_message_is_offered_a_song_which_whoever_posted_it_takes(listener: Scene) -> None:
    voice = await listener.songs.say(by=listener.ada, files=[VOICE], voice=True)
    announce(listener, voice)
    question = await offered(listener.songs)
    assert question.buttons == [TURN]
    assert question.raw.reference is voice.raw
    assert question.raw.flags & Flag.SUPPRESS_NOTIFICATIONS
    assert "Only whoever posted this clip" in await pressed(listener, question, TURN, listener.bob)
    await question.press(TURN, by=listener.ada)
    await question.press(TURN, by=listener.ada)         # a finger that trembles
    assert (await listener.film()).pinged == ["ada"]
    assert offers(listener.songs) == []                 # answered, and there was only one
    assert len(listener.cloud.projects) == 1


@ONE_LOOP
async def test_only_clips_are_offered_a_song_and_only_where_the_server_wants_that(listener: Scene) -> None:
    elsewhere = listener.discord.text_channel("elsewhere")
    await elsewhere.say(by=listener.ada, files=[VOICE])
    await listener.songs.say("la la la", by=listener.ada)
    await listener.songs.say(by=listener.ada, files=[Upload("cat.png", b"\x89PNG")])
    ling = listener.discord.member("ling", locale="zh-CN")
    clip = await listener.songs.say("我的新歌", by=ling, files=[Upload("hum.mp3", HUM)])
    question = await offered(listener.songs)
    assert question.raw.reference is clip.raw
    assert question.buttons == ["把它做成一首歌？"]
    assert offers(elsewhere) == []
    assert len(offers(listener.songs)) == 1
    xu = listener.discord.member("xu", locale="zh-CN")
    assert "只有发布这段录音的人才能按" in await pressed(listener, question, question.buttons[0], xu)


@ONE_LOOP
async def test_the_button_outlives_the_bot_and_a_clip_that_is_gone_is_told(listener: Scene) -> None:
    kept = await listener.songs.say(by=listener.ada, files=[VOICE], voice=True)
    ling = listener.discord.member("ling", locale="zh-CN")
    gone = [await listener.songs.say(by=who, files=[VOICE], voice=True) for who in (listener.bob, ling)]
    asked = await listener.songs.say("hello", by=listener.bob, mentions=[listener.discord.bot])
    await listener.songs.until(lambda seen: len(offers(seen)) == 3 and len(seen.messages) >= 9)
    count = len(listener.songs.messages)
    await listener.restart()
    announce(listener, kept)        # no gateway does that to a new session; it would change nothing
    announce(listener, asked)
    first, second, third = offers(listener.songs)
    for clip, who in zip(gone, (listener.bob, ling), strict=True):
        clip.delete(by=who)
    assert "was deleted" in await pressed(listener, second, TURN, listener.bob)
    assert "已被删除" in await pressed(listener, third, TURN, ling)
    assert len(listener.songs.messages) == count - 2        # two clips and their questions; and two private sentences
    await first.press(TURN, by=listener.ada)
    assert (await listener.film()).pinged == ["ada"]


@ONE_LOOP
async def test_a_press_where_the_bot_cannot_read_any_more_names_what_is_missing(listener: Scene) -> None:
    await listener.songs.say(by=listener.ada, files=[VOICE], voice=True)
    question = await offered(listener.songs)
    listener.songs.forbid("read_message_history")
    assert "Read Message History" in await pressed(listener, question, TURN, listener.ada)
    listener.songs.allow("read_message_history")
    assert offers(listener.songs) == [question]


@ONE_LOOP
async def test_where_everything_is_heard_a_reply_finds_the_clip_it_answers(listener: Scene) -> None:
    clip = await listener.songs.say("my idea", by=listener.ada, files=[VOICE])
    await offered(listener.songs)
    await listener.songs.say("as jazz", by=listener.bob, reply_to=clip, mentions=[listener.discord.bot])
    assert (await listener.film()).pinged == ["bob"]
    assert [project.wishes for project in listener.cloud.projects.values()] == [["as jazz"]]


async def test_a_portal_that_refuses_the_intent_leaves_a_bot_that_hears_what_is_said_to_it(scene: Scene) -> None:
    await scene.start(MUREKA_LISTEN="on")
    assert scene.bot.log.count("MUREKA_LISTEN is on, and Discord does not allow this bot to read messages") == 1
    assert "Traceback" not in scene.bot.log
    boss = scene.discord.member("boss", permissions=("manage_guild",))
    told = await (await scene.songs.slash("mureka-admin listening", by=boss, add=scene.songs.raw)).reply()
    assert "MUREKA_LISTEN" in told.text
    clip = await scene.songs.say(by=scene.ada, files=[VOICE], voice=True)
    await scene.songs.say("turn it", by=scene.ada, reply_to=clip, mentions=[scene.discord.bot])
    await scene.songs.until(lambda seen: any("“Make a song from this”" in one.text for one in seen.messages))
    assert offers(scene.songs) == []
