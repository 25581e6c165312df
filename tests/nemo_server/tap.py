"""A wire between a client and a server: passes every byte on, remembers what the client said, and can be cut in mid-answer."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Self
from urllib.parse import urlsplit

PIECE_BYTES = 65536


class Tap:
    """Listens on loopback for whoever wants to talk to the server at `url`."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port
        self._server: asyncio.Server | None = None
        self._said: list[bytearray] = []        # one for each connection
        self._cut: tuple[bytes, bytes] | None = None
        self._tasks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._tasks.values():
            writer.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Where it listens."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def times(self, line: str) -> int:
        """How many requests began with `line`, a method and a path."""
        return sum(said.count(f"{line} HTTP/1.1\r\n".encode()) for said in self._said)

    def last(self, line: str) -> bytes:
        """All that was said on the connection that last sent a request beginning with `line`."""
        return next(bytes(said) for said in reversed(self._said) if f"{line} HTTP/1.1\r\n".encode() in said)

    def cut_once(self, line: str, after: bytes) -> None:
        """Hang up on both sides as soon as `after` has come in the answer to the next request beginning with `line`."""
        self._cut = f"{line} HTTP/1.1\r\n".encode(), after

    @property
    def lines(self) -> list[str]:
        """Method and path of every request so far."""
        return [" ".join(line.decode("latin-1").split(" ")[:2]) for said in self._said
                for line in bytes(said).split(b"\r\n") if line.endswith(b" HTTP/1.1")]

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks[task] = writer
        said = bytearray()
        self._said.append(said)
        beyond, onward = await asyncio.open_connection(self._host, self._port)
        there = asyncio.create_task(self._pass_on(reader, onward, said))
        try:
            await self._pass_back(beyond, writer, said)
        finally:
            there.cancel()
            del self._tasks[task]
            for side in (onward, writer):
                side.close()
                with contextlib.suppress(ConnectionError):
                    await side.wait_closed()

    async def _pass_on(self, reader: asyncio.StreamReader, onward: asyncio.StreamWriter, said: bytearray) -> None:
        with contextlib.suppress(ConnectionError):
            while piece := await reader.read(PIECE_BYTES):
                said += piece
                onward.write(piece)
                await onward.drain()
            onward.close()      # the client has hung up

    async def _pass_back(self, beyond: asyncio.StreamReader, writer: asyncio.StreamWriter, said: bytearray) -> None:
        heard = bytearray()
        with contextlib.suppress(ConnectionError):
            while piece := await beyond.read(PIECE_BYTES):
                if self._cut and self._cut[0] in said:
                    heard += piece
                    if (at := heard.find(self._cut[1])) >= 0:
                        passed, end = len(heard) - len(piece), at + len(self._cut[1])
                        piece, self._cut = piece[:end - passed], None
                        writer.write(piece)
                        return
                writer.write(piece)
                await writer.drain()
