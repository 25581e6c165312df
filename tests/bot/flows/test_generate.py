"""Generate: which project a wish reaches, and what becomes of a project that is refused or lost."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.flows.errors import NoProjectYet
from bot.flows.generate import Generated, Wish, generate
from bot.nemo import Clock, Nemo, Secret, ServerFault, SessionLost
from storage import Database
from tests.nemo_server.replies import data, fault, html
from tests.nemo_server.server import NemoServer

BACKEND = "cloud"
UPLOAD = "/api/upload-video/*"
SESSIONS = "/api/tasks/me/with-session/nemo_agent"


@pytest.fixture
async def server() -> AsyncIterator[NemoServer]:
    async with NemoServer() as running:
        yield running


@pytest.fixture
async def nemo(server: NemoServer) -> AsyncIterator[Nemo]:
    async with Nemo(server.url, client_id="c1d2", token=Secret("nmv_usr_first"), clock=Clock(400.0)) as client:
        yield client


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "mureka.db") as opened:
        yield opened


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "hum.wav"
    path.write_bytes(b"RIFF")
    return path


async def ask(nemo: Nemo, database: Database, *files: Path, afresh: bool = False) -> Generated:
    wish = Wish("ada", "terminal", BACKEND, "slower", files, afresh=afresh)
    return await generate(wish, nemo=nemo, projects=database.projects, progress=lambda _step: None)


async def test_the_next_wish_reaches_the_same_project(nemo: Nemo, database: Database, clip: Path) -> None:
    first = await ask(nemo, database, clip)
    second = await ask(nemo, database)
    assert first.begun
    assert not second.begun
    assert second.project.id == first.project.id


async def test_a_wish_alone_needs_a_project(nemo: Nemo, database: Database) -> None:
    with pytest.raises(NoProjectYet):
        await ask(nemo, database)


async def test_a_new_project_that_is_refused_leaves_the_earlier_one(
        nemo: Nemo, database: Database, server: NemoServer, clip: Path) -> None:
    first = await ask(nemo, database, clip)
    server.on("POST", SESSIONS, html(502))
    with pytest.raises(ServerFault):
        await ask(nemo, database, clip, afresh=True)
    current = await database.projects.current("ada", "terminal", BACKEND)
    assert current is not None
    assert current.id == first.project.id


async def test_a_lost_project_becomes_a_new_one_and_that_is_told(
        nemo: Nemo, database: Database, server: NemoServer, clip: Path) -> None:
    first = await ask(nemo, database, clip)
    server.on("POST", UPLOAD, fault(1002), data({"files": [], "session_state_applied": True}))
    second = await ask(nemo, database, clip)
    assert second.lost
    assert second.project.id != first.project.id
    current = await database.projects.current("ada", "terminal", BACKEND)
    assert current is not None
    assert current.id == second.project.id


async def test_words_for_a_lost_project_are_not_said_again(
        nemo: Nemo, database: Database, server: NemoServer, clip: Path) -> None:
    await ask(nemo, database, clip)
    server.on("POST", "/run_sse", fault(1002))
    with pytest.raises(SessionLost):
        await ask(nemo, database)
    assert await database.projects.current("ada", "terminal", BACKEND) is None
    assert len(server.asked("POST", "/run_sse")) == 2
