"""Several clips at once: a song of each, in their order, each with its own wish and its own message."""

from __future__ import annotations

import pytest

from tests.discord_sim.office import Upload
from tests.scenarios.conftest import ONE_LOOP, WHISTLE, Scene, films

pytestmark = ONE_LOOP
ENGLISH, CHINESE = "en-US", "zh-CN"


@pytest.mark.says("discord.form.batch", "discord.form.clips", "discord.form.wishes", "discord.form.wishes_example",
                  "discord.wishes_over")
@pytest.mark.uses("/mureka batch:", "discord.form.batch")
@pytest.mark.parametrize(("locale", "usual", "over", "done"), [
    (ENGLISH, "full song with instruments from my hummed melody", "You wrote 4 wishes for 3 clips", "Done"),
    (CHINESE, "用我哼的旋律做一首有伴奏的完整歌曲", "你为 3 段录音写了 4 个愿望", "完成")])
async def test_each_clip_gets_its_line_and_an_empty_line_is_the_usual_song(
        here: Scene, locale: str, usual: str, over: str, done: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    form = await here.songs.modal_of(await here.songs.slash("mureka batch", by=ada))
    clips = [Upload("one.wav", WHISTLE), Upload("two.wav", WHISTLE), Upload("three.wav", WHISTLE)]
    first = await form.submit(by=ada, clips=clips, wishes="lo-fi\n\nslower\nand one more")
    await here.shows(first, done)
    await here.film(count=3)
    [project] = here.cloud.projects.values()
    assert project.wishes == ["lo-fi", usual, "slower"]
    assert [file["filename"].partition(".")[0] for file in project.files] == ["one", "two", "three"]
    public = [one for one in here.songs.messages if one.author == "Mureka" and not one.is_ephemeral]
    progress = [one for one in public if one not in films(here.songs)]
    assert len(progress) == 3
    for message, name in zip(progress, ("one.wav", "two.wav", "three.wav"), strict=True):
        await message.until(lambda seen: done in seen.text)
        assert any(f"-# {name}" in version for version in message.versions)
    assert any(over in one.text for one in here.songs.messages if one.is_ephemeral)
    assert here.discord.pings(ada) == 3


@pytest.mark.parametrize(("locale", "told"), [(ENGLISH, "cat.png is a picture"), (CHINESE, "cat.png 是图片")])
async def test_one_file_that_cannot_become_a_song_stops_all_before_they_begin(here: Scene, locale: str, told: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    form = await here.songs.modal_of(await here.songs.slash("mureka batch", by=ada))
    reply = await (await form.submit(by=ada, clips=[Upload("one.wav", WHISTLE), Upload("cat.png", b"\x89PNG")])).reply()
    assert reply.is_ephemeral
    assert told in reply.text
    assert here.cloud.requests == []
