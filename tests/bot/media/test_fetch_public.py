"""Links that members type: what is fetched from a host of a stranger's choice, and what is never even asked."""

from __future__ import annotations

import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from socket import EAI_NONAME, gaierror
from typing import Any

import pytest

from bot.media.errors import ClipEmpty, MediaError
from bot.media.fetch import AttachmentTooLarge, NotKept
from bot.media.fetch.public import BadLink, fetch_public
from bot.nemo import Clock
from bot.nemo.files.addresses import Address, is_public
from bot.nemo.files.links import Reach
from bot.texts import say
from tests.bot.media.cdn import Cdn
from tests.discord_sim.certificates import authority
from tests.nemo_server.http import HttpServer, Reply, Request

HUM = bytes(range(256)) * 400
SOUND = {"Content-Type": "audio/ogg", "ETag": '"v1"'}
HERE = "127.0.0.1"
"""A loopback address that stands for the internet in these tests."""
Fetch = Callable[..., Awaitable[str]]


@dataclass
class Names:
    """A name service: what each question is answered with, the last answer for all that follow."""

    answers: dict[str, list[Sequence[str]]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        told = self.answers.get(host, [[HERE]])
        answer = told.pop(0) if len(told) > 1 else told[0]
        if not answer:
            raise gaierror(EAI_NONAME, "no such name")
        return answer


class Host(HttpServer):
    """A host of the internet: `pages` by their target; each list is given one after the other, its last for ever."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.pages: dict[str, list[Reply]] = {}
        self.requests: list[Request] = []

    async def _answer(self, request: Request) -> Reply:
        self.requests.append(request)
        replies = self.pages.get(request.target, [Reply(404)])
        return replies.pop(0) if len(replies) > 1 else replies[0]

    def at(self, target: str, name: str = "songs.example") -> str:
        return f"http://{name}:{self.url.rpartition(':')[2]}{target}"


def is_outside(address: Address) -> bool:
    return str(address) == HERE or is_public(address)


@pytest.fixture
async def host() -> AsyncIterator[Host]:
    async with Host() as running:
        running.pages["/my%20hum.ogg?key=5ec2e7"] = [Reply(200, [HUM], SOUND)]
        yield running


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
def to(tmp_path: Path) -> Path:
    return tmp_path / "clip"


@pytest.fixture
def bring(names: Names, to: Path) -> Fetch:
    async def run(link: str, **more: Any) -> str:
        reach = Reach(names, is_outside, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
        return await fetch_public(link, to, **{"limit_bytes": 10**6, "clock": Clock(400.0), "reach": reach, **more})
    return run


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def kept(path: Path) -> bytes:
    return path.read_bytes()


def sentence(fault: MediaError, language: str = "en") -> str:
    return say(fault.says, language, **fault.facts)


async def test_the_file_behind_a_link_arrives_whole_and_is_called_as_its_path_ends(host: Host, bring: Fetch, to: Path) -> None:
    assert await bring(host.at("/my%20hum.ogg?key=5ec2e7")) == "my hum.ogg"
    assert kept(to) == HUM
    assert left(to.parent) == ["clip"]
    [request] = host.requests
    assert request.headers["host"].startswith("songs.example:")
    assert set(request.headers) == {"host", "accept", "accept-encoding", "connection", "user-agent"}


@pytest.mark.parametrize(("header", "name"), [
    ('attachment; filename="La la.mp3"', "La la.mp3"), ("attachment; filename*=UTF-8''%E5%93%BC.m4a", "哼.m4a"),
    ('attachment; filename="../../etc/passwd"', ".. .. etc passwd"), ('attachment; filename=""', "get.php"),
    ("what?", "get.php")])
async def test_a_host_may_say_what_its_file_is_called(host: Host, bring: Fetch, header: str, name: str) -> None:
    host.pages["/get.php"] = [Reply(200, [HUM], {"Content-Type": "application/octet-stream", "Content-Disposition": header})]
    assert await bring(host.at("/get.php")) == name


@pytest.mark.parametrize("kind", ["audio/mpeg", "video/mp4; codecs=x", "AUDIO/WAV", "application/ogg", "binary/octet-stream", ""])
async def test_sound_and_film_and_mere_bytes_are_taken(host: Host, bring: Fetch, to: Path, kind: str) -> None:
    host.pages["/hum"] = [Reply(200, [HUM], {"Content-Type": kind})]
    assert await bring(host.at("/hum")) == "hum"
    assert kept(to) == HUM


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "image/png", "application/json", "application/zip", "x"])
async def test_a_page_is_refused_before_it_is_read(host: Host, bring: Fetch, to: Path, kind: str) -> None:
    host.pages["/watch?v=1"] = [Reply(200, [HUM], {"Content-Type": kind})]
    with pytest.raises(BadLink) as caught:
        await bring(host.at("/watch?v=1"))
    assert sentence(caught.value).startswith("The link to songs.example leads to a page or to another type of file.")
    assert "songs.example" in sentence(caught.value, "zh")
    assert len(host.requests) == 1
    assert left(to.parent) == []


@pytest.mark.parametrize("link", [
    "", "hum.ogg", "/etc/passwd", "file:///etc/passwd", "ftp://songs.example/x", "data:audio/wav;base64,UklGRg==",
    "http://me:word@songs.example/x", "http://songs.example:0/x", "https://songs.example/a b", "http://[::1", "javascript:1",
    "http://localhost/x", "http://printer.local/x", "http://nas/x", "http://2130706433/x", "http://0x7f.1/x",
    "http://127.0.0.2/x", "http://10.0.0.1/x", "http://169.254.169.254/latest/meta-data", "http://[::ffff:10.0.0.1]/x",
    "http://[fe80::1]/x", "http://100.100.100.200/x"])
async def test_what_is_no_public_address_is_never_asked(host: Host, bring: Fetch, names: Names, to: Path, link: str) -> None:
    with pytest.raises(BadLink) as caught:
        await bring(link)
    assert caught.value.says in ("link.malformed", "link.private")
    assert sentence(caught.value)
    assert not (names.asked or host.requests or left(to.parent))


@pytest.mark.parametrize("addresses", [["10.0.0.1"], [HERE, "192.168.1.1"], ["::1"], ["fd00::1"], ["no address"], []])
async def test_a_name_that_leads_inside_is_not_asked(
        host: Host, bring: Fetch, names: Names, addresses: list[str]) -> None:
    names.answers["songs.example"] = [addresses]
    with pytest.raises(BadLink) as caught:
        await bring(host.at("/x"))
    assert caught.value.says == ("link.private" if addresses else "link.dead")
    assert host.requests == []


async def test_a_second_answer_of_the_name_service_changes_nothing_and_each_try_is_judged_anew(
        host: Host, bring: Fetch, names: Names, to: Path) -> None:
    names.answers["songs.example"] = [[HERE], ["10.0.0.1"]]
    await bring(host.at("/my%20hum.ogg?key=5ec2e7"))
    assert names.asked == ["songs.example"]
    names.answers["songs.example"] = [[HERE], ["10.0.0.1"]]
    host.pages["/cut"] = [Reply(200, [HUM[:99]], SOUND, length=len(HUM), cuts=True), Reply(200, [HUM], SOUND)]
    with pytest.raises(BadLink) as caught:
        await bring(host.at("/cut"))
    assert caught.value.says == "link.private"
    assert len(host.requests) == 2
    assert kept(to) == HUM      # of the first one


async def test_a_redirect_is_followed_five_times_and_judged_each_time(host: Host, bring: Fetch, names: Names, to: Path) -> None:
    for count in range(5):
        host.pages[f"/{count}"] = [Reply(302, headers={"Location": host.at(f"/{count + 1}", f"n{count}.example")})]
    host.pages["/5"] = [Reply(200, [HUM], SOUND)]
    assert await bring(host.at("/0")) == "5"
    assert names.asked == ["songs.example", *(f"n{count}.example" for count in range(5))]
    host.pages["/5"] = [Reply(302, headers={"Location": "/6"})]
    with pytest.raises(BadLink) as caught:
        await bring(host.at("/0"))
    assert caught.value.says == "link.astray"


@pytest.mark.parametrize(("location", "says"), [
    ("http://127.0.0.2/x", "link.private"), ("http://inner.example/x", "link.private"), ("file:///etc/passwd", "link.malformed"),
    ("http://localhost/x", "link.private"), ("http://me:word@songs.example/x", "link.malformed"),
    ("http://[::1", "link.malformed")])
async def test_a_redirect_inside_is_not_followed(
        host: Host, bring: Fetch, names: Names, to: Path, location: str, says: str) -> None:
    names.answers["inner.example"] = [["172.16.0.9"]]
    host.pages["/go"] = [Reply(302, headers={"Location": location})]
    with pytest.raises(BadLink) as caught:
        await bring(host.at("/go"))
    assert caught.value.says == says
    assert len(host.requests) == 1
    assert left(to.parent) == []


@pytest.mark.parametrize(("status", "says"), [(404, "link.dead"), (410, "link.dead"), (401, "link.locked"), (403, "link.locked"),
                                              (400, "link.silent"), (418, "link.silent")])
async def test_a_status_says_what_is_wrong_with_the_link(host: Host, bring: Fetch, status: int, says: str) -> None:
    host.pages["/x"] = [Reply(status, [b"<html>"], {"Content-Type": "text/html"})]
    with pytest.raises(BadLink) as caught:
        await bring(host.at("/x"))
    assert caught.value.says == says
    assert len(host.requests) == 1


async def test_a_fault_that_passes_is_waited_out_and_one_that_stays_ends(host: Host, bring: Fetch, to: Path) -> None:
    host.pages["/x"] = [Reply(503), Reply(429, headers={"Retry-After": "1"}), Reply(200, [HUM], SOUND)]
    await bring(host.at("/x"))
    assert kept(to) == HUM
    host.pages["/x"] = [Reply(500)]
    with pytest.raises(BadLink) as caught:
        await bring(host.at("/x"))
    assert caught.value.says == "link.silent"
    assert len(host.requests) == 3 + 4


async def test_nobody_there_is_told_and_of_several_addresses_the_next_is_tried(
        host: Host, bring: Fetch, names: Names, to: Path) -> None:
    names.answers["songs.example"] = [["127.0.0.9", HERE]]
    reach = Reach(names, lambda address: str(address).startswith("127."), ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    await bring(host.at("/my%20hum.ogg?key=5ec2e7"), reach=reach)
    assert kept(to) == HUM
    names.answers["songs.example"] = [["127.0.0.9"]]
    with pytest.raises(BadLink) as caught:
        await bring(host.at("/x"), reach=reach)
    assert caught.value.says == "link.silent"


async def test_too_much_is_not_read_whether_it_is_announced_or_not(host: Host, bring: Fetch, to: Path) -> None:
    host.pages["/open"] = [Reply(200, [HUM] * 3, {"Content-Type": "audio/wav"}, chunked=True)]
    host.pages["/told"] = [Reply(200, [HUM], SOUND)]
    for path in ("/open", "/told"):
        with pytest.raises(AttachmentTooLarge) as caught:
            await bring(host.at(path), limit_bytes=len(HUM) - 1)
        assert sentence(caught.value).startswith(f"{path[1:]} is too large")
    assert left(to.parent) == []


async def test_an_empty_file_and_a_disk_that_refuses_are_told(host: Host, bring: Fetch, names: Names, tmp_path: Path) -> None:
    host.pages["/x"] = [Reply(200, [], SOUND)]
    with pytest.raises(ClipEmpty):
        await bring(host.at("/x"))
    with pytest.raises(NotKept):
        await fetch_public(host.at("/my%20hum.ogg?key=5ec2e7"), tmp_path / "none" / "x", limit_bytes=10**6, clock=Clock(400.0),
                           reach=Reach(names, is_outside, ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)))


async def test_a_host_that_falls_silent_does_not_hold_a_job_for_ever(host: Host, bring: Fetch, to: Path) -> None:
    host.pages["/x"] = [Reply(200, [HUM[:9]], SOUND, length=len(HUM), hangs=True)]
    with pytest.raises(BadLink) as caught:
        await bring(host.at("/x"))
    assert caught.value.says == "link.silent"
    assert left(to.parent) == []


async def test_a_certificate_is_judged_by_the_links_name_and_not_by_the_address(names: Names, to: Path) -> None:
    async with Cdn() as cdn:
        cdn.answers = [Reply(200, [HUM], SOUND)]
        reach = Reach(names, is_outside, ssl.create_default_context(cafile=str(authority().bundle)))
        for name, is_good in (("cdn.discordapp.com", True), ("songs.example", False)):
            link = f"https://{name}:{cdn.port}/hum.ogg"
            if is_good:
                await fetch_public(link, to, limit_bytes=10**6, clock=Clock(400.0), reach=reach)
            else:
                with pytest.raises(BadLink) as caught:
                    await fetch_public(link, to, limit_bytes=10**6, clock=Clock(400.0), reach=reach)
                assert caught.value.says == "link.silent"
        assert cdn.asked == []
        cdn.answers = [Reply(302, headers={"Location": f"http://cdn.discordapp.com:{cdn.port}/x"})]
        with pytest.raises(BadLink) as caught:
            await fetch_public(f"https://cdn.discordapp.com:{cdn.port}/x", to, limit_bytes=10**6, clock=Clock(400.0), reach=reach)
        assert caught.value.says == "link.astray"


async def test_the_environments_proxy_is_not_used(host: Host, bring: Fetch, to: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    await bring(host.at("/my%20hum.ogg?key=5ec2e7"))
    assert kept(to) == HUM


async def test_what_is_a_key_in_a_link_stays_out_of_logs_and_errors(
        host: Host, bring: Fetch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for target, reply in (("/a?key=5ec2e7", Reply(403)), ("/b?key=5ec2e7", Reply(500)),
                          ("/c?key=5ec2e7", Reply(302, headers={"Location": "http://localhost/?key=5ec2e7"}))):
        host.pages[target] = [reply]
        with pytest.raises(BadLink) as caught:
            await bring(host.at(target))
        assert "5ec2e7" not in str(caught.value) + repr(caught.value.__context__) + sentence(caught.value)
    assert "5ec2e7" not in caplog.text
