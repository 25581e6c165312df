"""Columns that somebody changed by hand: told by name, never taken for something harmless."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from storage import Database, DatabaseUnusable, JobKind, JobRequest, NewJob

JOB = NewJob(id="1", member_id="ada", channel_id="42", kind=JobKind.EXPORT, request=JobRequest("film it"), language="en")


def change(path: Path, sql: str) -> None:
    connection = sqlite3.connect(path)
    connection.execute(sql)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("text", ['["general"]', '{"a": 1}', '"123"', "[1]", "[null]", "null"])
async def test_a_list_of_allowed_roles_that_is_none_does_not_allow_everybody(database: Database, path: Path, text: str) -> None:
    await database.servers.change("7", allowed_roles=["5"])
    change(path, f"UPDATE servers SET allowed_roles = '{text}'")
    with pytest.raises(DatabaseUnusable, match="server 7, allowed_roles"):
        await database.servers.get("7")


@pytest.mark.parametrize("text", ["[]", '{"words": 3}', '{"options": {"a": []}}'])
async def test_a_request_that_is_none_is_told_with_its_job(database: Database, path: Path, text: str) -> None:
    await database.jobs.accept(JOB)
    change(path, f"UPDATE jobs SET request = '{text}'")
    with pytest.raises(DatabaseUnusable, match="job 1"):
        await database.jobs.get("1")


async def test_a_request_of_an_earlier_version_is_read_with_what_it_lacks(database: Database, path: Path) -> None:
    await database.jobs.accept(JOB)
    change(path, """UPDATE jobs SET request = '{"words": "film it", "asked": "before"}'""")
    job = await database.jobs.get("1")
    assert job is not None
    assert job.request == JobRequest("film it")


@pytest.mark.parametrize("sql", ["UPDATE servers SET listening_channels = 'x'", "UPDATE servers SET cloud_allowed = 2",
                                 "UPDATE jobs SET request = 'x'", "UPDATE usage SET count = -1",
                                 "UPDATE accounts SET sealed = x'01'", "UPDATE servers SET server_songs_month = -1",
                                 "UPDATE servers SET when_spent = 'dance'"])
async def test_the_tables_themselves_refuse_what_makes_no_sense(database: Database, path: Path, sql: str) -> None:
    await database.servers.change("7")
    await database.jobs.accept(JOB)
    await database.usage.charge(JOB.id, "ada", None, "generate")
    async with database.writing() as connection:
        await connection.execute("INSERT INTO accounts VALUES ('ada', 'cloud', 'own', zeroblob(37), NULL, NULL, NULL, 0)")
    with pytest.raises(sqlite3.IntegrityError):
        change(path, sql)


async def test_the_file_alone_does_not_tell_whose_usage_it_holds(database: Database, path: Path) -> None:
    member = "308994132968210433"
    await database.jobs.accept(replace(JOB, member_id=member))
    await database.usage.charge(JOB.id, member, "7", "generate")
    await database.blocks.block("7", member)
    await database.members.forget(member)
    assert b"308994132968210433" not in path.read_bytes()  # noqa: ASYNC240 - a small file
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT length(member_key), length(sealed) FROM usage, secrets").fetchall()
    connection.close()
    assert found == [(16, 37 + 64)]
