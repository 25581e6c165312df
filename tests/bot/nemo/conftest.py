"""Fixtures: a NemoVideo on loopback, another host beside it, and a client in fast time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from typing import Any

import pytest

from bot.nemo import AnonymousToken, Clock, Nemo, Said, Secret
from tests.nemo_server.server import SESSION, NemoServer

SCALE = 400.0
"""30 s of waiting take 75 ms of life."""
Connect = Callable[..., Nemo]


@pytest.fixture
async def server() -> AsyncIterator[NemoServer]:
    async with NemoServer() as running:
        yield running


@pytest.fixture
async def elsewhere() -> AsyncIterator[NemoServer]:
    """A host that is not the API's."""
    async with NemoServer() as running:
        yield running


@pytest.fixture
async def connect(server: NemoServer) -> AsyncIterator[Connect]:
    """Makes clients: `connect(token=…, own_token=…)`. By default with an anonymous token."""
    async with AsyncExitStack() as stack:

        def make(url: str = server.url, scale: float = SCALE, **more: Any) -> Nemo:
            settings = {"client_id": "c1d2", "token": Secret("nmv_usr_first"), "environ": {}, **more}
            nemo = Nemo(url, clock=Clock(scale), **settings)
            stack.push_async_callback(nemo.aclose)
            return nemo

        yield make


@pytest.fixture
def nemo(connect: Connect) -> Nemo:
    return connect()


@pytest.fixture
def kept() -> list[AnonymousToken]:
    """What `on_token` was told."""
    return []


@pytest.fixture
def answer() -> Callable[[Nemo], Any]:
    """Says a wish and gives all values of the answer."""

    async def ask(nemo: Nemo, words: str = "lo-fi please") -> list[Said]:
        async with aclosing(nemo.say(SESSION, words)) as said:
            return [value async for value in said]

    return ask
