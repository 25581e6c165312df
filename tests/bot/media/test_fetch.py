"""Fetching attachments, over TLS, from hosts with Discord's names."""

from __future__ import annotations

import asyncio
import logging
import random
import resource
import time
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

import bot.texts
from bot.media.errors import ClipEmpty, ClipTooLarge, MediaError
from bot.media.fetch import AttachmentTooLarge, ForeignLink, LinkExpired, NotFetched, NotKept, fetch
from bot.nemo import Clock
from tests.bot.media.cdn import Cdn
from tests.discord_sim.certificates import authority
from tests.nemo_server.http import Reply, Request

LINK = "https://cdn.discordapp.com/attachments/1/2/my%20hum.ogg?ex=6740&is=673f&hm=5ec2e7&"
VOICE = random.Random(4).randbytes(300_000)
TAG = {"ETag": '"v1"', "Content-Type": "audio/ogg"}
Fetch = Callable[..., Awaitable[int]]


@pytest.fixture
async def cdn() -> AsyncIterator[Cdn]:
    async with Cdn() as running:
        yield running


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "clip.ogg"


@pytest.fixture
def bring(cdn: Cdn, to: Path) -> Fetch:
    """Fetch LINK to `to` through the proxy, in fast time."""
    async def run(link: str = LINK, **more: Any) -> int:
        settings = {"limit_bytes": 1_000_000, "clock": Clock(400.0), "proxy": cdn.proxy, "trust": cdn.trust, **more}
        return await fetch(link, to, **settings)
    return run


def whole(*more: bytes) -> Reply:
    return Reply(body=[VOICE, *more], headers=TAG)


def cut(after: int) -> Reply:
    return Reply(body=[VOICE[:after]], headers=TAG, length=len(VOICE), cuts=True)


def rest(request: Request) -> Reply:
    """What is asked for, as a server that knows ranges gives it."""
    if "range" not in request.headers or request.headers["if-range"] != TAG["ETag"]:
        return whole()
    start = int(request.headers["range"].removeprefix("bytes=").removesuffix("-"))
    headers = {**TAG, "Content-Range": f"bytes {start}-{len(VOICE) - 1}/{len(VOICE)}"}
    return Reply(206, [VOICE[start:]], headers)


def kept(path: Path) -> bytes:
    return path.read_bytes()


