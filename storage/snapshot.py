"""Snapshots: a whole copy of a SQLite file that others may be writing to, and looks at such a file. Opens no store."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from storage.database import BUSY_SECONDS, FILE_MODE

SIDE_FILES: Final = ("", "-wal", "-shm", "-journal")
"""What stands behind a database's name: the file, and what SQLite keeps beside it."""


def take(source: Path, to: Path) -> None:
    """Copy the database as it stands between two transactions, without free pages. `to` must not be there.

    Raises sqlite3.Error, OSError.
    """
    os.close(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE))     # SQLite fills an empty file, and keeps its mode
    with closing(_opened(source)) as connection:
        connection.execute("VACUUM INTO ?", (str(to),))


def schema_of(path: Path) -> int:
    """The number of the last migration that was applied to it. Raises sqlite3.Error."""
    with closing(_opened(path)) as connection:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def is_in_use(path: Path) -> bool:
    """Whether another connection has the database open. What stands in its log is in the file afterwards."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE").fetchone()
        except sqlite3.OperationalError as fault:
            return "locked" in str(fault)
        except sqlite3.DatabaseError:
            return False            # a damaged file is nobody's
    return False


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that makes no file."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None)
