"""Belongings: all rows that are a member's, found by the tables' own foreign keys, so that no new table is left out.

Reads the schema and never a column's meaning. What hangs on `members` by however many steps is theirs, and so is what bears
their keyed hash (`member_key`), which outlives them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from storage.database import Database

ROOT: Final = "members"
HASH: Final = "member_key"
SEALED: Final = "sealed"
MOST_ROWS: Final = 50_000
"""Of one table that are told: more than anybody makes in the time that rows are kept."""
_ALL: Final = """
    SELECT name AS child, fk."table" AS parent, fk."from" AS source, ifnull(fk."to", 'id') AS target
    FROM sqlite_master, pragma_foreign_key_list(name) AS fk WHERE type = 'table' ORDER BY name, fk.id, fk.seq
"""
_HASHED: Final = """
    SELECT m.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table' AND c.name = ? ORDER BY m.name
"""


@dataclass(frozen=True, slots=True)
class _Link:
    """That a table's rows hang on those of another; every foreign key here is of one column."""

    child: str
    parent: str
    source: str
    target: str


async def rows_of(database: Database, member_id: str) -> dict[str, list[dict[str, Any]]]:
    """The member's rows by table, without what is sealed; bytes as hexadecimal digits. A table without any is left out."""
    links = [_Link(*row) for row in await database.rows(_ALL)]
    hashed = [row[0] for row in await database.rows(_HASHED, (HASH,))]
    where = conditions(links)
    for table in hashed:
        where[table] = " OR ".join(filter(None, (where.get(table), f"{HASH} = :key")))
    facts = {"member": member_id, "key": await database.member_keys.of(member_id), "most": MOST_ROWS}
    found = {table: await database.rows(f"SELECT * FROM {table} WHERE {condition} LIMIT :most", facts)
             for table, condition in where.items()}
    return {table: [_told(dict(row)) for row in rows] for table, rows in found.items() if rows}


async def childless(database: Database) -> str:
    """The condition on a row of `members` that nothing hangs on it."""
    links = [_Link(*row) for row in await database.rows(_ALL)]
    free = [f"NOT EXISTS (SELECT 1 FROM {one.child} WHERE {one.child}.{one.source} = {ROOT}.{one.target})"
            for one in links if one.parent == ROOT]
    return " AND ".join(free) or "1"


def conditions(links: list[_Link]) -> dict[str, str]:
    """For each table whose rows hang on a member, however far away: the condition which of them do."""
    found = {ROOT: "id = :member"}
    todo = [ROOT]
    while todo:
        parent = todo.pop()
        for one in links:
            if one.parent == parent and one.child not in found:
                found[one.child] = f"{one.source} IN (SELECT {one.target} FROM {parent} WHERE {found[parent]})"
                todo.append(one.child)
    return found


def _told(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value.hex() if isinstance(value, bytes) else value for name, value in row.items() if name != SEALED}
