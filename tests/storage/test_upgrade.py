"""The way from schema 1, whose tokens stood there for everybody to read, whatever dies on it."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage import Account, Database, TokenKind
from storage.schema import MIGRATIONS, read_migrations
from tests.storage.death import KILLED, ROOT, Death, dying

MEMBERS, GONE = 40, 400
TOKEN = "nmv_usr_plain"
RANDOM_KILLS = 20
STRIDE = 3      # of the statements on a new file: those on an old one are all taken


@pytest.fixture(scope="session")
def first_schema(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of schema 1 as a killed bot leaves it: tokens in rows, in free pages and in the log."""
    folder, copy = tmp_path_factory.mktemp("begun"), tmp_path_factory.mktemp("first-schema")
    connection = sqlite3.connect(folder / "mureka.db", isolation_level=None)
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "secure_delete = OFF", "wal_autocheckpoint = 0"):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript((MIGRATIONS / "0001_members.sql").read_text())
    connection.execute("PRAGMA user_version = 1")
    for number in range(MEMBERS + GONE):
        connection.execute("INSERT INTO members VALUES (?, ?, 0)", (f"member {number}", f"client {number}"))
        connection.execute("INSERT INTO accounts VALUES (?, 'cloud', 'own', ?, 'u', 5, 100, 7)",
                           (f"member {number}", f"{TOKEN}_{number}_" + "x" * 300))
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("INSERT INTO projects (member_id, place, backend, session_id, title, created_at, used_at)"
                       " VALUES ('member 0', '42', 'cloud', '1', 'A hum', 0, 0)")
    connection.execute("DELETE FROM members WHERE CAST(substr(id, 8) AS INTEGER) >= ?", (MEMBERS,))
    connection.execute("UPDATE accounts SET token = token || '_later'")
    connection.execute("PRAGMA foreign_keys = OFF")     # as in a shell of sqlite3, where a member is deleted by hand
    connection.execute("DELETE FROM members WHERE id = 'member 1'")
    for path in folder.iterdir():           # while it is open: closing would empty the log
        shutil.copy(path, copy)
    connection.close()
    assert TOKEN.encode() in (copy / "mureka.db").read_bytes()
    assert TOKEN.encode() in (copy / "mureka.db-wal").read_bytes()
    return copy


@pytest.fixture
def begun(first_schema: Path, tmp_path: Path) -> Path:
    return copy_of(first_schema, tmp_path / "data")


def copy_of(folder: Path, to: Path) -> Path:
    shutil.rmtree(to, ignore_errors=True)
    return Path(shutil.copytree(folder, to)) / "mureka.db"


def readable(path: Path) -> list[str]:
    """The files in which a plain token can be read."""
    return [item.name for item in path.parent.iterdir() if TOKEN.encode() in item.read_bytes()]


def account(number: int) -> str:
    return f"{TOKEN}_{number}_" + "x" * 300 + "_later"


async def check_upgraded(path: Path) -> None:
    async with Database.open(path) as database:
        assert readable(path) == []
        rows = await database.rows("SELECT count(*), min(length(sealed)), min(kept_at) FROM accounts")
        assert tuple(rows[0]) == (MEMBERS - 1, 37 + len(account(0)), 7)
        for number in (0, MEMBERS - 1):
            found = await database.accounts.find(f"member {number}", "cloud", TokenKind.OWN)
            assert found is not None
            assert (found.token, found.user_id, found.credits) == (account(number), "u", 100)
        assert [project.title for project in await database.projects.of_member("member 0")] == ["A hum"]
        assert not await database.rows("SELECT * FROM upkeep")
        assert not await database.rows("SELECT * FROM pragma_foreign_key_check")
        assert tuple((await database.rows("PRAGMA integrity_check"))[0]) == ("ok",)
    assert readable(path) == []


async def test_plain_tokens_are_sealed_and_can_be_read_nowhere(begun: Path) -> None:
    assert set(readable(begun)) == {"mureka.db", "mureka.db-wal"}
    await check_upgraded(begun)
    await check_upgraded(begun)


async def test_a_forgotten_member_can_be_read_nowhere(path: Path) -> None:
    async with Database.open(path) as database:
        project = await database.projects.start("ada", "42", "cloud", session_id="1", task_id=None, title="nmv_usr_plain")
        await database.projects.remember_wish(project.id, "nmv_usr_plain and more", "done")
        assert readable(path)
        await database.members.forget("ada")
        assert readable(path) == []


async def test_a_token_that_is_kept_can_be_read_nowhere(path: Path) -> None:
    async with Database.open(path) as database:
        for number in range(20):
            await database.accounts.keep(Account("ada", "cloud", TokenKind.OWN, f"{TOKEN}_{number}"))
        assert readable(path) == []


