"""Page: /healthz and /metrics on a port of this machine alone, served by the bot's own loop. Changes nothing.

Whoever reads has to name this machine in the request's Host, so that no foreign web page gets at it through a browser here by
a name that leads to loopback.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from aiohttp import hdrs, web

from bot.ops.health import Health
from bot.ops.metrics import Metrics

LEAVE_SECONDS: Final = 0.5
UNWELL: Final = 503
FRESH: Final = {hdrs.CACHE_CONTROL: "no-store"}


@dataclass(frozen=True, slots=True)
class Page:
    """What is served."""

    look: Callable[[], Awaitable[Health]]
    metrics: Metrics
    version: str

    async def healthz(self, _request: web.Request) -> web.Response:
        """200 where all is well, else 503; which part is not, in JSON."""
        health = await self.look()
        told = {"status": "ok" if health.ok else "failing", "version": self.version,
                "parts": {name: {"ok": part.ok, "detail": part.detail} for name, part in health.parts.items()}}
        return web.json_response(told, status=200 if health.ok else UNWELL, headers=FRESH)

    async def everything(self, request: web.Request) -> web.Response:
        """All metrics."""
        text, content_type = await self.metrics.written(request.headers.get(hdrs.ACCEPT, ""))
        return web.Response(body=text, headers={hdrs.CONTENT_TYPE: content_type, **FRESH})


@asynccontextmanager
async def served(page: Page, listener: socket.socket) -> AsyncIterator[str]:
    """Serve the page at `listener` for as long as the block; yields its address. The socket is closed at the end."""
    app = web.Application(middlewares=[_for_this_machine])
    app.router.add_get("/healthz", page.healthz)
    app.router.add_get("/metrics", page.everything)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=LEAVE_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        host, port = listener.getsockname()[:2]
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@web.middleware
async def _for_this_machine(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
                            ) -> web.StreamResponse:
    if not _is_this_machine(request.host):
        raise web.HTTPForbidden(text="This is served to this machine alone.\n")
    return await handler(request)


def _is_this_machine(host: str) -> bool:
    """Whether a Host header names loopback; its port does not matter."""
    name = host.partition("]")[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    if name.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
