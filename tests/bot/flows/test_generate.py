"""Generate: which project a wish reaches, and what becomes of a project that is refused or lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.flows.errors import NoProjectYet, ProjectLost
from bot.flows.generate import Generated, generate
from bot.flows.project import Wish
from bot.nemo import FileTypeRefused, LocalFile, Nemo, ServerFault
from storage import Database
from tests.nemo_server.replies import bare, data, fault, html
from tests.nemo_server.server import NemoServer

BACKEND = "cloud"
wire = pytest.mark.wire
STATE = "/api/state/*"
UPLOAD = "/api/upload-video/*"
SESSIONS = "/api/tasks/me/with-session/nemo_agent"


async def ask(nemo: Nemo, database: Database, *files: Path, afresh: bool = False) -> Generated:
    wish = Wish("ada", "terminal", BACKEND, "slower", [LocalFile(file) for file in files], afresh=afresh)
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


async def test_a_new_project_whose_clip_is_refused_leaves_the_earlier_one(
        nemo: Nemo, database: Database, server: NemoServer, clip: Path) -> None:
    first = await ask(nemo, database, clip)
    server.on("POST", UPLOAD, fault(4001, "not this one"))
    with pytest.raises(FileTypeRefused):
        await ask(nemo, database, clip, afresh=True)
    assert (await ask(nemo, database)).project.id == first.project.id


async def test_a_first_clip_that_is_refused_leaves_no_project_for_the_next_wish(
        nemo: Nemo, database: Database, server: NemoServer, clip: Path) -> None:
    server.on("POST", UPLOAD, html(502))
    with pytest.raises(ServerFault):
        await ask(nemo, database, clip)
    with pytest.raises(NoProjectYet):
        await ask(nemo, database)


@wire("4.2")
async def test_a_project_is_called_as_its_clip_in_the_language_of_its_member(
        nemo: Nemo, database: Database, server: NemoServer, clip: Path) -> None:
    wish = Wish("ada", "terminal", BACKEND, "慢一点", [LocalFile(clip)], "zh")
    await generate(wish, nemo=nemo, projects=database.projects, progress=lambda _step: None)
    [request] = server.asked("POST", SESSIONS)
    assert json.loads(request.body) == {"task_name": "hum", "language": "zh-CN"}


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


@wire("3/1002")
async def test_a_wish_for_a_lost_project_is_not_said_and_a_new_project_stands_ready(
        nemo: Nemo, database: Database, server: NemoServer, clip: Path) -> None:
    first = await ask(nemo, database, clip)
    server.on("GET", STATE, fault(1002))
    with pytest.raises(ProjectLost):
        await ask(nemo, database)
    current = await database.projects.current("ada", "terminal", BACKEND)
    assert current is not None
    assert current.id != first.project.id
    assert len(server.asked("POST", "/run_sse")) == 1


@wire("3/1002", "5/adk-404")
async def test_a_wish_that_finds_its_project_lost_is_not_said_again(
        nemo: Nemo, database: Database, server: NemoServer, clip: Path) -> None:
    await ask(nemo, database, clip)
    server.on("POST", "/run_sse", bare({"detail": "Session not found"}, 404))
    with pytest.raises(ProjectLost):
        await ask(nemo, database)
    assert len(server.asked("POST", "/run_sse")) == 2
    assert len(server.asked("POST", SESSIONS)) == 2


@wire("4.7/applied")
async def test_a_file_that_is_stored_but_not_in_the_project_is_named_in_the_wish(
        nemo: Nemo, database: Database, server: NemoServer, clip: Path) -> None:
    stored = {"filename": "hum.wav", "file_type": "audio", "cdn_url": "https://cdn.example/7.wav"}
    server.on("POST", UPLOAD, data({"files": [stored], "session_state_applied": False}))
    await ask(nemo, database, clip)
    [request] = server.asked("POST", "/run_sse")
    words = json.loads(request.body)["new_message"]["parts"][0]["text"]
    assert words.startswith("slower\n")
    assert "hum.wav https://cdn.example/7.wav" in words
