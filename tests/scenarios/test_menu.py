"""The menu on a message: a song of somebody's clip, a voice message too, for whoever used it."""

from __future__ import annotations

import pytest

from tests.discord_sim.office import Upload
from tests.scenarios.conftest import HUM, ONE_LOOP, Scene

pytestmark = ONE_LOOP
MENU, MENU_ZH = "Make a song from this", "用这个做一首歌"


async def test_a_voice_message_becomes_a_song_of_whoever_used_the_menu(here: Scene) -> None:
    voice = await here.songs.say(by=here.ada, files=[Upload("voice-message.ogg", HUM, "audio/ogg")], voice=True)
    job = await here.songs.menu(MENU, on=voice, by=here.bob)
    assert (await here.film()).pinged == ["bob"]
    await here.shows(job, "Done")
    [project] = here.cloud.projects.values()
    assert len(project.wishes) == 1
    assert here.discord.pings(here.ada) == 0


@pytest.mark.says("hear.no_clip_there", "discord.not_a_voice")
@pytest.mark.uses("Make a song from this")
async def test_a_message_without_a_clip_is_told_in_one_private_sentence_in_both_languages(here: Scene) -> None:
    ling = here.discord.member("ling", locale="zh-CN")
    words = await here.songs.say("la la la", by=here.ada)
    picture = await here.songs.say(by=here.ada, files=[Upload("cat.png", b"\x89PNG")])
    for message, by, told in ((words, here.bob, "no sound or video in this message"), (words, ling, "这条消息里没有声音或视频"),
                              (picture, here.bob, "cat.png is a picture"), (picture, ling, "cat.png 是图片")):
        reply = await (await here.songs.menu(MENU_ZH if by is ling else MENU, on=message, by=by)).reply()
        assert reply.is_ephemeral
        assert told in reply.text
    assert here.cloud.requests == []


async def test_of_several_clips_the_first_is_taken_and_that_is_said(here: Scene) -> None:
    files = [Upload("cat.png", b"\x89PNG"), Upload("one.ogg", HUM), Upload("two.ogg", HUM)]
    message = await here.songs.say("my ideas", by=here.ada, files=files)
    await here.songs.menu(MENU, on=message, by=here.ada)
    await here.songs.until(lambda seen: any(one.is_ephemeral for one in seen.messages))
    [told] = [one for one in here.songs.messages if one.is_ephemeral]
    assert "I take the first one, one.ogg" in told.text
    assert "/mureka batch" in told.text
    await here.film()
    assert len(here.cloud.projects) == 1


async def test_where_the_bot_may_not_work_the_menu_says_so_privately(here: Scene) -> None:
    here.songs.forbid("attach_files")
    message = await here.songs.say(by=here.ada, files=[Upload("hum.ogg", HUM)])
    reply = await (await here.songs.menu(MENU, on=message, by=here.ada)).reply()
    assert reply.is_ephemeral
    assert "Attach Files" in reply.text
    assert here.cloud.requests == []


async def test_the_menu_is_there_for_servers_and_users_in_their_language(here: Scene) -> None:
    [menu] = [one for one in here.discord.commands if one["type"] == 3]
    assert menu["name"] == MENU
    assert menu["name_localizations"] == {"zh-CN": MENU_ZH, "zh-TW": MENU_ZH}
    assert (sorted(menu["contexts"]), sorted(menu["integration_types"])) == ([0, 1, 2], [0, 1])
