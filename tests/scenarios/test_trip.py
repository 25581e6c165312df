"""The trip of a clip through Discord, from the command to the film below it."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

from tests.discord_sim.process import BotProcess
from tests.nemo_server.server import FILM
from tests.scenarios.conftest import CLIPS, HUM, ONE_LOOP, POSTS, SAY, Scene, films

pytestmark = ONE_LOOP


async def test_a_hum_becomes_a_film_and_the_next_wish_changes_it(here: Scene) -> None:
    first = await here.generate(wish="lo-fi, call it Dusk", name="hum.ogg", clip=HUM)
    await first.acknowledged()
    assert first.seconds_to_ack < 1
    film = await here.film()
    assert film.files[0].data == FILM
    assert re.fullmatch(r"Dusk-[a-z2-7]{12}\.mp4", film.files[0].name)
    assert film.text.splitlines()[:3] == [f"<@{here.ada.id}> Your song is finished.", "**Dusk** · 0:10", "Here is your song."]
    assert film.pinged == ["ada"]
    progress = await here.shows(first, "Done")
    assert progress.versions[0] == "is thinking…"
    assert progress.versions[1].startswith("**Setting things up…**")
    assert any("Connected: the NemoVideo cloud" in version for version in progress.versions)
    assert all("[Cancel]" in version for version in progress.versions[1:-1])
    assert progress.buttons == []

    second = await here.refine("slower")
    again = await here.film(count=2)
    await here.shows(second, "Done")
    assert again.pinged == ["ada"]
    [project] = here.cloud.projects.values()
    assert project.wishes == ["lo-fi, call it Dusk", "slower"]
    assert here.discord.pings(here.ada) == 2

    third = await here.refine("export")
    await here.shows(third, "Done")
    assert len(films(here.songs)) == 3
    assert len(here.cloud.asked("POST", SAY)) == 2       # an export says nothing, and costs nothing
    assert_no_secret(here, here.bot)


async def test_only_the_first_words_go_by_the_token_of_the_interaction(here: Scene) -> None:
    await here.generate()
    await here.film()
    assert len(here.discord.asked("PATCH", "/webhooks/*")) == 1
    assert len(here.discord.asked("PATCH", "/channels/*/messages/*")) > 3
    [post] = here.discord.asked("POST", POSTS)
    assert post.status == 200
    assert len(str(films(here.songs)[0].raw.nonce)) == 25


async def test_two_members_at_once_get_a_song_of_their_own_each(here: Scene) -> None:
    jobs = [await here.generate(by=who, wish=f"for {who.name}") for who in (here.ada, here.bob)]
    for job in jobs:
        await here.shows(job, "Done")
    assert sorted(tuple(film.pinged) for film in films(here.songs)) == [("ada",), ("bob",)]
    assert sorted(tuple(project.wishes) for project in here.cloud.projects.values()) == [("for ada",), ("for bob",)]


async def test_the_same_member_twice_waits_for_the_first_song_and_is_told_the_place(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    first = await here.generate(wish="one")
    await held.struck()
    second = await here.refine("two")        # the first song is not there yet, and it will be
    third = await here.refine("three")
    await here.shows(second, "You are next")
    await here.shows(third, "You are number 2")
    held.release()
    for job in (first, second, third):
        await here.shows(job, "Done")
    [project] = here.cloud.projects.values()
    assert project.wishes == ["one", "two", "three"]


async def test_a_member_reads_chinese_and_types_chinese_commands(here: Scene) -> None:
    ling = here.discord.member("ling", locale="zh-CN")
    job = await here.generate(by=ling, wish="慢一点", name="晚风.wav")
    await here.shows(job, "完成")
    assert "你的歌做好了" in films(here.songs)[0].text
    command = next(one for one in here.discord.commands if one["name"] == "mureka")
    names = {one["name"]: one["name_localizations"] for one in command["options"]}
    assert (names["generate"], names["refine"]) == ({"zh-CN": "生成", "zh-TW": "生成"}, {"zh-CN": "修改", "zh-TW": "修改"})


async def test_a_direct_conversation_gets_its_song_too(here: Scene) -> None:
    direct = here.discord.direct_channel(here.ada)
    await here.generate(channel=direct)
    assert (await here.film(direct)).pinged == ["ada"]


async def test_what_cannot_become_a_song_is_refused_privately_and_costs_nothing(here: Scene) -> None:
    picture = await here.generate(name="cat.png", clip=b"\x89PNG")
    document = await here.generate(name="notes.txt", clip=b"la la")
    nothing = await here.refine("slower")
    for job, words in ((picture, "is a picture"), (document, "no sound or video"), (nothing, "no song of yours")):
        reply = await job.reply()
        assert reply.is_ephemeral
        assert words in reply.text
    assert here.cloud.requests == []


async def test_a_link_that_has_expired_is_told_in_one_sentence(here: Scene) -> None:
    held = here.discord.hold_next("GET", CLIPS)
    job = await here.generate()
    await held.struck()
    job.clip.expire()
    held.release()
    progress = await here.shows(job, "Send")
    assert progress.buttons == []
    assert here.cloud.asked("POST", SAY) == []


async def test_a_token_that_is_typed_into_a_wish_is_taken_out_at_the_door(here: Scene) -> None:
    await here.shows(await here.generate(wish="lo-fi with nmv_usr_0123456789abcdef please"), "Done")
    [project] = here.cloud.projects.values()
    assert "lo-fi with" in project.wishes[0]
    assert "0123456789abcdef" not in project.wishes[0]
    with closing(sqlite3.connect(here.folder / "data" / "mureka.db")) as database:
        assert "0123456789abcdef" not in "\n".join(database.iterdump())


async def test_a_fault_of_ours_is_one_sentence_with_a_number_that_the_log_knows(here: Scene) -> None:
    with closing(sqlite3.connect(here.folder / "data" / "mureka.db")) as database:
        database.execute("ALTER TABLE servers RENAME TO lost_servers")
        reply = await (await here.generate()).reply()
        database.execute("ALTER TABLE lost_servers RENAME TO servers")
    found = re.search(r"tell whoever runs this bot the number ([0-9a-f]{6})\.$", reply.text)
    assert found
    assert here.bot.log.count(f"fault {found[1]} in interaction") == 1
    await here.shows(await here.generate(), "Done")


def assert_no_secret(scene: Scene, bot: BotProcess) -> None:
    """Neither log nor channel holds a token of anybody's."""
    seen = bot.log + scene.songs.transcript()
    assert not re.search("nmv_usr_|clm_|loopback-token", seen)
    assert all(interaction.token not in seen for interaction in scene.discord.world.interactions.values())
