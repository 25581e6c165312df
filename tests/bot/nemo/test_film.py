"""The download of a film: where it comes from, who sees the token, what counts as one, what is left behind."""

from __future__ import annotations

import asyncio
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.nemo import (
    AttributionMissing,
    BadReply,
    CreditsUsedUp,
    DownloadFailed,
    Nemo,
    NemoError,
    NotFound,
    PlanRefused,
    RateLimited,
    Render,
    RenderStatus,
    RenderStep,
    ServerFault,
    TokenRejected,
)
from bot.nemo.film.check import may_be_film
from bot.nemo.film.fetching import next_hop
from tests.nemo_server import replies
from tests.nemo_server.films import VIDEO, cut, film
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.server import FILM, NemoServer

Connect = Callable[..., Nemo]

OWN = "/api/render/proxy/r1/download"
TOKENS = "/api/auth/anonymous-token"
PAGE = b"<!DOCTYPE html><html><body>Access denied</body></html>"


def step(url: str | None, size: int | None = None) -> RenderStep:
    return RenderStep("r1", RenderStatus.COMPLETED, 1.0, url, bytes=size)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def has_token(server: NemoServer) -> list[bool]:
    return ["authorization" in request.headers for request in server.requests]


@pytest.mark.wire("4.11")
async def test_a_film_is_had_by_its_id_with_the_token(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    seen: list[tuple[int, int | None]] = []
    got = await nemo.download(Render("r1"), tmp_path / "film.mp4", progress=lambda *step: seen.append(step))
    assert (got.path.read_bytes(), got.bytes) == (FILM, len(FILM))
    [request] = server.asked("GET", OWN)
    assert request.headers["authorization"] == "Bearer nmv_usr_first"
    assert seen == sorted(seen)
    assert seen[-1] == (len(FILM), len(FILM))
    assert names_in(tmp_path) == ["film.mp4"]


@pytest.mark.wire("4.11/other-host")
async def test_the_token_never_goes_to_another_host(
    nemo: Nemo, server: NemoServer, elsewhere: NemoServer, tmp_path: Path
) -> None:
    got = await nemo.download(step(f"{elsewhere.url}/film.mp4"), tmp_path / "film.mp4")
    assert got.path.read_bytes() == FILM
    [request] = elsewhere.requests
    assert has_token(elsewhere) == [False]
    assert not [name for name in request.headers if name.startswith("x-")]
    assert server.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_the_token_never_goes_through_a_redirect(
    nemo: Nemo, server: NemoServer, elsewhere: NemoServer, tmp_path: Path, status: Any
) -> None:
    server.on("GET", OWN, replies.redirect(f"{elsewhere.url}/hop", status))
    elsewhere.on("GET", "/hop", replies.redirect("../film.mp4"))
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).bytes == len(FILM)
    assert has_token(server) == [True]
    assert has_token(elsewhere) == [False, False]


def test_a_redirect_does_not_give_encryption_up() -> None:
    assert next_hop("http://a.example/x", "https://b.example/y") == "https://b.example/y"
    assert next_hop("https://a.example/x/1", "../y?z") == "https://a.example/y?z"
    with pytest.raises(DownloadFailed):
        next_hop("https://a.example/x", "http://a.example/x")


async def test_no_other_host_can_fetch_the_token_by_leading_back(
    nemo: Nemo, server: NemoServer, elsewhere: NemoServer, tmp_path: Path
) -> None:
    elsewhere.on("GET", "/film.mp4", replies.redirect(f"{server.url}{OWN}"))
    server.on("GET", OWN, lambda request: film() if "authorization" in request.headers else replies.fault(1001, status=401))
    assert (await nemo.download(step(f"{elsewhere.url}/film.mp4"), tmp_path / "film.mp4")).bytes == len(FILM)
    assert has_token(server) == [False, True]
    assert server.asked("POST", TOKENS) == []


@pytest.mark.parametrize(("path", "tokens"), [("/film.mp4", [False]), (f"{OWN}?x=1", [False]), (OWN, [True])])
async def test_of_the_apis_own_paths_only_the_download_of_this_render_gets_the_token(
    nemo: Nemo, server: NemoServer, tmp_path: Path, path: str, tokens: list[bool]
) -> None:
    await nemo.download(step(f"{server.url}{path}"), tmp_path / "film.mp4")
    assert has_token(server) == tokens


