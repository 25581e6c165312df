"""All that lies in a folder, searched for somebody: every table of every database, decoded, every file's bytes, every name."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

from tests.bot.jobs.tables import all_that_is_kept


def traces(folder: Path, *needles: str) -> list[str]:
    """Where one of these stands, as text, as hexadecimal digits or in base64 (at any of its three offsets)."""
    wanted = {form for needle in needles for form in forms(needle)}
    return sorted({f"{where}: {needle[:60]!r}" for where, text in everything(folder) for needle in wanted if needle in text})


def forms(needle: str) -> set[bytes]:
    """How a text stands in bytes."""
    raw = needle.encode()
    encoded = {base64.b64encode(bytes(offset) + raw)[2 * (offset > 0) + (offset > 1):].rstrip(b"=")[:-1] for offset in range(3)}
    return {raw, raw.hex().encode(), needle.encode("utf-16-le"), *(one for one in encoded if len(one) >= 8)}


def everything(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each place below the folder with what stands there."""
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        yield f"the name {name}", name.encode()
        if path.is_file():
            yield f"the bytes of {name}", path.read_bytes()
        if path.suffix == ".db":
            yield f"the tables of {name}", all_that_is_kept(path).encode(errors="replace")


def tables(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table's rows."""
    with closing(sqlite3.connect(path)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in names}


def without(rows: dict[str, list[tuple[object, ...]]], *tables: str) -> dict[str, list[tuple[object, ...]]]:
    """All but these tables."""
    return {name: found for name, found in rows.items() if name not in tables}


def of(rows: dict[str, list[tuple[object, ...]]], needles: Iterable[str]) -> list[str]:
    """The rows that hold one of these."""
    return sorted(repr(row) for found in rows.values() for row in found if any(needle in repr(row) for needle in needles))
