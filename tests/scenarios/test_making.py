"""The commands that make songs: with and without a clip, with what can be chosen, with a link, as words alone."""

from __future__ import annotations

import pytest

from tests.discord_sim.office import Upload
from tests.discord_sim.seen import Invocation
from tests.scenarios.conftest import ONE_LOOP, WHISTLE, Scene, films

pytestmark = ONE_LOOP
ENGLISH, CHINESE = "en-US", "zh-CN"
DONE = {ENGLISH: "Done", CHINESE: "完成"}


async def private(invocation: Invocation) -> str:
    reply = await invocation.reply()
    assert reply.is_ephemeral
    return reply.text


@pytest.mark.says("discord.clause", "discord.begun", "discord.connecting.cloud", "discord.connected.cloud", "discord.setting_up",
                  "discord.finished", "job.done")
@pytest.mark.uses("/mureka generate: clip wish style aspect")
@pytest.mark.parametrize(("locale", "chosen", "again", "usual"), [
    (ENGLISH, ["slower, in jazz style, in 9:16"], "in square style, in 1:1", "full song with instruments from my hummed melody"),
    (CHINESE, ["slower，jazz 风格，画幅 9:16"], "square 风格，画幅 1:1", "用我哼的旋律做一首有伴奏的完整歌曲")])
