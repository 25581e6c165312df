"""Names links to the API, whose server fetches them. Passes on public addresses alone, reads no file, tells no host who we are.

The server would fetch whatever it is told to, from inside its own network, so each link is judged first, and so is every
place that it redirects to: we follow by ourselves, connected to the very addresses that were judged (a second answer of
the name service changes nothing), without token or other headers of ours, and hang up before the body. What the server
gets is the last address. Its own later look-up is beyond our reach.

No error holds more of a link than its host, for the rest may be a key; of log lines bot.nemo.logs takes the query.
"""

from __future__ import annotations

import asyncio
import re
import socket
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Final, Self
from urllib.parse import urljoin, urlsplit

import httpx
import msgspec

from bot.nemo.account import Account
from bot.nemo.clock import Clock
from bot.nemo.errors import FileTypeRefused, NemoError, RequestRefused
from bot.nemo.files.addresses import Address, Judge, Resolver, address_in, is_public, is_public_name, resolve
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
from bot.nemo.files.upload import UPLOAD_ANSWER_SECONDS, Uploaded
from bot.nemo.wire import MAX_REDIRECTS, REDIRECTS, Call, Wire

MAX_LINK_CHARACTERS: Final = 4096
MAX_TRIED_ADDRESSES: Final = 4
RESOLVE_SECONDS: Final = 10.0
HOST_SECONDS: Final = 10.0
"""For one connection, or one answer, of a host that a link names."""
LOOK_SECONDS: Final = 45.0
"""For one link with all of its redirects."""
NOT_TAKEN: Final = 4004
"""The studio's code for links: it fetches nothing."""
_PORTS: Final = {"http": 80, "https": 443}
_LOCKED: Final = (401, 402, 403, 407, 451)
_GONE: Final = (204, 205, 404, 410)
_ADDRESS: Final = re.compile(r"(?i)(https?://)(?:[^\s/?#\"'<>@]*@)?([^\s/?#\"'<>@]*)[^\s\"'<>]*")
_QUERY: Final = re.compile(r"\?[^\s\"'<>]+")


@dataclass(frozen=True, slots=True)
class Link:
    """An address in one spelling that every parser reads alike: no user, no fragment, the host in ASCII."""

    url: httpx.URL

    @classmethod
    def of(cls, text: str) -> Self:
        """Read what a member typed or a host redirects to. Raises LinkRefused, LinkPrivate."""
        text = text.strip()
        if len(text) > MAX_LINK_CHARACTERS or not text.isprintable() or set(text) & set(" \\"):
            raise LinkRefused("no web address")
        try:
            url = httpx.URL(text).copy_with(fragment=None)
            authority = urlsplit(text).netloc
        except (httpx.InvalidURL, ValueError):
            raise LinkRefused("no web address") from None      # its own words repeat what was typed
        if url.scheme not in _PORTS or not url.host or "@" in authority or not _is_port(url.port):
            raise LinkRefused("no web address that may be passed on")
        link = cls(url)
        if address_in(link.host) is None and not is_public_name(link.host):
            raise LinkPrivate("a host inside a network", facts={"host": link.host})
        return link

    @property
    def host(self) -> str:
        """The host's name or address in ASCII, without brackets."""
        return self.url.raw_host.decode("ascii")

    @property
    def port(self) -> int:
        """The port, the scheme's own where none is named."""
        return self.url.port or _PORTS[self.url.scheme]

    def redirected(self, location: str) -> Link:
        """Where a redirect leads. Raises LinkAstray for the way from https to http, LinkRefused, LinkPrivate."""
        try:
            target = Link.of(urljoin(str(self.url), location.strip().replace(" ", "%20")))     # as browsers read it
        except ValueError:
            raise LinkRefused("a redirect to no address", facts={"host": self.host}) from None
        if self.url.scheme == "https" and target.url.scheme != "https":
            raise LinkAstray("from https to http", facts={"host": self.host})
        return target

    def fault(self, kind: type[LinkError], reason: str) -> LinkError:
        """An error of this link that names its host alone."""
        return kind(f"{self.host}: {reason}", facts={"host": self.host})