async def test_the_token_is_in_no_log(
    nemo: Nemo, server: NemoServer, elsewhere: NemoServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.on("GET", OWN, cut(1000), replies.redirect(f"{elsewhere.url}/film.mp4?X-Signature=s3cret"))
    await nemo.download(step(f"{elsewhere.url}/gone?X-Signature=s3cret"), tmp_path / "film.mp4")
    assert "nmv_usr_first" not in caplog.text
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize("broken", [
    replies.html(403), replies.html(404), replies.bare({}, 410), replies.html(200), replies.redirect("ftp://x/y"),
    replies.redirect("file:///etc/passwd"), replies.redirect("data:video/mp4,x"), replies.redirect("//"), replies.redirect("http://["),
    replies.redirect("/film.mp4"), film(b""), replies.fault(0), replies.fault(2001), film(PAGE), replies.raw(b"", 204),
    film(b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"), film(b"Internal Server Error"),
    replies.raw(b'{"detail": "no"}', kind="application/octet-stream"), film(b"\x89PNG\r\n\x1a\n" + bytes(99)),
    cut(9), ServerReply(200, [FILM[:9000]], {**VIDEO, "Content-Length": "9000"}, length=None, cuts=True), film(FILM[:70_000]),
    film(FILM, **{"Content-Encoding": "br"}), ServerReply(200, [FILM], VIDEO, length=len(FILM) + 1, cuts=True),
    replies.nothing(), replies.html(503),
])
async def test_an_address_that_fails_is_replaced_by_the_apis_own_download(
    nemo: Nemo, server: NemoServer, elsewhere: NemoServer, tmp_path: Path, broken: ServerReply
) -> None:
    elsewhere.on("GET", "/film.mp4", broken)
    got = await nemo.download(step(f"{elsewhere.url}/film.mp4", len(FILM)), tmp_path / "film.mp4")
    assert got.path.read_bytes() == FILM
    assert len(server.asked("GET", OWN)) == 1
    assert not any(has_token(elsewhere))


@pytest.mark.parametrize(("reply", "kind"), [
    (replies.bare({"detail": "Not Found"}, 404), NotFound), (replies.fault(402, status=402), PlanRefused),
    (replies.html(200), BadReply), (film(PAGE), BadReply), (film(b""), DownloadFailed), (film(PAGE * 2000), BadReply),
    (replies.raw(b'{"code": 2001, "message": "no credits"}', kind="video/mp4"), CreditsUsedUp),
    (replies.redirect(OWN), DownloadFailed), (replies.redirect(""), DownloadFailed), (cut(1000), DownloadFailed),
    (film(b"\x89PNG\r\n\x1a\n" + bytes(99)), BadReply), (replies.html(503), ServerFault), (film(FILM[:4096]), None),
    (replies.fault(429, status=429), RateLimited), (replies.raw(b"", 204), DownloadFailed),
])
async def test_what_is_no_film_is_an_error_and_leaves_what_was_there(
    connect: Connect, server: NemoServer, tmp_path: Path, reply: ServerReply, kind: type[NemoError] | None
) -> None:
    target = tmp_path / "film.mp4"
    target.write_bytes(b"the old one")
    server.on("GET", OWN, reply)
    if kind is None:    # HTTP told its length, and nobody tells another: it is whole
        assert (await connect().download(Render("r1"), target)).bytes == 4096
        return
    with pytest.raises(kind) as caught:
        await connect(own_token=True).download(Render("r1"), target)
    assert not isinstance(caught.value, AttributionMissing)
    assert names_in(tmp_path) == ["film.mp4"]
    assert target.read_bytes() == b"the old one"


@pytest.mark.parametrize("content", [
    FILM[:9000], b"\0\0\0\x14ftypqt  " + bytes(99), b"\0\0\0\x08wide\0\0\0\x20mdat" + bytes(24), b"\x1aE\xdf\xa3" + bytes(99),
    b"RIFF\x24\0\0\0WAVEfmt " + bytes(99), b"ID3\x04" + bytes(99), b"\xff\xfb\x90\x64" + bytes(99), b"OggS" + bytes(99),
    b"fLaC" + bytes(99), b"MThd\0\0\0\x06" + bytes(8), b"PK\x03\x04" + bytes(99), bytes(range(256)) * 9, b"x" * 5000,
])
def test_sound_and_archives_and_what_nobody_knows_may_be_films(content: bytes) -> None:
    assert all(may_be_film(content, kind) for kind in ("video/mp4", "application/octet-stream", ""))


@pytest.mark.parametrize("content", [
    PAGE, b" \n<html>", b"\xef\xbb\xbf<!doctype html>", b"<?xml version='1.0'?>", b'{"code": 1}', b"[]", b"{}", b"No such file",
    "没有 这个 文件".encode(), b"\x89PNG\r\n\x1a\n" + bytes(99), b"\xff\xd8\xff\xe0" + bytes(99), b"GIF89a" + bytes(99),
    b"%PDF-1.7" + bytes(99), replies.zipped(PAGE), b"RIFF\x24\0\0\0WEBPVP8 " + bytes(99),
])
def test_pages_words_and_pictures_are_no_films(content: bytes) -> None:
    assert not any(may_be_film(content, kind) for kind in ("video/mp4", "application/octet-stream", ""))


@pytest.mark.parametrize("kind", ["text/plain", "text/html; charset=utf-8", "application/json"])
async def test_a_film_under_a_wrong_name_is_a_film(nemo: Nemo, server: NemoServer, tmp_path: Path, kind: str) -> None:
    server.on("GET", OWN, replies.raw(FILM, kind=kind))
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).bytes == len(FILM)


async def test_a_page_that_comes_byte_by_byte_is_still_a_page(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    server.on("GET", OWN, ServerReply(200, [bytes([byte]) for byte in PAGE], VIDEO, chunked=True))
    with pytest.raises(BadReply):
        await nemo.download(Render("r1"), tmp_path / "film.mp4")


async def test_a_reply_that_names_the_address_is_followed_without_the_token(
    nemo: Nemo, server: NemoServer, elsewhere: NemoServer, tmp_path: Path
) -> None:
    server.on("GET", OWN, replies.data({"downloadUrl": f"{elsewhere.url}/film.mp4"}))
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).bytes == len(FILM)
    assert has_token(elsewhere) == [False]


@pytest.mark.parametrize("not_yet", [replies.bare({"detail": "Not Found"}, 404), replies.fault(409, "not ready", 409),
                                     replies.bare({"status": "processing"}, 202)])
async def test_a_film_that_is_stored_a_moment_later_is_waited_for(
    nemo: Nemo, server: NemoServer, tmp_path: Path, not_yet: ServerReply
) -> None:
    server.on("GET", OWN, not_yet, not_yet, film())
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).bytes == len(FILM)


