"""An HTTP proxy that is Discord itself: answers CONNECT and ends TLS for the hosts it plays. Never connects outwards."""

from __future__ import annotations

import asyncio
import ssl
import weakref
from collections.abc import Callable, Mapping
from typing import Self, cast

MAX_HEAD_BYTES = 16 * 1024
Factory = Callable[[], asyncio.Protocol]


class Proxy:
    """Listens on a free port of 127.0.0.1. `refused` lists the hosts that were asked for and are not played here."""

    def __init__(self, hosts: Mapping[str, Factory], context: ssl.SSLContext) -> None:
        self.hosts = hosts
        self.context = context
        self.refused: list[str] = []
        self.is_down = False
        self._server: asyncio.Server | None = None
        self._open: weakref.WeakSet[asyncio.Transport] = weakref.WeakSet()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(lambda: _Connect(self), "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """What DISCORD_PROXY is set to."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def cut(self) -> None:
        """Tear down every connection there is."""
        for transport in list(self._open):
            transport.abort()

    def opened(self, transport: asyncio.Transport) -> None:
        """A client has come."""
        self._open.add(transport)

    def run(self, transport: asyncio.Transport, factory: Factory) -> None:
        """Go on with TLS, in a task of the proxy's."""
        task = asyncio.create_task(self._secure(transport, factory), name="discord-sim-tls")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _secure(self, transport: asyncio.Transport, factory: Factory) -> None:
        gate = _Gate()
        try:
            secured = await asyncio.get_running_loop().start_tls(transport, gate, self.context, server_side=True)
        except (OSError, ssl.SSLError):     # the client hung up or does not trust us: its log says so
            transport.abort()
            return
        if secured is None:
            return
        protocol = factory()
        secured.set_protocol(protocol)
        protocol.connection_made(secured)
        gate.pass_on(protocol)


class _Gate(asyncio.Protocol):
    """Keeps what comes in together with the end of the handshake, before the server behind is there."""

    def __init__(self) -> None:
        self._early = bytearray()
        self._is_lost = False

    def data_received(self, data: bytes) -> None:
        self._early += data

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_lost = True

    def pass_on(self, protocol: asyncio.Protocol) -> None:
        """Hand everything on."""
        if self._early:
            protocol.data_received(bytes(self._early))
        if self._is_lost:
            protocol.connection_lost(None)


class _Connect(asyncio.Protocol):
    """Reads the head of one CONNECT."""

    def __init__(self, proxy: Proxy) -> None:
        self._proxy = proxy
        self._head = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        if self._proxy.is_down:
            self._transport.abort()
            return
        self._proxy.opened(self._transport)

    def data_received(self, data: bytes) -> None:
        self._head += data
        if len(self._head) > MAX_HEAD_BYTES:
            self._refuse(b"431 Request Header Fields Too Large")
        elif self._head.endswith(b"\r\n\r\n"):
            self._answer()

    def _answer(self) -> None:
        transport = self._transport
        assert transport is not None
        method, target, *_ = self._head.split(b"\r\n", 1)[0].decode("latin-1").split(" ")
        host = target.rpartition(":")[0] or target
        factory = self._proxy.hosts.get(host)
        if method != "CONNECT" or factory is None:
            self._proxy.refused.append(host)
            self._refuse(b"502 Bad Gateway")
            return
        transport.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self._proxy.run(transport, factory)

    def _refuse(self, status: bytes) -> None:
        assert self._transport is not None
        self._transport.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        self._transport.close()
