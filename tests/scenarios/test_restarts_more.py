"""Songs in several messages, words to the bot, batches and old buttons: whatever dies or is pressed twice, it happens once."""

from __future__ import annotations

import asyncio
import io
import random
import shutil
import zipfile
from pathlib import Path

import pytest

from bot.ops.backup import back_up
from bot.ops.mend import Place
from bot.ops.restore import restore
from bot.ops.swap import STAGED
from bot.texts import say
from tests.discord_sim.office import Upload
from tests.discord_sim.payloads import MESSAGE_CONTENT
from tests.discord_sim.seen import SeenMessage
from tests.nemo_server import replies
from tests.scenarios.conftest import CLIPS, FILMS, ONE_LOOP, POSTS, SAY, WHISTLE, Scene, films
from tests.scenarios.test_buttons import AGAIN, ASKED, LEAVE

pytestmark = ONE_LOOP
OFFERS = ("stems",)
CLIP = Upload("hum.wav", WHISTLE)
NOISE = Upload("noise.wav", b"just some words")
STEM_BYTES = 9_000_000


def stems() -> bytes:
    """An archive of three files, of which Discord takes two in one message, and not all together packed as they are."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        for number in (1, 2, 3):
            content = random.Random(number).randbytes(STEM_BYTES) if number < 3 else bytes(STEM_BYTES)
            made.writestr(f"0{number} stem.flac", content)
    return packed.getvalue()


def wishes(here: Scene) -> list[list[str]]:
    return [project.wishes for project in here.cloud.projects.values()]


def waiting(here: Scene) -> list[SeenMessage]:
    """Messages that show something as under way."""
    return [one for one in here.songs.messages if "Cancel" in one.buttons]


async def test_killed_between_two_messages_of_stems_each_part_is_there_once(
        here: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    await here.shows(await here.generate(), "Done")
    here.cloud.on("GET", FILMS, replies.raw(stems(), kind="application/zip"))
    held = here.discord.hold_next("POST", POSTS, applied=True)
    job = await here.songs.slash("mureka export", by=here.ada, format="stems")
    await held.struck(25)
    half = here.folder / "data" / STAGED / "studio"
    half.mkdir(parents=True)        # of a restore that was killed
    await here.restart()
    assert not half.parent.exists()
    held.release()
    await here.shows(job, "Done")
    posts = [[file.name[:7] for file in one.files if "stem-" in file.name] for one in here.songs.messages]
    assert [names for names in posts if names] == [["01-stem", "02-stem"], ["03-stem"]]
    assert here.discord.pings(here.ada) == 2
    name = next(file.name for one in here.songs.messages for file in one.files if file.name.startswith("03-stem"))
    await here.songs.say("Listen to this!", by=here.bob, files=[Upload(name, WHISTLE)])
    told = await (await here.songs.slash("mureka privacy", by=here.ada)).reply()
    await told.press("Delete everything", by=here.ada)
    await told.until(lambda seen: len(seen.buttons) == 3)
    with monkeypatch.context() as reading:      # as a bot that listens may
        reading.setattr(here.discord.world.application, "privileged", MESSAGE_CONTENT)
        await told.press("Delete, and what was posted for me too", by=here.ada)
        await told.until(lambda seen: "All of it is deleted" in seen.text)
    assert [one.text for one in here.songs.messages if not one.is_ephemeral] == ["Listen to this!"]


async def test_killed_before_it_knows_that_its_reply_is_there_the_song_of_a_mention_comes(here: Scene) -> None:
    held = here.discord.hold_next("POST", POSTS, applied=True)
    await here.songs.say("lo-fi", by=here.ada, files=[CLIP], mentions=[here.discord.bot])
    await held.struck(25)
    await here.restart()
    held.release()
    assert (await here.film()).pinged == ["ada"]
    assert wishes(here) == [["lo-fi"]]


async def test_a_button_of_an_old_song_means_that_song_whatever_is_begun_or_deleted_meanwhile(here: Scene) -> None:
    await here.shows(await here.generate(wish="one", name="dawn.wav"), "Done")
    [old] = films(here.songs)
    held = here.discord.hold_next("GET", CLIPS)
    other = await here.generate(wish="two", name="dusk.wav")
    await held.struck()
    take = await old.press("New take", by=here.ada)
    await here.shows(take, "You are next")
    held.release()
    await here.shows(other, "Done")
    await here.shows(take, "Done")
    assert wishes(here) == [["one", "another take"], ["two"]]

    await here.songs.say("slower", by=here.ada, reply_to=films(here.songs)[1])     # to the other one, which is not the last
    await here.film(count=4)
    assert wishes(here) == [["one", "another take"], ["two", "slower"]]

    form = await here.songs.modal_of(await old.press("Refine", by=here.ada))
    question = await (await here.songs.slash("mureka projects delete", by=here.ada, project="dawn")).reply()
    await question.press("Delete it", by=here.ada)
    await question.until(lambda seen: "is deleted" in seen.text)
    await here.shows(await form.submit(by=here.ada, wish="slower"), "is no longer there")
    await here.songs.say("faster", by=here.ada, reply_to=old)
    await here.songs.until(lambda seen: "The project of this song" in seen.messages[-1].text)
    assert wishes(here) == [["one", "another take"], ["two", "slower"]]


async def test_a_form_that_is_sent_twice_at_once_is_done_once(here: Scene) -> None:
    await here.shows(await here.generate(wish="one"), "Done")
    form = await here.songs.modal_of(await films(here.songs)[0].press("Refine", by=here.ada))
    held = here.discord.hold_next("POST", "/interactions/*/callback")
    first = await form.submit(by=here.ada, wish="slower")
    await held.struck()
    again = await form.submit(by=here.ada, wish="slower")
    assert "answered before" in (await again.reply()).text
    held.release()
    await here.shows(first, "Done")
    assert wishes(here) == [["one", "slower"]]


async def test_what_ended_before_its_progress_was_shown_is_not_shown_as_under_way(here: Scene) -> None:
    form = await here.songs.modal_of(await here.songs.slash("mureka batch", by=here.ada))
    held = here.discord.hold_next("POST", POSTS)
    first = await form.submit(by=here.ada, clips=[NOISE, NOISE], wishes="")
    await held.struck()
    await here.bot.says(f"{first.id}-02 ends in prepare")
    held.release()
    await here.songs.until(lambda _: len(here.songs.messages) >= 3 and not waiting(here))
    assert "noise.wav" in (await first.reply()).text
    assert here.cloud.asked("POST", SAY) == []


async def test_a_question_that_had_to_be_posted_anew_is_answered_where_it_stands(here: Scene) -> None:
    here.tear(works=False)
    held = here.discord.hold_next("GET", CLIPS)
    job = await here.generate()
    await held.struck()
    progress = await here.shows(job, "Looking")
    progress.delete(by=here.discord.member("mo", permissions=("manage_messages",)))
    held.release()
    await here.songs.until(lambda seen: any(ASKED in one.text for one in seen.messages))
    question = here.songs.messages[-1]
    await question.press(LEAVE, by=here.ada)
    await question.until(lambda seen: seen.buttons == [])


@pytest.mark.says("job.restored")
async def test_set_back_to_a_backup_it_asks_about_what_was_under_way_and_does_nothing_twice(here: Scene, tmp_path: Path) -> None:
    data, ling = here.folder / "data", here.discord.member("ling", locale="zh-CN")
    await here.shows(await here.generate(wish="one"), "Done")
    here.cloud.on("POST", SAY, replies.stream(": heartbeat\n\n", hangs=True))
    asked, other = await here.refine("two"), await here.generate(by=ling, wish="three")
    await here.songs.until(lambda _seen: len(here.cloud.asked("POST", SAY)) == 3)
    made = await back_up(data, tmp_path / "mureka.tar")
    await here.bot.kill()
    await here.discord.bot_gone()
    key = await asyncio.to_thread((data / "mureka.keys").read_bytes)
    await asyncio.to_thread(shutil.rmtree, data)
    await asyncio.to_thread(data.mkdir)
    await asyncio.to_thread((data / "mureka.keys").write_bytes, key)
    await restore(made.path, Place(data))
    here.cloud.on("POST", SAY, here.cloud.usual)
    await here.bot.start()
    await here.discord.bot_ready()
    question = await here.shows(asked, say("job.restored", "en"))
    await here.shows(other, say("job.restored", "zh"))
    assert len(here.cloud.asked("POST", SAY)) == 3
    await question.press(AGAIN, by=here.ada)
    await here.film(count=2)
    assert wishes(here)[0] == ["one", "two"]
