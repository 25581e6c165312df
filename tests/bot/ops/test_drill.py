"""The drill: a backup in mid-song, the folder deleted, the backup brought back. Members go on, and nothing is done twice."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.jobs.desk import Accepted
from bot.ops.backup import back_up
from bot.ops.mend import Place
from bot.ops.restore import restore
from bot.texts import say
from storage import JobKind, JobState
from tests.bot.jobs.house import House, house, order
from tests.nemo_server.http import Request

KEYS = "mureka.keys"


@pytest.fixture
async def around(tmp_path: Path) -> AsyncIterator[House]:
    (tmp_path / "data").mkdir()
    async with house(tmp_path / "data") as made:
        yield made


async def test_after_the_drill_members_go_on_with_the_same_projects_and_are_asked_about_what_was_under_way(
        around: House, tmp_path: Path) -> None:
    data, said, go_on = around.folder, asyncio.Event(), asyncio.Event()

    async def hold(request: Request) -> None:
        if request.path == "/run_sse" and len(around.wishes) == 1:
            said.set()
            await go_on.wait()

    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        around.gate = hold
        await bot.desk.accept(order("101", JobKind.REFINE))
        await bot.desk.accept(order("102", JobKind.REFINE))
        await said.wait()
        made = await back_up(data, tmp_path / "mureka.tar")
        go_on.set()
        await around.until_over("101", "102")      # what the backup does not know
    assert around.wishes == ["wish of 100", "wish of 101", "wish of 102"]
    shutil.copy(data / KEYS, tmp_path)
    shutil.rmtree(data)
    data.mkdir()
    shutil.copy(tmp_path / KEYS, data)

    done = await restore(made.path, Place(data))
    assert (done.aside, done.mended.asked) == (None, 2)
    async with around.open() as bot:
        await around.until_over("101", "102")
        assert {line["job"]: line["sentence"] for line in around.told if line["act"] != "show"} == dict.fromkeys(
            ("101", "102"), say("job.restored", "en"))
        assert around.lines("ask", "101") and around.lines("ask", "102")
        assert len(around.wishes) == 3 and around.lines("deliver") == []        # nobody acted by themselves
        assert await bot.desk.leave("102")
        again = await bot.desk.again("101")
        assert isinstance(again, Accepted)
        await bot.desk.accept(order("103", JobKind.REFINE))
        await around.until_over(again.job.id, "103")
        assert (await bot.job("103")).state is JobState.DONE
    [project] = around.server.projects.values()
    assert project.wishes == ["wish of 100", "wish of 101", "wish of 102", "wish of 101", "wish of 103"]
