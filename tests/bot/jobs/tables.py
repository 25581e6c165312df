"""The engine's tables as text, their pickles decoded: for looking whether something stands there that must not."""

from __future__ import annotations

import base64
import binascii
import pickle
import sqlite3
from contextlib import closing
from pathlib import Path


def all_that_is_kept(path: Path) -> str:
    """Every value of every table, and what its pickle holds."""
    found: list[str] = []
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            for row in connection.execute(f"SELECT * FROM {name}"):
                for value in row:
                    found += [repr(value), *_decoded(value)]
    return "\n".join(found)


def outputs(path: Path) -> list[object]:
    """What the steps gave back."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT output, error FROM operation_outputs").fetchall()
    return [pickle.loads(base64.b64decode(value)) for row in rows for value in row if value is not None]


def _decoded(value: object) -> list[str]:
    if not isinstance(value, str | bytes):
        return []
    try:
        held = pickle.loads(base64.b64decode(value, validate=True))
    except (binascii.Error, pickle.UnpicklingError, EOFError, ValueError, KeyError, IndexError, ImportError, AttributeError):
        return []
    return [repr(held), repr(getattr(held, "__dict__", "")), repr(getattr(held, "args", ""))]
