"""Links that the server shall fetch: which are passed on, which are judged private, dead or of no use, and who learns what."""

from __future__ import annotations

import asyncio
import ipaddress
import itertools
import json
import logging
import shutil
import ssl
import subprocess
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from socket import EAI_AGAIN, EAI_NONAME, gaierror
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nemo import Clock, FileTooLarge, FileTypeRefused, Nemo, NemoError, RateLimited, ServerFault, SessionLost
from bot.nemo.files.addresses import Address, is_public, is_public_name, resolve
from bot.nemo.files.filetypes import MAX_FILE_BYTES, tells_of_another_type
from bot.nemo.files.link_errors import (
    MAX_LINKS,
    LinkAstray,
    LinkDead,
    LinkError,
    LinkLocked,
    LinkPrivate,
    LinkRefused,
    LinkSilent,
    LinksNotTaken,
    LinkTooLarge,
    LinkTypeRefused,
    TooManyLinks,
)
from bot.nemo.files.links import MAX_LINK_CHARACTERS, Link, Reach
from bot.nemo.files.upload import RemoteFile
from bot.nemo.wire import MAX_REDIRECTS
from bot.texts import say
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.server import SESSION, NemoServer

Connect = Callable[..., Nemo]
wire = pytest.mark.wire
UPLOAD = f"/api/upload-video/nemo_agent/me/{SESSION}"
SCALE = 400.0
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Believes no certificate, and costs nothing to make."""
HERE, INSIDE = "127.0.0.1", "127.0.0.2"
"""A loopback address that stands for the internet in these tests, and one that stays what it is."""
SONG = ServerReply(200, [b"x" * 100], {"Content-Type": "audio/wav"})


@dataclass
class Names:
    """A name service: what each question is answered with, the last answer for all that follow."""

    answers: dict[str, list[Sequence[str] | BaseException]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        told = self.answers.get(host, [[HERE]])
        answer = told.pop(0) if len(told) > 1 else told[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


def is_outside(address: Address) -> bool:
    return str(address) == HERE or is_public(address)


@pytest.fixture
def names() -> Names:
    return Names()


@pytest.fixture
def nemo(connect: Connect, names: Names) -> Nemo:
    return connect(reach=Reach(names, is_outside, NOBODY))


@pytest.fixture
def host(elsewhere: NemoServer) -> NemoServer:
    """A host of the internet that has a song."""
    elsewhere.on("GET", "/a.wav", SONG)
    return elsewhere


@dataclass
class Inside:
    """A server of the inner network, at the port that a host of the internet has."""

    connections: int = 0


Beside = Callable[[NemoServer], Awaitable[Inside]]


@pytest.fixture
async def inside() -> AsyncIterator[Beside]:
    servers = []

    async def beside(host: NemoServer) -> Inside:
        counter = Inside()

        def connected(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            counter.connections += 1
            writer.close()

        try:
            servers.append(await asyncio.start_server(connected, INSIDE, urlsplit(host.url).port))
        except OSError as error:
            pytest.skip(f"this machine has one loopback address only: {error}")
        return counter

    yield beside
    for server in servers:
        server.close()
        await server.wait_closed()


def at(server: NemoServer, path: str = "/a.wav", name: str = "songs.example") -> str:
    """An address of `server` by a name of the internet."""
    return f"http://{name}:{urlsplit(server.url).port}{path}"


def sent_to(server: NemoServer) -> list[str]:
    [request] = server.asked("POST", UPLOAD)
    body = json.loads(request.body)
    assert set(body) == {"urls", "source_type"}
    assert body["source_type"] == "url"
    assert request.headers["content-type"] == "application/json"
    return list(body["urls"])


@wire("4.7/urls")
async def test_links_are_looked_at_and_then_fetched_by_the_server(nemo: Nemo, server: NemoServer, host: NemoServer) -> None:
    links = [at(host), at(host, "/a.wav?sig=a%2Fb+c=&x", "cdn.example")]
    uploaded = await nemo.upload_links(SESSION, links)
    assert uploaded.files == (RemoteFile("clip.wav", "audio", "https://cdn.example/c.wav", 2.5),)
    assert sent_to(server) == links


@wire("4.7/fetch")
async def test_the_host_of_a_link_learns_nothing_about_us(nemo: Nemo, server: NemoServer, host: NemoServer) -> None:
    host.on("GET", "/go", ServerReply(302, [], {"Location": at(host), "Set-Cookie": "who=you"}))
    await nemo.upload_links(SESSION, [at(host, "/go")])
    for request in host.requests:
        assert request.headers["host"] == f"songs.example:{urlsplit(host.url).port}"
        assert set(request.headers) == {"host", "accept", "accept-encoding", "connection"}
        assert (request.method, request.size) == ("GET", 0)
    assert len(host.requests) == 2


@wire("4.7/fetch")
@pytest.mark.parametrize("link", [
    "", "   ", "song.wav", "/etc/passwd", "file:///etc/passwd", "ftp://a.example/x.wav", "data:audio/wav;base64,UklGRg==",
    "gopher://a.example/x", "javascript:alert(1)", "//a.example/x.wav", "http:a.example", "http:///x.wav", "https://",
    "http://:80/",
    "http://user@a.example/x.wav", "http://user:pw@a.example/x.wav", "http://@a.example/x.wav", "http://a.example@127.0.0.1/x",
    "http://a.example\\@127.0.0.1/x.wav", "http://127.0.0.1\\.a.example/", "http://a.example/x y.wav", "http://a.example/\nx",
    "http://a.example\t/x", "http://a.example/\u202ex.wav", "http://a.example/\ud800", "http://a.example:99999/x",
    "http://a.example:0/x", "http://a.example:-1/x", "http://a.example:http/x", "http://[::1/x", "http://[a.example]/",
    "http://１２７.0.0.1/", "http://ﬀ.example/", "http://999.1.1.1/", "http://a.example/" + "x" * MAX_LINK_CHARACTERS])
async def test_what_is_no_plain_web_address_is_refused(names: Names, link: str) -> None:
    with pytest.raises(LinkRefused):
        await Reach(names, is_outside).last_address(link, Clock(SCALE))
    assert names.asked == []


@wire("4.7/fetch")
@pytest.mark.parametrize("host", [
    "localhost", "LOCALHOST", "localhost.", "x.localhost", "intranet", "printer.local", "metadata.google.internal", "router.lan",
    "a.home.arpa", "x.onion", "a.example.", "a..example", "-a.example", "a_.-.example", "127.0.0.1", "127.0.0.1.", "127.1",
    "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "127.0.0.0x1", "1.2.3.4.5", "0", "0.0.0.0",
    "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "169.254.170.2", "100.64.0.1",
    "100.100.100.200", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "192.88.99.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "127。0。0。1", "exa%6dple.com", "%31%32%37.0.0.1",
    "[::1]", "[::]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::ffff:10.0.0.1]", "[0:0:0:0:0:ffff:a9fe:a9fe]",
    "[64:ff9b::127.0.0.1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]", "[2002:7f00:1::]", "[2002:a00:1::1]",
    "[2001:0:4136:e378:8000:63bf:3fff:fdd2]", "[2001:db8::1]", "[3fff::1]", "[fe80::1]", "[fe80::1%25eth0]", "[fc00::1]",
    "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "[100::1]", "[2001:10::1]", "[5f00::1]", "[2606:4700::1%25eth0]"])
async def test_a_host_that_is_not_everybodys_is_refused_unasked(names: Names, host: str) -> None:
    with pytest.raises(LinkRefused):
        await Reach(names, trust=NOBODY).last_address(f"http://{host}/a.wav", Clock(SCALE))
    assert names.asked == []


@wire("4.7/fetch")
@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
async def test_a_server_of_this_machine_gets_no_request(
    connect: Connect, server: NemoServer, host: NemoServer, name: str
) -> None:
    with pytest.raises(LinkPrivate):
        await connect().upload_links(SESSION, [at(host, name=name)])
    assert host.requests == server.requests == []


@pytest.mark.parametrize("address", [
    "1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "2606:4700:4700::1111",
    "2a00:1450:4001::200e", "64:ff9b::808:808", "::ffff:8.8.8.8"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses() | st.integers(0, 2**32 - 1).map(lambda low: ipaddress.IPv6Address((0x20010000 << 96) + low)))
def test_nothing_counts_as_public_that_python_holds_for_special(address: Address) -> None:
    if is_public(address):
        real = getattr(address, "ipv4_mapped", None) or address
        translated = real in ipaddress.ip_network("64:ff9b::/96") if real.version == 6 else False
        assert real.is_global or translated
        assert not (real.is_multicast or real.is_loopback or real.is_link_local or real.is_unspecified or real.is_private)


@given(st.ip_addresses(v=4))
def test_an_address_in_disguise_is_judged_by_what_is_behind_it(inner: ipaddress.IPv4Address) -> None:
    low = int(inner)
    for wrapped in ((0xFFFF << 32) + low, (0x64FF9B << 96) + low):
        assert is_public(ipaddress.IPv6Address(wrapped)) is is_public(inner)
    for hidden in ((0x2002 << 112) + (low << 80), (0x20010000 << 96) + low, low):
        assert not is_public(ipaddress.IPv6Address(hidden))


@given(st.ip_addresses(v=4))
def test_no_spelling_of_an_address_is_a_name(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for spelling in (str(address), str(number), hex(number), oct(number), ".".join(f"{byte:#o}" for byte in address.packed),
                     ".".join(f"{byte:#x}" for byte in address.packed), f"{number >> 24}.{number & 0xFFFFFF}"):
        assert not is_public_name(spelling)


@given(st.text(max_size=40) | st.from_regex(r"https?://[^/]{0,30}(/.{0,20})?", fullmatch=True))
def test_any_text_is_a_link_in_plain_letters_or_refused(text: str) -> None:
    try:
        link = Link.of(text)
    except LinkRefused:
        return
    again = Link.of(str(link.url))
    parts = urlsplit(str(link.url))
    assert again.url == link.url
    assert str(link.url).isascii()
    assert (parts.hostname, parts.username, parts.fragment) == (link.host, None, "")
    assert (parts.port or {"http": 80, "https": 443}[parts.scheme]) == link.port


@wire("4.7/fetch")
@pytest.mark.parametrize("answer", [
    ["10.0.0.1"], [HERE, "10.0.0.1"], ["192.168.0.1", HERE], [INSIDE], ["::1"], ["::ffff:10.0.0.1"], ["fe80::1%2"],
    [HERE, "169.254.169.254"], [HERE, "odd"]])
async def test_a_name_that_leads_inside_is_refused_and_nobody_is_asked(
    nemo: Nemo, server: NemoServer, host: NemoServer, names: Names, answer: list[str]
) -> None:
    names.answers["songs.example"] = [answer]
    with pytest.raises(LinkPrivate) as caught:
        await nemo.upload_links(SESSION, [at(host)])
    assert caught.value.facts["host"] == "songs.example"
    assert server.requests == host.requests == []


@wire("4.7/fetch")
async def test_a_name_that_is_answered_otherwise_the_second_time_reaches_nobody_inside(
    nemo: Nemo, server: NemoServer, host: NemoServer, names: Names, inside: Beside
) -> None:
    counter = await inside(host)
    host.on("GET", "/again", replies.redirect("/a.wav"))
    names.answers["songs.example"] = [[HERE], [INSIDE]]
    await nemo.upload_links(SESSION, [at(host)])
    assert names.asked == ["songs.example"]         # asked once: who was judged is who was connected to
    assert len(host.requests) == 1
    names.answers["songs.example"] = [[HERE], [INSIDE]]
    with pytest.raises(LinkPrivate):
        await nemo.upload_links(SESSION, [at(host, "/again")])
    assert len(names.asked) == 3                    # each hop is judged anew
    assert counter.connections == 0
    assert len(sent_to(server)) == 1


@wire("4.7/fetch")
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_and_the_last_address_is_passed_on(
    nemo: Nemo, server: NemoServer, host: NemoServer, names: Names, status: int
) -> None:
    host.on("GET", "/1", replies.redirect("2?sig=x#part", status))
    host.on("GET", "/2", replies.redirect(at(host, "/a.wav?sig=y", "cdn.example"), status))
    await nemo.upload_links(SESSION, [at(host, "/1")])
    assert sent_to(server) == [at(host, "/a.wav?sig=y", "cdn.example")]
    assert names.asked == ["songs.example", "songs.example", "cdn.example"]
    assert [request.target for request in host.requests] == ["/1", "/2?sig=x", "/a.wav?sig=y"]


@wire("4.7/fetch")
@pytest.mark.parametrize("hops", [MAX_REDIRECTS, MAX_REDIRECTS + 1, 1000])
async def test_five_redirects_are_followed_and_no_more(
    nemo: Nemo, server: NemoServer, host: NemoServer, hops: int
) -> None:
    for hop in range(1, min(hops, 9)):
        host.on("GET", f"/{hop}", replies.redirect(f"/{hop + 1}"))
    host.on("GET", f"/{min(hops, 9)}", replies.redirect("/a.wav" if hops < 9 else "/1"))
    if hops > MAX_REDIRECTS:
        with pytest.raises(LinkAstray):
            await nemo.upload_links(SESSION, [at(host, "/1")])
        assert len(host.requests) == MAX_REDIRECTS + 1
        assert server.requests == []
    else:
        await nemo.upload_links(SESSION, [at(host, "/1")])
        assert sent_to(server) == [at(host)]


@wire("4.7/fetch")
@pytest.mark.parametrize(("location", "kind"), [
    ("http://10.0.0.1/a.wav", LinkPrivate), ("http://localhost/a.wav", LinkPrivate), ("//169.254.169.254/latest", LinkPrivate),
    ("http://[::1]/", LinkPrivate), ("http://2130706433/", LinkPrivate), ("http://user:pw@songs.example/", LinkRefused),
    ("file:///etc/passwd", LinkRefused), ("http://[", LinkRefused), ("http://songs.example\\@127.0.0.1/", LinkRefused)])
async def test_a_redirect_to_an_inner_or_odd_place_is_not_followed(
    nemo: Nemo, server: NemoServer, host: NemoServer, names: Names, location: str, kind: type[NemoError]
) -> None:
    host.on("GET", "/go", replies.redirect(location))
    with pytest.raises(kind):
        await nemo.upload_links(SESSION, [at(host, "/go")])
    assert len(host.requests) == len(names.asked) == 1
    assert server.requests == []


async def test_a_redirect_with_spaces_and_letters_is_read_as_browsers_read_it(
    nemo: Nemo, server: NemoServer, host: NemoServer
) -> None:
    host.on("GET", "/go", replies.redirect(" /my 歌 a.wav "))
    host.on("GET", "/my*", SONG)
    await nemo.upload_links(SESSION, [at(host, "/go")])
    assert sent_to(server) == [at(host, "/my%20%E6%AD%8C%20a.wav")]


async def test_a_body_is_not_read(nemo: Nemo, server: NemoServer, host: NemoServer) -> None:
    hung_up = asyncio.Event()
    head = {"Content-Type": "video/mp4", "Content-Length": "1000000"}
    host.on("GET", "/large.mp4", ServerReply(200, [b"x" * 1000], head, length=None, hangs=True, waits=hung_up))
    async with asyncio.timeout(1.5):
        await nemo.upload_links(SESSION, [at(host, "/large.mp4")])
        await hung_up.wait()


@wire("7/size")
@pytest.mark.parametrize(("length", "fits"), [(MAX_FILE_BYTES, True), (MAX_FILE_BYTES + 1, False), (10**15, False)])
async def test_a_host_that_tells_of_too_many_bytes_is_believed(
    nemo: Nemo, server: NemoServer, host: NemoServer, length: int, fits: bool
) -> None:
    host.on("GET", "/l.mp4", ServerReply(200, [], {"Content-Type": "video/mp4"}, length=length, cuts=True))
    if fits:
        await nemo.upload_links(SESSION, [at(host, "/l.mp4")])
        return
    with pytest.raises(FileTooLarge) as caught:
        await nemo.upload_links(SESSION, [at(host, "/l.mp4")])
    assert isinstance(caught.value, LinkTooLarge)
    assert server.requests == []


@pytest.mark.parametrize(("media_type", "name", "refused"), [
    ("audio/wav", "x", False), ("AUDIO/X-WAV; a=b", "x.bin", False), ("image/jpeg", "watch.php", False), ("", "a.mp3", False),
    ("", "a", False), ("", "stream.php", False), ("application/octet-stream", "A.MOV", False), ("audio/x-odd", "a.mp3", False),
    ("application/octet-stream", "v1.2", False), ("binary/octet-stream", "x", False), ("application/mp4", "x", False),
    ("text/html; charset=utf-8", "a.mp4", True), ("text/plain", "a.mp3", True), ("application/json", "a.mp3", True),
    ("application/pdf", "x", True), ("audio/flac", "a.flac", True), ("audio/ogg", "a", True), ("image/svg+xml", "a.svg", True),
    ("application/octet-stream", "a.exe", True), ("", "a.zip", True), ("nonsense", "a", True), ("video/mp2t", "x.ts", True)])
def test_a_type_is_told_by_the_host_or_by_the_name(media_type: str, name: str, refused: bool) -> None:
    assert tells_of_another_type(media_type, name) is refused


@wire("7/types")
@pytest.mark.parametrize("head", [
    {"Content-Type": "text/html"}, {"Content-Type": "application/json"},
    {"Content-Type": "application/octet-stream", "Content-Disposition": 'attachment; filename="a.wav.exe"'},
    {"Content-Type": "application/octet-stream", "Content-Disposition": "attachment; filename*=UTF-8''%e6%88%91.zip"}])
async def test_a_page_or_another_type_of_file_is_refused_before_the_server_hears_of_it(
    nemo: Nemo, server: NemoServer, host: NemoServer, head: dict[str, str]
) -> None:
    host.on("GET", "/a.wav", ServerReply(200, [b"<html>"], head))
    with pytest.raises(FileTypeRefused) as caught:
        await nemo.upload_links(SESSION, [at(host)])
    assert isinstance(caught.value, LinkTypeRefused)
    assert server.requests == []


@pytest.mark.parametrize("disposition", [
    'attachment; filename="song.mp3"', "attachment; filename*=UTF-8''%e6%88%91.mp3", "attachment", "inline; filename=a.m4a",
    "attachment; filename*=no-such''x.mp3", "attachment; filename*=utf-16''%ff", '"', ";;=;filename", "filename=\"\\"])
async def test_any_word_about_the_files_name_is_read(
    nemo: Nemo, server: NemoServer, host: NemoServer, disposition: str
) -> None:
    head = {"Content-Type": "application/octet-stream", "Content-Disposition": disposition}
    host.on("GET", "/download", ServerReply(200, [b"x"], head))
    await nemo.upload_links(SESSION, [at(host, "/download")])
    assert sent_to(server) == [at(host, "/download")]


@pytest.mark.parametrize(("reply", "kind"), [
    (replies.raw(b"", 404), LinkDead), (replies.html(410), LinkDead), (ServerReply(204, []), LinkDead),
    (ServerReply(304, []), LinkDead),
    (ServerReply(302, []), LinkDead), (ServerReply(200, [], {"Content-Type": "audio/wav"}), LinkDead),
    (replies.html(401), LinkLocked), (replies.html(403), LinkLocked), (replies.html(451), LinkLocked),
    (replies.html(429), LinkSilent),
    (replies.html(500), LinkSilent), (replies.html(503), LinkSilent), (replies.html(418), LinkSilent),
    (replies.nothing(), LinkSilent)])
async def test_a_link_without_a_file_is_told_as_what_it_is(
    nemo: Nemo, server: NemoServer, host: NemoServer, reply: ServerReply, kind: type[LinkError]
) -> None:
    host.on("GET", "/a.wav", reply)
    with pytest.raises(LinkError) as caught:
        await nemo.upload_links(SESSION, [at(host)])
    assert type(caught.value) is kind
    assert caught.value.facts["host"] == "songs.example"
    assert server.requests == []


@pytest.mark.parametrize(("answer", "kind"), [
    (gaierror(EAI_NONAME, "no"), LinkDead), (gaierror(EAI_AGAIN, "later"), LinkSilent), ([], LinkDead),
    (OSError(5, "x"), LinkDead),
    (UnicodeError("label too long"), LinkDead), (TimeoutError(), LinkSilent)])
async def test_a_name_that_is_not_resolved_is_told(
    nemo: Nemo, host: NemoServer, names: Names, answer: Sequence[str] | BaseException, kind: type[LinkError]
) -> None:
    names.answers["songs.example"] = [answer]
    with pytest.raises(kind):
        await nemo.upload_links(SESSION, [at(host)])


async def test_a_name_service_and_a_host_that_never_answer_are_given_up(
    connect: Connect, nemo: Nemo, host: NemoServer
) -> None:
    async def never(_host: str, _port: int) -> list[str]:
        await asyncio.Event().wait()
        return []

    async def given_up(client: Nemo) -> None:
        with pytest.raises(LinkSilent):
            await client.upload_links(SESSION, [at(host)])

    host.on("GET", "/a.wav", ServerReply(100, [], length=None, hangs=True))     # a first word, and then no answer
    async with asyncio.timeout(8):
        await asyncio.gather(given_up(connect(reach=Reach(never, is_outside))), given_up(nemo))


async def test_the_next_address_is_tried_where_the_first_takes_no_connection(
    connect: Connect, server: NemoServer, host: NemoServer, names: Names
) -> None:
    names.answers["songs.example"] = [["127.0.0.9", "::1", HERE]]
    nemo = connect(reach=Reach(names, lambda address: address.is_loopback))
    await nemo.upload_links(SESSION, [at(host)])
    assert sent_to(server) == [at(host)]
    names.answers["songs.example"] = [["127.0.0.9", "::1"]]
    with pytest.raises(LinkSilent):
        await nemo.upload_links(SESSION, [at(host)])


@pytest.mark.parametrize(("links", "kind"), [([], ValueError), (["https://a.example/x.wav"] * (MAX_LINKS + 1), TooManyLinks)])
async def test_none_and_too_many_are_refused(
    nemo: Nemo, server: NemoServer, names: Names, links: list[str], kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        await nemo.upload_links(SESSION, links)
    assert (names.asked, server.requests) == ([], [])


async def test_one_bad_link_among_good_ones_sends_none(nemo: Nemo, server: NemoServer, host: NemoServer) -> None:
    with pytest.raises(LinkDead):
        await nemo.upload_links(SESSION, [at(host), at(host, "/gone.wav")])
    assert server.requests == []


async def test_an_address_in_other_letters_is_passed_on_in_plain_ones(
    nemo: Nemo, server: NemoServer, host: NemoServer, names: Names
) -> None:
    host.on("GET", "/*", SONG)
    port = urlsplit(host.url).port
    await nemo.upload_links(SESSION, [f" HTTP://Müsik.Example:{port}/晚霞🌇.wav?k=é#t=10 "])
    assert names.asked == ["xn--msik-0ra.example"]
    assert sent_to(server) == [f"http://xn--msik-0ra.example:{port}/%E6%99%9A%E9%9C%9E%F0%9F%8C%87.wav?k=%C3%A9"]


@wire("4.7/urls", "3/4001", "3/4002", "3/413")
@pytest.mark.parametrize(("reply", "kind"), [
    (replies.fault(4004, "no", 415), LinksNotTaken), (replies.fault(4004), LinksNotTaken), (replies.html(415), LinksNotTaken),
    (replies.bare({"detail": [{"loc": ["body", "files"], "msg": "Field required"}]}, 422), LinksNotTaken),
    (replies.fault(400, "no", 400), LinksNotTaken), (replies.html(405), LinksNotTaken), (replies.fault(4001), FileTypeRefused),
    (replies.fault(4002), FileTooLarge), (replies.html(413), FileTooLarge), (replies.fault(1002), SessionLost),
    (replies.html(502), ServerFault)])
async def test_what_the_server_says_to_links_is_told_and_not_asked_twice(
    nemo: Nemo, server: NemoServer, host: NemoServer, reply: ServerReply, kind: type[NemoError]
) -> None:
    server.on("POST", UPLOAD, reply)
    with pytest.raises(kind) as caught:
        await nemo.upload_links(SESSION, [at(host)])
    assert type(caught.value) is kind
    assert len(server.asked("POST", UPLOAD)) == 1


async def test_a_rate_limit_is_obeyed_once(nemo: Nemo, server: NemoServer, host: NemoServer) -> None:
    server.on("POST", UPLOAD, replies.fault(429, status=429))
    with pytest.raises(RateLimited):
        await nemo.upload_links(SESSION, [at(host)])
    assert len(server.asked("POST", UPLOAD)) == 2
    assert len(host.requests) == 1


KEY = "s3cr3t-signature"
ECHOES = [
    f"cannot fetch {{link}}: see http://me:{KEY}@x.example/{KEY}", f"GET /a.wav?sig={KEY} HTTP/1.1",
    "Bad URL <{link}>", "'{link}'"]


@wire("4.7/fetch")
@pytest.mark.parametrize("reply", [
    *(replies.fault(400, echo, 400) for echo in ECHOES), *(replies.fault(4001, echo) for echo in ECHOES),
    replies.fault(1002, ECHOES[0])])
async def test_a_signed_link_is_in_no_log_and_no_error_that_the_server_causes(
    nemo: Nemo, server: NemoServer, host: NemoServer, caplog: pytest.LogCaptureFixture, reply: ServerReply
) -> None:
    link = at(host, f"/a.wav?sig={KEY}")
    server.on("POST", UPLOAD, ServerReply(reply.status, [reply.body[0].replace(b"{link}", link.encode())], reply.headers))
    with caplog.at_level(logging.DEBUG), pytest.raises(NemoError) as caught:
        await nemo.upload_links(SESSION, [link])
    assert sent_to(server) == [link]
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert KEY not in f"{caught.value!r} {caught.value.reason} {caught.value.facts} {caught.value.args}"
    assert KEY not in caplog.text


@wire("4.7/fetch")
@pytest.mark.parametrize("reply", [
    replies.html(404), replies.html(403), replies.nothing(), replies.redirect(f"http://10.0.0.1/?sig={KEY}"),
    replies.redirect(f"/b.wav?sig={KEY}"), replies.redirect(f"http://[?sig={KEY}")])
async def test_a_signed_link_is_in_no_log_and_no_error_that_its_host_causes(
    nemo: Nemo, host: NemoServer, caplog: pytest.LogCaptureFixture, reply: ServerReply
) -> None:
    host.on("GET", "/a.wav", reply)
    with caplog.at_level(logging.DEBUG), pytest.raises(LinkError) as caught:
        await nemo.upload_links(SESSION, [at(host, f"/a.wav?sig={KEY}")])
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert KEY not in f"{caught.value!r} {caught.value.facts}"
    assert KEY not in caplog.text


@pytest.mark.parametrize("link", [
    f"http://a.example:{KEY}/", f"http://u:{KEY}@a.example/", f"ftp://a.example/?{KEY}", f"http://[{KEY}]/"])
async def test_a_link_that_is_refused_at_once_is_not_repeated_in_its_error(nemo: Nemo, link: str) -> None:
    with pytest.raises(LinkRefused) as caught:
        await nemo.upload_links(SESSION, [link])
    assert KEY not in "".join(traceback.format_exception(caught.value))


ERRORS = [LinkError, LinkRefused, LinkPrivate, LinkAstray, TooManyLinks, LinkDead, LinkLocked, LinkSilent, LinkTypeRefused,
          LinkTooLarge, LinksNotTaken]


@pytest.mark.parametrize(("kind", "language"), list(itertools.product(ERRORS, ["en", "zh"])))
def test_every_error_is_a_sentence_of_its_own(kind: type[NemoError], language: str) -> None:
    fault = kind("reason", facts={"host": "songs.example"} if issubclass(kind, LinkError) else {})
    sentence = say(fault.says, language, **{"reason": fault.reason, **fault.facts})
    assert "{" not in sentence
    assert "{" not in say(fault.says, language, **{"reason": "", **kind().facts})


@dataclass(frozen=True)
class Papers:
    """A certificate for songs.example, and who believes it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


