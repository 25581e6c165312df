"""Usage: how much was used on which day, under limits. Knows a member by a keyed hash alone, so it can outlive them.

Who asks to be forgotten loses every row that hangs on them; what they used today still counts today, or forgetting would
be a way around every limit. Rows go after a while.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from storage import charges
from storage.job import SONGS
from storage.limits import Charged, Limits, Refused, Standing, refused
from storage.stores import Usage

if TYPE_CHECKING:
    import aiosqlite

    from storage.database import Database

__all__ = ["MemberUsed", "SqliteUsage", "Usage", "Used"]

KEPT_DAYS: Final = 31
_SONGS: Final = ", ".join(f"'{kind.value}'" for kind in sorted(SONGS))
_STANDING: Final = """
    SELECT ifnull(sum(count) FILTER (WHERE day = :today AND member_key = :member), 0),
        ifnull(sum(max(count - waived, 0)) FILTER (WHERE day = :today AND member_key = :member AND server_id = :server), 0),
        ifnull(sum(count) FILTER (WHERE server_id = :server), 0),
        ifnull(sum(credits) FILTER (WHERE server_id = :server), 0)
    FROM usage WHERE day >= :month AND (server_id = :server OR (day = :today AND member_key = :member))
"""
"""In the order of Standing."""
_UNDER_WAY: Final = f"""
    SELECT ifnull(sum(member_id = :member), 0), ifnull(sum(member_id = :member AND server_id IS :server), 0),
        ifnull(sum(server_id IS :server), 0)
    FROM jobs WHERE ended_at IS NULL AND kind IN ({_SONGS}) AND NOT EXISTS (SELECT 1 FROM charges WHERE job_id = jobs.id)
"""
"""Songs that were asked for and not counted yet, in the order of Standing."""


@dataclass(frozen=True, slots=True)
class Used:
    """What was used."""

    count: int = 0
    credits: int = 0


@dataclass(frozen=True, slots=True)
class MemberUsed:
    """What a member used in a server, of all kinds. `member_id` is None for all those together who are not known any more."""

    member_id: str | None
    today: Used
    month: Used


class SqliteUsage:
    """Usage in SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def charge(self, job_id: str, member_id: str, server_id: str | None, kind: str, *, cost: int = 0,
                     limits: Limits | None = None) -> Charged | Refused:
        """See `Usage.charge`."""
        member_key = await self._database.member_keys.of(member_id)
        async with self._database.writing() as connection:
            now = self._now()
            earlier = await charges.charged_on(connection, job_id)
            if earlier is not None or await charges.is_over(connection, job_id):
                return Charged(earlier or now.date(), is_new=False)
            found = await connection.execute_fetchall(_STANDING, _about(now, member_key, server_id))
            more = Standing(1, 1, 1, cost)
            if limits is not None and (refusal := refused(_standing(found), more, limits, now)) is not None:
                return refusal
            await charges.charge(connection, job_id, (now.date().isoformat(), server_id or "", member_key, kind), cost)
            return Charged(now.date())

    async def free(self, job_id: str) -> bool:
        """See `Usage.free`."""
        async with self._database.writing() as connection:
            return await charges.free(connection, job_id)

    async def drop_old(self) -> int:
        """See `Usage.drop_old`."""
        day = self._now().date() - timedelta(days=KEPT_DAYS)
        return await self._database.write("DELETE FROM usage WHERE day < ?", (day.isoformat(),))

    async def standing(self, member_id: str, server_id: str | None, *, under_way: bool = False) -> Standing:
        """See `Usage.standing`."""
        member_key = await self._database.member_keys.of(member_id)
        standing = _standing(await self._database.rows(_STANDING, _about(self._now(), member_key, server_id)))
        if under_way:
            rows = await self._database.rows(_UNDER_WAY, {"member": member_id, "server": server_id})
            standing += Standing(*rows[0])
        return standing

    async def room(self, member_id: str, server_id: str | None, *, limits: Limits, songs: int = 1, cost: int = 0
                   ) -> Refused | None:
        """See `Usage.room`."""
        standing = await self.standing(member_id, server_id, under_way=True)
        return refused(standing, Standing(songs, songs, songs, cost), limits, self._now())

    async def waive(self, member_id: str, server_id: str) -> int:
        """See `Usage.waive`."""
        row = (self._now().date().isoformat(), server_id, await self._database.member_keys.of(member_id))
        async with self._database.writing() as connection:
            found = await connection.execute_fetchall(
                "SELECT ifnull(sum(count - waived), 0) FROM usage WHERE day = ? AND server_id = ? AND member_key = ?", row)
            await connection.execute("UPDATE usage SET waived = count WHERE day = ? AND server_id = ? AND member_key = ?", row)
            return int(next(iter(found))[0])

    async def of(self, day: date, *, member_id: str | None = None, server_id: str | None = None) -> dict[str, Used]:
        """See `Usage.of`."""
        member_key = None if member_id is None else await self._database.member_keys.of(member_id)
        rows = await self._database.rows(
            "SELECT kind, sum(count), sum(credits) FROM usage WHERE day = ? AND (? IS NULL OR server_id = ?)"
            " AND (? IS NULL OR member_key = ?) GROUP BY kind ORDER BY kind",
            (day.isoformat(), server_id, server_id, member_key, member_key))
        return {row[0]: Used(row[1], row[2]) for row in rows}

    async def by_member(self, server_id: str) -> list[MemberUsed]:
        """See `Usage.by_member`."""
        now = self._now()
        today, month = now.date().isoformat(), now.date().replace(day=1).isoformat()
        rows = await self._database.rows(
            "SELECT member_key, ifnull(sum(count) FILTER (WHERE day = ?), 0), ifnull(sum(credits) FILTER (WHERE day = ?), 0),"
            " sum(count), sum(credits) FROM usage WHERE server_id = ? AND day >= ?"
            " GROUP BY member_key HAVING sum(count) + sum(credits) > 0 ORDER BY sum(count) DESC, sum(credits) DESC, member_key",
            (today, today, server_id, month))
        members = await self._database.rows("SELECT id FROM members")
        named = await self._database.member_keys.named(member["id"] for member in members)
        known = [MemberUsed(named[row[0]], Used(row[1], row[2]), Used(row[3], row[4])) for row in rows if row[0] in named]
        lost = [row for row in rows if row[0] not in named]
        if lost:
            total = [sum(row[column] for row in lost) for column in range(1, 5)]
            known.append(MemberUsed(None, Used(total[0], total[1]), Used(total[2], total[3])))
        return known

    def _now(self) -> datetime:
        return datetime.fromtimestamp(self._database.now() / 1000, UTC)


def _about(now: datetime, member_key: bytes, server_id: str | None) -> dict[str, Any]:
    """What fills the question for a standing."""
    return {"today": now.date().isoformat(), "month": now.date().replace(day=1).isoformat(), "member": member_key,
            "server": server_id or ""}


def _standing(rows: Any) -> Standing:
    row: aiosqlite.Row = next(iter(rows))
    return Standing(*row)