async def test_a_token_refused_in_a_download_is_renewed_once(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    server.on("GET", OWN, replies.fault(1001, status=401), film())
    assert (await nemo.download(Render("r1"), tmp_path / "film.mp4")).bytes == len(FILM)
    server.on("GET", OWN, replies.fault(1001, status=401))
    with pytest.raises(TokenRejected):
        await nemo.download(Render("r1"), tmp_path / "again.mp4")
    assert len(server.asked("POST", TOKENS)) == 1


async def test_a_download_that_is_cancelled_leaves_nothing(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    server.on("GET", OWN, ServerReply(200, [FILM[:500_000]], VIDEO, length=len(FILM), hangs=True))
    has_begun = asyncio.Event()
    task = asyncio.create_task(nemo.download(
        Render("r1"), tmp_path / "film.mp4", progress=lambda _got, _all: has_begun.set()))
    await has_begun.wait()
    assert len(names_in(tmp_path)) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert names_in(tmp_path) == []


async def test_a_place_that_cannot_be_written_is_told_before_anything_is_asked(
    nemo: Nemo, server: NemoServer, tmp_path: Path
) -> None:
    for place in (tmp_path, tmp_path / "missing" / "film.mp4"):
        with pytest.raises(OSError, match=str(tmp_path)):
            await nemo.download(Render("r1"), place)
    assert server.requests == []


DOWNLOAD_ON_A_FULL_DISK = """
import asyncio, resource, sys
from pathlib import Path
from bot.nemo import Nemo, Render, Secret
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
async def main():
    async with Nemo(sys.argv[1], client_id="c1d2", token=Secret("nmv_usr_first"), environ={}) as nemo:
        try:
            await nemo.download(Render("r1"), Path(sys.argv[2]))
        except OSError as fault:
            sys.exit(f"OSError {fault.errno}")
asyncio.run(main())
"""


async def test_a_full_disk_is_an_os_error_and_leaves_nothing(server: NemoServer, tmp_path: Path) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DOWNLOAD_ON_A_FULL_DISK, server.url, str(tmp_path / "film.mp4"), stderr=subprocess.PIPE)
    _, said = await child.communicate()
    assert said.decode().startswith("OSError")
    assert names_in(tmp_path) == []
