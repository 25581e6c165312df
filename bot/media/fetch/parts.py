"""One attachment in as many requests as cuts make necessary. Decides what may be tried again; never opens or removes a file."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final, TypeVar

import httpx

from bot.media.errors import ClipEmpty
from bot.media.fetch.errors import AttachmentTooLarge, LinkExpired, NotFetched
from bot.media.fetch.reading import beginning_of, goes_on_at, judged, length_of, mark_of
from bot.nemo.clock import Clock
from bot.nemo.retry import retry_after

TRIES_WITHOUT_A_BYTE: Final = 4
MAX_PARTS: Final = 50
MAX_REDIRECTS: Final = 3
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 60.0
GONE: Final = b"content is no longer available"
"""What Discord says of a link whose time is over; with 404, as far as its users tell."""
_EXPIRED: Final = frozenset((404, 410))
_PASSING: Final = frozenset((408, 425, 429, *range(500, 600)))
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))

Progress = Callable[[int, int | None], None]
"""Called with the bytes received and the bytes in all, None where that is unknown."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be fetched."""

    url: httpx.URL
    name: str                   # for sentences
    limit_bytes: int
    hosts: Collection[str]      # that may be asked
    progress: Progress | None


class Broken(Exception):
    """A try that may be made again, `pause` seconds later where the server said so."""

    def __init__(self, detail: str, pause: float | None = None) -> None:
        super().__init__(detail)
        self.pause = pause


class Fetching:
    """The state between two requests: what is in the file, and what the rest must agree with."""

    def __init__(self, http: httpx.AsyncClient, order: Order, clock: Clock, file: BinaryIO) -> None:
        self._http = http
        self._order = order
        self._clock = clock
        self._file = file
        self._received = 0
        self._whole: int | None = None      # the length that was promised
        self._mark: str | None = None       # the ETag or date of what is in the file

    async def run(self) -> int:
        """The length in bytes, once all of it is in the file. Raises MediaError; OSError when the disk refuses."""
        idle = 0
        for _ in range(MAX_PARTS):
            before = self._received
            try:
                return await self._part()
            except Broken as fault:
                idle = 1 if self._received > before else idle + 1
                pause = fault.pause if fault.pause is not None else FIRST_PAUSE_SECONDS * 2**idle * random.uniform(0.5, 1.0)
                if idle >= TRIES_WITHOUT_A_BYTE or pause > LONGEST_PAUSE_SECONDS:
                    raise NotFetched(self._order.name, str(fault)) from fault
            await self._clock.sleep(pause)
        raise NotFetched(self._order.name, f"cut {MAX_PARTS} times")

    async def _part(self) -> int:
        """One request from where the file ends, to the end."""
        async with self._answer() as response:
            await self._place(response)
            async for chunk in response.aiter_raw():
                self._allow(self._received + len(chunk))
                await self._write(chunk)
        await in_thread(self._file.flush)
        if self._whole is not None and self._received != self._whole:
            raise Broken(f"{self._received} of {self._whole} bytes")
        if not self._received:
            raise ClipEmpty(self._order.name)
        return self._received

    @asynccontextmanager
    async def _answer(self) -> AsyncIterator[httpx.Response]:
        """The response at the end of the redirects. What breaks, here or in the body, is Broken."""
        url = self._order.url
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if self._received and self._mark:
            headers |= {"Range": f"bytes={self._received}-", "If-Range": self._mark}
        try:
            for _ in range(MAX_REDIRECTS + 1):
                async with self._http.stream("GET", url, headers=headers) as response:
                    if response.status_code not in _REDIRECTS:
                        yield response
                        return
                    url = self._next(url, response.headers.get("location", ""))
        except (httpx.RequestError, httpx.StreamError) as fault:
            raise Broken(f"{type(fault).__name__}: {fault}") from fault
        raise NotFetched(self._order.name, "too many redirects")

    def _next(self, url: httpx.URL, location: str) -> httpx.URL:
        refusal = NotFetched(self._order.name, "a redirect to somebody else")
        try:
            return judged(str(url.join(location)), self._order.hosts, refusal)
        except httpx.InvalidURL as fault:
            raise refusal from fault

    async def _place(self, response: httpx.Response) -> None:
        """Set the file to where this response's bytes belong, or raise why they belong nowhere."""
        if response.status_code not in (200, 206):
            await self._refuse(response)
        if response.headers.get("content-encoding", "identity") != "identity":
            raise NotFetched(self._order.name, "packed, though that was not asked for")
        if goes_on_at(response, self._received, self._whole):
            return
        await self._restart()
        if response.status_code == 206:
            raise Broken("a part that was not asked for")
        self._whole = length_of(response)
        if self._whole is None and "transfer-encoding" not in response.headers:
            raise Broken("a body whose end could not be told from a cut")
        self._mark = mark_of(response)
        self._allow(self._whole or 0)

    async def _refuse(self, response: httpx.Response) -> None:
        status = response.status_code
        if status in _PASSING:
            raise Broken(f"HTTP {status}", retry_after(response.headers.get("retry-after"), self._clock.wall()))
        if status == 416 and self._received:
            await self._restart()
            raise Broken("the part that is missing is no longer there")
        if status in _EXPIRED or (status == 403 and GONE in (await beginning_of(response)).lower()):
            raise LinkExpired(self._order.name, f"HTTP {status}")
        raise NotFetched(self._order.name, f"HTTP {status}")

    async def _write(self, chunk: bytes) -> None:
        await in_thread(lambda: self._file.write(chunk))
        self._received += len(chunk)
        if self._order.progress is not None:
            self._order.progress(self._received, self._whole)

    async def _restart(self) -> None:
        self._received, self._whole, self._mark = 0, None, None
        await in_thread(lambda: (self._file.seek(0), self._file.truncate()))

    def _allow(self, size: int) -> None:
        limit = self._order.limit_bytes
        if size > limit:
            raise AttachmentTooLarge(self._order.name, f"{size} of {limit} bytes", limit_megabytes=f"{round(limit / 1e6, 1):g}")


async def in_thread(work: Callable[[], _T]) -> _T:
    """Do `work` on the disk in a thread; a call that is cancelled waits for its end, so that nothing is written later."""
    task = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
