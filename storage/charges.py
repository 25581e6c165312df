"""Charges: what was counted for a job, so that it is counted once and given back once. Runs within others' transactions alone."""

from __future__ import annotations

from datetime import date
from typing import Final

import aiosqlite

from storage.errors import UnknownJob

CARRIED_OUT: Final = ("done", "changed", "uncertain")
"""Outcomes of a wish that was, or may have been, carried out: the backend has taken its credits."""
GIVEN_BACK_A_DAY: Final = 5
"""Songs of a member that were begun and then cancelled. What is more stays counted: who asks and cancels, over and over, or has
themselves forgotten in between, would otherwise be worked for without end. What failed is no doing of theirs."""
_SAME_ROW: Final = """charges.job_id = ? AND (usage.day, usage.server_id, usage.member_key, usage.kind)
    = (charges.day, charges.server_id, charges.member_key, charges.kind)"""


async def charged_on(connection: aiosqlite.Connection, job_id: str) -> date | None:
    """The day on which a job was counted; None where it was not."""
    rows = list(await connection.execute_fetchall("SELECT day FROM charges WHERE job_id = ?", (job_id,)))
    return date.fromisoformat(rows[0][0]) if rows else None


async def is_over(connection: aiosqlite.Connection, job_id: str) -> bool:
    """Whether the job has ended. Raises UnknownJob."""
    rows = list(await connection.execute_fetchall("SELECT ended_at FROM jobs WHERE id = ?", (job_id,)))
    if not rows:
        raise UnknownJob(job_id)
    return rows[0][0] is not None


async def charge(connection: aiosqlite.Connection, job_id: str, row: tuple[str, str, bytes, str], cost: int) -> None:
    """Count one more in a row of `usage` (day, server, member, kind), and note for which job."""
    await connection.execute("INSERT INTO charges (job_id, day, server_id, member_key, kind, credits) VALUES (?, ?, ?, ?, ?, ?)",
                             (job_id, *row, cost))
    await connection.execute(
        "INSERT INTO usage (day, server_id, member_key, kind, count, credits) VALUES (?, ?, ?, ?, 1, ?)"
        " ON CONFLICT (day, server_id, member_key, kind) DO UPDATE SET count = count + 1, credits = credits + excluded.credits",
        (*row, cost))


async def give_back(connection: aiosqlite.Connection, job_id: str, now: int) -> bool:
    """Count a job's song no more, and its credits where they were not spent; False where it stays counted, or never was.

    To be called in the transaction that ends the job. Credits that the backend has, or may have, taken stay counted.
    """
    is_begun, is_cancelled = await _begun_and_cancelled(connection, job_id)
    in_vain = is_begun and is_cancelled
    if in_vain and await _in_vain(connection, job_id) >= GIVEN_BACK_A_DAY:
        return False
    cursor = await connection.execute("UPDATE charges SET given_back_at = ? WHERE job_id = ? AND given_back_at IS NULL",
                                      (now, job_id))
    if not cursor.rowcount:
        return False
    if not is_begun:
        await free(connection, job_id)
    await connection.execute(
        "UPDATE usage SET count = usage.count - 1, waived = min(usage.waived, usage.count - 1),"
        f" begun_in_vain = begun_in_vain + ? FROM charges WHERE usage.count > 0 AND {_SAME_ROW}", (in_vain, job_id))
    return True


async def free(connection: aiosqlite.Connection, job_id: str) -> bool:
    """Count a job's credits no more, as none were spent; its song stays counted. False where there were none."""
    await connection.execute(
        f"UPDATE usage SET credits = max(usage.credits - charges.credits, 0) FROM charges WHERE {_SAME_ROW}", (job_id,))
    cursor = await connection.execute("UPDATE charges SET credits = 0 WHERE job_id = ? AND credits > 0", (job_id,))
    return cursor.rowcount > 0


async def _begun_and_cancelled(connection: aiosqlite.Connection, job_id: str) -> tuple[bool, bool]:
    """Whether the backend has, or may have, carried a job's wish out, and whether its member did not want it any more.

    A wish that was refused is freed before the job ends.
    """
    rows = list(await connection.execute_fetchall(
        "SELECT outcome, state = 'cancelled', EXISTS (SELECT 1 FROM claims WHERE job_id = jobs.id) FROM jobs WHERE id = ?",
        (job_id,)))
    if not rows:
        return False, False
    outcome, is_cancelled, is_claimed = rows[0]
    return bool(is_claimed) if outcome is None else outcome in CARRIED_OUT, bool(is_cancelled)


async def _in_vain(connection: aiosqlite.Connection, job_id: str) -> int:
    """How many songs of its day a job's member cancelled that were begun, and had given back, wherever they asked."""
    rows = list(await connection.execute_fetchall(
        "SELECT ifnull(sum(begun_in_vain), 0) FROM usage JOIN charges USING (day, member_key) WHERE job_id = ?", (job_id,)))
    return int(rows[0][0])
