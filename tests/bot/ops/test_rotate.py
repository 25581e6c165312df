"""The change of keys: all rows, quickly, whatever dies in between."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.ops.rotate import Rotated, rotate
from bot.texts import say
from storage import Account, Database, Key, TokenKind, WrongKey
from tests.storage.death import KILLED, Death, dying
from tests.storage.dying import FRESH, OLD

MANY = 10_000
SECONDS_FOR_MANY = 3.0      # of the processor's; about one


async def fill(path: Path, count: int) -> None:
    async with Database.open(path, keys=[OLD]) as database:
        await database.accounts.keep(Account("member 0", "cloud", TokenKind.OWN, "nmv_usr_0"))
        seal = database.sealer.seal
        async with database.writing() as connection:
            await connection.executemany(
                "INSERT INTO members VALUES (?, ?, 0)", [(f"member {number}", f"{number}") for number in range(1, count)])
            await connection.executemany(
                "INSERT INTO accounts VALUES (?, 'cloud', 'own', ?, NULL, NULL, NULL, 0)",
                [(f"member {number}", seal(f"nmv_usr_{number}", "account", f"member {number}", "cloud", "own"))
                 for number in range(1, count)])


async def check(path: Path, count: int, *keys: Key) -> int:
    """Every token is there and opens; how many the first key has not sealed yet."""
    async with Database.open(path, keys=keys) as database:
        for number in range(0, count, 7):
            found = await database.accounts.find(f"member {number}", "cloud", TokenKind.OWN)
            assert found is not None
            assert found.token == f"nmv_usr_{number}"
        assert tuple((await database.rows("SELECT count(*) FROM accounts"))[0]) == (count,)
        return await database.seals.outdated()


async def test_ten_thousand_tokens_are_sealed_anew_in_seconds(tmp_path: Path) -> None:
    path, told = tmp_path / "mureka.db", list[tuple[int, int]]()
    await fill(path, MANY)
    before = path.read_bytes()
    async with Database.open(path, keys=[FRESH, OLD]) as database:
        began = time.process_time()
        rotated = await rotate(database, lambda done, whole: told.append((done, whole)))
        assert time.process_time() - began < SECONDS_FOR_MANY
        assert rotated == Rotated(MANY, 0, 0)
        assert list(rotated.sentences()) == [("keys.rotated", {"count": MANY})]
        assert told[-1] == (MANY, MANY)
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert len(told) >= MANY / 500
        assert OLD.id in before
        assert OLD.id not in path.read_bytes()
        again = await rotate(database)
        assert list(again.sentences()) == [("keys.nothing_to_rotate", {})]
    assert await check(path, MANY, FRESH) == 0


@pytest.fixture
def death() -> Iterator[Death]:
    with dying() as running:
        yield running


async def test_a_change_of_keys_that_is_killed_again_and_again_loses_nothing_and_comes_to_its_end(
        death: Death, tmp_path: Path) -> None:
    path, count, chance = tmp_path / "mureka.db", 3_000, random.Random(4)
    await fill(path, count)
    with pytest.raises(WrongKey):
        await check(path, count, FRESH)
    left, statuses = [count], set[int]()
    for _ in range(12):
        statuses.add(death.order("rotate", path, after=chance.uniform(0, 0.15)).status)
        left.append(await check(path, count, FRESH, OLD))
    assert KILLED in statuses
    assert left == sorted(left, reverse=True)
    assert death.order("rotate", path).status == 0
    assert await check(path, count, FRESH) == 0


@pytest.mark.parametrize("rotated", [Rotated(3, 0, 0), Rotated(0, 0, 0), Rotated(0, 2, 1), Rotated(5, 2, 1)])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_was_done_is_told_in_sentences(rotated: Rotated, language: str) -> None:
    told = [say(key, language, **facts) for key, facts in rotated.sentences()]
    assert len(told) == 1 + bool(rotated.damaged) + bool(rotated.forgotten)
    assert all(sentence and "{" not in sentence for sentence in told)
