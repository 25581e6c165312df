"""At hand: which job the running code works for, for the lines of the log, libraries' lines too. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

_JOB: Final[ContextVar[str | None]] = ContextVar("job at hand", default=None)


def job_at_hand() -> str | None:
    """The id of the job, in whatever was begun for it, tasks and threads of asyncio's too; None outside of any."""
    return _JOB.get()


@contextmanager
def at_hand(job_id: str) -> Iterator[None]:
    """Work for a job within the block."""
    before = _JOB.set(job_id)
    try:
        yield
    finally:
        _JOB.reset(before)
