"""Discord's attachment hosts on loopback: TLS for their names, behind a proxy that answers CONNECT and leads nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable
from typing import Self

from tests.discord_sim.certificates import authority
from tests.nemo_server.http import HttpServer, Reply, Request

Answer = Reply | Callable[[Request], Reply]


class Cdn(HttpServer):
    """`answers` are given one after the other, the last one for ever. `proxy` is what DISCORD_PROXY is set to."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.answers: list[Answer] = []
        self.requests: list[Request] = []
        self.asked: list[str] = []              # what the proxy was asked to connect to
        self.proxy_heads: list[bytes] = []
        self._proxy: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(
            self._connected, "127.0.0.1", 0, ssl=authority().server, ssl_shutdown_timeout=0.2)
        self._proxy = await asyncio.start_server(self._tunnel, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._proxy is not None
        self._proxy.close()
        await super().__aexit__()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def proxy(self) -> str:
        assert self._proxy is not None
        return f"http://127.0.0.1:{self._proxy.sockets[0].getsockname()[1]}"

    @property
    def trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(authority().bundle))

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(TimeoutError):     # a client that hung up says no goodbye
            await super()._connected(reader, writer)

    async def _answer(self, request: Request) -> Reply:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return answer if isinstance(answer, Reply) else answer(request)

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            self.proxy_heads.append(head)
            self.asked.append(head.split(b" ")[1].decode())
            there, back = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_pump(reader, back), _pump(there, writer))
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass                # the end of the test, too: nothing comes after it
        finally:
            self._tasks.discard(task)
            writer.close()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(ConnectionError):
        writer.close()
