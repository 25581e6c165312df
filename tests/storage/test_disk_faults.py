"""What a disk refuses is a fault with a sentence, nothing is half written, and the database goes on once there is room."""

from __future__ import annotations

import errno
import os
import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storage import Database, DatabaseUnusable, DiskFault, DiskFull, DiskReadOnly
from storage.errors import kind_of, telling


async def number(database: Database, pragma: str) -> int:
    async with database.writing() as connection:
        rows = list(await connection.execute_fetchall(f"PRAGMA {pragma}"))
    return int(rows[0][0])


async def test_a_full_disk_changes_nothing_and_is_forgotten_once_there_is_room(database: Database) -> None:
    await database.members.get("ada")
    await number(database, f"max_page_count = {await number(database, 'page_count')}")
    with pytest.raises(DiskFull) as full:
        async with database.writing() as connection:
            await connection.execute("INSERT INTO members VALUES ('bob', 'client', 0)")
            await connection.execute("CREATE TABLE large AS SELECT randomblob(100000)")
    assert (full.value.says, str(full.value)) == ("storage.disk_full", "database or disk is full")
    assert [row["id"] for row in await database.rows("SELECT id FROM members")] == ["ada"]
    await database.check_writing()      # a page that is there already takes no more room
    await number(database, "max_page_count = 100000")
    await database.members.get("bob")


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """No file of this process grows beyond `size` bytes, as if the disk took no more."""
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


async def test_a_disk_that_takes_no_byte_is_a_fault_of_every_write_and_of_no_read(database: Database, path: Path) -> None:
    await database.members.get("ada")
    with files_end_at(path.with_name("mureka.db-wal").stat().st_size):
        for write in (database.check_writing, lambda: database.members.get("bob"), lambda: database.members.forget("ada")):
            with pytest.raises(DiskFault) as refused:
                await write()
            assert type(refused.value) is DiskFault
        assert (await database.members.get("ada")).id == "ada"
    await database.check_writing()
    assert await database.members.forget("ada")


async def test_what_only_reads_says_of_a_write_that_it_is_a_defect(database: Database) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        await database.rows("DELETE FROM members")


async def test_a_database_that_is_read_only_is_told_when_it_is_opened_or_written(tmp_path: Path) -> None:
    path = tmp_path / "mureka.db"
    async with Database.open(path):
        pass
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        with pytest.raises(DiskReadOnly) as refused, telling():
            connection.execute("DELETE FROM members")
    finally:
        connection.close()
    assert refused.value.says == "storage.disk_read_only"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_device_that_is_full_is_a_full_disk() -> None:
    with pytest.raises(DiskFull), telling(), Path("/dev/full").open("wb", buffering=0) as full:
        full.write(b"x")


@pytest.mark.skipif(not Path("/proc/sys").exists(), reason="there is no /proc here")
async def test_a_place_that_takes_no_folder_is_told_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="/proc/mureka"):
        async with Database.open(Path("/proc/mureka/mureka.db")):
            pass


@pytest.mark.parametrize(("fault", "kind"), [
    (OSError(errno.ENOSPC, ""), DiskFull), (OSError(errno.EDQUOT, ""), DiskFull), (OSError(errno.EROFS, ""), DiskReadOnly),
    (OSError(errno.EIO, ""), DiskFault), (OSError(errno.ENOENT, ""), None), (OSError("no number"), None),
    (TimeoutError(), None), (sqlite3.ProgrammingError("no code"), None), (ValueError(), None), (None, None)])
def test_only_what_the_disk_does_is_told_as_such(fault: BaseException | None, kind: type[DatabaseUnusable] | None) -> None:
    assert kind_of(fault) is kind


async def test_a_file_that_was_damaged_while_it_was_open_is_told(tmp_path: Path) -> None:
    path = tmp_path / "mureka.db"
    async with Database.open(path) as database:
        await database.settle()
        os.truncate(path, 4096 * 3)
        with pytest.raises(DatabaseUnusable) as damaged:
            for table in ("members", "jobs", "claims", "usage", "projects"):
                await database.rows(f"SELECT * FROM {table}")
                await database.write(f"DELETE FROM {table}")
        assert damaged.value.says in ("storage.unusable", "storage.disk_fails")
