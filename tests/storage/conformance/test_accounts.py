"""Accounts, and the keys that their tokens are sealed with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from storage import Account, Key, Resealed, Stores, TokenKind, WrongKey

EXPIRY = datetime(2030, 1, 2, 3, 4, 5, 678000, UTC)
ACCOUNT = Account("ada", "cloud", TokenKind.ANONYMOUS, "nmv_usr_1", "anon_1", EXPIRY, 100)
FIRST, SECOND, THIRD = (Key(bytes([number]) * 32) for number in (1, 2, 3))
Opening = Callable[..., AbstractAsyncContextManager[Stores]]


async def test_an_account_is_kept_and_replaced(stores: Stores) -> None:
    assert await stores.accounts.find("ada", "cloud", TokenKind.ANONYMOUS) is None
    await stores.accounts.keep(ACCOUNT)
    assert await stores.accounts.find("ada", "cloud", TokenKind.ANONYMOUS) == ACCOUNT
    newer = replace(ACCOUNT, token="nmv_usr_2", expires_at=None, credits=None)
    await stores.accounts.keep(newer)
    assert await stores.accounts.find("ada", "cloud", TokenKind.ANONYMOUS) == newer


async def test_accounts_of_other_kinds_backends_and_members_stand_apart(stores: Stores) -> None:
    await stores.accounts.keep(ACCOUNT)
    await stores.accounts.keep(replace(ACCOUNT, kind=TokenKind.OWN, token="nmv_usr_own"))
    assert await stores.accounts.find("ada", "studio", TokenKind.ANONYMOUS) is None
    assert await stores.accounts.find("bob", "cloud", TokenKind.ANONYMOUS) is None
    assert await stores.accounts.drop("ada", "cloud", TokenKind.ANONYMOUS)
    assert not await stores.accounts.drop("ada", "cloud", TokenKind.ANONYMOUS)
    own = await stores.accounts.find("ada", "cloud", TokenKind.OWN)
    assert own is not None
    assert own.token == "nmv_usr_own"


async def test_a_token_in_any_letters_comes_back_as_it_was(stores: Stores) -> None:
    for token in ("", "令牌 🎬", "x" * 5000):
        await stores.accounts.keep(replace(ACCOUNT, token=token))
        found = await stores.accounts.find("ada", "cloud", TokenKind.ANONYMOUS)
        assert found is not None
        assert found.token == token


async def test_a_new_first_key_opens_nothing_old_unless_the_old_one_stands_behind_it(opening: Opening) -> None:
    async with opening(FIRST) as stores:
        await stores.accounts.keep(ACCOUNT)
    with pytest.raises(WrongKey) as told:
        async with opening(SECOND):
            pytest.fail("no key opens this")
    assert told.value.facts["ids"] == FIRST.id.hex()
    async with opening(SECOND, FIRST) as stores:
        assert await stores.accounts.find("ada", "cloud", TokenKind.ANONYMOUS) == ACCOUNT
        await stores.accounts.keep(replace(ACCOUNT, member_id="bob"))
    with pytest.raises(WrongKey):
        async with opening(FIRST):
            pytest.fail("one row is sealed with the second key")
    async with opening(FIRST, SECOND) as stores:
        assert await stores.accounts.find("bob", "cloud", TokenKind.ANONYMOUS) is not None


async def test_after_resealing_the_old_key_may_go(opening: Opening) -> None:
    async with opening(FIRST) as stores:
        for number in range(7):
            await stores.accounts.keep(replace(ACCOUNT, member_id=f"member {number}"))
        assert await stores.blocks.block("7", "ada")        # known by a hash, whose key is sealed
    async with opening(SECOND, FIRST) as stores:
        assert await stores.seals.outdated() == 8           # seven tokens, and the secret of member keys
        steps = [step async for step in stores.seals.reseal(batch=3)]
        assert (steps[0], steps[-1]) == (Resealed(3), Resealed(8))
        assert await stores.seals.outdated() == 0
        assert [step async for step in stores.seals.reseal()][-1] == Resealed()
    async with opening(SECOND) as stores:
        assert await stores.accounts.find("member 6", "cloud", TokenKind.ANONYMOUS) == replace(ACCOUNT, member_id="member 6")
        assert await stores.blocks.is_blocked("7", "ada")


async def test_resealing_that_was_stopped_goes_on_where_it_was(opening: Opening) -> None:
    async with opening(FIRST) as stores:
        for number in range(7):
            await stores.accounts.keep(replace(ACCOUNT, member_id=f"member {number}"))
    async with opening(SECOND, FIRST) as stores, aclosing(stores.seals.reseal(batch=3)) as steps:
        assert await anext(steps) == Resealed(3)
    async with opening(THIRD, FIRST, SECOND) as stores:     # and the keys are changed again meanwhile
        assert await stores.seals.outdated() == 7
        assert [step async for step in stores.seals.reseal(batch=3)][-1] == Resealed(7)
    async with opening(THIRD) as stores:
        assert await stores.accounts.find("member 0", "cloud", TokenKind.ANONYMOUS) is not None


def test_a_token_is_in_no_repr() -> None:
    assert "nmv_usr" not in f"{ACCOUNT} {ACCOUNT!r}"
