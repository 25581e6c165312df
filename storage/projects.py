"""Projects: which session and task of a backend a member works on in a place. Keeps ids as text, never reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import aiosqlite

from storage.members import ensure_member
from storage.moments import moment

if TYPE_CHECKING:
    from storage.database import Database


@dataclass(frozen=True, slots=True)
class Project:
    """A project on a backend. A place is a channel or thread id, or "terminal"."""

    id: int
    member_id: str
    place: str
    backend: str
    session_id: str
    task_id: str | None
    title: str
    created_at: datetime
    used_at: datetime
    is_retired: bool = False


class Projects(Protocol):
    """What a store of projects can do. A member has at most one current project in a place on a backend."""

    async def current(self, member_id: str, place: str, backend: str) -> Project | None:
        """The project that the next wish refines."""
        ...

    async def start(
        self, member_id: str, place: str, backend: str, *, session_id: str, task_id: str | None, title: str
    ) -> Project:
        """Make a project the current one; the one before is retired, the member made if need be."""
        ...

    async def touch(self, project_id: int) -> None:
        """The project was used just now."""
        ...

    async def rename(self, project_id: int, title: str) -> None:
        """Give the project another title."""
        ...

    async def retire(self, project_id: int) -> None:
        """The project is no longer current; it stays in the list."""
        ...

    async def of_member(self, member_id: str, *, limit: int = 25) -> list[Project]:
        """The member's projects, the one used last first, retired ones too."""
        ...


class SqliteProjects:
    """Projects in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, member_id: str, place: str, backend: str) -> Project | None:
        """See `Projects.current`."""
        row = await self._database.row(
            "SELECT * FROM projects WHERE member_id = ? AND place = ? AND backend = ? AND retired_at IS NULL",
            (member_id, place, backend),
        )
        return None if row is None else _project(row)

    async def start(
        self, member_id: str, place: str, backend: str, *, session_id: str, task_id: str | None, title: str
    ) -> Project:
        """See `Projects.start`."""
        now = self._database.now()
        async with self._database.writing() as connection:
            await ensure_member(connection, member_id, now)
            await connection.execute(
                "UPDATE projects SET retired_at = ? WHERE member_id = ? AND place = ? AND backend = ?"
                " AND retired_at IS NULL",
                (now, member_id, place, backend),
            )
            rows = await connection.execute_fetchall(
                "INSERT INTO projects (member_id, place, backend, session_id, task_id, title, created_at, used_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING *",
                (member_id, place, backend, session_id, task_id, title, now, now),
            )
            return _project(next(iter(rows)))

    async def touch(self, project_id: int) -> None:
        """See `Projects.touch`."""
        await self._write("UPDATE projects SET used_at = ? WHERE id = ?", self._database.now(), project_id)

    async def rename(self, project_id: int, title: str) -> None:
        """See `Projects.rename`."""
        await self._write("UPDATE projects SET title = ? WHERE id = ?", title, project_id)

    async def retire(self, project_id: int) -> None:
        """See `Projects.retire`."""
        await self._write("UPDATE projects SET retired_at = ? WHERE id = ? AND retired_at IS NULL",
                          self._database.now(), project_id)

    async def of_member(self, member_id: str, *, limit: int = 25) -> list[Project]:
        """See `Projects.of_member`."""
        rows = await self._database.rows(
            "SELECT * FROM projects WHERE member_id = ? ORDER BY used_at DESC, id DESC LIMIT ?", (member_id, limit))
        return [_project(row) for row in rows]

    async def _write(self, sql: str, *parameters: object) -> None:
        async with self._database.writing() as connection:
            await connection.execute(sql, parameters)


def _project(row: aiosqlite.Row) -> Project:
    return Project(
        row["id"], row["member_id"], row["place"], row["backend"], row["session_id"], row["task_id"], row["title"],
        moment(row["created_at"]), moment(row["used_at"]), row["retired_at"] is not None,
    )
