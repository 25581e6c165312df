"""The message with a song: what it says, and what its buttons do, for whom, before and after a restart."""

from __future__ import annotations

import pytest

from tests.discord_sim.seen import Invocation, SeenMessage
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.scenarios.conftest import ONE_LOOP, SAY, Scene, films

pytestmark = ONE_LOOP
OFFERS = ("mp3", "midi", "stems")
ENGLISH, CHINESE = "en-US", "zh-CN"
BUTTONS = {ENGLISH: ["New take", "Refine", "Longer", "Timeline", "Delete"],
           CHINESE: ["换一版", "修改", "长一点", "时间线", "删除"]}
LISTS = {ENGLISH: ["Style", "Formats"], CHINESE: ["风格", "格式"]}


def wishes(here: Scene) -> list[str]:
    [project] = here.cloud.projects.values()
    return project.wishes


async def done(here: Scene, pressed: Invocation) -> SeenMessage:
    return await here.shows(pressed, "Done" if pressed.raw.user.locale == ENGLISH else "完成")


async def private(pressed: Invocation) -> str:
    reply = await pressed.reply()
    assert reply.is_ephemeral
    return reply.text


@pytest.mark.says("discord.form.refine", "discord.form.wish", "discord.form.wish_example", "discord.deleted", "discord.tempo",
                  "discord.song.*")
@pytest.mark.uses("discord.form.refine", "discord.song.take", "discord.song.refine", "discord.song.longer", "discord.song.style",
                  "discord.song.timeline", "discord.song.formats", "discord.song.delete")
@pytest.mark.parametrize("locale", [ENGLISH, CHINESE])
async def test_a_song_says_what_it_is_and_everything_can_be_done_with_it(here: Scene, locale: str) -> None:
    ada = here.discord.member("ada", locale=locale)
    job = await here.generate(by=ada, wish="lo-fi, call it Dusk" if locale == ENGLISH else "lo-fi，call it Dusk")
    film = await here.film()
    await done(here, job)
    assert film.buttons == BUTTONS[locale]
    assert list(film.menus) == LISTS[locale]
    assert film.text.splitlines()[1].startswith("**Dusk** · ")
    assert film.text.splitlines()[-1].startswith("-# Timeline (2 tracks)" if locale == ENGLISH else "-# ")
    assert film.files[0].alt is not None
    assert film.files[0].alt.startswith("The film of the song “Dusk”" if locale == ENGLISH else "歌曲《Dusk》的影片")
    again, change, longer = ("another take", "slower", "longer") if locale == ENGLISH else ("换一版", "慢一点", "长一点")

    await done(here, await film.press(BUTTONS[locale][0], by=ada))
    form = await here.songs.modal_of(await film.press(BUTTONS[locale][1], by=ada))
    await done(here, await form.submit(by=ada, wish=change))
    await done(here, await film.press(BUTTONS[locale][2], by=ada))
    await done(here, await film.choose(LISTS[locale][0], "pop", by=ada))
    said = wishes(here)
    assert said[1:] == [again, change, longer, "in pop style" if locale == ENGLISH else "pop 风格"]

    told = await private(await film.press(BUTTONS[locale][3], by=ada))
    assert "harbour" in told
    await done(here, await film.choose(LISTS[locale][1], "mp3", by=ada))
    endings = [one.files[0].name.rpartition(".")[2] for one in here.songs.messages if one.files and one.pinged]
    assert endings == ["mp4"] * 5 + ["mp3"]
    assert len(here.cloud.asked("POST", SAY)) == 5
    await film.press(BUTTONS[locale][4], by=ada)
    await here.songs.until(lambda seen: seen.messages[-1].is_ephemeral)
    assert film.is_deleted
    assert ("The project stays" if locale == ENGLISH else "项目还在") in here.songs.messages[-1].text


