"""The download of a film: resumed on a cut, whole by every measure, in little time and memory."""

from __future__ import annotations

import asyncio
import contextlib
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.nemo import Nemo, Render, RenderStatus, RenderStep
from bot.nemo.film.check import is_cut
from tests.nemo_server import replies
from tests.nemo_server.films import MARKED, VIDEO, cut, film, part, ranged, unmeasured
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.http import Request
from tests.nemo_server.server import FILM, NemoServer

OWN = "/api/render/proxy/r1/download"


def step(url: str | None, size: int | None = None) -> RenderStep:
    return RenderStep("r1", RenderStatus.COMPLETED, 1.0, url, bytes=size)


@pytest.mark.parametrize(("headers", "validator"), [
    ({}, '"v1"'), ({"ETag": 'W/"v1"', "Last-Modified": "Fri, 02 Jan 2026 03:04:05 GMT"}, "Fri, 02 Jan 2026 03:04:05 GMT"),
    ({"ETag": 'W/"v1"'}, None), ({"ETag": ""}, None),
])
async def test_a_cut_download_is_resumed(
    nemo: Nemo, server: NemoServer, tmp_path: Path, headers: dict[str, str], validator: str | None
) -> None:
    server.on("GET", OWN, cut(700, **headers), lambda request: part(700, FILM[700:], **headers))
    seen: list[int] = []
    got = await nemo.download(Render("r1"), tmp_path / "film.mp4", progress=lambda done, _all: seen.append(done))
    assert got.path.read_bytes() == FILM
    first, second = server.asked("GET", OWN)
    assert ("range" in first.headers, second.headers["range"]) == (False, "bytes=700-")
    assert second.headers.get("if-range") == validator
    assert seen == sorted(seen)


async def test_a_download_that_is_cut_again_and_again_arrives(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    def a_little(request: Request) -> ServerReply:
        whole = ranged(request)
        return ServerReply(206, [whole.body[0][:60_000]], whole.headers, length=len(whole.body[0]), cuts=True)

    server.on("GET", OWN, cut(60_000), a_little)
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).path.read_bytes() == FILM
    assert len(server.asked("GET", OWN)) == 18


@pytest.mark.parametrize("second", [
    film(), replies.raw(b"", 416, Content_Range="bytes */5"), replies.raw(b"", 416), part(0, FILM), replies.html(503),
    part(700_000, b"other", "bytes 700000-700004/700005"), part(700_000, b"other", "bytes 7-99/1048576"),
    part(700_000, FILM[700_000:], "items 1-2/3"), part(700_000, FILM[700_000:] + b"more"),
    part(700_000, FILM[700_000:], ETag='"v2"'), part(700_000, FILM[700_000:], "bytes 700000-1048575/*", ETag='"v2"'),
    ServerReply(206, [FILM], {"Content-Type": "multipart/byteranges; boundary=x"}),
    part(700_000, replies.zipped(FILM[700_000:]), **{"Content-Encoding": "gzip"}), cut(5),
])
async def test_a_server_that_does_not_resume_is_asked_from_the_beginning(
    nemo: Nemo, server: NemoServer, tmp_path: Path, second: Any
) -> None:
    server.on("GET", OWN, cut(700_000), second, film())
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).path.read_bytes() == FILM


@pytest.mark.parametrize("second", [
    part(700_000, FILM[700_000:], "bytes 700000-1048575/*"),
    ServerReply(206, [FILM[700_000:]], {**VIDEO, "Content-Range": "bytes 700000-1048575/1048576"}, chunked=True),
])
async def test_a_part_without_all_its_marks_is_taken(
    nemo: Nemo, server: NemoServer, tmp_path: Path, second: ServerReply
) -> None:
    server.on("GET", OWN, cut(700_000), second)
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).path.read_bytes() == FILM
    assert len(server.requests) == 2


async def test_a_part_that_nobody_asked_for_is_the_beginning(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    server.on("GET", OWN, part(0, FILM[:500_000], f"bytes 0-499999/{len(FILM)}"), ranged)
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).path.read_bytes() == FILM


async def test_all_of_it_and_then_a_cut_is_all_of_it(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    server.on("GET", OWN, ServerReply(200, [FILM], VIDEO, chunked=True, cuts=True),
              replies.raw(b"", 416, Content_Range=f"bytes */{len(FILM)}"))
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).path.read_bytes() == FILM


@pytest.mark.parametrize("told", [None, len(FILM)])
async def test_a_cut_without_a_length_is_found_by_what_the_render_or_the_film_tells(
    nemo: Nemo, server: NemoServer, tmp_path: Path, told: int | None
) -> None:
    server.on("GET", "/film.mp4", unmeasured(FILM[:9000]), film())
    got = await nemo.download(step(f"{server.url}/film.mp4", told), tmp_path / "film.mp4")
    assert got.path.read_bytes() == FILM
    assert server.asked("GET", OWN) == []


FTYP, MOOV = b"\0\0\0\x0cftypisom", b"\0\0\0\x08moov"


