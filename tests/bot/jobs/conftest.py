"""Fixtures of the jobs: a house around them, with the files that any start but the first one finds."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.bot.jobs.house import House, house
from tests.bot.jobs.lives import Forks, Lives, forks


@pytest.fixture(scope="session")
def after_a_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("engine")

    async def first_start() -> None:
        async with house(folder) as made, made.open():
            pass

    asyncio.run(first_start())
    return folder


@pytest.fixture
async def around(tmp_path: Path, after_a_start: Path) -> AsyncIterator[House]:
    shutil.copytree(after_a_start, tmp_path, dirs_exist_ok=True)
    async with house(tmp_path) as made:
        yield made


@pytest.fixture(scope="session")
def forked() -> Iterator[Forks]:
    with forks() as made:
        yield made


@pytest.fixture
async def lives(around: House, forked: Forks) -> AsyncIterator[Lives]:
    made = Lives(around, forked)
    yield made
    made.kill()
    await made.dead()
