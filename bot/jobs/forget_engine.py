"""The engine's file without a member: their jobs' rows in every table, and the bytes where earlier ones stood. Starts nothing.

The engine itself keeps foreign keys on and deletes without overwriting; so its file is told here to overwrite, rebuilt from its
rows, and its log is emptied. The member's id stands in it as the key of their partition of the queue.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Collection
from contextlib import closing
from pathlib import Path
from typing import Final

from storage import DatabaseUnusable
from storage.errors import kind_of

BUSY_SECONDS: Final = 30.0
CHECKPOINT_TRIES: Final = 100
CHECKPOINT_PAUSE_SECONDS: Final = 0.05
_TEXTS: Final = """
    SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c
    WHERE m.type = 'table' AND (upper(c.type) LIKE '%CHAR%' OR upper(c.type) LIKE '%TEXT%') ORDER BY m.name, c.cid
"""
_WORKFLOW: Final = "workflow_uuid"


def wipe(path: Path, member_id: str, job_ids: Collection[str]) -> int:
    """Delete all rows of these jobs, and of whatever else bears the member's id; how many. Blocks: for a thread.

    Raises DatabaseUnusable. Done again it finds nothing, and rebuilds the file once more.
    """
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete = ON")
            deleted = _deleted(connection, {member_id, *job_ids})
            connection.execute("VACUUM")
            _empty_log(connection)
            return deleted
    except sqlite3.Error as fault:
        raise (kind_of(fault) or DatabaseUnusable)(f"{path}: {fault}") from fault


def _deleted(connection: sqlite3.Connection, named: set[str]) -> int:
    tables = _tables(connection)
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute("CREATE TEMP TABLE doomed (value TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID")
        connection.executemany("INSERT INTO doomed VALUES (?)", [(value,) for value in named])
        for table, columns in tables.items():       # a workflow that bears their id anywhere is theirs as a whole
            if _WORKFLOW in columns:
                connection.execute(f"INSERT OR IGNORE INTO doomed SELECT {_WORKFLOW} FROM {table} WHERE {_is_doomed(columns)}")
        deleted = sum(connection.execute(f"DELETE FROM {table} WHERE {_is_doomed(columns)}").rowcount
                      for table, columns in tables.items())
        connection.execute("DROP TABLE doomed")
        connection.execute("COMMIT")
        return deleted
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _tables(connection: sqlite3.Connection) -> dict[str, list[str]]:
    """Each table with its columns of text."""
    found: dict[str, list[str]] = {}
    for table, column in connection.execute(_TEXTS):
        found.setdefault(table, []).append(column)
    return found


def _is_doomed(columns: list[str]) -> str:
    return " OR ".join(f'"{column}" IN (SELECT value FROM doomed)' for column in columns)


def _empty_log(connection: sqlite3.Connection) -> None:
    """Move the log into the file and cut it to nothing; whoever reads from it is waited for."""
    for _ in range(CHECKPOINT_TRIES):
        if not connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            return
        time.sleep(CHECKPOINT_PAUSE_SECONDS)
    raise DatabaseUnusable("the engine's log is read from without an end")