@pytest.mark.parametrize(("content", "cut_off"), [
    (FILM, False), (FILM[:-1], True), (FTYP, True), (FTYP + b"\0\0\0\x09mdat!", True), (FTYP + MOOV, False),
    (FTYP + MOOV + b"\0\0\0\0mdat and all the rest", False), (FTYP + MOOV + b"\0\0\0\1mdat" + bytes(7) + b"\x12!!", False),
    (FTYP + MOOV + b"\0\0\0\1mdat" + bytes(7) + b"\x13!!", True), (FTYP + MOOV + b"\0\0", True),
    (FTYP + b"\0\0\0\3what", True), (b"OggS and more of it", False), (MOOV, False), (b"", True),
])
def test_an_mp4_tells_by_its_boxes_whether_it_is_cut(tmp_path: Path, content: bytes, cut_off: bool) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    assert is_cut(path) is cut_off


@pytest.mark.parametrize("short", [film(FILM[:70_000]), unmeasured(FILM[:70_000])])
async def test_of_two_sources_that_disagree_the_one_that_is_as_long_as_was_told_is_taken(
    nemo: Nemo, server: NemoServer, tmp_path: Path, short: ServerReply
) -> None:
    enough = replies.raw(b"", 416, Content_Range="bytes */70000")
    server.on("GET", "/film.mp4", lambda request: enough if "range" in request.headers else short)
    got = await nemo.download(step(f"{server.url}/film.mp4", len(FILM)), tmp_path / "film.mp4")
    assert got.path.read_bytes() == FILM


async def test_what_http_calls_whole_is_not_fetched_twice(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    server.on("GET", OWN, ServerReply(200, [FILM[:9000]], VIDEO, chunked=True))
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).bytes == 9000
    assert len(server.requests) == 1


@pytest.mark.parametrize("told", [99, len(FILM) + 99])
@pytest.mark.parametrize("reply", [film(), unmeasured(FILM), ServerReply(200, [FILM], VIDEO, chunked=True)])
@pytest.mark.parametrize("own", [film(), replies.html(404)])
async def test_a_wrong_size_told_by_the_render_does_not_keep_the_film_away(
    nemo: Nemo, server: NemoServer, tmp_path: Path, told: int, reply: ServerReply, own: ServerReply
) -> None:
    server.on("GET", "/film.mp4", reply)
    server.on("GET", OWN, own)
    got = await nemo.download(step(f"{server.url}/film.mp4", told), tmp_path / "film.mp4")
    assert got.path.read_bytes() == FILM


@pytest.mark.parametrize(("coding", "packed"), [
    ("gzip", replies.zipped(FILM)), ("x-gzip", replies.zipped(FILM[:9]) + replies.zipped(FILM[9:]) + bytes(99)),
    ("deflate", zlib.compress(FILM)), ("deflate", zlib.compress(FILM)[2:-4]), ("identity", FILM),
])
async def test_a_film_that_is_packed_unasked_is_unpacked(
    nemo: Nemo, server: NemoServer, tmp_path: Path, coding: str, packed: bytes
) -> None:
    headers = {**VIDEO, "Content-Encoding": coding}
    whole = ServerReply(200, [packed], headers)
    cut_short = ServerReply(200, [packed[:4000]], headers, length=len(packed), cuts=True)
    unmeasured_cut = ServerReply(200, [packed[:4000]], headers, length=None)
    server.on("GET", OWN, cut_short, unmeasured_cut if coding == "gzip" else whole, whole)
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).path.read_bytes() == FILM
    if coding != "identity":
        assert all("range" not in request.headers for request in server.requests)


async def test_a_body_that_stalls_is_resumed(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    server.on("GET", OWN, ServerReply(200, [FILM[:500_000]], MARKED, length=len(FILM), hangs=True), ranged)
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).path.read_bytes() == FILM


@contextlib.asynccontextmanager
async def dripping() -> AsyncIterator[str]:
    """A host that sends a byte now and then, for ever."""
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1048576\r\n\r\n" + FILM[:16])
            while not reader.at_eof():
                writer.write(b"x")
                await writer.drain()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(reader.readexactly(1024), 0.1)
        writer.close()

    async with await asyncio.start_server(drip, "127.0.0.1", 0) as host:
        yield f"http://127.0.0.1:{host.sockets[0].getsockname()[1]}/film.mp4"


async def test_a_film_that_would_take_hours_is_given_up(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    async with dripping() as url:
        assert (await nemo.download(step(url), tmp_path / "film.mp4")).bytes == len(FILM)
    assert len(server.asked("GET", OWN)) == 1


@pytest.mark.parametrize("packed", [False, True])
async def test_a_large_download_takes_little_memory(
    nemo: Nemo, server: NemoServer, tmp_path: Path, packed: bool
) -> None:
    piece, megabytes = bytes(1024 * 1024), 64
    bomb = ServerReply(200, [replies.zipped(piece * megabytes)], {**VIDEO, "Content-Encoding": "gzip"})
    server.on("GET", OWN, bomb if packed else ServerReply(200, [piece] * megabytes, VIDEO))
    await nemo.credits()
    tracemalloc.start()
    try:
        got = await nemo.download(Render("r1"), tmp_path / "film.mp4")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert got.path.stat().st_size == megabytes * 1024 * 1024
    assert peak < 12 * 1024 * 1024
