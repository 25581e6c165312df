"""The keys of a database: found, made or missed at its opening, before anything in it is changed."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
from pathlib import Path

import pytest

from storage import (
    Account,
    Database,
    DatabaseUnusable,
    Key,
    KeyFileBroken,
    KeyFileMissing,
    SealBroken,
    TokenKind,
    WrongKey,
    new_key,
    read_keys,
)

FIRST, SECOND = Key(b"\x01" * 32), Key(b"\x02" * 32)
ACCOUNT = Account("ada", "cloud", TokenKind.OWN, "nmv_usr_secret")


async def keep(path: Path, *keys: Key, member: str = "ada") -> None:
    async with Database.open(path, keys=keys) as database:
        await database.accounts.keep(Account(member, "cloud", TokenKind.OWN, "nmv_usr_secret"))


async def found(path: Path, *keys: Key) -> Account | None:
    async with Database.open(path, keys=keys) as database:
        return await database.accounts.find("ada", "cloud", TokenKind.OWN)


def rows(path: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute("SELECT * FROM accounts ORDER BY member_id").fetchall()
    finally:
        connection.close()


class File:
    """A small file, looked at and moved between the steps of a test."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __str__(self) -> str:
        return str(self.path)

    @property
    def is_there(self) -> bool:
        return self.path.exists()

    @property
    def mode(self) -> int:
        return stat.S_IMODE(self.path.stat().st_mode)

    def read(self) -> bytes:
        return self.path.read_bytes()

    def write(self, data: bytes, mode: int = 0o600) -> None:
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_bytes(data)
        self.path.chmod(mode)

    def take_away(self) -> bytes:
        data = self.path.read_bytes()
        self.path.unlink()
        return data

    def beside(self) -> list[str]:
        return sorted(item.name for item in self.path.parent.iterdir())


@pytest.fixture
def keys(path: Path) -> File:
    """The key file that a database at `path` has."""
    return File(path.parent / "mureka.keys")


async def test_without_keys_a_file_is_made_once_and_that_is_told_once(path: Path, keys: File) -> None:
    async with Database.open(path) as database:
        await database.accounts.keep(ACCOUNT)
        assert database.made is not None
        assert (database.made.says, database.made.facts) == ("keys.made", {"path": str(keys)})
    written = keys.read()
    assert keys.mode == 0o600
    async with Database.open(path) as database:
        assert database.made is None
        assert await database.accounts.find("ada", "cloud", TokenKind.OWN) == ACCOUNT
    assert keys.read() == written
    assert keys.beside() == ["mureka.db", "mureka.keys"]


async def test_with_keys_no_file_is_made(path: Path, keys: File) -> None:
    await keep(path, FIRST)
    assert not keys.is_there


async def test_a_file_of_keys_moves_into_the_setting_and_back(path: Path, keys: File) -> None:
    await keep(path)
    written = keys.take_away()
    assert await found(path, *read_keys(written.decode().splitlines()[-1])) == ACCOUNT
    assert not keys.is_there
    keys.write(written)
    assert await found(path) == ACCOUNT


async def test_the_first_key_of_a_file_seals_and_its_others_open(path: Path, keys: File) -> None:
    await keep(path)
    fresh = new_key()
    keys.write(f"{fresh}   # from today on\n".encode() + keys.read())
    await keep(path, member="bob")
    assert await found(path) == ACCOUNT
    async with Database.open(path) as database:
        assert await database.seals.outdated() == 1
    with pytest.raises(WrongKey):
        await found(path, *read_keys(fresh))


async def test_a_file_that_others_could_read_is_closed_to_them(path: Path, keys: File) -> None:
    await keep(path)
    keys.write(keys.read(), mode=0o644)
    assert await found(path) == ACCOUNT
    assert keys.mode == 0o600


async def test_a_lost_file_is_told_and_no_other_takes_its_place(path: Path, keys: File) -> None:
    await keep(path)
    before, bytes_before = rows(path), File(path).read()
    written = keys.take_away()
    for _ in range(2):
        with pytest.raises(KeyFileMissing) as told:
            await found(path)
        assert (told.value.says, told.value.facts) == ("keys.missing", {"path": str(keys)})
    assert not keys.is_there
    assert rows(path) == before
    assert File(path).read() == bytes_before
    keys.write(written)
    assert await found(path) == ACCOUNT


