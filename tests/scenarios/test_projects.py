"""Projects: listed, opened, begun, renamed and deleted by their own member, and by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.discord_sim.seen import SeenMessage
from tests.discord_sim.world import User
from tests.scenarios.conftest import CLIPS, ONE_LOOP, Scene

pytestmark = ONE_LOOP


async def asked(here: Scene, line: str, **options: Any) -> SeenMessage:
    reply = await (await here.songs.slash(f"mureka projects {line}", by=here.ada, **options)).reply()
    assert reply.is_ephemeral
    return reply


def titles(message: SeenMessage) -> list[str]:
    return [line.partition(", used")[0] for line in message.text.splitlines()[1:]]


async def two_projects(here: Scene) -> None:
    for title in ("dawn", "dusk"):
        await asked(here, "new", title=title)


async def test_an_earlier_project_is_opened_and_the_next_wish_changes_it(here: Scene) -> None:
    assert "no projects here yet" in (await asked(here, "list")).text
    await here.shows(await here.generate(name="dawn.ogg"), "Done")
    await asked(here, "new", title="dusk")
    assert titles(await asked(here, "list")) == ["▸ **dusk**", "- dawn"]
    chosen = await here.songs.complete("mureka projects open", by=here.ada, project="DA")
    assert [name for name, _ in chosen] == ["dawn"]
    assert "changes “dawn”" in (await asked(here, "open", project=chosen[0][1])).text
    assert titles(await asked(here, "list")) == ["▸ **dawn**", "- dusk"]
    await here.shows(await here.refine("slower"), "Done")
    assert [len(project.wishes) for project in here.cloud.projects.values()] == [2, 0]


async def test_a_title_may_be_typed_where_none_was_chosen(here: Scene) -> None:
    await two_projects(here)
    assert "changes “dawn”" in (await asked(here, "open", project="Dawn")).text
    assert "not among yours here" in (await asked(here, "open", project="noon")).text


async def test_projects_are_nobody_elses_business(here: Scene) -> None:
    await two_projects(here)
    [(_, value)] = await here.songs.complete("mureka projects open", by=here.ada, project="dawn")
    assert await here.songs.complete("mureka projects open", by=here.bob, project="") == []
    for line in ("open", "delete"):
        reply = await (await here.songs.slash(f"mureka projects {line}", by=here.bob, project=value)).reply()
        assert "not among yours here" in reply.text
    assert titles(await asked(here, "list")) == ["▸ **dusk**", "- dawn"]


async def test_an_empty_project_is_begun_and_renamed(here: Scene) -> None:
    assert "“Slow *Days*” is begun".replace("*", "\\*") in (await asked(here, "new", title="Slow *Days*")).text
    assert [project.title for project in here.cloud.projects.values()] == ["Slow *Days*"]
    assert "“Fast Days” now" in (await asked(here, "rename", project="Slow *Days*", title="Fast Days")).text
    assert "at least one letter" in (await asked(here, "rename", project="Fast Days", title="\u200b")).text
    assert titles(await asked(here, "list")) == ["▸ **Fast Days**"]
    await here.shows(await here.refine("lo-fi"), "Done")
    assert [project.wishes for project in here.cloud.projects.values()] == [["lo-fi"]]


async def test_a_project_is_deleted_after_a_question_only(here: Scene) -> None:
    await two_projects(here)
    question = await asked(here, "delete", project="dusk")
    assert "cannot be undone" in question.text
    await question.press("Keep it", by=here.ada)
    await question.until(lambda seen: "“dusk” stays" in seen.text)
    assert question.buttons == []
    question = await asked(here, "delete", project="dusk")
    await question.press("Delete it", by=here.ada)
    await question.until(lambda seen: "is deleted" in seen.text)
    assert titles(await asked(here, "list")) == ["- dawn"]
    assert "no song of yours" in (await (await here.refine("slower")).reply()).text


async def test_many_projects_are_found_by_typing(here: Scene) -> None:
    for number in range(17):
        await asked(here, "new", title=f"song {number}")
    listed = (await asked(here, "list")).text.splitlines()
    assert len(listed) == 17
    assert listed[-1].startswith("…and 2 earlier ones")
    assert [name for name, _ in await here.songs.complete("mureka projects rename", by=here.ada, project="song 0")] == ["song 0"]


async def test_a_project_whose_song_is_being_made_is_not_deleted(here: Scene) -> None:
    await asked(here, "new", title="dawn")
    held = here.discord.hold_next("GET", CLIPS)
    first = await here.generate(name="dusk.ogg")
    await held.struck()
    second = await here.refine("slower")
    await here.shows(second, "You are next")
    question = await asked(here, "delete", project="dawn")
    await question.press("Delete it", by=here.ada)
    await question.until(lambda seen: "is being made" in seen.text)
    held.release()
    for job in (first, second):
        await here.shows(job, "Done")


async def test_a_chinese_member_reads_and_types_chinese(here: Scene) -> None:
    ling = here.discord.member("ling", locale="zh-CN")
    reply = await (await here.songs.slash("mureka projects list", by=ling)).reply()
    assert "你在这里还没有项目" in reply.text
    reply = await (await here.songs.slash("mureka projects new", by=ling, title="城市")).reply()
    assert "“城市”已新建" in reply.text
    question = await (await here.songs.slash("mureka projects delete", by=ling, project="城市")).reply()
    assert question.buttons == ["删除", "保留"]
    await question.press("删除", by=ling)
    await question.until(lambda seen: "“城市”已删除" in seen.text)


@pytest.mark.says("privacy.projects_cloud", "privacy.cloud", "privacy.cloud_stays")
async def test_what_the_cloud_has_stays_there_and_that_is_told(here: Scene, members: tuple[User, User]) -> None:
    for who in members:
        await (await here.songs.slash("mureka projects new", by=who, title="dawn")).reply()
        told = await (await here.songs.slash("mureka privacy", by=who)).reply()
        await told.press(told.buttons[1], by=who)
        await told.until(lambda seen: len(seen.buttons) == 3)
        await told.press(told.buttons[1], by=who)
        await told.until(lambda seen: len(seen.text.splitlines()) == 3)
    assert len(here.cloud.projects) == 2
