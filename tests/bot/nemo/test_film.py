"""The render queue and the download of a film."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from bot.nemo import (
    BadReply,
    DownloadFailed,
    Draft,
    Nemo,
    NemoError,
    NotFound,
    Output,
    PlanRefused,
    Render,
    RenderFailed,
    RenderStatus,
    RenderStep,
    RenderTimedOut,
    ServerFault,
    TokenRejected,
    Unreachable,
    render_id,
)
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.http import Request
from tests.nemo_server.server import DRAFT, FILM, SESSION, NemoServer

Connect = Callable[..., Nemo]
Watched = Callable[..., Awaitable[list[RenderStep]]]

SUBMIT = "/api/render/proxy/lambda"
POLL = "/api/render/proxy/lambda/*"
OWN = "/api/render/proxy/r1/download"
TOKENS = "/api/auth/anonymous-token"


@pytest.fixture
def draft() -> Draft:
    return Draft.of(DRAFT.decode())


@pytest.fixture
def watched() -> Watched:
    async def watch(nemo: Nemo, render: Render | None = None) -> list[RenderStep]:
        async with aclosing(nemo.watch_render(render or Render("r1"))) as steps:
            return [step async for step in steps]

    return watch


def processing(**headers: str) -> ServerReply:
    return replies.bare({"success": True, "data": {"status": "processing", "progress": 40}}, 200, **headers)


def finished(url: str) -> ServerReply:
    return replies.bare({"success": True, "data": {"status": "completed", "outputUrl": url}})


def test_a_render_id_derives_from_the_key() -> None:
    assert render_id("job 7") == render_id("job 7") != render_id("job 8")
    assert render_id("job 7").startswith("render_")
    assert render_id(render_id("job 7")) == render_id("job 7")


async def test_a_submit_has_the_documented_shape(nemo: Nemo, server: NemoServer, draft: Draft) -> None:
    render = await nemo.submit_render("job 7", SESSION, draft, Output(max_bytes=10_000_000))
    await nemo.submit_render("job 8", SESSION, draft)
    first, second = server.asked("POST", SUBMIT)
    assert first.body == (b'{"id":"%s","sessionId":"%s","draft":%s,"output":{"format":"mp4","quality":"high",'
                          b'"maxBytes":10000000}}' % (render_id("job 7").encode(), SESSION.encode(), DRAFT))
    assert b'"output":{"format":"mp4","quality":"high"}' in second.body
    assert render == Render(render_id("job 7"))


@pytest.mark.parametrize(("reply", "identity"), [
    (replies.bare({"success": True, "data": {"id": "r9", "status": "pending"}}), "r9"),
    (replies.bare({"render_id": "r9", "status": "pending"}), "r9"),
    (replies.bare({"taskId": "r9"}), "r9"),
    (replies.data({"status": "pending"}), render_id("key")),
])
async def test_a_submits_reply_may_name_the_id_in_many_ways(
    nemo: Nemo, server: NemoServer, draft: Draft, reply: ServerReply, identity: str
) -> None:
    server.on("POST", SUBMIT, reply)
    assert (await nemo.submit_render("key", SESSION, draft)).id == identity


@pytest.mark.parametrize("refusal", [
    replies.bare({"success": False, "error": "Render id already exists"}), replies.fault(409, status=409),
    replies.fault(4009, "duplicate"), replies.html(500), replies.nothing(), replies.fault(400, status=400),
])
async def test_a_render_that_is_already_there_is_polled_on(
    nemo: Nemo, server: NemoServer, draft: Draft, refusal: ServerReply
) -> None:
    server.on("POST", SUBMIT, refusal)
    server.on("GET", POLL, processing())
    assert await nemo.submit_render("key", SESSION, draft) == Render(render_id("key"), already_there=True)
    assert len(server.asked("POST", SUBMIT)) == 1


@pytest.mark.parametrize(("refusal", "kind"), [
    (replies.fault(402, status=402), PlanRefused), (replies.html(502), ServerFault),
    (replies.bare({"success": False, "error": "no"}), NemoError), (replies.nothing(), Unreachable),
])
async def test_a_refused_submit_is_told_when_no_render_is_there(
    nemo: Nemo, server: NemoServer, draft: Draft, refusal: ServerReply, kind: type[NemoError]
) -> None:
    server.on("POST", SUBMIT, refusal)
    server.on("GET", POLL, replies.bare({"detail": "Not Found"}, 404))
    with pytest.raises(kind):
        await nemo.submit_render("key", SESSION, draft)
    assert len(server.asked("POST", SUBMIT)) == 1


FILM_URL = "https://static.example/film.mp4"


@pytest.mark.parametrize("value", [
    {"success": True, "data": {"status": "completed", "outputUrl": FILM_URL, "progress": 100}},
    {"success": True, "data": {"status": "COMPLETED", "output": {"url": FILM_URL}}},
    {"status": "completed", "output": {"url": FILM_URL}},
    {"taskId": "t", "status": "completed", "output": {"url": FILM_URL, "duration": 12.5, "size": 99}},
    {"success": True, "status": "completed", "data": {"outputUrl": FILM_URL}},
    {"code": 0, "data": {"status": "succeeded", "output_url": FILM_URL}},
    {"success": True, "status": "completed", "outputUrl": FILM_URL, "data": None},
])
async def test_every_variant_of_a_status_is_read(
    nemo: Nemo, server: NemoServer, watched: Watched, value: Any
) -> None:
    server.on("GET", POLL, replies.bare(value))
    [step] = await watched(nemo)
    assert (step.status, step.fraction, step.url) == (RenderStatus.COMPLETED, 1.0, FILM_URL)


async def test_a_relative_address_belongs_to_the_api(
    nemo: Nemo, server: NemoServer, watched: Watched
) -> None:
    server.on("GET", POLL, finished("/films/x.mp4"))
    assert (await watched(nemo))[-1].url == f"{server.url}/films/x.mp4"


@pytest.mark.parametrize("status", ["failed", "error", "cancelled"])
async def test_a_failed_render_tells_the_servers_reason(
    nemo: Nemo, server: NemoServer, watched: Watched, status: Any
) -> None:
    server.on("GET", POLL, replies.bare({"success": True, "data": {"status": status, "error": "no clip"}}))
    with pytest.raises(RenderFailed) as caught:
        await watched(nemo)
    assert caught.value.reason == "no clip"


async def test_a_poll_waits_as_long_as_the_server_hints(
    connect: Connect, server: NemoServer, watched: Watched
) -> None:
    server.on("GET", POLL, processing(Retry_After="1"), processing(Retry_After="2"), finished(FILM_URL))
    began = time.monotonic()
    steps = await watched(connect(scale=10))
    assert [step.fraction for step in steps] == [0.4, 0.4, 1.0]
    assert 0.3 <= time.monotonic() - began < 2


async def test_a_poll_waits_half_a_minute_where_nothing_is_hinted(
    connect: Connect, server: NemoServer, watched: Watched
) -> None:
    server.on("GET", POLL, processing(), processing(Retry_After="soon"), finished(FILM_URL))
    began = time.monotonic()
    await watched(connect(scale=100))
    assert 0.6 <= time.monotonic() - began < 2


@pytest.mark.parametrize("passing", [
    replies.html(502), replies.raw(b"", 408), replies.fault(429, status=429), replies.nothing(), replies.html(200),
    replies.bare({"detail": "Not Found"}, 404), replies.bare({"success": True, "data": {}}),
])
async def test_a_failed_poll_is_repeated_on_the_same_id(
    nemo: Nemo, server: NemoServer, watched: Watched, passing: ServerReply
) -> None:
    server.on("GET", POLL, passing, finished(FILM_URL))
    await watched(nemo)
    assert [request.path for request in server.asked("GET", POLL)] == ["/api/render/proxy/lambda/r1"] * 2
    assert server.asked("POST", SUBMIT) == []


@pytest.mark.parametrize(("reply", "kind"), [
    (replies.fault(400, status=400), NemoError), (replies.fault(401, status=401), TokenRejected),
    (replies.bare({"detail": "Not Found"}, 404), RenderFailed),
])
async def test_a_poll_that_will_never_succeed_ends_the_wait(
    connect: Connect, server: NemoServer, watched: Watched, reply: ServerReply, kind: type[NemoError]
) -> None:
    server.on("GET", POLL, reply)
    with pytest.raises(kind):
        await watched(connect(own_token=True))
    assert len(server.asked("GET", POLL)) <= 3


@pytest.mark.parametrize("reply", [processing(), processing(Retry_After="9999"), replies.html(503)])
async def test_a_render_has_five_minutes(
    connect: Connect, server: NemoServer, watched: Watched, reply: ServerReply
) -> None:
    server.on("GET", POLL, reply)
    began = time.monotonic()
    with pytest.raises(RenderTimedOut):
        await watched(connect(scale=1000))
    assert 0.3 <= time.monotonic() - began < 3


async def test_a_completed_render_without_an_address_is_polled_on_and_then_downloaded_by_its_id(
    nemo: Nemo, server: NemoServer, watched: Watched, tmp_path: Path
) -> None:
    server.on("GET", POLL, replies.bare({"status": "completed"}))
    steps = await watched(nemo)
    assert [step.status for step in steps] == [RenderStatus.PROCESSING, RenderStatus.PROCESSING, RenderStatus.COMPLETED]
    film = await nemo.download(steps[-1], tmp_path / "film.mp4")
    assert film.path.read_bytes() == FILM
    [request] = server.asked("GET", OWN)
    assert request.headers["authorization"] == "Bearer nmv_usr_first"


async def test_an_address_that_comes_late_is_taken(
    nemo: Nemo, server: NemoServer, watched: Watched
) -> None:
    server.on("GET", POLL, replies.bare({"status": "completed"}), finished(FILM_URL))
    assert (await watched(nemo))[-1].url == FILM_URL


async def test_a_render_is_cancelled_by_its_id(nemo: Nemo, server: NemoServer) -> None:
    server.on("POST", f"{SUBMIT}/r1/cancel", replies.bare({"success": True}))
    await nemo.cancel_render(Render("r1"))
    assert len(server.asked("POST", f"{SUBMIT}/r1/cancel")) == 1


async def test_the_token_never_goes_to_another_host(
    nemo: Nemo, server: NemoServer, elsewhere: NemoServer, tmp_path: Path
) -> None:
    film = await nemo.download(step(f"{elsewhere.url}/film.mp4"), tmp_path / "film.mp4")
    assert film.path.read_bytes() == FILM
    assert film.bytes == len(FILM)
    [request] = elsewhere.requests
    assert "authorization" not in request.headers
    assert not [name for name in request.headers if name.startswith("x-")]
    assert server.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_token_never_goes_through_a_redirect(
    nemo: Nemo, server: NemoServer, elsewhere: NemoServer, tmp_path: Path, status: Any
) -> None:
    server.on("GET", OWN, replies.redirect(f"{elsewhere.url}/film.mp4", status))
    film = await nemo.download(Render("r1"), tmp_path / "film.mp4")
    assert film.path.read_bytes() == FILM
    assert server.requests[0].headers["authorization"] == "Bearer nmv_usr_first"
    assert ["authorization" in request.headers for request in elsewhere.requests] == [False]


async def test_the_token_does_not_go_to_other_paths_of_the_api(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    await nemo.download(step(f"{server.url}/film.mp4"), tmp_path / "film.mp4")
    assert ["authorization" in request.headers for request in server.requests] == [False]


async def test_an_address_that_is_the_apis_own_download_gets_the_token(
    nemo: Nemo, server: NemoServer, tmp_path: Path
) -> None:
    await nemo.download(step(f"{server.url}{OWN}"), tmp_path / "film.mp4")
    assert ["authorization" in request.headers for request in server.requests] == [True]


@pytest.mark.parametrize("broken", [
    replies.html(403), replies.html(404), replies.html(200), replies.redirect("ftp://x/y"),
    replies.redirect("/film.mp4"), replies.raw(b"", kind="video/mp4"), replies.fault(0),
])
async def test_an_address_that_fails_is_replaced_by_the_apis_own_download(
    nemo: Nemo, server: NemoServer, elsewhere: NemoServer, tmp_path: Path, broken: ServerReply
) -> None:
    elsewhere.on("GET", "/film.mp4", broken)
    film = await nemo.download(step(f"{elsewhere.url}/film.mp4"), tmp_path / "film.mp4")
    assert film.path.read_bytes() == FILM
    assert len(server.asked("GET", OWN)) == 1
    assert all("authorization" not in request.headers for request in elsewhere.requests)


def ranged(request: Request) -> ServerReply:
    """A server that keeps its word about ranges."""
    start = int(request.headers["range"].removeprefix("bytes=").removesuffix("-"))
    return ServerReply(206, [FILM[start:]], {"Content-Type": "video/mp4", "ETag": '"v1"',
                                       "Content-Range": f"bytes {start}-{len(FILM) - 1}/{len(FILM)}"})


def cut(at: int, **headers: str) -> ServerReply:
    named = {"Content-Type": "video/mp4", "ETag": '"v1"', **headers}
    return ServerReply(200, [FILM[:at]], named, length=len(FILM), cuts=True)


async def test_a_cut_download_is_resumed(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    server.on("GET", OWN, cut(700_000), ranged)
    seen: list[tuple[int, int | None]] = []
    film = await nemo.download(Render("r1"), tmp_path / "film.mp4", progress=lambda *step: seen.append(step))
    assert film.path.read_bytes() == FILM
    first, second = server.asked("GET", OWN)
    assert "range" not in first.headers
    assert second.headers["range"] == "bytes=700000-"
    assert second.headers["if-range"] == '"v1"'
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (len(FILM), len(FILM))


@pytest.mark.parametrize("second", [
    replies.raw(FILM, kind="video/mp4"),
    replies.raw(b"", 416, Content_Range="bytes */5"),
    ServerReply(206, [FILM], {"Content-Type": "video/mp4", "Content-Range": f"bytes 0-{len(FILM) - 1}/{len(FILM)}"}),
    ServerReply(206, [b"other"], {"Content-Type": "video/mp4", "Content-Range": "bytes 700000-700004/700005"}),
    replies.html(503),
])
async def test_a_server_that_does_not_resume_is_asked_from_the_beginning(
    nemo: Nemo, server: NemoServer, tmp_path: Path, second: Any
) -> None:
    server.on("GET", OWN, cut(700_000), second, replies.raw(FILM, kind="video/mp4"))
    film = await nemo.download(Render("r1"), tmp_path / "film.mp4")
    assert film.path.read_bytes() == FILM


async def test_a_film_that_never_arrives_whole_leaves_nothing_behind(
    nemo: Nemo, server: NemoServer, tmp_path: Path
) -> None:
    target = tmp_path / "film.mp4"
    target.write_bytes(b"the old one")
    server.on("GET", OWN, cut(1000))
    with pytest.raises(DownloadFailed):
        await nemo.download(Render("r1"), target)
    assert names_in(tmp_path) == ["film.mp4"]
    assert target.read_bytes() == b"the old one"


async def test_a_cut_without_a_length_is_found_by_the_size_that_the_render_told(
    nemo: Nemo, server: NemoServer, tmp_path: Path
) -> None:
    server.on("GET", "/film.mp4", ServerReply(200, [FILM[:1000]], {"Content-Type": "video/mp4"}, length=None),
              replies.raw(FILM, kind="video/mp4"))
    film = await nemo.download(step(f"{server.url}/film.mp4", size=len(FILM)), tmp_path / "film.mp4")
    assert film.path.read_bytes() == FILM


async def test_a_film_in_chunks_needs_no_length(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    server.on("GET", OWN, ServerReply(200, [FILM[:5], FILM[5:]], {"Content-Type": "video/mp4"}, chunked=True))
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).bytes == len(FILM)


@pytest.mark.parametrize(("reply", "kind"), [
    (replies.bare({"detail": "Not Found"}, 404), NotFound), (replies.fault(402), PlanRefused),
    (replies.html(200), BadReply), (replies.raw(b"", kind="video/mp4"), DownloadFailed),
    (replies.redirect("/api/render/proxy/r1/download"), DownloadFailed), (replies.redirect(""), DownloadFailed),
])
async def test_what_is_no_film_is_an_error_and_no_file(
    nemo: Nemo, server: NemoServer, tmp_path: Path, reply: ServerReply, kind: type[NemoError]
) -> None:
    server.on("GET", OWN, reply)
    with pytest.raises(kind):
        await nemo.download(Render("r1"), tmp_path / "film.mp4")
    assert names_in(tmp_path) == []


async def test_a_token_refused_in_a_download_is_renewed_once(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    server.on("GET", OWN, replies.fault(1001, status=401), replies.raw(FILM, kind="video/mp4"))
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).bytes == len(FILM)
    assert len(server.asked("POST", TOKENS)) == 1


async def test_a_large_download_takes_little_memory(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    piece = bytes(1024 * 1024)
    server.on("GET", OWN, ServerReply(200, [piece] * 64, {"Content-Type": "video/mp4"}))
    await nemo.credits()
    tracemalloc.start()
    try:
        film = await nemo.download(Render("r1"), tmp_path / "film.mp4")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert film.path.stat().st_size == 64 * 1024 * 1024
    assert peak < 12 * 1024 * 1024


def step(url: str | None, size: int | None = None) -> RenderStep:
    return RenderStep("r1", RenderStatus.COMPLETED, 1.0, url, bytes=size)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]
