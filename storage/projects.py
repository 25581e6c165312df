"""Projects: which session and task of a backend a member works on in a place. Keeps ids as text, never reads them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import aiosqlite

from storage.members import ensure_member
from storage.moments import milliseconds_of, moment
from storage.stores import Projects

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Project", "Projects", "SqliteProjects", "Wished"]


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


@dataclass(frozen=True, slots=True)
class Wished:
    """A wish as the history of a project remembers it. Nobody here reads what `outcome` says."""

    words: str
    outcome: str
    at: datetime
    job_id: str | None = None       # the job that said it, which may be gone by now


class SqliteProjects:
    """Projects in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def current(self, member_id: str, place: str, backend: str) -> Project | None:
        """See `Projects.current`."""
        row = await self._database.row(
            "SELECT * FROM projects WHERE member_id = ? AND place = ? AND backend = ? AND retired_at IS NULL",
            (member_id, place, backend))
        return None if row is None else _project(row)

    async def get(self, project_id: int) -> Project | None:
        """See `Projects.get`."""
        row = await self._database.row("SELECT * FROM projects WHERE id = ?", (project_id,))
        return None if row is None else _project(row)

    async def of_session(self, backend: str, session_id: str) -> Project | None:
        """See `Projects.of_session`."""
        row = await self._database.row(
            "SELECT * FROM projects WHERE session_id = ? AND backend = ? ORDER BY id DESC LIMIT 1", (session_id, backend))
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
        await self._database.write("UPDATE projects SET used_at = ? WHERE id = ?", (self._database.now(), project_id))

    async def rename(self, project_id: int, title: str) -> None:
        """See `Projects.rename`."""
        await self._database.write("UPDATE projects SET title = ? WHERE id = ?", (title, project_id))

    async def retire(self, project_id: int) -> None:
        """See `Projects.retire`."""
        await self._database.write("UPDATE projects SET retired_at = ? WHERE id = ? AND retired_at IS NULL",
                                   (self._database.now(), project_id))

    async def open(self, project_id: int) -> None:
        """See `Projects.open`."""
        now = self._database.now()
        async with self._database.writing() as connection:
            await connection.execute(
                "UPDATE projects SET retired_at = ? WHERE retired_at IS NULL AND (member_id, place, backend) ="
                " (SELECT member_id, place, backend FROM projects WHERE id = ?)", (now, project_id))
            await connection.execute("UPDATE projects SET retired_at = NULL, used_at = ? WHERE id = ?", (now, project_id))

    async def drop(self, project_id: int) -> bool:
        """See `Projects.drop`."""
        is_dropped = await self._database.write("DELETE FROM projects WHERE id = ?", (project_id,)) > 0
        await self._database.settle()
        return is_dropped

    async def drop_unused(self, before: datetime, backend: str, *, limit: int = 500) -> int:
        """See `Projects.drop_unused`."""
        dropped = await self._database.write(
            "DELETE FROM projects WHERE id IN (SELECT id FROM projects WHERE used_at < ? AND backend = ?"
            " AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.member_id = projects.member_id"
            " AND (jobs.ended_at IS NULL OR jobs.session_id = projects.session_id))"
            " ORDER BY used_at LIMIT ?)", (milliseconds_of(before), backend, limit))
        if dropped:
            await self._database.settle()
        return dropped

    async def of_member(self, member_id: str, *, limit: int = 25) -> list[Project]:
        """See `Projects.of_member`."""
        rows = await self._database.rows(
            "SELECT * FROM projects WHERE member_id = ? ORDER BY used_at DESC, id DESC LIMIT ?", (member_id, limit))
        return [_project(row) for row in rows]

    async def of_place(self, place: str, *, limit: int = 25) -> list[Project]:
        """See `Projects.of_place`."""
        rows = await self._database.rows(
            "SELECT * FROM projects WHERE place = ? ORDER BY used_at DESC, id DESC LIMIT ?", (place, limit))
        return [_project(row) for row in rows]

    async def remember_wish(self, project_id: int, words: str, outcome: str, *, job_id: str | None = None) -> None:
        """See `Projects.remember_wish`."""
        await self._database.write(
            "INSERT INTO wishes (project_id, job_id, words, outcome, at)"
            " SELECT id, ?, ?, ?, ? FROM projects WHERE id = ?"
            " ON CONFLICT (project_id, job_id) DO UPDATE SET outcome = excluded.outcome",
            (job_id, words, outcome, self._database.now(), project_id))

    async def wishes(self, project_id: int, *, limit: int = 25) -> list[Wished]:
        """See `Projects.wishes`."""
        rows = await self._database.rows(
            "SELECT * FROM wishes WHERE project_id = ? ORDER BY id DESC LIMIT ?", (project_id, limit))
        return [Wished(row["words"], row["outcome"], moment(row["at"]), row["job_id"]) for row in rows]


def _project(row: aiosqlite.Row) -> Project:
    return Project(
        row["id"], row["member_id"], row["place"], row["backend"], row["session_id"], row["task_id"], row["title"],
        moment(row["created_at"]), moment(row["used_at"]), row["retired_at"] is not None,
    )
