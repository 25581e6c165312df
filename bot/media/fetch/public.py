"""Fetch what lies behind a link that a member typed, anywhere on the public internet. Never reaches into a network of ours.

Whoever types a link chooses which host this machine connects to. So the host must have public addresses alone, we connect
to the very addresses that were judged (a second answer of the name service changes nothing), each redirect is judged anew,
and no proxy is used, because it would look the name up by itself. A link may be a key: errors hold its host alone.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from bot.media.clip import KNOWN_TYPES
from bot.media.errors import MediaError
from bot.media.fetch import CONNECT_SECONDS, READ_SECONDS, USER_AGENT
from bot.media.fetch.errors import NotFetched
from bot.media.fetch.keeping import keep, name_in
from bot.media.fetch.parts import Order, Progress
from bot.media.names import plain_name
from bot.nemo.clock import Clock
from bot.nemo.files.addresses import Address
from bot.nemo.files.link_errors import LinkAstray, LinkDead, LinkError, LinkLocked, LinkSilent, LinkTypeRefused
from bot.nemo.files.links import Link, Reach, told_name
from bot.nemo.logs import scrub_http_logs

__all__ = ["BadLink", "fetch_public"]

WHOLE_SECONDS: Final = 5 * 60.0
"""However slowly it comes: a host of a stranger's choice gets less patience than Discord."""
MAX_REDIRECTS: Final = 5
MAX_TRIED_ADDRESSES: Final = 3
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_LOCKED: Final = frozenset((401, 402, 403, 407, 451))
_GONE: Final = frozenset((204, 205, 404, 410))
_SOUNDING: Final = frozenset(("audio", "video"))
_SILENT: Final = frozenset((
    "", "application/octet-stream", "binary/octet-stream", "application/ogg", "application/mp4", "application/x-download",
    "application/download", "application/force-download", "application/x-binary", "application/unknown",
))
"""Media types that say only that bytes will come, and the two that sound goes by although they do not say so."""


class BadLink(MediaError):
    """A link that leads to nothing which could be fetched. `says` and the facts are those of a LinkError: host, types."""

    says = "link.dead"

    def __init__(self, fault: LinkError) -> None:
        facts = {**fault.facts, "types": KNOWN_TYPES}
        super().__init__(str(facts["host"]), str(fault), **facts)
        self.says = fault.says


async def fetch_public(link: str, to: Path, *, limit_bytes: int, clock: Clock, progress: Progress | None = None,
                       reach: Reach = Reach()) -> str:         # noqa: B008 - a frozen value
    """Bring the sound or film at `link` (http or https) to `to`; what the file is called, as its host tells it.

    `reach` says who resolves names, which addresses count as public, and which certificates are believed. An existing
    file is replaced at the end; a call that fails or is cancelled leaves everything as it was.

    Raises BadLink, AttachmentTooLarge, ClipEmpty, NotKept.
    """
    scrub_http_logs()
    try:
        trust = reach.trust if reach.trust is not None else await asyncio.to_thread(httpx.create_ssl_context)
        road = _InPublic(Link.of(link), reach, clock, trust)
    except LinkError as fault:
        raise BadLink(fault) from fault
    try:
        await keep(road, Order(road.name, limit_bytes, progress), clock, to, seconds=WHOLE_SECONDS)
    except NotFetched as fault:
        raise BadLink(road.link.fault(LinkSilent, str(fault))) from fault
    return road.name


class _InPublic:
    """The road to a link's file. `Road` of bot.media.fetch.parts. Names are looked up, and judged, for each request anew."""

    def __init__(self, link: Link, reach: Reach, clock: Clock, trust: ssl.SSLContext) -> None:
        self.link = link
        self.name = name_in(str(link.url))
        self._reach = reach
        self._clock = clock
        self._trust = trust

    @asynccontextmanager
    async def answer(self, headers: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
        """See `Road.answer`. The response is good, or its status speaks against it: a page is never passed on."""
        link = self.link
        try:
            for _ in range(MAX_REDIRECTS + 1):
                addresses = await self._reach.judged(link, self._clock)
                async with self._asked(link, addresses, headers) as response:
                    location = response.headers.get("location", "")
                    if response.status_code not in _REDIRECTS or not location:
                        self._look_at(link, response)
                        yield response
                        return
                    link = link.redirected(location)
            raise link.fault(LinkAstray, "too many redirects")
        except LinkError as fault:
            raise BadLink(fault) from fault

    async def refusal(self, response: httpx.Response) -> MediaError:
        """See `Road.refusal`."""
        status = response.status_code
        kind = LinkLocked if status in _LOCKED else LinkDead if status in _GONE or 300 <= status <= 399 else LinkSilent
        return BadLink(self.link.fault(kind, f"HTTP {status}"))

    @asynccontextmanager
    async def _asked(self, link: Link, addresses: Sequence[Address], headers: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
        """The answer of the first address that takes a connection."""
        limits = httpx.Limits(max_connections=1, max_keepalive_connections=0)
        async with httpx.AsyncHTTPTransport(verify=self._trust, limits=limits, trust_env=False) as transport:
            response = await self._connected(transport, link, addresses[:MAX_TRIED_ADDRESSES], headers)
            try:
                yield response
            finally:
                await response.aclose()

    async def _connected(self, transport: httpx.AsyncHTTPTransport, link: Link, addresses: Sequence[Address],
                         headers: Mapping[str, str]) -> httpx.Response:
        *others, last = addresses
        for address in others:
            try:
                return await transport.handle_async_request(self._request(link, address, headers))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await transport.handle_async_request(self._request(link, last, headers))

    def _request(self, link: Link, address: Address, headers: Mapping[str, str]) -> httpx.Request:
        """A GET that goes to `address` and asks it for the link's host, by whose name its certificate is judged."""
        patience = httpx.Timeout(self._clock.patience(READ_SECONDS), connect=self._clock.patience(CONNECT_SECONDS))
        return httpx.Request(
            "GET", link.url.copy_with(host=str(address)),
            headers={"Host": link.url.netloc.decode("ascii"), **headers, "User-Agent": USER_AGENT, "Connection": "close"},
            extensions={"timeout": patience.as_dict(), "sni_hostname": link.host})

    def _look_at(self, link: Link, response: httpx.Response) -> None:
        """Note what a good answer calls its file; refuse a page, a picture, an archive. Raises LinkTypeRefused."""
        if response.status_code not in (200, 206):
            return
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind.partition("/")[0] not in _SOUNDING and kind not in _SILENT:
            raise link.fault(LinkTypeRefused, f"of the type {kind[:40]!r}")
        self.name = plain_name(told_name(link, response))
