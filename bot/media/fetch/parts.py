"""One file in as many requests as cuts make necessary. Decides what may be tried again; never opens or removes a file."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol, TypeVar

import httpx

from bot.media.errors import ClipEmpty, MediaError
from bot.media.fetch.errors import AttachmentTooLarge, NotFetched
from bot.media.fetch.reading import goes_on_at, length_of, mark_of
from bot.nemo.clock import Clock
from bot.nemo.retry import retry_after

TRIES_WITHOUT_A_BYTE: Final = 4
MAX_PARTS: Final = 50
FIRST_PAUSE_SECONDS: Final = 0.5
LONGEST_PAUSE_SECONDS: Final = 60.0
_PASSING: Final = frozenset((408, 425, 429, *range(500, 600)))

Progress = Callable[[int, int | None], None]
"""Called with the bytes received and the bytes in all, None where that is unknown."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be fetched."""

    name: str                   # for sentences
    limit_bytes: int
    progress: Progress | None


class Road(Protocol):
    """The way to where a file lies: which hosts may be asked, and how."""

    def answer(self, headers: Mapping[str, str]) -> AbstractAsyncContextManager[httpx.Response]:
        """The response to a GET at the end of the redirects. Raises MediaError; httpx's own errors of the network."""
        ...

    async def refusal(self, response: httpx.Response) -> MediaError:
        """What a status means that is neither good nor passes."""
        ...


class Broken(Exception):
    """A try that may be made again, `pause` seconds later where the server said so."""

    def __init__(self, detail: str, pause: float | None = None) -> None:
        super().__init__(detail)
        self.pause = pause


class Fetching:
    """The state between two requests: what is in the file, and what the rest must agree with."""

    def __init__(self, road: Road, order: Order, clock: Clock, file: BinaryIO) -> None:
        self._road = road
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
        """The response. What breaks, here or in the body, is Broken."""
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if self._received and self._mark:
            headers |= {"Range": f"bytes={self._received}-", "If-Range": self._mark}
        try:
            async with self._road.answer(headers) as response:
                yield response
        except (httpx.RequestError, httpx.StreamError) as fault:
            raise Broken(f"{type(fault).__name__}: {fault}") from fault

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
        raise await self._road.refusal(response)

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
