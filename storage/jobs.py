"""Jobs in SQLite. An end is written where there is none yet, so that of two ends the first one stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, Unpack

import aiosqlite

from storage.charges import give_back
from storage.job import WAITING, Fact, Job, JobChange, JobKind, JobRequest, JobState, NewJob
from storage.jsontext import from_json, json_of
from storage.members import ensure_member
from storage.moments import maybe_moment, milliseconds_of, moment
from storage.stores import Jobs

if TYPE_CHECKING:
    from storage.database import Database

__all__ = ["Jobs", "SqliteJobs"]

_CHANGEABLE: Final = JobChange.__annotations__.keys()
_WAITING: Final = ", ".join(f"'{state.value}'" for state in sorted(WAITING))
_PLACE: Final = f"""
    WITH live AS (
        SELECT id, state, created_at, row_number() OVER (
            PARTITION BY member_id ORDER BY state IN ({_WAITING}), created_at, id) AS round
        FROM jobs WHERE ended_at IS NULL)
    SELECT count(*) FROM live, (SELECT * FROM live WHERE id = ?) AS mine
    WHERE mine.state IN ({_WAITING}) AND live.state IN ({_WAITING})
    AND (live.round, live.created_at, live.id) <= (mine.round, mine.created_at, mine.id)
"""
"""A member has one job at work at a time, so a waiting job's round is its rank among its member's, the one at work first."""


class SqliteJobs:
    """Jobs in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def accept(self, job: NewJob) -> bool:
        """See `Jobs.accept`."""
        return (await self.accept_all([job]))[0]

    async def accept_all(self, jobs: Sequence[NewJob]) -> list[bool]:
        """See `Jobs.accept_all`."""
        now = self._database.now()
        async with self._database.writing() as connection:
            return [await _kept(connection, job, now) for job in jobs]

    async def withdraw(self, job_id: str) -> bool:
        """See `Jobs.withdraw`."""
        return await self._database.write("DELETE FROM jobs WHERE id = ? AND state = ?", (job_id, JobState.ACCEPTED.value)) > 0

    async def get(self, job_id: str) -> Job | None:
        """See `Jobs.get`."""
        row = await self._database.row("SELECT * FROM jobs WHERE id = ?", (job_id,))
        return None if row is None else _job(row)

    async def update(self, job_id: str, **change: Unpack[JobChange]) -> bool:
        """See `Jobs.update`."""
        unknown = change.keys() - _CHANGEABLE
        if unknown:
            raise TypeError(f"a job has no {', '.join(sorted(unknown))} to change")
        if "state" in change and change["state"].is_end:
            raise ValueError("a job is ended by `ended`")
        columns = "".join(f"{name} = ?, " for name in change)
        return await self._database.write(
            f"UPDATE jobs SET {columns}updated_at = ? WHERE id = ? AND ended_at IS NULL",
            (*change.values(), self._database.now(), job_id)) > 0

    async def remember_message(self, job_id: str, message_id: str | None) -> bool:
        """See `Jobs.remember_message`."""
        return await self._database.write("UPDATE jobs SET message_id = ?, updated_at = ? WHERE id = ?",
                                          (message_id, self._database.now(), job_id)) > 0

    async def ended(
        self, job_id: str, state: JobState, *, reason: str | None = None, facts: Mapping[str, Fact] | None = None
    ) -> bool:
        """See `Jobs.ended`."""
        if not state.is_end:
            raise ValueError(f"{state.value} is no end")
        now = self._database.now()
        async with self._database.writing() as connection:
            cursor = await connection.execute(
                "UPDATE jobs SET state = ?, reason = ?, facts = ?, updated_at = ?, ended_at = ?"
                " WHERE id = ? AND ended_at IS NULL",
                (state.value, reason, json_of(facts) if facts else None, now, now, job_id))
            is_first = cursor.rowcount > 0
            if is_first and state is not JobState.DONE:
                await give_back(connection, job_id, now)
            return is_first

    async def told(self, job_id: str) -> bool:
        """See `Jobs.told`."""
        return await self._database.write(
            "UPDATE jobs SET told_at = ? WHERE id = ? AND ended_at IS NOT NULL AND told_at IS NULL",
            (self._database.now(), job_id)) > 0

    async def untold(self) -> list[Job]:
        """See `Jobs.untold`."""
        return [_job(row) for row in await self._database.rows(
            "SELECT * FROM jobs WHERE ended_at IS NOT NULL AND told_at IS NULL ORDER BY ended_at, id")]

    async def unfinished(self) -> list[Job]:
        """See `Jobs.unfinished`."""
        return [_job(row) for row in await self._database.rows(
            "SELECT * FROM jobs WHERE ended_at IS NULL ORDER BY created_at, id")]

    async def unfinished_of(self, member_id: str) -> int:
        """See `Jobs.unfinished_of`."""
        row = await self._database.row("SELECT count(*) FROM jobs WHERE member_id = ? AND ended_at IS NULL", (member_id,))
        return int(row[0]) if row else 0

    async def place_in_queue(self, job_id: str) -> int | None:
        """See `Jobs.place_in_queue`."""
        row = await self._database.row(_PLACE, (job_id,))
        return row[0] or None if row else None

    async def of_member(self, member_id: str, *, channel_id: str | None = None, limit: int = 25) -> list[Job]:
        """See `Jobs.of_member`."""
        return [_job(row) for row in await self._database.rows(
            "SELECT * FROM jobs WHERE member_id = ? AND channel_id = ifnull(?, channel_id)"
            " ORDER BY created_at DESC, id DESC LIMIT ?", (member_id, channel_id, limit))]

    async def drop_ended(self, before: datetime, *, limit: int = 500) -> list[Job]:
        """See `Jobs.drop_ended`."""
        async with self._database.writing() as connection:
            rows = await connection.execute_fetchall(
                "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE ended_at < ? ORDER BY ended_at LIMIT ?)"
                " RETURNING *", (milliseconds_of(before), limit))
            return [_job(row) for row in rows]


async def _kept(connection: aiosqlite.Connection, job: NewJob, now: int) -> bool:
    """Whether the job was kept, which it was not if its id is known."""
    await ensure_member(connection, job.member_id, now)
    cursor = await connection.execute(
        "INSERT INTO jobs (id, member_id, server_id, channel_id, message_id, kind, request, language, state,"
        " upload_limit, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (job.id, job.member_id, job.server_id, job.channel_id, job.message_id, job.kind.value,
         json_of(job.request), job.language, JobState.ACCEPTED.value, job.upload_limit, now, now))
    return cursor.rowcount > 0


def _job(row: aiosqlite.Row) -> Job:
    where = f"job {row['id']}"
    facts = row["facts"]
    return Job(
        id=row["id"], member_id=row["member_id"], server_id=row["server_id"], channel_id=row["channel_id"],
        message_id=row["message_id"], kind=JobKind(row["kind"]), request=from_json(row["request"], JobRequest, where),
        language=row["language"], state=JobState(row["state"]), stage=row["stage"], upload_limit=row["upload_limit"],
        session_id=row["session_id"], fingerprint=row["fingerprint"], render_key=row["render_key"],
        film_path=row["film_path"], outcome=row["outcome"], reason=row["reason"],
        facts={} if facts is None else from_json(facts, dict[str, Fact], where),
        created_at=moment(row["created_at"]), updated_at=moment(row["updated_at"]), ended_at=maybe_moment(row["ended_at"]),
        backend=row["backend"], detour=bool(row["detour"]))
