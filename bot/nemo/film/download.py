"""Brings a film to a file: whole or not at all, resumed on a cut. The token goes to the API's own download path alone.

The file grows under a temporary name beside its place and takes its name when its length is right; whatever goes
wrong, the temporary file is removed. Redirects are followed by hand and each hop is judged anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import quote, urljoin, urlsplit

import httpx

from bot.nemo.account import Account
from bot.nemo.envelope import unwrap
from bot.nemo.errors import BadReply, DownloadFailed, NemoError, RateLimited, ServerFault, TokenRejected, Unreachable
from bot.nemo.render import Render, RenderStep
from bot.nemo.retry import Patience
from bot.nemo.secret import Secret
from bot.nemo.wire import Call, Wire

Progress = Callable[[int, int | None], None]
"""Called with the bytes received and the bytes in all, None where that is unknown."""
MAX_FILM_BYTES: Final = 4 * 1024**3
MAX_REDIRECTS: Final = 5
MAX_PARTS: Final = 50
_REDIRECTS: Final = (301, 302, 303, 307, 308)
_CONTENT_RANGE: Final = re.compile(r"bytes\s+(\d+)-\d+/(\d+|\*)")
_UNRANGED: Final = re.compile(r"bytes\s+\*/(\d+)")
_NO_FILM: Final = ("text/html", "application/json", "application/problem+json")


@dataclass(frozen=True, slots=True)
class Film:
    """A film on this machine."""

    path: Path
    bytes: int


async def download(wire: Wire, account: Account, of: Render | RenderStep, to: Path, progress: Progress | None) -> Film:
    """Fetch the film of a completed render to `to`: from the address it named, else (or if that fails) by its id.

    Raises DownloadFailed or the API's own error; OSError when the disk refuses.
    """
    identity = of.render_id if isinstance(of, RenderStep) else of.id
    own = f"{wire.base_url}/api/render/proxy/{quote(identity, safe='')}/download"
    named = of.url if isinstance(of, RenderStep) else None
    known = of.bytes if isinstance(of, RenderStep) else None
    with _temporary(to) as temporary:
        try:
            size = await _Fetch(wire, account, own, temporary, progress, known).run(named or own)
        except NemoError:
            if named is None or named == own:
                raise
            size = await _Fetch(wire, account, own, temporary, progress, None).run(own)
        await asyncio.to_thread(os.replace, temporary, to)
    return Film(to, size)


@contextlib.contextmanager
def _temporary(to: Path) -> Iterator[Path]:
    path = to.with_name(f".{to.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        yield path
    finally:
        path.unlink(missing_ok=True)


class _Fetch:
    """One address, fetched in as many requests as cuts make necessary."""

    def __init__(
        self, wire: Wire, account: Account, own: str, path: Path, progress: Progress | None, known: int | None
    ) -> None:
        self._wire = wire
        self._account = account
        self._own = own
        self._path = path
        self._progress = progress
        self._known = known or None         # as the render told; believed only where HTTP tells no length
        self._expected: int | None = None
        self._received = 0
        self._mark: str | None = None       # the ETag or date that a later part must agree with
        self._refused: Secret | None = None

    async def run(self, url: str) -> int:
        """The film's length in bytes, once all of it is in the file."""
        patience = Patience(self._wire.clock)
        with await asyncio.to_thread(self._path.open, "wb") as file:
            for _ in range(MAX_PARTS):
                before = self._received
                try:
                    await self._part(url, file)
                    return self._received
                except TokenRejected:
                    if self._refused is None or await self._account.instead_of(self._refused) is None:
                        raise
                    self._refused = None
                except (RateLimited, ServerFault, Unreachable) as fault:
                    if self._received > before:     # as long as bytes come, patience begins again
                        patience = Patience(self._wire.clock)
                    pause = patience.pause(fault)
                    if pause is None:
                        raise self._given_up(fault) from fault
                    await self._wire.clock.sleep(pause)
        raise DownloadFailed(f"cut {MAX_PARTS} times")

    async def _part(self, url: str, file: BinaryIO) -> None:
        """One request from where the file ends; returns when the film is whole."""
        async with self._followed(url) as response:
            if not await self._placed(response, file):
                return
            async for chunk in response.aiter_bytes():
                if self._received + len(chunk) > MAX_FILM_BYTES:
                    raise DownloadFailed(f"more than {MAX_FILM_BYTES} bytes")
                await asyncio.to_thread(file.write, chunk)
                self._received += len(chunk)
                if self._progress is not None:
                    self._progress(self._received, self._expected)
        await asyncio.to_thread(file.flush)
        self._check()

    def _check(self) -> None:
        if self._expected is not None and self._received < self._expected:
            raise Unreachable(f"cut after {self._received} of {self._expected} bytes")
        if self._expected is not None and self._received > self._expected:
            raise DownloadFailed(f"{self._received} bytes where {self._expected} were promised")
        if self._received == 0:
            raise DownloadFailed("an empty film")

    async def _placed(self, response: httpx.Response, file: BinaryIO) -> bool:
        """Set the file to where this response's bytes belong; False when nothing is left to come."""
        if response.status_code == 416 and self._received:
            whole = _UNRANGED.match(response.headers.get("content-range", ""))
            if whole and int(whole[1]) == self._received:
                return False
            await self._restart(file)
            raise Unreachable("the server no longer has the part that is missing")
        if not response.is_success:
            await self._raise_fault(response)
        kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind in _NO_FILM:
            await self._raise_fault(response)
        part = _CONTENT_RANGE.match(response.headers.get("content-range", "")) if response.status_code == 206 else None
        if part and int(part[1]) == self._received and part[2] in ("*", str(self._expected or part[2])):
            self._expected = self._expected if part[2] == "*" else int(part[2])
            return True
        await self._restart(file)
        if response.status_code == 206:
            raise Unreachable("a part of the film that was not asked for")
        self._mark = _mark_of(response)
        self._expected = _length(response, self._known)
        return True

    async def _restart(self, file: BinaryIO) -> None:
        await asyncio.to_thread(file.seek, 0)
        await asyncio.to_thread(file.truncate)
        self._received = 0

    async def _raise_fault(self, response: httpx.Response) -> None:
        unwrap(await self._wire.read(response))
        raise BadReply("no film", http_status=response.status_code)

    @contextlib.asynccontextmanager
    async def _followed(self, url: str) -> AsyncIterator[httpx.Response]:
        """The response at the end of the redirects."""
        for _ in range(MAX_REDIRECTS + 1):
            is_own = url == self._own
            token = await self._account.token() if is_own else None
            self._refused = token
            async with self._wire.open(Call("GET", url, headers=self._range()), token) as response:
                if response.status_code not in _REDIRECTS:
                    yield response
                    return
                url = self._next(url, response.headers.get("location", ""))
        raise DownloadFailed("too many redirects")

    def _next(self, url: str, location: str) -> str:
        try:
            target = urljoin(url, location)
            parts = urlsplit(target)
        except ValueError:
            raise DownloadFailed("a redirect to no address") from None
        is_downgrade = urlsplit(url).scheme == "https" and parts.scheme != "https"
        if not location or parts.scheme not in ("http", "https") or not parts.hostname or is_downgrade:
            raise DownloadFailed(f"a redirect to no address that is safe: {parts.scheme}")
        return target

    def _range(self) -> dict[str, str]:
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        if self._received:
            headers["Range"] = f"bytes={self._received}-"
            if self._mark is not None:
                headers["If-Range"] = self._mark
        return headers

    def _given_up(self, fault: NemoError) -> NemoError:
        if self._received and isinstance(fault, Unreachable):
            return DownloadFailed(fault.reason)
        return fault


def _length(response: httpx.Response, known: int | None) -> int | None:
    """How long the body will be; None where HTTP itself sees to its end (chunks) or the bytes are packed."""
    length: str = response.headers.get("content-length", "")
    if "content-encoding" in response.headers or "transfer-encoding" in response.headers:
        return None
    return int(length) if length.isdigit() else known


def _mark_of(response: httpx.Response) -> str | None:
    """What If-Range may name: a strong ETag, else the date."""
    tag: str = response.headers.get("etag", "")
    if tag and not tag.startswith("W/"):
        return tag
    dated: str | None = response.headers.get("last-modified")
    return dated
