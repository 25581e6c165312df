"""Servers: their settings, and when the bot was sent away."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from typing import Any

import pytest

from storage import Server, Stores


async def test_a_server_that_decided_nothing_has_the_defaults(stores: Stores) -> None:
    assert await stores.servers.get("7") == Server("7", None, None, True, (), (), (), (), None, None, None, "stop", None)
    assert not await stores.servers.forget("7")


async def test_settings_are_changed_one_by_one_and_stay(
        opening: Callable[[], AbstractAsyncContextManager[Stores]]) -> None:
    async with opening() as stores:
        await stores.servers.change("7", language="zh", listening_channels=["2", "1", "2"])
        changed = await stores.servers.change("7", cloud_allowed=False, style="lo-fi", allowed_roles=("5",),
                                              cloud_roles=["6", "5", "6"])
        assert await stores.servers.change("7") == changed
    async with opening() as stores:
        assert changed == await stores.servers.get("7") == Server(
            "7", "zh", "lo-fi", False, ("2", "1"), (), ("5",), ("6", "5"))
        back = await stores.servers.change("7", language=None, listening_channels=())
        assert (back.language, back.listening_channels, back.style) == (None, (), "lo-fi")
        assert await stores.servers.get("8") == Server("8")


async def test_limits_are_changed_and_lifted_and_are_never_below_nothing(stores: Stores) -> None:
    changed = await stores.servers.change(
        "7", member_songs_day=5, server_songs_month=100, server_credits_month=0, when_spent="studio")
    assert changed == await stores.servers.get("7") == Server(
        "7", member_songs_day=5, server_songs_month=100, server_credits_month=0, when_spent="studio")
    assert (await stores.servers.change("7", member_songs_day=None)).member_songs_day is None
    with pytest.raises(ValueError, match="server_songs_month"):
        await stores.servers.change("7", server_songs_month=-1)


@pytest.mark.parametrize("value", [["general"], [""], ["1" * 21], [1], "123", ["1", None], ["１"]])
async def test_a_list_takes_ids_alone(stores: Stores, value: Any) -> None:
    with pytest.raises(ValueError, match="allowed_channels"):
        await stores.servers.change("7", language="zh", allowed_channels=value)
    assert await stores.servers.get("7") == Server("7")


async def test_nothing_else_can_be_changed(stores: Stores) -> None:
    change: dict[str, Any] = {"left_at": 0}
    with pytest.raises(TypeError):
        await stores.servers.change("7", **change)


async def test_a_server_that_was_left_keeps_its_settings_until_it_is_forgotten(
        stores: Stores, moments: list[float]) -> None:
    await stores.servers.change("7", style="pop")
    await stores.servers.change("8", style="pop")
    await stores.servers.left("7")
    await stores.servers.left("8")
    left_at = (await stores.servers.get("7")).left_at
    assert left_at == datetime.fromtimestamp(1_000, UTC)
    moments[0] += 60
    await stores.servers.left("7")
    assert (await stores.servers.get("7")).left_at == left_at
    await stores.servers.joined("8")
    assert await stores.servers.present() == ["8"]
    assert await stores.servers.left_before(left_at) == []
    assert await stores.servers.left_before(datetime.fromtimestamp(moments[0], UTC)) == ["7"]
    assert (await stores.servers.get("7")).style == "pop"
    assert await stores.servers.forget("7")
    assert await stores.servers.get("7") == Server("7")
    assert (await stores.servers.get("8")).left_at is None
