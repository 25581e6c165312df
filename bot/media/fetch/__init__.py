"""Fetch: bring an attachment from Discord to a file, bounded, whole or not at all. Never sends a token, never names a file.

A cut is taken up where it happened; a redirect leads nowhere but to Discord. Links are signed and stay out of logs and
errors. What lies elsewhere on the internet is fetched by `bot.media.fetch.public`.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from bot.media.errors import MediaError
from bot.media.fetch.errors import AttachmentTooLarge, ForeignLink, LinkExpired, NotFetched, NotKept
from bot.media.fetch.keeping import keep, name_in
from bot.media.fetch.parts import Order, Progress
from bot.media.fetch.reading import beginning_of, judged
from bot.nemo.clock import Clock
from bot.nemo.logs import scrub_http_logs

__all__ = ["HOSTS", "AttachmentTooLarge", "ForeignLink", "LinkExpired", "NotFetched", "NotKept", "Progress", "fetch"]

HOSTS: Final = frozenset(("cdn.discordapp.com", "media.discordapp.net"))
"""Where Discord keeps attachments."""
CONNECT_SECONDS: Final = 15.0
READ_SECONDS: Final = 30.0
WHOLE_SECONDS: Final = 15 * 60.0
"""However slowly it comes; a trickle shall not keep a place in the queue for ever."""
MAX_REDIRECTS: Final = 3
USER_AGENT: Final = "mureka-bot"
GONE: Final = b"content is no longer available"
"""What Discord says of a link whose time is over; with 404, as far as its users tell."""
_EXPIRED: Final = frozenset((404, 410))
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))


async def fetch(link: str, to: Path, *, limit_bytes: int, clock: Clock, progress: Progress | None = None,
                hosts: Collection[str] = HOSTS, proxy: str | None = None, trust: ssl.SSLContext | None = None) -> int:
    """Bring the attachment at `link` to `to`; its length in bytes.

    `hosts` are those that may be asked, with their port where it is not 443. `proxy` is an address such as
    `http://127.0.0.1:3128`; those of the environment are not used, as discord.py does not use them either. `trust`
    None means the usual authorities, or those that SSL_CERT_FILE names. An existing file is replaced at the end; a
    call that fails or is cancelled leaves everything as it was.

    Raises LinkExpired, ForeignLink, AttachmentTooLarge, ClipEmpty, NotFetched, NotKept.
    """
    scrub_http_logs()
    name = name_in(link)
    url = judged(link, hosts, ForeignLink(name))
    async with await _client(name, clock, proxy, trust) as http:
        road = _ToDiscord(http, url, name, hosts)
        return await keep(road, Order(name, limit_bytes, progress), clock, to, seconds=WHOLE_SECONDS)


class _ToDiscord:
    """The road to an attachment. `Road` of bot.media.fetch.parts."""

    def __init__(self, http: httpx.AsyncClient, url: httpx.URL, name: str, hosts: Collection[str]) -> None:
        self._http = http
        self._url = url
        self._name = name
        self._hosts = hosts

    @asynccontextmanager
    async def answer(self, headers: Mapping[str, str]) -> AsyncIterator[httpx.Response]:
        """See `Road.answer`."""
        url = self._url
        for _ in range(MAX_REDIRECTS + 1):
            async with self._http.stream("GET", url, headers=headers) as response:
                if response.status_code not in _REDIRECTS:
                    yield response
                    return
                url = self._next(url, response.headers.get("location", ""))
        raise NotFetched(self._name, "too many redirects")

    async def refusal(self, response: httpx.Response) -> MediaError:
        """See `Road.refusal`."""
        status = response.status_code
        if status in _EXPIRED or (status == 403 and GONE in (await beginning_of(response)).lower()):
            return LinkExpired(self._name, f"HTTP {status}")
        return NotFetched(self._name, f"HTTP {status}")

    def _next(self, url: httpx.URL, location: str) -> httpx.URL:
        refusal = NotFetched(self._name, "a redirect to somebody else")
        try:
            return judged(str(url.join(location)), self._hosts, refusal)
        except httpx.InvalidURL as fault:
            raise refusal from fault


async def _client(name: str, clock: Clock, proxy: str | None, trust: ssl.SSLContext | None) -> httpx.AsyncClient:
    try:
        context = trust if trust is not None else await asyncio.to_thread(httpx.create_ssl_context)
        return httpx.AsyncClient(
            headers={"User-Agent": USER_AGENT}, verify=context, proxy=proxy, trust_env=False, follow_redirects=False,
            timeout=httpx.Timeout(clock.patience(READ_SECONDS), connect=clock.patience(CONNECT_SECONDS)))
    except OSError as fault:
        raise NotFetched(name, f"SSL_CERT_FILE: {fault}") from fault
    except (ValueError, httpx.InvalidURL):      # their texts may hold the proxy's password
        raise NotFetched(name, "an address of a proxy that cannot be used") from None
