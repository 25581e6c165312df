"""One address fetched whole: in as many requests as cuts make necessary, redirects judged one by one. Places no file.

The token goes to the API's own download path alone, at the first step and never through a redirect.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final
from urllib.parse import urljoin, urlsplit

import httpx

from bot.nemo.account import Account
from bot.nemo.body import pieces
from bot.nemo.envelope import Answer, unwrap
from bot.nemo.errors import BadReply, DownloadFailed, NemoError, RateLimited, ServerFault, TokenRejected, Unreachable
from bot.nemo.film.check import HEAD_BYTES
from bot.nemo.film.file import FilmFile, NotWhole
from bot.nemo.film.reply import address_in
from bot.nemo.retry import Patience
from bot.nemo.secret import Secret
from bot.nemo.wire import MAX_FAULT_BYTES, MAX_REDIRECTS, REDIRECTS, Call, Wire, attributed

MAX_PARTS: Final = 200
GRACE_SECONDS: Final = 120.0
LEAST_BYTES_PER_SECOND: Final = 16 * 1024
"""A body that comes slower than this, once the grace is over, is given up: it would take hours."""


class Fetch:
    """Brings what an address holds into a file. `own` is the one address that the token may go to."""

    def __init__(self, wire: Wire, account: Account, own: str, film: FilmFile) -> None:
        self._wire = wire
        self._account = account
        self._own = own
        self._film = film
        self._arrived = 0           # bytes, in all requests together
        self._spent = 0.0           # real seconds of reading them
        self._refused: Secret | None = None

    async def run(self, url: str) -> int:
        """The film's length in bytes, once all of it is in the file. Raises DownloadFailed or the API's own error."""
        await self._film.restart()
        patience = Patience(self._wire.clock)
        for _ in range(MAX_PARTS):
            before = self._film.received
            try:
                await self._part(url)
                return self._film.received
            except TokenRejected as fault:
                await self._renew(fault)
            except (RateLimited, ServerFault, Unreachable) as fault:
                if self._film.received > before:    # as long as bytes come, patience begins again
                    patience = Patience(self._wire.clock)
                pause = patience.pause(fault)
                if pause is None:
                    raise self._given_up(fault) from fault
                await self._wire.clock.sleep(pause)
        raise DownloadFailed(f"cut {MAX_PARTS} times")

    async def _part(self, url: str) -> None:
        """One request from where the file ends, followed to where the film is; returns when it is whole."""
        for hop in range(MAX_REDIRECTS + 1):
            is_own = hop == 0 and url == self._own
            self._refused = await self._account.token() if is_own else None
            headers = {"Accept": "*/*", "Accept-Encoding": "identity", **self._film.range_headers}
            async with self._wire.open(Call("GET", url, headers=headers), self._refused) as response:
                with attributed(response) if is_own else contextlib.nullcontext():
                    moved = await self._take(response)
            if moved is None:
                return
            url = next_hop(url, moved)
        raise DownloadFailed("too many redirects")

    async def _take(self, response: httpx.Response) -> str | None:
        """Read the film's bytes into the file; the place that the response sends us to, None when the film is whole."""
        if response.status_code in REDIRECTS:
            location: str = response.headers.get("location", "")
            return location
        if self._film.is_whole_by(response):
            return None
        await self._film.place(response)
        if not response.is_success:
            unwrap(await self._wire.read(response))
            raise BadReply("no film", http_status=response.status_code)
        body = pieces(response)
        if not await self._read(body, response.headers.get("content-type", "")):
            return await self._instead(response, body)
        await self._film.check()
        return None

    async def _read(self, body: AsyncIterator[bytes], kind: str) -> bool:
        """Keep all of the body; False, before its end or at it, for one that is no film."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        is_judged = len(self._film.head) >= HEAD_BYTES
        async for piece in body:
            await self._film.keep(piece)
            self._arrived += len(piece)
            if not is_judged and len(self._film.head) >= HEAD_BYTES:
                is_judged = True
                if not self._film.is_fitting(kind):
                    return False
            if self._spent + loop.time() - began > self._seconds_allowed():
                raise DownloadFailed("the film comes too slowly")
        self._spent += loop.time() - began
        return is_judged or self._film.received == 0 or self._film.is_fitting(kind)

    async def _instead(self, response: httpx.Response, body: AsyncIterator[bytes]) -> str:
        """What came instead of a film: where the film is, if it tells that. Raises what it is otherwise."""
        text = bytearray(self._film.head)
        await self._film.restart()
        async for piece in body:
            text += piece
            if len(text) > MAX_FAULT_BYTES:
                break
        payload = unwrap(Answer(response.status_code, bytes(text[:MAX_FAULT_BYTES]), self._wire.hint(response)))
        address = address_in(payload, str(response.url))
        if address is None:
            raise BadReply("no film", http_status=response.status_code)
        return address

    async def _renew(self, fault: TokenRejected) -> None:
        if self._refused is None:   # whoever refused saw no token
            raise DownloadFailed(fault.reason, http_status=fault.http_status) from fault
        if await self._account.instead_of(self._refused) is None:
            raise fault

    def _seconds_allowed(self) -> float:
        return self._wire.clock.patience(GRACE_SECONDS) + self._arrived / LEAST_BYTES_PER_SECOND

    def _given_up(self, fault: NemoError) -> NemoError:
        if isinstance(fault, NotWhole) or (self._film.received and isinstance(fault, Unreachable)):
            return DownloadFailed(fault.reason)
        return fault


def next_hop(url: str, location: str) -> str:
    """Where a redirect from `url` leads. DownloadFailed for no web address, and for one that gives encryption up."""
    try:
        target = urljoin(url, location)
        parts = urlsplit(target)
    except ValueError:
        raise DownloadFailed("a redirect to no address") from None
    is_downgrade = urlsplit(url).scheme == "https" and parts.scheme != "https"
    if not location or parts.scheme not in ("http", "https") or not parts.hostname or is_downgrade:
        raise DownloadFailed(f"a redirect to no address that is safe: {parts.scheme}")
    return target
