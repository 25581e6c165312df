"""Direct messages: a clip is enough, words change the song, and whoever comes first is told in one sentence what this is."""

from __future__ import annotations

import pytest

from tests.discord_sim.office import Upload
from tests.discord_sim.places import TextChannel
from tests.discord_sim.seen import SeenMessage
from tests.scenarios.conftest import HUM, ONE_LOOP, Scene

pytestmark = ONE_LOOP
VOICE = Upload("voice-message.ogg", HUM, "audio/ogg")


def said(channel: TextChannel) -> list[str]:
    return [one.text for one in channel.messages if one.author == "Mureka"]


async def answer_to(channel: TextChannel, message: SeenMessage) -> str:
    """The first reply to a message."""
    await channel.until(lambda seen: any(one.raw.reference is message.raw for one in seen.messages))
    return next(one.text for one in channel.messages if one.raw.reference is message.raw)


async def test_a_voice_message_alone_becomes_a_song_and_words_alone_change_it(here: Scene) -> None:
    direct = here.discord.direct_channel(here.ada)
    await direct.say(by=here.ada, files=[VOICE], voice=True)
    assert (await here.film(direct)).pinged == ["ada"]
    assert said(direct)[0].startswith("Hum or sing me a tune")          # the first time, and never again
    await direct.say("slower", by=here.ada)
    await here.film(direct, count=2)
    await direct.say("call it Dusk", by=here.ada, files=[Upload("other.ogg", HUM)])
    await here.film(direct, count=3)
    assert sum(text.startswith("Hum or sing me a tune") for text in said(direct)) == 1
    first, second = here.cloud.projects.values()
    assert first.wishes[1:] == ["slower"]
    assert second.wishes == ["call it Dusk"]


@pytest.mark.parametrize(("words", "greeting"), [("hello", "Hum or sing me a tune"), ("你好", "哼一段或唱一段给我")])
async def test_whoever_says_hello_is_told_in_one_sentence_what_to_do(here: Scene, words: str, greeting: str) -> None:
    direct = here.discord.direct_channel(here.ada)
    told = await answer_to(direct, await direct.say(words, by=here.ada))
    assert told.startswith(greeting)
    assert "\n" not in told
    last = await direct.say("credits", by=here.ada)
    await direct.until(lambda seen: sum(one.raw.reference is last.raw for one in seen.messages) == 2)    # a stranger still
    assert len(said(direct)) == 3
    assert "credits" in said(direct)[-1]
    assert here.cloud.projects == {}


async def test_whoever_spoke_chinese_before_is_answered_in_chinese(here: Scene) -> None:
    direct = here.discord.direct_channel(here.ada)
    await direct.say("慢一点", by=here.ada, files=[VOICE])
    await here.film(direct)
    message = await direct.say(by=here.ada, files=[VOICE], voice=True)
    assert "正在" in await answer_to(direct, message)
    await here.film(direct, count=2)
    told = await answer_to(direct, await direct.say("进度怎么样？", by=here.ada))
    assert "慢一点" not in told             # the other project is the current one
    picture = await direct.say("做成歌", by=here.ada, files=[Upload("cat.png", b"\x89PNG")])
    assert "cat.png 是图片" in await answer_to(direct, picture)
