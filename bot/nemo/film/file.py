"""A film's file while it grows: which bytes of which response belong where, and when it is whole. Sends nothing.

HTTP's own word on the length counts most. What the render told and the film's own index raise doubts: one more try, then,
if there is another source, that one; a body that ends at the same byte for both does end there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

import httpx

from bot.nemo.body import codings
from bot.nemo.errors import DownloadFailed, Unreachable
from bot.nemo.film.check import HEAD_BYTES, is_cut, may_be
from bot.nemo.film.formats import MP4, format_of, named_by

Progress = Callable[[int, int | None], None]
"""Called with the bytes received and the bytes in all, None where that is unknown. Begins anew when the download does."""
MAX_FILM_BYTES: Final = 4 * 1024**3
NOT_SATISFIABLE: Final = 416
PARTIAL: Final = 206
_CONTENT_RANGE: Final = re.compile(r"(?i)bytes\s+(\d+)-\d+/(\d+|\*)")
_UNRANGED: Final = re.compile(r"(?i)bytes\s+\*/(\d+)")


class NotWhole(Unreachable):
    """Bytes are missing, or do not fit together."""


class FilmFile:
    """An open file and what is known of the film that it shall hold. `told` is the length that the render told.

    A film here is whatever was ordered as `wanted`: sound, notes and stems too.
    """

    def __init__(self, file: BinaryIO, progress: Progress | None, told: int | None, wanted: str = MP4) -> None:
        self._file = file
        self._progress = progress
        self._told = told
        self._wanted = wanted
        self._named: str | None = None              # the format by the headers that came with it
        self._promised: int | None = None           # the length that HTTP told
        self._marks: tuple[str, str] = ("", "")     # ETag and date: a later part must agree with them
        self._may_resume = True
        self._is_packed = False                     # the parts of a packed body cannot be put together
        self._is_unmeasured = False                 # the body ends when the connection does, cut or not
        self._ended_at: int | None = None           # where a body ended that seemed too short
        self._head = bytearray()
        self.received = 0
        self.accepts_short = False                  # no better source is left

    @property
    def head(self) -> bytes:
        """The first bytes, as far as they are here."""
        return bytes(self._head)

    @property
    def format(self) -> str | None:
        """What it is by its first bytes, else by what the server calls it; None where neither tells."""
        return format_of(self.head) or self._named

    def is_fitting(self, content_type: str) -> bool:
        """Whether what has come so far may be what was ordered."""
        return may_be(self._wanted, self.head, content_type)

    @property
    def ended_short(self) -> bool:
        """Whether a body ended where it seemed too early."""
        return self._ended_at is not None

    @property
    def range_headers(self) -> dict[str, str]:
        """What asks for the rest; nothing where the film must begin anew."""
        if not self.received or not self._may_resume or self._is_packed:
            return {}
        tag, dated = self._marks
        validator = dated if tag.startswith("W/") else tag or dated     # a weak tag promises no equal bytes
        return {"Range": f"bytes={self.received}-"} | ({"If-Range": validator} if validator else {})

    def is_whole_by(self, response: httpx.Response) -> bool:
        """Whether a 416 says that nothing is missing."""
        whole = _UNRANGED.match(response.headers.get("content-range", ""))
        return (response.status_code == NOT_SATISFIABLE and whole is not None and self.received > 0
                and int(whole[1]) == self.received and self._promised in (None, self.received)
                and (self.accepts_short or not self._is_shorter_than_told))

    async def place(self, response: httpx.Response) -> None:
        """Set the file to where this response's bytes belong. Raises NotWhole where they fit nowhere."""
        if response.status_code == NOT_SATISFIABLE and self.received:
            await self._distrust("the server no longer has the part that is missing")
        if response.status_code == PARTIAL:
            total = self._continued(response)
            if total is None:
                await self._distrust("a part of the film that was not asked for")
            elif total != "*":
                self._promised = int(total)
        elif response.is_success:
            await self.restart()
            self._promised = _length(response)
            self._is_packed = bool(codings(response))
        self._is_unmeasured = not (self._is_packed or {"content-length", "transfer-encoding"} & response.headers.keys())
        if response.is_success:
            self._named = named_by(response.headers.get("content-type", ""), response.headers.get("content-disposition", ""))
        if self.received == 0:
            self._marks = _marks(response)
        if (self._promised or 0) > MAX_FILM_BYTES:
            raise DownloadFailed(f"more than {MAX_FILM_BYTES} bytes")

    async def keep(self, piece: bytes) -> None:
        """Add bytes. OSError when the disk refuses."""
        if self.received + len(piece) > MAX_FILM_BYTES:
            raise DownloadFailed(f"more than {MAX_FILM_BYTES} bytes")
        await asyncio.to_thread(self._file.write, piece)
        self._head += piece[: HEAD_BYTES - len(self._head)]
        self.received += len(piece)
        if self._progress is not None and piece:
            total = self._promised or self._told
            self._progress(self.received, total if total and total >= self.received else None)

    async def check(self) -> None:
        """Whether what has ended is whole. Raises NotWhole, DownloadFailed for an empty film."""
        if self._promised is not None and self.received > self._promised:
            await self._distrust(f"{self.received} bytes where {self._promised} were promised")
        if self._promised is not None and self.received < self._promised:
            raise NotWhole(f"cut after {self.received} of {self._promised} bytes")
        if self.received == 0:
            raise DownloadFailed("an empty film")
        await asyncio.to_thread(self._file.flush)
        seems_short = self._is_shorter_than_told
        if self._is_unmeasured and self._promised is None and not seems_short:
            seems_short = await asyncio.to_thread(is_cut, Path(self._file.name))
        if seems_short and self.received != self._ended_at:
            self._ended_at = self.received
            raise NotWhole(f"it ends after {self.received} bytes, which seems too early")
        if seems_short and not self.accepts_short:
            raise DownloadFailed(f"it ends after {self.received} bytes, twice")

    async def restart(self) -> None:
        """Forget the bytes."""
        await asyncio.to_thread(self._file.seek, 0)
        await asyncio.to_thread(self._file.truncate)
        self.received, self._promised = 0, None
        self._head.clear()

    @property
    def _is_shorter_than_told(self) -> bool:
        return self._told is not None and self.received < self._told

    async def _distrust(self, why: str) -> None:
        """Begin again, without asking for parts of a film."""
        self._may_resume = False
        await self.restart()
        raise NotWhole(why)

    def _continued(self, response: httpx.Response) -> str | None:
        """The whole length (`*`: not told) by a 206 that continues exactly what is here; None for any other."""
        part = _CONTENT_RANGE.match(response.headers.get("content-range", ""))
        if part is None or int(part[1]) != self.received or codings(response):
            return None
        if self.received and any(old and new and old != new for old, new in zip(self._marks, _marks(response), strict=True)):
            return None
        return part[2] if part[2] in ("*", str(self._promised or part[2])) else None


def _marks(response: httpx.Response) -> tuple[str, str]:
    return response.headers.get("etag", ""), response.headers.get("last-modified", "")


def _length(response: httpx.Response) -> int | None:
    """How long the body will be; None where HTTP itself sees to its end (chunks) or the bytes are packed."""
    length: str = response.headers.get("content-length", "")
    if codings(response) or "transfer-encoding" in response.headers:
        return None
    return int(length) if length.isdigit() else None
