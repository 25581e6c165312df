"""Fixtures of the flows: a NemoVideo that does as it is told, a client in fast time, a database, a clip."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.nemo import Clock, Nemo, Secret
from storage import Database
from tests.nemo_server.server import NemoServer


@pytest.fixture
async def server() -> AsyncIterator[NemoServer]:
    async with NemoServer() as running:
        yield running


@pytest.fixture
async def nemo(server: NemoServer) -> AsyncIterator[Nemo]:
    """A member's client; six minutes take half a second."""
    async with Nemo(server.url, client_id="c1d2", token=Secret("nmv_usr_first"), own_token=True,
                    clock=Clock(800.0)) as client:
        yield client


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with Database.open(tmp_path / "mureka.db") as opened:
        yield opened


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "hum.wav"
    path.write_bytes(b"RIFF")
    return path
