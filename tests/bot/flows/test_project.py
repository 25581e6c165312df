"""Project: links and files reach the project of a wish together; what is refused takes no song's place."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.flows.errors import NoProjectYet
from bot.flows.generate import generate
from bot.flows.project import Reached, Wish
from bot.flows.upload import upload
from bot.nemo import Clock, LinkError, LinksNotTaken, LocalFile, Nemo, Reach, Secret
from storage import Database
from tests.nemo_server.replies import data, fault
from tests.nemo_server.server import NemoServer

wire = pytest.mark.wire
HERE = "127.0.0.1"
UPLOAD = "/api/upload-video/*"


async def here(host: str, port: int) -> Sequence[str]:
    return [HERE]


@pytest.fixture
async def nemo(server: NemoServer) -> AsyncIterator[Nemo]:
    """A client to whom loopback is the internet."""
    reach = Reach(here, lambda address: str(address) == HERE, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    async with Nemo(server.url, client_id="c1d2", token=Secret("nmv_usr_first"), own_token=True, clock=Clock(800.0),
                    reach=reach) as client:
        yield client


@pytest.fixture
def link(server: NemoServer) -> str:
    """Where a host has a video."""
    return server.url.replace(HERE, "files.example.org") + "/film.mp4?key=1"


def wish_for(*links: str, files: Sequence[Path] = (), words: str = "lo-fi") -> Wish:
    return Wish("ada", "terminal", "cloud", words, [LocalFile(file) for file in files], links=links)


async def put(wish: Wish, nemo: Nemo, database: Database) -> Reached:
    return await upload(wish, nemo=nemo, projects=database.projects, progress=lambda _step: None)


@wire("4.7/urls")
async def test_a_link_is_fetched_by_the_backend_and_names_the_project(
        nemo: Nemo, database: Database, server: NemoServer, link: str) -> None:
    generated = await generate(wish_for(link), nemo=nemo, projects=database.projects, progress=lambda _step: None)
    [request] = server.asked("POST", UPLOAD)
    assert json.loads(request.body) == {"urls": [link], "source_type": "url"}
    assert generated.project.title == "film"
    assert len(server.asked("POST", "/run_sse")) == 1


async def test_a_link_and_a_picture_go_to_the_same_project(
        nemo: Nemo, database: Database, server: NemoServer, link: str, tmp_path: Path) -> None:
    (tmp_path / "sea.png").write_bytes(b"PNG")
    server.on("POST", UPLOAD, data({"files": [{"filename": "film.mp4"}]}),
              data({"files": [{"filename": "sea.png"}], "session_state_applied": False}))
    reached = await put(wish_for(link, files=[tmp_path / "sea.png"]), nemo, database)
    assert reached.uploaded is not None
    assert reached.uploaded.names == ("film.mp4", "sea.png")
    assert not reached.uploaded.applied
    assert len({request.path for request in server.asked("POST", UPLOAD)}) == 1


@pytest.mark.parametrize("wrong", ["http://127.0.0.2/a.mp3", "http://localhost/a.mp3", "https://"])
async def test_a_link_that_may_not_be_passed_on_begins_no_project(
        nemo: Nemo, database: Database, server: NemoServer, wrong: str) -> None:
    with pytest.raises(LinkError):
        await put(wish_for(wrong), nemo, database)
    assert server.asked("POST", UPLOAD) == []
    with pytest.raises(NoProjectYet):
        await put(wish_for(), nemo, database)


@wire("4.7/urls")
async def test_a_backend_that_fetches_nothing_is_told_apart(
        nemo: Nemo, database: Database, server: NemoServer, link: str) -> None:
    server.on("POST", UPLOAD, fault(4004, "send the file itself"))
    with pytest.raises(LinksNotTaken):
        await put(wish_for(link), nemo, database)


@wire("3/1002")
async def test_an_upload_to_a_lost_project_tells_that_it_is_in_another(
        nemo: Nemo, database: Database, server: NemoServer, clip: Path) -> None:
    first = await put(wish_for(files=[clip]), nemo, database)
    assert (first.begun, first.lost) == (True, False)
    server.on("POST", UPLOAD, fault(1002), data({"files": [{"filename": "hum.wav"}]}))
    second = await put(wish_for(files=[clip]), nemo, database)
    assert (second.begun, second.lost) == (True, True)
    current = await database.projects.current("ada", "terminal", "cloud")
    assert current is not None
    assert current.id == second.project.id != first.project.id


@pytest.mark.parametrize(("link", "title"), [
    ("https://a.example/x/My%20hum.m4a?key=secret", "My hum"), ("https://a.example/x/%E5%93%BC.mp3#t=1", "哼"),
    ("https://a.example/share/8f3e91", "lo-fi"), ("https://a.example", "lo-fi"), ("https://a.example/?f=a.mp3", "lo-fi"),
])
def test_a_title_is_the_files_name_and_never_another_part_of_a_link(link: str, title: str) -> None:
    assert wish_for(link).title == title
