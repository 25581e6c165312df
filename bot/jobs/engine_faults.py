"""What the disk refuses the engine, as storage says it: the engine keeps its own tables. Catches nothing else."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from storage import DiskFault
from storage.errors import kind_of

log = logging.getLogger(__name__)


@contextmanager
def telling_engine() -> Iterator[None]:
    """Raise DiskFault, or DatabaseUnusable, for what stands behind an error of the engine's; the rest as it is."""
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError) as fault:
        cause = fault.orig if isinstance(fault, DBAPIError) else fault
        kind = kind_of(cause)
        if kind is None:
            raise
        raise kind(str(cause)) from fault


@contextmanager
def broken_off_unnoted(job_id: str) -> Iterator[None]:
    """Break a workflow off whose engine could not note a step: CancelledError. Upkeep has it begin anew.

    Raised as it is, the fault would be the workflow's end, and what was paid for would be lost with it.
    """
    try:
        with telling_engine():
            yield
    except DiskFault as fault:
        log.error("ALERT: the disk takes nothing, and jobs wait for it: the engine's tables, job %s: %s", job_id, fault)
        raise asyncio.CancelledError from fault
