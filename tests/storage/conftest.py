"""Fixtures: an open database in a temporary folder, and a clock that is set by hand."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import Database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "mureka.db"


@pytest.fixture
def moments() -> list[float]:
    """The present, in seconds since 1970: change its one item to let time pass."""
    return [1_000.0]


@pytest.fixture
async def database(path: Path, moments: list[float]) -> AsyncIterator[Database]:
    async with Database.open(path, now=lambda: moments[0]) as opened:
        yield opened