@pytest.fixture(scope="session")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Papers:
    if shutil.which("openssl") is None:
        pytest.skip("openssl makes the certificate")
    folder = tmp_path_factory.mktemp("papers")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-days", "2", "-subj", "/CN=songs.example", "-addext", "subjectAltName=DNS:songs.example",
                    "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    served.load_cert_chain(certificate, key)
    return Papers(served, ssl.create_default_context(cafile=str(certificate)))


@pytest.fixture
async def locked(papers: Papers) -> AsyncIterator[tuple[int, list[bytes], list[str | None]]]:
    """A host that speaks TLS: its port, what it was asked, and for which names."""
    asked: list[bytes] = []
    called: list[str | None] = []
    papers.server.sni_callback = lambda _socket, name, _context: called.append(name)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        away = b"Location: http://songs.example/a.wav\r\n" if asked[-1].startswith(b"GET /down") else b""
        status = b"302 Found" if away else b"200 OK"
        writer.write(b"HTTP/1.1 " + status + b"\r\n" + away + b"Content-Type: audio/wav\r\nContent-Length: 5\r\n\r\nxxxxx")
        writer.close()

    async with await asyncio.start_server(serve, HERE, 0, ssl=papers.server) as server:
        yield server.sockets[0].getsockname()[1], asked, called


