"""Usage: counted by day, member and server, never beyond a limit."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime

import pytest

from storage import Cap, Limits, Stores, Used

TODAY = date(1970, 1, 1)
DAY_SECONDS = 86_400.0


async def test_what_is_used_adds_up_by_member_server_and_kind(
        opening: Callable[[], AbstractAsyncContextManager[Stores]]) -> None:
    async with opening() as stores:
        for _ in range(2):
            assert await stores.usage.count("ada", "7", "generate", cost=5) == TODAY
        await stores.usage.count("ada", None, "generate", cost=1)
        await stores.usage.count("bob", "7", "export")
    async with opening() as stores:
        assert await stores.usage.of(TODAY, member_id="ada") == {"generate": Used(3, 11)}
        assert await stores.usage.of(TODAY, member_id="ada", server_id="7") == {"generate": Used(2, 10)}
        assert await stores.usage.of(TODAY, server_id="") == {"generate": Used(1, 1)}
        assert await stores.usage.of(TODAY, server_id="7") == {"export": Used(1, 0), "generate": Used(2, 10)}
        assert await stores.usage.of(TODAY) == {"export": Used(1, 0), "generate": Used(3, 11)}
        assert await stores.usage.of(TODAY, member_id="carl") == {}


@pytest.mark.parametrize(("limits", "counted"), [
    (Limits(), 8), (Limits(member=Cap(count=2)), 4), (Limits(server=Cap(count=3)), 6), (Limits(everywhere=Cap(count=3)), 3),
    (Limits(member=Cap(credits=10)), 4), (Limits(server=Cap(credits=19)), 6), (Limits(everywhere=Cap(credits=4)), 0),
    (Limits(member=Cap(count=0)), 0), (Limits(Cap(2, 100), Cap(3, 100), Cap(100, 100)), 4)])
async def test_a_limit_is_reached_and_never_passed(stores: Stores, limits: Limits, counted: int) -> None:
    """Two members who ask four times at once in a server of their own each, at five credits."""
    assert await stores.usage.of(TODAY, member_id="ada") == {}      # what is made at the first use is made now
    days = await asyncio.gather(*(stores.usage.count(member, server, "generate", cost=5, limits=limits)
                                  for _ in range(4) for member, server in (("ada", "7"), ("bob", "8"))))
    assert sum(day is not None for day in days) == counted
    used = await stores.usage.of(TODAY)
    assert used.get("generate", Used()) == Used(counted, counted * 5)


async def test_a_limit_of_counts_is_for_a_kind_and_one_of_credits_for_all(stores: Stores) -> None:
    await stores.usage.count("ada", "7", "generate", cost=5)
    assert await stores.usage.count("ada", "7", "export", limits=Limits(member=Cap(count=1)))
    assert not await stores.usage.count("ada", "7", "refine", cost=1, limits=Limits(member=Cap(credits=5)))
    assert await stores.usage.count("ada", "9", "generate", cost=5, limits=Limits(member=Cap(1, 5), server=Cap(1, 5)))


async def test_two_openings_never_pass_a_limit_together(
        opening: Callable[[], AbstractAsyncContextManager[Stores]]) -> None:
    limits = Limits(everywhere=Cap(count=5))
    async with opening() as one, opening() as other:
        assert await one.usage.of(TODAY, member_id="ada") == await other.usage.of(TODAY, member_id="ada") == {}
        days = await asyncio.gather(*(stores.usage.count("ada", "7", "generate", limits=limits)
                                      for _ in range(5) for stores in (one, other)))
        assert len([day for day in days if day]) == 5
        assert await one.usage.of(TODAY, member_id="ada") == await other.usage.of(TODAY, member_id="ada")


async def test_what_is_given_back_can_be_used_again_and_is_never_less_than_nothing(stores: Stores) -> None:
    limits = Limits(member=Cap(count=1, credits=5))
    assert await stores.usage.count("ada", "7", "generate", cost=5, limits=limits)
    assert await stores.usage.give_back(TODAY, "ada", "7", "generate", cost=5)
    assert not await stores.usage.give_back(TODAY, "ada", "7", "generate", cost=5)
    assert not await stores.usage.give_back(TODAY, "bob", "7", "generate")
    assert await stores.usage.of(TODAY, member_id="ada") == {"generate": Used()}
    assert await stores.usage.count("ada", "7", "generate", cost=5, limits=limits)
    assert await stores.usage.give_back(TODAY, "ada", "7", "generate", cost=99)
    assert await stores.usage.of(TODAY) == {"generate": Used()}


async def test_a_day_ends_at_midnight_of_utc_and_is_given_back_to_itself(stores: Stores, moments: list[float]) -> None:
    limits = Limits(member=Cap(count=1))
    moments[0] = DAY_SECONDS - 0.001
    before = await stores.usage.count("ada", None, "generate", limits=limits)
    moments[0] = DAY_SECONDS
    after = await stores.usage.count("ada", None, "generate", limits=limits)
    assert (before, after) == (TODAY, date(1970, 1, 2))
    assert not await stores.usage.count("ada", None, "generate", limits=limits)
    assert await stores.usage.give_back(TODAY, "ada", None, "generate")
    assert await stores.usage.of(date(1970, 1, 2)) == {"generate": Used(1)}


async def test_a_month_later_the_day_is_gone(stores: Stores, moments: list[float]) -> None:
    day = await stores.usage.count("ada", None, "generate")
    assert day
    moments[0] += 31 * DAY_SECONDS
    await stores.usage.count("bob", None, "generate")
    assert await stores.usage.of(day) == {"generate": Used(1)}
    moments[0] += DAY_SECONDS
    assert await stores.usage.count("bob", None, "generate") == datetime.fromtimestamp(moments[0], UTC).date()
    assert await stores.usage.of(day) == {}
