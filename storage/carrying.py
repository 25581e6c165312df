"""Carrying over: what a database that is given up knows and one that takes its place has to know too.

That is who was forgotten, and what was used: a backup that is restored lifts no limit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from storage.member_keys import SECRET_NAME, SECRET_OWNER

if TYPE_CHECKING:
    from storage.database import Database


async def forgotten_since(earlier: Database, later: Database) -> list[str]:
    """The members of `earlier` who asked `later` to be forgotten, and did not come only after that."""
    found = []
    for member_id in await earlier.members.ids():
        member = await earlier.members.find(member_id)
        if member is not None and await later.forgotten.is_forgotten(member_id, since=member.created_at):
            found.append(member_id)
    return found


async def carry_forgotten(later: Database, earlier: Database) -> bool:
    """Let `earlier` know of everybody whom `later` has forgotten; False where their keyed hashes mean nothing to it.

    To be called before anything else is asked of `earlier`: one that has no key for its hashes yet gets that of `later`.
    """
    await _share_key(later, earlier)
    if await later.member_keys.of("") != await earlier.member_keys.of(""):
        return False
    rows = await later.rows("SELECT member_key, at FROM forgotten")
    async with earlier.writing() as connection:
        await connection.executemany(
            "INSERT INTO forgotten (member_key, at) VALUES (?, ?)"
            " ON CONFLICT (member_key) DO UPDATE SET at = max(at, excluded.at)", [tuple(row) for row in rows])
    return True


async def carry_usage(later: Database, earlier: Database) -> None:
    """Let `earlier` count what was used since; both have to have the same keyed hashes (see `carry_forgotten`)."""
    rows = await later.rows("SELECT day, server_id, member_key, kind, count, credits, waived, begun_in_vain FROM usage")
    async with earlier.writing() as connection:
        await connection.executemany(
            "INSERT INTO usage (day, server_id, member_key, kind, count, credits, waived, begun_in_vain)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (day, server_id, member_key, kind) DO UPDATE SET"
            " count = max(count, excluded.count), credits = max(credits, excluded.credits), waived = excluded.waived,"
            " begun_in_vain = max(begun_in_vain, excluded.begun_in_vain)", [tuple(row) for row in rows])


async def _share_key(later: Database, earlier: Database) -> None:
    row = await later.row("SELECT sealed FROM secrets WHERE name = ?", (SECRET_NAME,))
    if row is not None:
        sealed = earlier.sealer.seal(later.sealer.open(row["sealed"], *SECRET_OWNER), *SECRET_OWNER)
        await earlier.write("INSERT INTO secrets (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
                            (SECRET_NAME, sealed))