async def test_over_tls_the_name_is_asked_for_and_its_certificate_wanted(
    connect: Connect, server: NemoServer, names: Names, papers: Papers, locked: tuple[int, list[bytes], list[str | None]]
) -> None:
    port, asked, called = locked
    nemo = connect(reach=Reach(names, is_outside, papers.client))
    await nemo.upload_links(SESSION, [f"https://songs.example:{port}/a.wav"])
    assert sent_to(server) == [f"https://songs.example:{port}/a.wav"]
    assert called == ["songs.example"]
    assert f"Host: songs.example:{port}\r\n".encode() in asked[0]
    with pytest.raises(LinkSilent):
        await nemo.upload_links(SESSION, [f"https://other.example:{port}/a.wav"])
    assert len(asked) == 1


@wire("4.7/fetch")
async def test_a_redirect_from_https_to_http_is_not_followed(
    connect: Connect, server: NemoServer, names: Names, papers: Papers, locked: tuple[int, list[bytes], list[str | None]]
) -> None:
    nemo = connect(reach=Reach(names, is_outside, papers.client))
    with pytest.raises(LinkAstray):
        await nemo.upload_links(SESSION, [f"https://songs.example:{locked[0]}/down"])
    assert len(names.asked) == len(locked[1]) == 1
    assert server.requests == []


async def test_a_real_name_service_finds_this_machine_and_it_is_refused(connect: Connect, server: NemoServer) -> None:
    assert set(await resolve("localhost", 80)) <= {"127.0.0.1", "::1"}
    with pytest.raises(LinkPrivate):
        await connect().upload_links(SESSION, [f"{server.url}/a.wav"])
    assert server.requests == []