def keep(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_an_attachment_arrives_whole_and_leaves_nothing_beside_it(cdn: Cdn, bring: Fetch, to: Path) -> None:
    cdn.answers = [whole()]
    seen: list[tuple[int, int | None]] = []
    assert await bring(progress=lambda got, total: seen.append((got, total))) == len(VOICE)
    assert kept(to) == VOICE
    assert left(to.parent) == ["clip.ogg"]
    assert seen == sorted(seen)
    assert seen[-1] == (len(VOICE), len(VOICE))
    assert cdn.asked == ["cdn.discordapp.com:443"]


async def test_nothing_about_us_is_told(cdn: Cdn, bring: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NEMO_TOKEN", "DISCORD_TOKEN"):
        monkeypatch.setenv(name, "nmv_usr_secret")
    cdn.answers = [whole()]
    await bring()
    [request] = cdn.requests
    assert request.target == "/attachments/1/2/my%20hum.ogg?ex=6740&is=673f&hm=5ec2e7&"
    assert set(request.headers) == {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert request.headers["accept-encoding"] == "identity"
    assert "secret" not in str(request.headers) + str(cdn.proxy_heads)


async def test_the_authorities_of_the_environment_are_trusted_and_its_proxies_are_not_used(
        cdn: Cdn, bring: Fetch, to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cdn.answers = [whole()]
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    with pytest.raises(NotFetched, match="CERTIFICATE_VERIFY_FAILED"):
        await bring(trust=None)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority().bundle))
    assert await bring(trust=None) == len(VOICE)
    monkeypatch.setenv("SSL_CERT_FILE", str(to.parent / "none.pem"))
    with pytest.raises(NotFetched, match="SSL_CERT_FILE"):
        await bring(trust=None)


async def test_a_proxy_that_asks_for_a_password_gets_it_and_nobody_else(cdn: Cdn, bring: Fetch) -> None:
    cdn.answers = [whole()]
    await bring(proxy=cdn.proxy.replace("//", "//ada:word@"))
    assert b"Proxy-Authorization: Basic " in cdn.proxy_heads[0]
    assert "proxy-authorization" not in cdn.requests[0].headers


@pytest.mark.parametrize("proxy", ["gopher://ada:word@x", "http://ada:word@[::1", "http://ada:word@127.0.0.1:1"])
async def test_a_proxy_of_no_use_is_told_without_its_password(bring: Fetch, proxy: str) -> None:
    with pytest.raises(NotFetched) as caught:
        await bring(proxy=proxy)
    assert "word" not in str(caught.value)


@pytest.mark.parametrize("link", [
    "http://cdn.discordapp.com/a.ogg", "https://cdn.discordapp.com.evil.example/a.ogg", "https://evil.example/cdn.discordapp.com",
    "https://cdn.discordapp.com@evil.example/a.ogg", "https://me:word@cdn.discordapp.com/a.ogg", "file:///etc/passwd", "",
    "https://cdn.discordapp.com:8443/a.ogg", "https://127.0.0.1/a.ogg", "https://cdn.discordapp.com\\@evil.example/a.ogg",
    "//cdn.discordapp.com/a.ogg", "https://[::1/a.ogg", "https://cdn.discordapp.com:x/", "https://xn--\udc80/", "https://cdn.discordapp.com/\n",
])
async def test_an_address_that_is_none_of_discords_is_never_asked(cdn: Cdn, bring: Fetch, to: Path, link: str) -> None:
    with pytest.raises(ForeignLink):
        await bring(link)
    assert cdn.asked == []
    assert left(to.parent) == []


async def test_the_other_host_of_discords_and_a_host_of_a_test_may_be_named(cdn: Cdn, bring: Fetch) -> None:
    cdn.answers = [whole()]
    await bring("https://media.discordapp.net:443/a.ogg")
    with pytest.raises(NotFetched, match="CERTIFICATE_VERIFY_FAILED"):      # it was asked, and has another name
        await bring(f"https://localhost:{cdn.port}/a.ogg", proxy=None, hosts={f"localhost:{cdn.port}"})


@pytest.mark.parametrize(("status", "body"), [
    (404, b"This content is no longer available."), (404, b"<html>"), (410, b""), (403, b"This content is no longer available."),
])
async def test_an_expired_link_says_send_it_again(cdn: Cdn, bring: Fetch, to: Path, status: int, body: bytes) -> None:
    cdn.answers = [Reply(status, [body])]
    with pytest.raises(LinkExpired) as caught:
        await bring()
    assert bot.texts.say(caught.value.says, "en", **caught.value.facts) == (
        "The link to my hum.ogg has expired. Send the file again.")
    assert len(cdn.requests) == 1
    assert left(to.parent) == []


@pytest.mark.parametrize("status", [400, 401, 403, 405, 451, 204, 304])
async def test_a_refusal_is_no_expired_link_and_is_not_asked_for_again(cdn: Cdn, bring: Fetch, status: int) -> None:
    cdn.answers = [Reply(status, [] if status in (204, 304) else [b"Access denied"], length=None if status in (204, 304) else -1)]
    with pytest.raises(NotFetched, match=f"HTTP {status}"):
        await bring()
    assert len(cdn.requests) == 1


async def test_a_body_that_announces_too_much_is_not_read(cdn: Cdn, bring: Fetch, to: Path) -> None:
    cdn.answers = [whole()]
    with pytest.raises(AttachmentTooLarge) as caught:
        await bring(limit_bytes=len(VOICE) - 1)
    assert isinstance(caught.value, ClipTooLarge)
    assert bot.texts.say(caught.value.says, "en", **caught.value.facts).startswith("my hum.ogg is too large: 0.3 MB are")
    assert left(to.parent) == []
    assert await bring(limit_bytes=len(VOICE)) == len(VOICE)


async def test_a_body_that_announces_nothing_is_stopped_at_the_limit(cdn: Cdn, bring: Fetch, to: Path) -> None:
    pieces = 0

    def endless() -> Any:
        nonlocal pieces
        while True:
            pieces += 1
            yield VOICE

    cdn.answers = [Reply(body=endless(), headers=TAG, chunked=True)]
    with pytest.raises(AttachmentTooLarge):
        await bring(limit_bytes=1_000_000)
    assert pieces < 200     # what the sockets between the two hold
    assert left(to.parent) == []


async def test_an_empty_attachment_is_told_as_that(cdn: Cdn, bring: Fetch) -> None:
    cdn.answers = [Reply(headers=TAG)]
    with pytest.raises(ClipEmpty):
        await bring()


async def test_a_cut_is_taken_up_where_it_happened(cdn: Cdn, bring: Fetch, to: Path) -> None:
    cdn.answers = [cut(100_000), rest]
    assert await bring() == len(VOICE)
    assert kept(to) == VOICE
    start = int(cdn.requests[1].headers["range"].removeprefix("bytes=").removesuffix("-"))
    assert 0 < start <= 100_000
    assert cdn.requests[1].headers["if-range"] == '"v1"'


async def test_another_file_after_a_cut_is_fetched_from_its_beginning(cdn: Cdn, bring: Fetch, to: Path) -> None:
    other = VOICE[::-1]
    cdn.answers = [cut(100_000), Reply(body=[other], headers={"ETag": '"v2"'})]
    assert await bring() == len(other)
    assert kept(to) == other


@pytest.mark.parametrize("lie", ["bytes 5-9/300000", "bytes 0-299999/300000", "bytes 100000-9/77", "", "octets 1",
                                 "bytes " + "9" * 5000 + "-9/9"])
async def test_a_part_that_was_not_asked_for_is_not_mixed_in(cdn: Cdn, bring: Fetch, to: Path, lie: str) -> None:
    cdn.answers = [cut(100_000), Reply(206, [b"lies"], {"Content-Range": lie}), rest]
    await bring()
    assert kept(to) == VOICE


async def test_a_file_without_a_mark_is_begun_again_after_a_cut(cdn: Cdn, bring: Fetch, to: Path) -> None:
    cdn.answers = [Reply(body=[VOICE[:9]], length=len(VOICE), cuts=True), whole()]
    await bring()
    assert kept(to) == VOICE
    assert "range" not in cdn.requests[1].headers


async def test_a_server_that_forgot_the_rest_is_asked_for_all_of_it(cdn: Cdn, bring: Fetch, to: Path) -> None:
    cdn.answers = [cut(100_000), Reply(416, headers={"Content-Range": "bytes */9"}), rest]
    await bring()
    assert kept(to) == VOICE


@pytest.mark.parametrize("fault", [
    Reply(503, [b"<html>"]), Reply(429, headers={"Retry-After": "5"}), Reply(408), Reply(520), Reply(silent=True), cut(0),
    Reply(body=[b"half"], length=None),
])
async def test_a_passing_fault_is_passed_over(cdn: Cdn, bring: Fetch, to: Path, fault: Reply) -> None:
    cdn.answers = [fault, fault, rest]
    await bring()
    assert kept(to) == VOICE


async def test_a_fault_that_stays_ends_after_four_tries(cdn: Cdn, bring: Fetch, to: Path) -> None:
    cdn.answers = [Reply(500)]
    with pytest.raises(NotFetched):
        await bring()
    assert len(cdn.requests) == 4
    assert left(to.parent) == []


async def test_as_long_as_bytes_come_it_goes_on(cdn: Cdn, bring: Fetch, to: Path) -> None:
    def ten_thousand_more(request: Request) -> Reply:
        whole_rest = rest(request)
        body = b"".join(whole_rest.body)
        if len(body) <= 30_000:
            return whole_rest
        return Reply(whole_rest.status, [body[:30_000]], whole_rest.headers, length=len(body), cuts=True)

    cdn.answers = [ten_thousand_more]
    await bring()
    assert kept(to) == VOICE
    assert len(cdn.requests) >= 10


async def test_a_hint_of_more_than_a_minute_is_not_waited_for(cdn: Cdn, bring: Fetch) -> None:
    cdn.answers = [Reply(429, headers={"Retry-After": "3600"})]
    with pytest.raises(NotFetched):
        await bring()
    assert len(cdn.requests) == 1


async def test_a_redirect_leads_on_within_discord(cdn: Cdn, bring: Fetch, to: Path) -> None:
    away = Reply(302, headers={"Location": "https://media.discordapp.net/attachments/1/2/x.ogg"})
    cdn.answers = [away, Reply(307, headers={"Location": "/y.ogg"}), whole()]
    await bring()
    assert kept(to) == VOICE
    assert [request.target for request in cdn.requests][1:] == ["/attachments/1/2/x.ogg", "/y.ogg"]
    assert list(dict.fromkeys(cdn.asked)) == ["cdn.discordapp.com:443", "media.discordapp.net:443"]


@pytest.mark.parametrize("location", ["http://cdn.discordapp.com/x", "https://evil.example/x", "//evil.example/x", "file:///etc/passwd",
                                      "", "https://cdn.discordapp.com:x/", "https://169.254.169.254/latest"])
async def test_a_redirect_to_anywhere_else_is_not_followed(cdn: Cdn, bring: Fetch, location: str) -> None:
    cdn.answers = [Reply(302, headers={"Location": location}), Reply(404)]
    with pytest.raises((NotFetched, LinkExpired)):
        await bring()
    assert set(cdn.asked) == {"cdn.discordapp.com:443"}


async def test_redirects_in_a_circle_end(cdn: Cdn, bring: Fetch) -> None:
    cdn.answers = [Reply(301, headers={"Location": "/again"})]
    with pytest.raises(NotFetched, match="too many"):
        await bring()


async def test_a_packed_body_is_not_kept(cdn: Cdn, bring: Fetch, to: Path) -> None:
    cdn.answers = [Reply(body=[b"\x1f\x8b" * 99], headers={"Content-Encoding": "gzip"})]
    with pytest.raises(NotFetched, match="packed"):
        await bring()
    assert left(to.parent) == []


async def test_a_server_that_falls_silent_does_not_hold_a_job_for_ever(cdn: Cdn, bring: Fetch, to: Path) -> None:
    cdn.answers = [Reply(body=[VOICE[:9]], headers=TAG, length=len(VOICE), hangs=True)]
    began = time.monotonic()
    with pytest.raises(NotFetched):
        await bring()
    assert time.monotonic() - began < 4
    assert left(to.parent) == []


@pytest.mark.parametrize("name", ["..%2F..%2Fetc%2Fpasswd", "%00%0a%e2%80%aeggo.mp3", "x" * 400, "", "%"])
async def test_the_name_of_the_file_is_only_ever_said(cdn: Cdn, bring: Fetch, to: Path, name: str) -> None:
    cdn.answers = [Reply(404)]
    with pytest.raises(LinkExpired) as caught:
        await bring(f"https://cdn.discordapp.com/attachments/1/2/{name}")
    said = str(caught.value.facts["name"])
    assert said
    assert len(said) <= 80
    assert said.isprintable()
    cdn.answers = [whole()]
    await bring(f"https://cdn.discordapp.com/attachments/1/2/{name}")
    assert left(to.parent) == ["clip.ogg"]


async def test_a_cancelled_fetch_leaves_nothing_and_an_older_file_untouched(cdn: Cdn, bring: Fetch, to: Path) -> None:
    keep(to, b"an older clip")
    hung_up = asyncio.Event()
    arrived = asyncio.Event()
    cdn.answers = [Reply(body=[VOICE[:9]], headers=TAG, length=len(VOICE), hangs=True, waits=hung_up)]
    task = asyncio.ensure_future(bring(progress=lambda *_: arrived.set(), clock=Clock()))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.wait_for(hung_up.wait(), 2)
    assert left(to.parent) == ["clip.ogg"]
    assert kept(to) == b"an older clip"


async def test_a_folder_that_is_not_there_is_told_as_a_fault_of_the_disk(cdn: Cdn, tmp_path: Path) -> None:
    cdn.answers = [whole()]
    with pytest.raises(NotKept):
        await fetch(LINK, tmp_path / "none" / "x", limit_bytes=10**6, clock=Clock(400.0), proxy=cdn.proxy, trust=cdn.trust)


async def test_a_full_disk_is_told_and_leaves_nothing(cdn: Cdn, to: Path) -> None:
    cdn.answers = [whole()]
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(NotKept):
            await fetch(LINK, to, limit_bytes=10**6, clock=Clock(400.0), proxy=cdn.proxy, trust=cdn.trust)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert left(to.parent) == []


async def test_a_large_file_takes_little_memory(cdn: Cdn, bring: Fetch, to: Path) -> None:
    count = 24
    cdn.answers = [Reply(body=[VOICE] * count, headers=TAG)]
    tracemalloc.start()
    try:
        assert await bring(limit_bytes=10**8) == count * len(VOICE)
        assert tracemalloc.get_traced_memory()[1] < 6_000_000       # the server's share included
    finally:
        tracemalloc.stop()


async def test_signed_links_stay_out_of_logs_and_errors(
        cdn: Cdn, bring: Fetch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    cdn.answers = [Reply(403, [b"no"])]
    with pytest.raises(MediaError) as caught:
        await bring()
    assert "cdn.discordapp.com" in caplog.text
    assert "5ec2e7" not in caplog.text + str(caught.value) + repr(caught.value.__context__)
