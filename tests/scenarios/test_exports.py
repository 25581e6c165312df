"""What one takes along: the song as other files, and all that is kept of a member, or its end. One bot with a studio for both."""

from __future__ import annotations

import io
import sqlite3
import zipfile
from contextlib import closing

import pytest

from bot.texts import say
from tests.discord_sim.places import TextChannel
from tests.discord_sim.seen import SeenMessage
from tests.discord_sim.world import User
from tests.nemo_server import replies
from tests.scenarios.conftest import ONE_LOOP, POSTS, SAY, Scene, films
from tests.scenarios.steps import ended, read, song

pytestmark = ONE_LOOP
OFFERS = ("mp3", "wav", "flac", "stems")
ENGLISH, CHINESE = "en-US", "zh-CN"
ME = "/api/studio/me"
DONE = {ENGLISH: "Done", CHINESE: "完成"}


@pytest.mark.parametrize(("locale", "told", "refused"), [
    (ENGLISH, "Here is your song: mp3.", "midi"), (CHINESE, "你的歌来了：mp3。", "midi")])
async def test_the_song_comes_as_what_was_asked_for_and_nothing_is_paid_again(
        here: Scene, locale: str, told: str, refused: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    await here.shows(await here.generate(by=ada), DONE[locale])
    for wanted in ("mp3", "stems"):
        job = await here.songs.slash("mureka export", by=ada, format=wanted)
        await here.shows(job, DONE[locale])
    posts = [one for one in here.songs.messages if one.pinged]
    assert [one.files[0].name.rpartition(".")[2] for one in posts] == ["mp4", "mp3", "zip"]
    assert posts[1].text.startswith(f"<@{ada.id}> {told}")
    assert posts[1].files[0].alt
    assert len(here.cloud.asked("POST", SAY)) == 1
    reply = await (await here.songs.slash("mureka export", by=ada, format=refused)).reply()
    assert reply.is_ephemeral
    assert refused in reply.text and "stems" in reply.text


async def test_an_export_asked_for_in_words_names_its_format(here: Scene) -> None:
    await here.shows(await here.generate(), "Done")
    await here.shows(await here.refine("export as mp3"), "Done")
    assert [one.files[0].name.rpartition(".")[2] for one in here.songs.messages if one.pinged] == ["mp4", "mp3"]
    reply = await (await here.refine("export as midi")).reply()
    assert reply.is_ephemeral


@pytest.mark.parametrize("locale", [ENGLISH, CHINESE])
async def test_a_style_is_chosen_by_its_name_in_ones_language_and_an_unknown_one_is_refused(here: Scene, locale: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    offered = await here.songs.complete("mureka generate", by=ada, style="")
    assert offered
    name, value = offered[-1]
    job = await here.songs.slash("mureka generate", by=ada, wish="slower", style=name)
    await here.shows(job, DONE[locale])
    [project] = here.cloud.projects.values()
    assert value in project.wishes[0]
    reply = await (await here.songs.slash("mureka generate", by=ada, wish="slower", style="polka")).reply()
    assert reply.is_ephemeral
    assert "polka" in reply.text and value in reply.text


def words(key: str, who: User) -> str:
    return say(f"privacy.{key}", "zh" if who.locale == "zh-CN" else "en", days=30, count=1)


async def looked(place: TextChannel, who: User) -> SeenMessage:
    reply = await (await place.slash("mureka privacy", by=who)).reply()
    assert reply.is_ephemeral
    return reply


async def decided(place: TextChannel, who: User, button: str) -> SeenMessage:
    """Look, press Delete, then `button`; the message once it tells what came of it."""
    message = await looked(place, who)
    await message.press(words("button.delete", who), by=who)
    await message.until(lambda seen: seen.text == words("sure", who))
    assert len(message.buttons) == 3
    await message.press(words(f"button.{button}", who), by=who)
    await message.until(lambda seen: not seen.buttons and seen.text not in (words("sure", who), words("deleting", who)))
    return message


def kept(here: Scene, who: User) -> list[str]:
    """What stands of a member in the database: the ids of their rows."""
    with closing(sqlite3.connect(here.folder / "data" / "mureka.db", timeout=10)) as database:
        return [str(row[0]) for table in ("members", "jobs", "projects") for row in database.execute(f"SELECT * FROM {table}")
                if str(who.id) in str(row)]


@pytest.mark.says("privacy.nothing", "privacy.head", "privacy.jobs", "privacy.projects", "privacy.tokens", "privacy.studio",
                  "privacy.studio_silent", "privacy.posted", "privacy.hashed", "privacy.backups", "privacy.handed_over",
                  "privacy.handed_over_partly", "privacy.too_much", "privacy.button.*", "discord.name.privacy.command",
                  "discord.about.privacy.command")
@pytest.mark.uses("/mureka privacy:", "privacy.button.export")
async def test_a_member_reads_what_is_kept_of_them_and_is_handed_it(here: Scene, members: tuple[User, User]) -> None:
    for who in members:
        nothing = await read(here, "mureka privacy", who)
        assert words("nothing", who) in nothing.text and not nothing.buttons
        await ended(await song(here.songs, who))
        next(iter(reversed(here.cloud.projects.values()))).files.append({"filename": "hum.wav"})
        told = await looked(here.songs, who)
        assert len(told.text.splitlines()) == 8
        archive = await (await told.press(words("button.export", who), by=who)).reply()
        assert archive.is_ephemeral and archive.text == words("handed_over", who)
        with zipfile.ZipFile(io.BytesIO(archive.files[0].data)) as opened:
            assert {"README.txt", "member.json", "studio.json", "clips/001-hum.wav"} == set(opened.namelist())
            assert str(who.id).encode() in opened.read("member.json")
        for limit, key in ((60_000, "handed_over_partly"), (300, "too_much")):
            narrow = here.discord.text_channel(f"narrow-{limit}-{who.id}", upload_limit=limit)
            archive = await (await (await looked(narrow, who)).press(words("button.export", who), by=who)).reply()
            assert archive.text == words(key, who)
        asked = await looked(here.songs, who)
        here.discord.fail_next("PATCH", "/webhooks/*/*/messages/@original", 400, code=50035)
        refused = (await (await asked.press(words("button.export", who), by=who)).reply()).text
        assert refused not in (words("too_much", who), words("handed_over", who))       # of any other fault: its number
        here.cloud.on("GET", ME, replies.html(502))
        assert words("studio_silent", who) in (await looked(here.songs, who)).text
        here.cloud.on("GET", ME, here.cloud.usual)
        await decided(here.songs, who, "rows")


@pytest.mark.says("privacy.sure", "privacy.deleting", "privacy.unharmed", "privacy.deleted", "privacy.deleted_posts",
                  "privacy.posts_left", "privacy.backups_stay", "privacy.studio_away", "privacy.still_posting")
@pytest.mark.uses("privacy.button.delete", "privacy.button.songs", "privacy.button.rows", "privacy.button.keep")
async def test_a_member_is_deleted_after_a_question_only(here: Scene, members: tuple[User, User]) -> None:
    bystander = here.bob
    await ended(await song(here.songs, bystander))
    before = kept(here, bystander)
    for who in members:
        held = here.discord.hold_next("POST", POSTS)
        job = await song(here.songs, who)
        await held.struck(25)
        assert words("still_posting", who) in (await decided(here.songs, who, "rows")).text
        held.release()
        await ended(job)
        assert words("unharmed", who) in (await decided(here.songs, who, "keep")).text
        here.cloud.on("GET", ME, replies.html(502))
        assert words("studio_away", who) in (await decided(here.songs, who, "songs")).text
        here.cloud.on("GET", ME, here.cloud.usual)
        assert kept(here, who) and len(films(here.songs)) == 2
        here.discord.fail_next("DELETE", f"{POSTS}/{(await job.reply()).id}", 403, code=50013)
        done = (await decided(here.songs, who, "songs")).text.splitlines()
        assert done == [words(key, who) for key in ("deleted", "deleted_posts", "posts_left", "backups_stay")]
        assert not kept(here, who) and len(films(here.songs)) == 1
    assert kept(here, bystander) == before
    assert str(bystander.id) not in {one.user_id for one in here.cloud.projects.values()}
