"""HTTP over asyncio streams for tests: enough to serve a client, and low enough to break every rule on command."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote

KEPT_BODY_BYTES = 4 * 1024 * 1024
Handler = Callable[["Request"], Awaitable["Reply"]]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came in; of a large body only the beginning is kept, but all of it is counted and hashed."""

    method: str
    target: str
    headers: dict[str, str]     # names in lower case
    body: bytes
    size: int
    digest: str

    @property
    def path(self) -> str:
        """The path, unquoted, without the query."""
        return unquote(self.target.partition("?")[0])


@dataclass(frozen=True, slots=True)
class Reply:
    """What to send. `length` None leaves Content-Length out and ends the body by closing the connection."""

    status: int = 200
    body: Sequence[bytes] = ()
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = -1                 # -1: the true one
    chunked: bool = False
    hangs: bool = False                     # after the body: neither a byte nor an end
    cuts: bool = False                      # after the body: the connection is torn down, without the last chunk
    silent: bool = False                    # nothing at all: the connection is torn down before a reply
    pause: float = 0.0                      # real seconds after each piece: for benchmarks, not for tests
    waits: asyncio.Event | None = None      # set when the client hangs up on a hanging reply


class HttpServer:
    """A server on loopback; port 0 is any free one."""

    def __init__(self, handler: Handler, port: int = 0) -> None:
        self._handler = handler
        self._port = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (request := await _read(reader)) is not None:
                if not await _write(writer, reader, await self._handler(request)):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Request | None:
    line = (await reader.readline()).decode("latin-1").strip()
    if not line:
        return None
    method, target, _ = line.split(" ", 2)
    headers: dict[str, str] = {}
    while line := (await reader.readline()).decode("latin-1").strip():
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    kept, size, digest = bytearray(), 0, hashlib.sha256()
    async for piece in _body(reader, headers):
        size += len(piece)
        digest.update(piece)
        kept += piece[: max(0, KEPT_BODY_BYTES - len(kept))]
    return Request(method, target, headers, bytes(kept), size, digest.hexdigest())


async def _body(reader: asyncio.StreamReader, headers: dict[str, str]) -> AsyncIterator[bytes]:
    if headers.get("transfer-encoding") == "chunked":
        while size := int((await reader.readline()).split(b";")[0], 16):
            yield await reader.readexactly(size)
            await reader.readline()
        await reader.readline()
        return
    left = int(headers.get("content-length", "0"))
    while left:
        piece = await reader.read(min(left, 65536))
        if not piece:
            raise ConnectionError
        left -= len(piece)
        yield piece


async def _write(writer: asyncio.StreamWriter, reader: asyncio.StreamReader, reply: Reply) -> bool:
    """Send a reply; whether the connection may be used again."""
    if reply.silent:
        return False
    headers = {"Content-Type": "application/json", **reply.headers}
    if reply.chunked:
        headers["Transfer-Encoding"] = "chunked"
    elif reply.length is not None:
        headers["Content-Length"] = str(sum(map(len, reply.body)) if reply.length < 0 else reply.length)
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {reply.status} X\r\n{head}\r\n".encode())
    for piece in reply.body:
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if reply.chunked else piece)
        await writer.drain()
        if reply.pause:
            await asyncio.sleep(reply.pause)
    if reply.hangs:
        await reader.read()     # ends when the client hangs up
        if reply.waits is not None:
            reply.waits.set()
        return False
    if reply.cuts or (reply.length is None and not reply.chunked):
        return False
    if reply.chunked:
        writer.write(b"0\r\n\r\n")
    await writer.drain()
    return True
