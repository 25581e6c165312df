"""Clients that send little or nothing: they lose their place, and others are served."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from studio import patience
from studio.patience import PatientProtocol, TooSlow, patient

HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def nothing(_request: Request) -> Response:
    return Response("here")


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    config = uvicorn.Config(Starlette(routes=[Route("/", nothing)]), port=0, http=PatientProtocol, log_config=None,
                            lifespan="off", timeout_keep_alive=60)
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()
    yield server.servers[0].sockets[0].getsockname()[1]
    await server.shutdown()


@pytest.mark.parametrize("beginning", [b"", HEAD, HEAD + b"\r\n", HEAD + b"\r\n" + HEAD])
async def test_a_connection_without_a_request_is_closed(beginning: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.02)
    async with served() as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(beginning)
        told = await reader.read()
        assert told.endswith(b"here") if HEAD + b"\r\n" in beginning else told == b""
        writer.close()


async def trickle(pauses: list[float]) -> AsyncIterator[bytes]:
    for pause in pauses:
        await asyncio.sleep(pause)
        yield b"x"


async def test_a_body_that_comes_is_read_to_its_end() -> None:
    assert [piece async for piece in patient(trickle([0.0, 0.0]))] == [b"x", b"x"]


@pytest.mark.parametrize("limit", ["PAUSE_SECONDS", "BODY_SECONDS"])
async def test_a_body_that_does_not_come_is_given_up(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, limit, 0.01)
    with pytest.raises(TooSlow):
        async for _ in patient(trickle([0.0, 60.0])):
            pass
