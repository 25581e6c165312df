"""The body of a response as the bytes that were meant: unpacked where the server packs it unasked. Memory stays flat.

httpx would unpack too, but hands out what a small bomb becomes in one piece, and takes a packed body that was cut for whole.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncGenerator, Iterator
from typing import Final

import httpx

from bot.nemo.errors import BadReply, Unreachable

MAX_PIECE_BYTES: Final = 256 * 1024
GZIP: Final = b"\x1f\x8b"
_KNOWN: Final = frozenset({"gzip", "x-gzip", "deflate"})
_BODILESS: Final = frozenset({204, 205, 304})
_ANY_HEADER: Final = zlib.MAX_WBITS | 32    # that of gzip or of zlib
_NO_HEADER: Final = -zlib.MAX_WBITS         # "deflate" as some servers understand it


def is_framed(response: httpx.Response) -> bool:
    """Whether the body says itself where it ends; a body that only closes may have been cut anywhere.

    What ends before its length or its last chunk is an error of httpx; so the end of a framed body is its true end.
    """
    if response.status_code in _BODILESS or response.http_version == "HTTP/2":
        return True
    return "content-length" in response.headers or "chunked" in response.headers.get("transfer-encoding", "").lower()


def codings(response: httpx.Response) -> list[str]:
    """How the body is packed; empty for a plain one."""
    named: str = response.headers.get("content-encoding", "")
    return [name for part in named.split(",") if (name := part.strip().lower()) not in ("", "identity")]


async def pieces(response: httpx.Response) -> AsyncGenerator[bytes, None]:
    """The body, piece by piece. BadReply for a packing that is not known here, Unreachable for one that was cut."""
    packed = codings(response)
    if len(packed) > 1 or not _KNOWN.issuperset(packed):
        raise BadReply(f"packed as {', '.join(packed):.40}", http_status=response.status_code)
    unpacker: Unpacker | None = None
    is_plain = not packed
    async for chunk in response.aiter_raw():
        if not is_plain and unpacker is None:
            is_plain = "deflate" not in packed and not GZIP.startswith(chunk[:2])   # it only says so
            unpacker = None if is_plain else Unpacker()
        if unpacker is None:
            yield chunk
        else:
            for piece in unpacker.feed(chunk):
                yield piece
    if unpacker is not None and unpacker.is_cut:
        raise Unreachable("a packed body that was cut")


class Unpacker:
    """Inflates gzip (also several in a row), zlib and bare deflate, in pieces of bounded size."""

    def __init__(self) -> None:
        self._inflate = zlib.decompressobj(_ANY_HEADER)
        self._is_first = True

    @property
    def is_cut(self) -> bool:
        """Whether the end mark has not come, although bytes have."""
        return not (self._is_first or self._inflate.eof)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What `data` becomes. Raises Unreachable where it is damaged."""
        while data:
            if self._inflate.eof:
                if not data.startswith(GZIP):   # padding
                    return
                self._inflate = zlib.decompressobj(_ANY_HEADER)
            piece = self._piece(data)
            data = self._inflate.unconsumed_tail or self._inflate.unused_data
            if piece:
                yield piece

    def _piece(self, data: bytes) -> bytes:
        try:
            piece = self._inflate.decompress(data, MAX_PIECE_BYTES)
        except zlib.error as fault:
            if not self._is_first:
                raise Unreachable(f"a packed body that is damaged: {fault}") from fault
            self._inflate = zlib.decompressobj(_NO_HEADER)
            self._is_first = False
            return self._piece(data)
        self._is_first = False
        return piece