async def test_a_lost_file_of_a_database_without_secrets_is_made_again(path: Path, keys: File) -> None:
    async with Database.open(path) as database:
        await database.members.get("ada")
    keys.take_away()
    async with Database.open(path) as database:
        assert database.made is not None


async def test_wrong_keys_are_told_and_change_nothing(path: Path) -> None:
    await keep(path, FIRST)
    before, bytes_before = rows(path), File(path).read()
    with pytest.raises(WrongKey) as told:
        await found(path, SECOND)
    assert (told.value.says, told.value.facts) == ("keys.wrong", {"ids": FIRST.id.hex()})
    assert rows(path) == before
    assert File(path).read() == bytes_before
    assert await found(path, SECOND, FIRST) == ACCOUNT


@pytest.mark.parametrize("text", [
    b"", b"# nothing but words\n", b"hello\n", b"\xff\xfe\x00", b"A" * 42, b"A" * 43 + b" and more"])
async def test_a_file_without_whole_keys_is_told_and_left_alone(path: Path, keys: File, text: bytes) -> None:
    keys.write(text)
    with pytest.raises(KeyFileBroken) as told:
        await found(path)
    assert (told.value.says, told.value.facts) == ("keys.broken_file", {"path": str(keys)})
    assert keys.read() == text


async def test_a_file_that_cannot_be_read_is_told(path: Path, keys: File) -> None:
    keys.path.mkdir(parents=True)
    with pytest.raises(DatabaseUnusable, match=os.strerror(errno.EISDIR)):
        await found(path)


async def test_what_a_killed_process_left_of_a_file_is_not_taken_for_it(path: Path, keys: File) -> None:
    File(path.parent / "mureka.keys.part").write(b"half a k")
    await keep(path)
    assert keys.beside() == ["mureka.db", "mureka.keys"]


async def test_a_row_that_was_exchanged_for_another_does_not_open_and_stays(path: Path) -> None:
    await keep(path, FIRST)
    await keep(path, FIRST, member="eve")
    connection = sqlite3.connect(path)
    connection.execute("UPDATE accounts SET sealed = (SELECT sealed FROM accounts WHERE member_id = 'ada')")
    connection.commit()
    connection.close()
    before = rows(path)
    async with Database.open(path, keys=[SECOND, FIRST]) as database:
        with pytest.raises(SealBroken):
            await database.accounts.find("eve", "cloud", TokenKind.OWN)
        last = [step async for step in database.seals.reseal(batch=1)][-1]
        assert (last.done, last.damaged) == (1, 1)
        assert await database.seals.outdated() == 1
        assert rows(path)[1] == before[1]
        await database.accounts.keep(Account("eve", "cloud", TokenKind.OWN, "nmv_usr_new"))
        assert await database.accounts.find("eve", "cloud", TokenKind.OWN) is not None


async def test_another_program_that_changes_the_keys_meanwhile_is_noticed_and_nothing_is_lost(path: Path) -> None:
    await keep(path, FIRST)
    async with Database.open(path, keys=[FIRST]) as old, Database.open(path, keys=[SECOND, FIRST]) as fresh:
        assert [step async for step in fresh.seals.reseal()][-1].done == 1
        with pytest.raises(WrongKey):
            await old.accounts.find("ada", "cloud", TokenKind.OWN)
        await old.accounts.keep(Account("bob", "cloud", TokenKind.OWN, "nmv_usr_bob"))
        assert await fresh.accounts.find("bob", "cloud", TokenKind.OWN) is not None
    with pytest.raises(WrongKey):
        await found(path, SECOND)


async def test_what_is_lost_for_good_is_dropped_only_when_that_is_asked_for(path: Path, keys: File) -> None:
    await keep(path, FIRST)
    async with Database.open(path, keys=[SECOND, FIRST]) as database:
        await database.blocks.block("7", "ada")
        await database.accounts.keep(Account("bob", "cloud", TokenKind.OWN, "nmv_usr_bob"))
    async with Database.open(path, keys=[SECOND], forget_lost=True) as database:
        assert database.lost == 1
        assert await database.accounts.find("ada", "cloud", TokenKind.OWN) is None
        assert await database.accounts.find("bob", "cloud", TokenKind.OWN) is not None
    async with Database.open(path, forget_lost=True) as database:
        assert (database.lost, database.made is not None) == (2, True)
        assert await database.blocks.block("7", "ada")      # nobody is known by the hash of before
    assert keys.is_there