async def test_what_is_chosen_beside_the_words_is_said_with_them(
        here: Scene, locale: str, chosen: list[str], again: str, usual: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    first = await here.songs.slash("mureka generate", by=ada, clip=Upload("hum.wav", WHISTLE), wish="slower", style="jazz",
                                   aspect="9:16")
    await here.shows(first, DONE[locale])
    second = await here.songs.slash("mureka generate", by=ada, style="square", aspect="1:1")     # no clip: the one before
    await here.shows(second, DONE[locale])
    third = await here.songs.slash("mureka generate", by=ada, clip=Upload("hum.wav", WHISTLE))
    await here.shows(third, DONE[locale])
    assert [project.wishes for project in here.cloud.projects.values()] == [[*chosen, again], [usual]]


@pytest.mark.says("discord.nothing_asked", "discord.one_of_both", "link.malformed", "discord.comma")
@pytest.mark.uses("/mureka generate: link", "/mureka upload: link", "/mureka export: format")
@pytest.mark.parametrize(("locale", "nothing", "both", "link", "export"), [
    (ENGLISH, "Give me a clip, a link or a wish", "a clip or a link, not both", "This is no link", "does not export stems"),
    (CHINESE, "请给我一段录音、一个链接或一个愿望", "录音和链接请只给一个", "链接", "stems")])
async def test_what_cannot_be_done_is_one_private_sentence(
        here: Scene, locale: str, nothing: str, both: str, link: str, export: str) -> None:
    ada, clip = here.discord.member("ada", locale=locale), Upload("hum.wav", WHISTLE)
    assert nothing in await private(await here.songs.slash("mureka generate", by=ada))
    assert both in await private(await here.songs.slash("mureka generate", by=ada, clip=clip, link="https://example.org/a.mp3"))
    for typed in ("ftp://example.org/a.mp3", "my hum", "https://name:word@example.org/a.mp3"):
        assert link in await private(await here.songs.slash("mureka upload", by=ada, link=typed))
    assert export in await private(await here.songs.slash("mureka export", by=ada, format="stems"))
    assert "/mureka generate" in await private(await here.songs.slash("mureka export", by=ada))
    assert here.cloud.requests == []


async def test_words_alone_begin_a_song(here: Scene) -> None:
    job = await here.songs.slash("mureka generate", by=here.ada, wish="a lullaby for a cat")
    await here.shows(job, "Done")
    [project] = here.cloud.projects.values()
    assert (project.wishes, project.files) == (["a lullaby for a cat"], [])


@pytest.mark.says("discord.ask_instead.*")
@pytest.mark.uses("/mureka refine: wish")
@pytest.mark.parametrize(("locale", "status", "balance", "upload"), [
    (ENGLISH, ("status", "/mureka status: it shows"), ("credits", "/mureka credits: it shows"), ("upload", "/mureka upload")),
    (CHINESE, ("进度", "/mureka status 就能"), ("余额", "/mureka credits 就能"), ("上传", "/mureka upload"))])
async def test_words_that_have_a_command_of_their_own_cost_nothing(
        here: Scene, locale: str, status: tuple[str, str], balance: tuple[str, str], upload: tuple[str, str]) -> None:
    ada = here.discord.member("ada", locale=locale)
    await here.shows(await here.generate(by=ada), DONE[locale])
    for words, told in (status, balance, upload):
        assert told in await private(await here.refine(words, by=ada))
        assert told in await private(await here.songs.slash("mureka generate", by=ada, wish=words))
    exported = await here.songs.slash("mureka generate", by=ada, wish="export" if locale == ENGLISH else "导出")
    await here.shows(exported, DONE[locale])
    [project] = here.cloud.projects.values()
    assert len(project.wishes) == 1
    assert len(films(here.songs)) == 2


async def test_whoever_types_a_wish_is_offered_what_it_could_go_on_as(here: Scene) -> None:
    ling = here.discord.member("ling", locale=CHINESE)
    await here.shows(await here.generate(wish="lo-fi, for Bob"), "Done")
    offered = await here.songs.complete("mureka refine", by=here.ada, wish="")
    assert offered[0] == ("lo-fi, for Bob", "lo-fi, for Bob")
    assert ("another take", "another take") in offered
    assert await here.songs.complete("mureka generate", by=here.ada, wish="lo-fi, ca") == [
        ("lo-fi, call it Urban Dreams",) * 2, ("lo-fi, vertical, for phones",) * 2]
    assert ("慢一点", "慢一点") in await here.songs.complete("mureka generate", by=ling, wish="慢")
    assert await here.songs.complete("mureka generate", by=here.ada, style="lo") == []       # the cloud tells no styles


@pytest.mark.says("job.uploaded")
@pytest.mark.uses("/mureka upload: clip", "discord.form.upload")
@pytest.mark.parametrize("locale", [ENGLISH, CHINESE])
async def test_clips_are_put_into_the_project_without_a_song(here: Scene, locale: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    form = await here.songs.modal_of(await here.songs.slash("mureka upload", by=ada))
    sent = await form.submit(by=ada, clips=[Upload("one.wav", WHISTLE), Upload("two.wav", WHISTLE)])
    await here.shows(sent, "one.wav")
    [project] = here.cloud.projects.values()
    assert len(project.files) == 2
    refused = await here.songs.modal_of(await here.songs.slash("mureka upload", by=ada))
    mixed = [Upload("one.wav", WHISTLE), Upload("notes.txt", b"la")]
    assert "notes.txt" in await private(await refused.submit(by=ada, clips=mixed))
    single = await here.songs.slash("mureka upload", by=ada, clip=Upload("three.wav", WHISTLE))
    await here.shows(single, "three.wav")
    assert len(project.files) == 3
    assert (project.wishes, films(here.songs)) == ([], [])


@pytest.mark.says("discord.guest", "discord.no_batch_here")
@pytest.mark.uses("/mureka batch:", "discord.song.take", "discord.song.delete")
@pytest.mark.parametrize(("locale", "told", "batch"), [
    (ENGLISH, "I am not a member here: I can answer for a quarter of an hour", "Make them one by one"),
    (CHINESE, "只能在一刻钟内回答", "一首一首地做")])
async def test_a_member_takes_the_bot_along_to_where_it_is_not(here: Scene, locale: str, told: str, batch: str) -> None:
    away = here.discord.guild("Elsewhere", has_bot=False)
    ada = here.discord.member("ada", locale=locale, guild=away)
    here.discord.install_for(ada)
    there = here.discord.text_channel("lounge", guild=away)
    job = await here.generate(by=ada, channel=there)
    progress = await here.shows(job, DONE[locale])
    assert any(told in version for version in progress.versions)
    film = await here.film(there)
    assert film.pinged == ["ada"]
    again = await film.press("New take" if locale == ENGLISH else "换一版", by=ada)
    await here.shows(again, DONE[locale])
    assert batch in await private(await there.slash("mureka batch", by=ada))
    await film.press("Delete" if locale == ENGLISH else "删除", by=ada)
    await there.until(lambda _: film.is_deleted)
    assert here.discord.asked("POST", "/channels/*/messages") == []


async def test_a_conversation_between_two_gets_its_song_too(here: Scene) -> None:
    here.discord.install_for(here.ada)
    between = here.discord.private_channel(here.ada, here.bob)
    job = await here.generate(channel=between)
    await here.shows(job, "Done")
    assert (await here.film(between)).pinged == ["ada"]


@pytest.mark.says("link.private")
@pytest.mark.parametrize(("locale", "told"), [(ENGLISH, "does not lead to a public address"), (CHINESE, "不是公开地址")])
async def test_a_link_to_the_bots_own_network_is_never_followed(here: Scene, locale: str, told: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    inward = await here.songs.slash("mureka generate", by=ada, link=f"{here.cloud.url}/films/a.mp3", wish="lo-fi")
    await here.shows(inward, told)
    assert here.cloud.requests == []
