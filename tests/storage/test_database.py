"""The file itself: opening, migrating, transactions, crashes, many processes."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
from contextlib import suppress
from pathlib import Path

import pytest

from storage import Database, DatabaseUnusable, NewerSchema
from storage.schema import MIGRATIONS, read_migrations

ROOT = Path(__file__).parents[2]


def run(program: str, *arguments: object) -> subprocess.Popen[str]:
    """A Python process of its own."""
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)], cwd=ROOT,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def look(path: Path, sql: str) -> list[tuple[object, ...]]:
    """What another connection sees."""
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


async def test_a_fresh_database_is_of_the_newest_schema_and_strict(database: Database, path: Path) -> None:
    assert look(path, "PRAGMA user_version") == [(len(read_migrations(MIGRATIONS)),)]
    assert look(path, "PRAGMA journal_mode") == [("wal",)]
    tables = look(path, "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%'")
    assert {name for name, _ in tables} >= {"members", "accounts", "projects"}
    assert all(strict for _, strict in tables)


async def test_writes_are_on_stable_storage_and_foreign_keys_are_kept(database: Database) -> None:
    async with database.writing() as connection:
        settings = [next(iter(await connection.execute_fetchall(f"PRAGMA {name}")))[0]
                    for name in ("synchronous", "foreign_keys", "secure_delete")]
    assert settings == [2, 1, 1]
    with pytest.raises(sqlite3.IntegrityError):
        await orphan(database)
    with pytest.raises(sqlite3.OperationalError):
        await database.rows("DELETE FROM members")


async def orphan(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute("INSERT INTO accounts VALUES ('nobody', 'b', 'own', 't', NULL, NULL, NULL, 0)")


async def test_the_file_is_for_its_owner_alone(path: Path) -> None:
    async with Database.open(path) as database:
        await database.members.get("ada")
        modes = modes_in(path.parent)
    assert {"mureka.db", "mureka.db-wal"} <= set(modes)
    assert set(modes.values()) == {0o600}
    assert modes_in(path.parent.parent)["data"] == 0o700


def modes_in(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


async def test_a_file_that_others_could_read_is_closed_to_them(path: Path) -> None:
    async with Database.open(path):
        pass
    os.chmod(path, 0o644)  # noqa: PTH101 - nothing is waited for
    async with Database.open(path):
        assert modes_in(path.parent)["mureka.db"] == 0o600


async def test_a_newer_schema_is_refused_and_left_alone(path: Path) -> None:
    async with Database.open(path) as database:
        await database.members.get("ada")
    look(path, "PRAGMA user_version = 99")
    with pytest.raises(NewerSchema) as caught:
        async with Database.open(path):
            pass
    assert (caught.value.found, caught.value.says) == (99, "storage.newer_schema")
    assert look(path, "SELECT id FROM members") == [("ada",)]


@pytest.fixture
def no_database(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a database, but long enough to be looked at" * 100)
    return path


async def test_what_is_no_database_is_told_as_such(no_database: Path) -> None:
    with pytest.raises(DatabaseUnusable):
        async with Database.open(no_database):
            pass
    with pytest.raises(DatabaseUnusable):
        async with Database.open(no_database / "below a file.db"):
            pass


async def test_an_error_in_a_transaction_undoes_all_of_it(database: Database) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await half_good(database)
    assert await database.rows("SELECT id FROM members") == []
    assert (await database.members.get("ada")).id == "ada"


async def half_good(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute("INSERT INTO members VALUES ('ada', 'x', 0)")
        await connection.execute("INSERT INTO members VALUES ('bob', 'x', 0)")


@pytest.mark.parametrize("yields", range(8))
async def test_a_cancelled_write_leaves_no_open_transaction(database: Database, path: Path, yields: int) -> None:
    started = asyncio.Event()

    async def write() -> None:
        async with database.writing() as connection:
            await connection.execute("INSERT INTO members VALUES ('ada', 'x', 0)")
            started.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    if yields:                      # cancelled while it waits for the lock, the begin, the statement …
        for _ in range(yields - 1):
            await asyncio.sleep(0)
    else:                           # … or in the middle of the transaction
        await started.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    other = sqlite3.connect(path, timeout=1, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("ROLLBACK")
    other.close()
    assert await database.rows("SELECT id FROM members") == []
    assert (await database.members.get("bob")).id == "bob"


async def test_a_reader_sees_nothing_of_a_transaction_that_is_not_committed(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute("INSERT INTO members VALUES ('ada', 'x', 0)")
        assert await database.rows("SELECT id FROM members") == []
    assert len(await database.rows("SELECT id FROM members")) == 1


async def test_migrations_are_applied_one_by_one_and_only_once(path: Path, tmp_path: Path) -> None:
    folder = migrations(tmp_path, "CREATE TABLE one (a) ; -- a; comment\nINSERT INTO one VALUES ('x;y');")
    async with Database.open(path, migrations=folder):
        pass
    (folder / "0002_more.sql").write_text("CREATE TABLE two (b);\nINSERT INTO two SELECT a FROM one;\n-- the end")
    for _ in range(2):
        async with Database.open(path, migrations=folder):
            pass
    assert look(path, "SELECT b FROM two") == [("x;y",)]
    assert look(path, "PRAGMA user_version") == [(2,)]


async def test_a_migration_that_fails_leaves_the_schema_before_it(path: Path, tmp_path: Path) -> None:
    folder = migrations(tmp_path, "CREATE TABLE one (a);", "CREATE TABLE two (b); CREATE TABLE one (a);")
    with pytest.raises(DatabaseUnusable):
        async with Database.open(path, migrations=folder):
            pass
    assert look(path, "PRAGMA user_version") == [(1,)]
    assert look(path, "SELECT name FROM sqlite_master") == [("one",)]


@pytest.mark.parametrize("names", [["0002_a.sql"], ["0001_a.sql", "0003_b.sql"], ["0001_a.sql", "0001_b.sql"]])
def test_migrations_are_numbered_without_gaps(tmp_path: Path, names: list[str]) -> None:
    for name in names:
        (tmp_path / name).write_text("SELECT 1;")
    with pytest.raises(ValueError, match="numbered"):
        read_migrations(tmp_path)


def migrations(tmp_path: Path, *scripts: str) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    for number, script in enumerate(scripts, 1):
        (folder / f"{number:04}_step.sql").write_text(script)
    return folder


def test_four_processes_open_a_fresh_database_at_once(path: Path) -> None:
    program = """
        import asyncio, sys
        from pathlib import Path
        from storage import Database

        async def main():
            print("ready", flush=True)
            sys.stdin.read()
            async with Database.open(Path(sys.argv[1])) as database:
                await database.members.get("everybody")
                await database.members.get(sys.argv[2])

        asyncio.run(main())
    """
    arguments = [sys.executable, "-c", textwrap.dedent(program), str(path)]
    processes = [subprocess.Popen([*arguments, f"member-{number}"], cwd=ROOT, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True) for number in range(4)]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:       # all are loaded before the first goes on
        assert process.stdin is not None
        process.stdin.close()
    assert [process.wait(60) for process in processes] == [0] * 4
    for process in processes:
        assert process.stdout is not None
        process.stdout.close()
    assert look(path, "SELECT count(*) FROM members") == [(5,)]


async def test_a_process_killed_in_mid_migration_leaves_the_schema_before_it(path: Path, tmp_path: Path) -> None:
    folder = migrations(tmp_path, "CREATE TABLE one (a);", "CREATE TABLE two (b);\nINSERT INTO two VALUES (die());")
    program = """
        import asyncio, os, signal, sys
        from pathlib import Path
        import aiosqlite
        from storage.schema import migrate, read_migrations

        async def main():
            async with aiosqlite.connect(sys.argv[1], isolation_level=None) as connection:
                await connection.execute("PRAGMA journal_mode = WAL")
                await connection.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
                await migrate(connection, read_migrations(Path(sys.argv[2])))

        asyncio.run(main())
    """
    path.parent.mkdir()
    process = run(program, path, folder)
    await asyncio.to_thread(process.communicate)
    assert process.returncode == -signal.SIGKILL
    assert look(path, "PRAGMA user_version") == [(1,)]
    (folder / "0002_step.sql").write_text("CREATE TABLE two (b);\nINSERT INTO two VALUES (2);")
    async with Database.open(path, migrations=folder) as database:
        assert [tuple(row) for row in await database.rows("SELECT b FROM two")] == [(2,)]


def test_a_process_that_fails_with_the_database_open_ends(path: Path) -> None:
    program = """
        import asyncio, sys
        from pathlib import Path
        from storage import Database

        async def main():
            async with Database.open(Path(sys.argv[1])) as database:
                await database.members.get("ada")
                raise SystemExit(7)

        asyncio.run(main())
    """
    process = run(program, path)
    process.communicate(timeout=30)
    assert process.returncode == 7
