"""What every database behind the stores must do: these tests know the protocols of `storage.stores` and nothing else.

A second backend joins by one more opener in OPENERS.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

import pytest

from storage import Database, JobKind, JobRequest, Key, NewJob, Stores

KEYS = (Key(b"\x01" * 32),)


class Opening(Protocol):
    """Opens the same data, each time anew, with these keys."""

    def __call__(self, *keys: Key) -> AbstractAsyncContextManager[Stores]: ...


def sqlite(folder: Path, moments: list[float]) -> Opening:
    def opening(*keys: Key) -> AbstractAsyncContextManager[Stores]:
        return Database.open(folder / "mureka.db", keys=keys or KEYS, now=lambda: moments[0])
    return opening


OPENERS: dict[str, Callable[[Path, list[float]], Opening]] = {"sqlite": sqlite}


@pytest.fixture(params=OPENERS)
def opening(request: pytest.FixtureRequest, tmp_path: Path, moments: list[float]) -> Opening:
    return OPENERS[request.param](tmp_path, moments)


@pytest.fixture
async def stores(opening: Opening) -> AsyncIterator[Stores]:
    async with opening() as opened:
        yield opened


def new_job(number: int = 1, member_id: str = "ada", kind: JobKind = JobKind.GENERATE) -> NewJob:
    return NewJob(id=f"{1_300_000_000_000_000_000 + number}", member_id=member_id, channel_id="42", kind=kind,
                  request=JobRequest("lo-fi, slower"), language="en")


@pytest.fixture(name="new_job")
def _new_job() -> Callable[..., NewJob]:
    return new_job
