"""Warnings: each one once; and balances, which come down from the most that there was, or from where they were filled up to."""

from __future__ import annotations

import asyncio

import pytest

from storage import Stores

YEAR_SECONDS = 365 * 86_400.0


async def test_of_all_who_would_warn_one_does(stores: Stores, moments: list[float]) -> None:
    assert sum(await asyncio.gather(*(stores.warnings.first("balance:1970-01") for _ in range(5)))) == 1
    assert await stores.warnings.first("balance:1970-02")
    moments[0] += 2 * YEAR_SECONDS
    await stores.warnings.first("balance:1972-01")
    assert await stores.warnings.first("balance:1970-01")       # the row of so long ago is gone


@pytest.mark.parametrize(("read", "most"), [
    ([100], 100), ([100, 60, 80], 100), ([100, 120, 10], 120), ([1000, 150, 400], 400), ([1000, 150, 180, 120], 1000),
    ([0, 0], 0), ([0, 50, 5], 50)])
async def test_a_balance_comes_down_from_the_most_or_from_where_it_was_filled_up_to(
        stores: Stores, read: list[int], most: int) -> None:
    found = [await stores.warnings.balance("operator", left, low=0.2) for left in read]
    assert (found[-1].left, found[-1].most) == (read[-1], most)
    assert await stores.warnings.balances() == found[-1:]


async def test_what_is_known_of_a_servers_account_goes_with_the_server(stores: Stores) -> None:
    await stores.warnings.balance("7", 10, low=0.2)
    await stores.warnings.balance("operator", 10, low=0.2)
    for name in ("credits:7:1970-01", "credits:77:1970-01"):
        await stores.warnings.first(name)
    await stores.servers.forget("7")
    assert [one.account for one in await stores.warnings.balances()] == ["operator"]
    assert await stores.warnings.first("credits:7:1970-01")
    assert not await stores.warnings.first("credits:77:1970-01")
