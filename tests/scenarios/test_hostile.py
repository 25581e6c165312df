"""Members who try what they may not, or come too late: what a command would refuse, no button, form or old message grants."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.bot.media.bad_makers import id3, png, sound
from tests.discord_sim.office import Upload
from tests.discord_sim.seen import Invocation
from tests.discord_sim.world import User
from tests.scenarios.conftest import ONE_LOOP, SAY, WHISTLE, Scene, films

pytestmark = ONE_LOOP
ENGLISH, CHINESE = "en-US", "zh-CN"
AGAIN, LEAVE = "Try again (may cost again)", "Leave it"


@pytest.fixture
def boss(here: Scene) -> Iterator[User]:
    """Somebody who runs the server; what they decide holds for this test alone."""
    yield here.discord.member("boss", permissions=("manage_guild",))
    with closing(sqlite3.connect(here.folder / "data" / "mureka.db")) as database:
        database.execute("DELETE FROM servers")
        database.commit()


async def close_the_channel(here: Scene, boss: User) -> None:
    """From now on songs are made elsewhere."""
    elsewhere = here.discord.text_channel("studio")
    await (await here.songs.slash("mureka-admin channels", by=boss, add=elsewhere.raw)).reply()


async def private(invocation: Invocation) -> str:
    reply = await invocation.reply()
    assert reply.is_ephemeral
    return reply.text


async def test_a_question_from_before_the_rules_is_not_answered_with_a_song(here: Scene, boss: User) -> None:
    here.tear(works=False)
    job = await here.generate()
    question = await here.shows(job, "Try it again?")
    await close_the_channel(here, boss)
    assert "songs are made in" in await private(await question.press(AGAIN, by=here.ada))
    assert AGAIN in question.buttons
    await question.press(LEAVE, by=here.ada)        # what costs nothing is nobody's rule
    await question.until(lambda seen: not seen.buttons)
    assert len(here.cloud.asked("POST", SAY)) == 1


async def test_forms_from_before_the_rules_begin_nothing(here: Scene, boss: User) -> None:
    await here.shows(await here.generate(), "Done")
    refine = await here.songs.modal_of(await films(here.songs)[0].press("Refine", by=here.ada))
    batch = await here.songs.modal_of(await here.songs.slash("mureka batch", by=here.ada))
    upload = await here.songs.modal_of(await here.songs.slash("mureka upload", by=here.ada))
    await close_the_channel(here, boss)
    before = len(here.cloud.requests)
    clips = [Upload("one.wav", WHISTLE)]
    for sent in (await refine.submit(by=here.ada, wish="slower"), await batch.submit(by=here.ada, clips=clips, wishes="pop"),
                 await upload.submit(by=here.ada, clips=clips)):
        assert "songs are made in" in await private(sent)
    assert len(here.cloud.requests) == before


async def test_a_form_that_came_too_late_can_be_sent_once_more(here: Scene) -> None:
    await here.shows(await here.generate(), "Done")
    form = await here.songs.modal_of(await films(here.songs)[0].press("Refine", by=here.ada))
    late = await form.submit(by=here.ada, wish="slower", late=4.0)
    await here.bot.says(f"interaction {late.id} was not acknowledged")
    await here.shows(await form.submit(by=here.ada, wish="slower"), "Done")
    [project] = here.cloud.projects.values()
    assert project.wishes == ["lo-fi", "slower"]


@pytest.mark.says("discord.no_words")
@pytest.mark.parametrize(("locale", "change", "done", "told"), [
    (ENGLISH, "Refine", "Done", "Say what shall change"), (CHINESE, "修改", "完成", "请说说要改什么")])
async def test_a_wish_of_nothing_costs_nothing(here: Scene, locale: str, change: str, done: str, told: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    await here.shows(await here.generate(by=ada), done)
    form = await here.songs.modal_of(await films(here.songs)[0].press(change, by=ada))
    assert told in await private(await form.submit(by=ada, wish="\u200b\u2060 \u3164"))
    assert told in await private(await here.refine("\u3164", by=ada))
    assert len(here.cloud.asked("POST", SAY)) == 1


@pytest.mark.parametrize(("locale", "done", "told"), [
    (ENGLISH, "Done", "takes more time or memory to open"), (CHINESE, "完成", "所需的时间或内存超出了")])
async def test_a_poisoned_clip_is_one_sentence_and_the_next_one_a_song(here: Scene, locale: str, done: str, told: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    poisoned = id3(*((b"APIC", b"\0image/png\0\3\0" + png(4, 4)) for _ in range(2000))) + sound("mp3")
    job = await here.generate(by=ada, clip=poisoned, name="../../evil\u202egnp.mp3")
    assert "\u202e" not in (await here.shows(job, told)).text
    await here.shows(await here.generate(by=ada), done)
    assert len(here.cloud.asked("POST", SAY)) == 1


async def test_a_first_line_that_is_empty_is_the_first_clips(here: Scene) -> None:
    form = await here.songs.modal_of(await here.songs.slash("mureka batch", by=here.ada))
    await form.submit(by=here.ada, clips=[Upload("one.wav", WHISTLE), Upload("two.wav", WHISTLE)], wishes="\nslower")
    await here.film(count=2)
    [project] = here.cloud.projects.values()
    assert "full song" in project.wishes[0]
    assert project.wishes[1:] == ["slower"]


async def test_rules_of_a_server_that_sent_the_bot_away_bind_no_guest(here: Scene, boss: User) -> None:
    away = here.discord.guild("Elsewhere")
    there, main = here.discord.text_channel("lounge", guild=away), here.discord.text_channel("main", guild=away)
    chief = here.discord.member("chief", guild=away, permissions=("manage_guild",))
    await (await there.slash("mureka-admin channels", by=chief, add=main.raw)).reply()
    ada = here.discord.member("ada", guild=away)
    assert "songs are made in" in await private(await here.generate(by=ada, channel=there))
    here.discord.kick_bot(away)
    here.discord.install_for(ada)
    told = await private(await there.slash("mureka help", by=ada))
    assert "Not in this channel" not in told
    await here.shows(await here.generate(by=ada, channel=there), "Done")
