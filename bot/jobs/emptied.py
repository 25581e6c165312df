"""Emptied: the engine's file without any job, for jobs that shall not go on. Never called while an engine runs on the file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

MIGRATIONS: Final = "dbos_migrations"
"""Which tables the engine has made so far: the one thing that it has to find again."""


def empty(path: Path) -> None:
    """Delete every row but those that tell the schema, from the file's bytes too. Raises sqlite3.Error."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
                  if name != MIGRATIONS and not name.startswith("sqlite_")]
        connection.execute("BEGIN IMMEDIATE")
        for table in tables:
            connection.execute(f'DELETE FROM "{table}"')
        connection.execute("COMMIT")
        connection.execute("VACUUM")