async def test_the_wiping_waits_for_a_reader_and_is_done_at_a_later_opening(begun: Path) -> None:
    """Somebody looks into the file with a tool of theirs while the bot is upgraded."""
    reader = sqlite3.connect(begun, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM accounts").fetchall()
    async with Database.open(begun, busy_seconds=0.05) as database:
        assert await database.rows("SELECT * FROM upkeep")
        assert await database.accounts.find("member 0", "cloud", TokenKind.OWN)
    reader.close()
    await check_upgraded(begun)


@pytest.fixture(scope="module")
def death() -> Iterator[Death]:
    with dying() as running:
        yield running


@pytest.fixture(scope="module")
def schemas() -> list[list[tuple[str, str]]]:
    """What each schema consists of."""
    connection = sqlite3.connect(":memory:")
    connection.create_function("seal", -1, lambda text, *_owner: text.encode())
    found = [schema_of(connection)]
    for migration in read_migrations(MIGRATIONS):
        connection.executescript(migration.sql)
        found.append(schema_of(connection))
    connection.close()
    return found


def schema_of(connection: sqlite3.Connection) -> list[tuple[str, str]]:
    return connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name").fetchall()


def check_whole(path: Path, schemas: list[list[tuple[str, str]]]) -> int:
    """Look into what a killed process left: it is of one schema, and every token is there, plain or sealed."""
    connection = sqlite3.connect(path)
    try:
        version = int(connection.execute("PRAGMA user_version").fetchone()[0])
        assert schema_of(connection) == schemas[version]
        if version:
            column = "token" if version == 1 else "sealed"
            kinds = connection.execute(f"SELECT count(*), min(typeof({column})), max(typeof({column})) FROM accounts").fetchone()
            expected = "text" if version == 1 else "blob"
            assert kinds in {(MEMBERS - (version > 1), expected, expected), (0, None, None)}
        return version
    finally:
        connection.close()


async def test_killed_before_any_statement_it_leaves_one_schema_or_the_other(
        death: Death, first_schema: Path, tmp_path: Path, schemas: list[list[tuple[str, str]]]) -> None:
    versions, statement, status = [], 0, KILLED
    while status == KILLED:
        path = copy_of(first_schema, tmp_path / "data")
        status = death.order("open", path, statement=statement).status
        versions.append(check_whole(path, schemas))
        await check_upgraded(path)
        statement += 1
    assert status == 0
    assert set(versions) == set(range(1, len(schemas)))
    assert versions == sorted(versions)


async def test_killed_at_any_moment_it_leaves_one_schema_or_the_other(
        death: Death, first_schema: Path, tmp_path: Path, schemas: list[list[tuple[str, str]]]) -> None:
    whole = death.order("open", copy_of(first_schema, tmp_path / "data"))
    assert whole.status == 0
    chance = random.Random(4)
    for _ in range(RANDOM_KILLS):
        path = copy_of(first_schema, tmp_path / "data")
        for _ in range(2):              # and what opens it after that is killed as well
            death.order("open", path, after=chance.uniform(0, whole.seconds * 1.2))
        check_whole(path, schemas)
        await check_upgraded(path)


async def test_killed_on_the_way_a_new_file_is_of_one_schema(
        death: Death, tmp_path: Path, schemas: list[list[tuple[str, str]]]) -> None:
    statement, status = 0, KILLED
    while status == KILLED:
        path = tmp_path / str(statement) / "mureka.db"
        status = death.order("open", path, statement=statement).status
        if path.exists():
            check_whole(path, schemas)
        async with Database.open(path) as database:
            assert (await database.members.get("ada")).id == "ada"
        statement += STRIDE
    assert status == 0


PROGRAM = """
    import asyncio, json, sys
    from pathlib import Path
    from storage import Database, TokenKind

    async def opened(path):
        async with Database.open(Path(path)) as database:
            await database.members.get("everybody")
            await database.blocks.block("7", "ada")
            found = await database.accounts.find("member 2", "cloud", TokenKind.OWN)
            return [database.made is not None, database.sealer.first_id.hex(), found and found.token,
                    await database.blocks.is_blocked("7", "ada")]

    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(asyncio.run(opened(line.strip()))), flush=True)
"""


@pytest.fixture(scope="module")
def four() -> Iterator[list[subprocess.Popen[str]]]:
    """Four processes, ready to open what they are told to."""
    running = [subprocess.Popen([sys.executable, "-c", textwrap.dedent(PROGRAM)], cwd=ROOT, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
               for _ in range(4)]
    for process in running:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    yield running
    for process in running:
        process.communicate()


def open_at_once(four: list[subprocess.Popen[str]], path: Path) -> list[tuple[bool, str, str | None, bool]]:
    for process in four:
        assert process.stdin
        process.stdin.write(f"{path}\n")
        process.stdin.flush()
    return [tuple(json.loads(process.stdout.readline())) for process in four if process.stdout]


@pytest.mark.parametrize("turn", range(5))
async def test_four_processes_that_open_an_old_file_at_once_upgrade_it_once(
        four: list[subprocess.Popen[str]], begun: Path, turn: int) -> None:
    found = open_at_once(four, begun)
    assert sorted(made for made, *_ in found) == [False, False, False, True]
    assert len({key for _, key, *_ in found}) == 1
    assert {token for _, _, token, _ in found} == {account(2)}
    await check_upgraded(begun)


@pytest.mark.parametrize("turn", range(5))
async def test_four_processes_that_find_no_file_make_one_database_and_one_key(
        four: list[subprocess.Popen[str]], path: Path, turn: int) -> None:
    found = open_at_once(four, path)
    assert sorted(made for made, *_ in found) == [False, False, False, True]
    assert len({key for _, key, *_ in found}) == 1
    assert all(is_blocked for *_, is_blocked in found)
    async with Database.open(path) as database:
        assert await database.rows("SELECT id FROM members") != []
        assert await database.blocks.count("7") == 1
