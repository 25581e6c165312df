"""The picture of the tune: from the API's own host with the token, whole, bounded, a PNG; from nowhere else."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.nemo import BadReply, Nemo, NemoError, NotFound, Refused, SessionState
from bot.nemo.envelope import Answer, unwrap
from bot.nemo.files.fetching import MAX_BYTES, own_address
from bot.texts import say
from tests.nemo_server import replies
from tests.nemo_server.films import VIDEO
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.samples import PNG, png
from tests.nemo_server.server import NemoServer

Connect = Callable[..., Nemo]

TUNE = "/api/studio/sessions/7/tune.png"
TOKENS = "/api/auth/anonymous-token"


def state_with(media: Any) -> SessionState:
    body = json.dumps({"code": 0, "data": {"state": {"generated_media": media}}}).encode()
    return SessionState.of("7", unwrap(Answer(200, body)))


def picture_at(url: object) -> SessionState:
    return state_with({"melody": {"notes": [], "picture": url}})


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def shows(server: NemoServer, *answers: ServerReply) -> None:
    server.on("GET", TUNE, *answers)


async def test_the_picture_is_had_with_the_token(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    shows(server, replies.raw(PNG, kind="image/png"))
    assert await nemo.picture(picture_at(server.url + TUNE), tmp_path / "tune.png") == tmp_path / "tune.png"
    assert (tmp_path / "tune.png").read_bytes() == PNG
    [asked] = server.asked("GET", TUNE)
    assert asked.headers["authorization"] == "Bearer nmv_usr_first"
    assert names_in(tmp_path) == ["tune.png"]


@pytest.mark.parametrize("media", [None, {}, [], {"melody": None}, {"melody": []}, {"melody": {"picture": None}},
                                   {"melody": {"picture": " "}}, {"melody": {"picture": 7}}])
async def test_a_backend_that_names_no_picture_is_asked_for_none(
    nemo: Nemo, server: NemoServer, tmp_path: Path, media: Any
) -> None:
    assert await nemo.picture(state_with(media), tmp_path / "tune.png") is None
    assert server.requests == []
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("url", [
    "https://static1.example/tune.png", "//static1.example/tune.png", "http://127.0.0.1.example/tune.png", "http://[::1/x",
    "file:///tune.png", "data:image/png;base64,AAAA", "http://127.0.0.1@static1.example/tune.png", "ftp://127.0.0.1/x",
])
async def test_no_other_host_is_asked_whoever_names_it(nemo: Nemo, server: NemoServer, tmp_path: Path, url: str) -> None:
    with pytest.raises(Refused):
        await nemo.picture(picture_at(url), tmp_path / "tune.png")
    assert server.requests == []


@pytest.mark.parametrize(("base", "url", "asked"), [
    ("https://studio.example", "http://studio.example:8000/t.png?x=1#y", "https://studio.example/t.png?x=1"),
    ("http://127.0.0.1:8000", "http://127.0.0.1:8001/t.png", "http://127.0.0.1:8000/t.png"),
    ("https://Studio.example:8443", "/t.png", "https://Studio.example:8443/t.png"),
    ("https://studio.example", "https://user:word@studio.example/t.png", "https://studio.example/t.png"),
])
def test_an_address_behind_a_proxy_is_asked_for_at_ours(base: str, url: str, asked: str) -> None:
    assert own_address(base, url) == asked


@pytest.mark.parametrize("reply", [
    replies.raw(b"", kind="image/png"), replies.html(200), replies.raw(PNG[:-1], kind="image/png"),
    replies.raw(PNG + b"\0", kind="image/png"), replies.raw(b"\xff\xd8\xff" + PNG, kind="image/png"),
    replies.raw(png(0, 4), kind="image/png"), replies.raw(png(9000, 1), kind="image/png"),
    replies.raw(PNG + bytes(MAX_BYTES) + PNG[-12:], kind="image/png"), replies.redirect("/elsewhere.png"), replies.redirect(""),
    replies.bare({"detail": "gone"}, 410), replies.fault(403, status=403), replies.html(404),
    ServerReply(200, [PNG], {**VIDEO, "Content-Encoding": "br"}),
])
async def test_what_is_no_whole_picture_of_a_bearable_size_is_an_error_and_no_file(
    nemo: Nemo, server: NemoServer, tmp_path: Path, reply: ServerReply
) -> None:
    shows(server, reply)
    (tmp_path / "tune.png").write_bytes(b"an earlier one")
    with pytest.raises(NemoError) as caught:
        await nemo.picture(picture_at(server.url + TUNE), tmp_path / "tune.png")
    assert say(caught.value.says, "zh", reason="x", **caught.value.facts)
    assert (tmp_path / "tune.png").read_bytes() == b"an earlier one"
    assert len(names_in(tmp_path)) == len(server.requests) == 1


@pytest.mark.parametrize("broken", [replies.html(502), replies.nothing(), replies.fault(429, status=429, Retry_After="9"),
                                    ServerReply(200, [PNG[:9]], {}, length=len(PNG), cuts=True)])
async def test_a_passing_fault_passes(nemo: Nemo, server: NemoServer, tmp_path: Path, broken: ServerReply) -> None:
    shows(server, broken, replies.raw(PNG))
    assert await nemo.picture(picture_at(server.url + TUNE), tmp_path / "tune.png") is not None


async def test_a_body_without_an_end_is_given_up(connect: Connect, server: NemoServer, tmp_path: Path) -> None:
    nemo = connect(scale=4000.0)
    shows(server, ServerReply(200, [PNG[:9]], {}, length=len(PNG), hangs=True))
    with pytest.raises(NemoError):
        await nemo.picture(picture_at(server.url + TUNE), tmp_path / "tune.png")


async def test_a_refused_free_token_is_renewed_once(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    shows(server, replies.fault(1001, status=401), replies.raw(PNG))
    assert await nemo.picture(picture_at(server.url + TUNE), tmp_path / "tune.png")
    assert len(server.asked("POST", TOKENS)) == 1
    shows(server, replies.fault(1001, status=401))
    with pytest.raises(NemoError):
        await nemo.picture(picture_at(server.url + TUNE), tmp_path / "tune.png")
    assert len(server.asked("POST", TOKENS)) == 1


async def test_a_file_is_fetched_within_its_limit(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    shows(server, replies.raw(b"12345", kind="text/plain"))
    assert await nemo.fetch_file(TUNE, tmp_path / "words", 5) == 5
    with pytest.raises(BadReply):
        await nemo.fetch_file(TUNE, tmp_path / "more", 4)
    with pytest.raises(NotFound):
        await nemo.fetch_file("/nowhere", tmp_path / "more")
    assert names_in(tmp_path) == ["words"]


async def test_a_place_that_cannot_be_written_is_the_disks_fault(
    connect: Connect, server: NemoServer, tmp_path: Path
) -> None:
    shows(server, replies.raw(PNG))
    with pytest.raises(FileNotFoundError):
        await connect().fetch_file(TUNE, tmp_path / "missing" / "tune.png")
