"""JSON in columns: written from values, checked when it is read. A column that was tampered with is a fault with a name."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from storage.errors import DatabaseUnusable

T = TypeVar("T")


def json_of(value: Any) -> str:
    """The text that a column holds."""
    return msgspec.json.encode(value).decode()


def from_json(text: str, kind: type[T], where: str) -> T:
    """What a column holds, as `kind`. DatabaseUnusable naming `where` when it holds something else."""
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.MsgspecError as fault:
        raise DatabaseUnusable(f"{where}: {fault}") from fault
