"""The page about privacy names every table that there is, and every setting of days."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from storage import Database

PAGE = (Path(__file__).parent.parent / "docs" / "privacy.md").read_text(encoding="utf-8")


async def test_every_table_of_the_database_is_told_of(tmp_path: Path) -> None:
    async with Database.open(tmp_path / "mureka.db"):
        pass
    with closing(sqlite3.connect(tmp_path / "mureka.db")) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    assert len(names) > 10
    assert [name for name in names if f"`{name}`" not in PAGE and not name.startswith("sqlite_")] == []