@pytest.mark.says("discord.not_your_song", "discord.not_yours_to_delete")
async def test_others_read_how_to_make_their_own_and_change_nothing(here: Scene) -> None:
    ling = here.discord.member("ling", locale=CHINESE)
    job = await here.generate()
    film = await here.film()
    await done(here, job)
    for button in BUTTONS[ENGLISH][:4]:
        assert "Make your own: /mureka generate" in await private(await film.press(button, by=here.bob))
    assert "做一首你自己的歌" in await private(await film.choose("Style", "pop", by=ling))
    assert "做一首你自己的歌" in await private(await film.choose("Formats", "mp3", by=ling))
    assert "can delete it" in await private(await film.press("Delete", by=here.bob))
    assert "才能删除它" in await private(await film.press("Delete", by=ling))
    assert len(wishes(here)) == 1
    assert not film.is_deleted


async def test_whoever_keeps_order_deletes_a_song_of_others(here: Scene) -> None:
    guard = here.discord.member("guard", permissions=("manage_messages",))
    await here.generate()
    film = await here.film()
    await film.press("Delete", by=guard)
    await here.songs.until(lambda _: film.is_deleted)


async def test_buttons_and_lists_outlive_the_process_and_a_form_of_it_gives_the_words_back(here: Scene) -> None:
    job = await here.generate(wish="lo-fi")
    film = await here.film()
    await done(here, job)
    form = await here.songs.modal_of(await film.press("Refine", by=here.ada))
    await here.restart()
    lost = await form.submit(by=here.ada, wish="slower, with @everyone")
    assert "you had written: slower, with @\u200beveryone" in await private(lost)
    await done(here, await film.press("New take", by=here.ada))
    await done(here, await film.choose("Style", "pop", by=here.ada))
    assert wishes(here) == ["lo-fi", "another take", "in pop style"]


async def test_an_older_song_is_the_one_that_goes_on_when_its_button_is_pressed(here: Scene) -> None:
    await done(here, await here.generate(wish="one"))
    await done(here, await here.generate(wish="two"))
    await done(here, await films(here.songs)[0].press("Longer", by=here.ada))
    await done(here, await here.refine("slower"))
    assert [project.wishes for project in here.cloud.projects.values()] == [["one", "longer", "slower"], ["two"]]


async def test_what_the_backend_thinks_one_could_click_is_the_button_that_stands_out(here: Scene) -> None:
    def answer(request: Request) -> Reply:
        here.cloud.carry_out(request)
        return replies.events({"type": "text", "content": "Your song is ready. Click the timeline panel to see the tracks."})

    here.cloud.on("POST", SAY, answer, here.cloud.usual)
    await here.generate()
    film = await here.film()
    [rows] = [film.raw.components[0]["components"]]
    assert [one["label"] for one in rows if one["style"] == 1] == ["Timeline"]


async def test_words_of_a_backend_do_nothing_in_the_channel(here: Scene) -> None:
    def answer(request: Request) -> Reply:
        here.cloud.carry_out(request)
        return replies.events({"type": "text", "content": "# Big\n@everyone [free](https://evil.example/x) ||boo|| \u202eabc"})

    here.cloud.on("POST", SAY, answer, here.cloud.usual)
    await here.generate(wish="lo-fi, call it **@everyone**")
    film = await here.film()
    assert film.pinged == ["ada"]
    for effect in ("\n# Big", "@everyone", "[free](", "||boo", "\u202e"):
        assert effect not in film.text.replace("\\[", "").replace("\\|", "")
    assert "<https://evil.example/x>" in film.text


async def test_the_tune_that_was_heard_is_shown_while_one_waits_and_stays(here: Scene) -> None:
    job = await here.generate()
    progress = await done(here, job)
    assert [one.name for one in progress.files] == ["tune.png"]
    assert progress.files[0].alt


async def test_where_the_bot_may_not_post_any_more_a_press_says_which_permission_is_missing(here: Scene) -> None:
    await done(here, await here.generate())
    film = films(here.songs)[0]
    here.songs.forbid("attach_files")
    ling = here.discord.member("ling", locale=CHINESE)
    assert "Attach Files" in await private(await film.press("New take", by=here.ada))
    assert "附加文件" in await private(await here.generate(by=ling))
    assert len(wishes(here)) == 1