@dataclass(frozen=True, slots=True)
class Reach:
    """How links are looked at: who resolves a name, which addresses count as public, which certificates are believed."""

    resolve: Resolver = resolve
    is_public: Judge = is_public
    trust: ssl.SSLContext | None = None     # None: the usual authorities

    async def last_address(self, text: str, clock: Clock) -> str:
        """The address at the end of a link's redirects, judged at each step. Raises LinkError."""
        link = Link.of(text)
        try:
            async with asyncio.timeout(clock.patience(LOOK_SECONDS)):
                return str((await self._followed(link, clock)).url)
        except TimeoutError:
            raise link.fault(LinkSilent, "no end within the time allowed") from None

    async def _followed(self, link: Link, clock: Clock) -> Link:
        trust = await asyncio.to_thread(httpx.create_ssl_context) if self.trust is None else self.trust
        for _ in range(MAX_REDIRECTS + 1):
            addresses = await self.judged(link, clock)
            answer = await _asked(link, addresses, trust, clock)
            location = answer.headers.get("location", "")
            if answer.status_code not in REDIRECTS or not location:
                _check(link, answer)
                return link
            link = link.redirected(location)
        raise link.fault(LinkAstray, "too many redirects")

    async def judged(self, link: Link, clock: Clock) -> list[Address]:
        """The addresses of the link's host: at least one, all of them public. Raises LinkError."""
        literal = address_in(link.host)
        found = [literal] if literal else [address_in(text) for text in await self._resolved(link, clock)]
        addresses = [address for address in found if address is not None]
        if not found:
            raise link.fault(LinkDead, "no such host")
        if len(addresses) < len(found) or not all(map(self.is_public, addresses)):
            raise link.fault(LinkPrivate, "not a public address")
        return addresses

    async def _resolved(self, link: Link, clock: Clock) -> Sequence[str]:
        try:
            async with asyncio.timeout(clock.patience(RESOLVE_SECONDS)):
                return await self.resolve(link.host, link.port)
        except TimeoutError:
            raise link.fault(LinkSilent, "its name is not resolved in time") from None
        except socket.gaierror as fault:
            kind = LinkSilent if fault.errno == socket.EAI_AGAIN else LinkDead
            raise link.fault(kind, "its name is not resolved") from fault
        except (OSError, UnicodeError) as fault:
            raise link.fault(LinkDead, "its name is not resolved") from fault


async def upload(wire: Wire, account: Account, path: str, links: Sequence[str], reach: Reach) -> Uploaded:
    """Let the server fetch `links` into the project at `path`. Raises LinkError, LinksNotTaken, the API's own errors."""
    if not links:
        raise ValueError("an upload without links")
    if len(links) > MAX_LINKS:
        raise TooManyLinks(f"{len(links)} links")
    addresses = [await reach.last_address(link, wire.clock) for link in links]
    body = msgspec.json.encode({"urls": addresses, "source_type": "url"})
    try:
        call = Call("POST", path, json=body, acts=True, answer_seconds=UPLOAD_ANSWER_SECONDS, in_session=True)
        return Uploaded.of(await wire.once(account, call))
    except NemoError as fault:
        if (veiled := _veiled(fault.reason)) != fault.reason:
            fault.reason, fault.args = veiled, (veiled,)
        if _tells_of_no_fetching(fault):
            raise fault.become(LinksNotTaken) from fault
        raise


def _is_port(port: int | None) -> bool:
    return port is None or 0 < port < 65536


def _tells_of_no_fetching(fault: NemoError) -> bool:
    """The studio's own code, or a server that knows multipart alone: 415 without a code, or a request it cannot read."""
    if isinstance(fault, FileTypeRefused):
        return fault.code in (None, 415, NOT_TAKEN)
    return fault.code == NOT_TAKEN or type(fault) is RequestRefused


def _veiled(text: str) -> str:
    """`text` with nothing of the addresses in it but their hosts."""
    return _QUERY.sub("?…", _ADDRESS.sub(r"\1\2/…", text))


async def _asked(link: Link, addresses: Sequence[Address], trust: ssl.SSLContext, clock: Clock) -> httpx.Response:
    """The head of the host's answer, from the first of its addresses that takes a connection."""
    limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
    broken: httpx.TransportError | None = None
    async with httpx.AsyncHTTPTransport(verify=trust, limits=limits) as transport:
        for address in addresses[:MAX_TRIED_ADDRESSES]:
            try:
                response = await transport.handle_async_request(_request(link, address, clock))
                await response.aclose()
                return response
            except httpx.TransportError as fault:
                broken = fault
            if not isinstance(broken, httpx.ConnectError | httpx.ConnectTimeout):
                break
    raise link.fault(LinkSilent, type(broken).__name__) from broken


def _request(link: Link, address: Address, clock: Clock) -> httpx.Request:
    """A GET (many hosts refuse HEAD) that goes to `address` and asks it for the link's host."""
    patience = httpx.Timeout(clock.patience(HOST_SECONDS))
    return httpx.Request(
        "GET", link.url.copy_with(host=str(address)),
        headers={"Host": link.url.netloc.decode("ascii"), "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"},
        extensions={"timeout": patience.as_dict(), "sni_hostname": link.host},
    )


def _check(link: Link, answer: httpx.Response) -> None:
    """Raise what the host's answer tells against this link."""
    status = answer.status_code
    if status in _LOCKED:
        raise link.fault(LinkLocked, f"HTTP {status}")
    if status in _GONE or 300 <= status <= 399:
        raise link.fault(LinkDead, f"HTTP {status}")
    if not answer.is_success:
        raise link.fault(LinkSilent, f"HTTP {status}")
    length = answer.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MAX_FILE_BYTES:
        raise link.fault(LinkTooLarge, "too large")
    if length == "0":
        raise link.fault(LinkDead, "an empty file")
    if tells_of_another_type(answer.headers.get("content-type", ""), told_name(link, answer)):
        raise link.fault(LinkTypeRefused, "of another type")


def told_name(link: Link, answer: httpx.Response) -> str:
    """The file's name as the host tells it, else the end of the link's path. Chosen by strangers: not a name to write under."""
    disposition = Message()
    disposition["content-disposition"] = answer.headers.get("content-disposition", "")
    try:
        told = disposition.get_filename()
    except (LookupError, ValueError):       # a character set that there is not
        told = None
    return told or link.url.path.rpartition("/")[2]
