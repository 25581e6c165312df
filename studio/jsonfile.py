"""One record, one small JSON file: read as it is or as none, written whole or not at all. Knows no kind of record."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path
from typing import TypeVar

import msgspec

Record = TypeVar("Record")
log = logging.getLogger(__name__)


def read(path: Path, kind: type[Record]) -> Record | None:
    """The record of a file; one that is damaged counts as none, so that it cannot keep the studio from starting."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as damage:
        log.error("%s is damaged and passed over: %s", path, damage)
        return None


def write(path: Path, record: object) -> None:
    """Write `record` beside its place and rename it into it, so that a crash leaves the old or the new one."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(record))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
