"""Server accounts, and the keys that their tokens are sealed with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

import pytest

from storage import Key, Server, ServerAccount, Stores, WrongKey

ACCOUNT = ServerAccount("7", "cloud", "nmv_usr_servers", 250)
FIRST, SECOND = Key(b"\x01" * 32), Key(b"\x02" * 32)
Opening = Callable[..., AbstractAsyncContextManager[Stores]]


async def test_a_servers_token_is_kept_and_replaced_and_dropped(stores: Stores) -> None:
    assert await stores.server_accounts.find("7", "cloud") is None
    await stores.server_accounts.keep(ACCOUNT)
    assert await stores.server_accounts.find("7", "cloud") == ACCOUNT
    await stores.warnings.balance("7", 250, low=0.2)
    newer = replace(ACCOUNT, token="nmv_usr_newer", credits=None)
    await stores.server_accounts.keep(newer)
    assert (await stores.warnings.balance("7", 40, low=0.2)).most == 40      # it has not come down from what another one had
    assert await stores.server_accounts.find("7", "cloud") == newer
    assert await stores.server_accounts.drop("7", "cloud")
    assert not await stores.server_accounts.drop("7", "cloud")
    assert await stores.server_accounts.find("7", "cloud") is None


async def test_tokens_of_other_servers_and_backends_stand_apart(stores: Stores) -> None:
    await stores.server_accounts.keep(ACCOUNT)
    await stores.server_accounts.keep(replace(ACCOUNT, server_id="8", token="nmv_usr_8"))
    await stores.server_accounts.keep(replace(ACCOUNT, backend="other", token="nmv_usr_other"))
    assert await stores.server_accounts.find("8", "other") is None
    assert await stores.server_accounts.drop("8", "cloud")
    assert await stores.server_accounts.find("7", "cloud") == ACCOUNT


async def test_a_servers_token_leaves_its_settings_alone_and_goes_with_them(stores: Stores) -> None:
    await stores.servers.change("7", style="pop")
    await stores.server_accounts.keep(ACCOUNT)
    await stores.server_accounts.keep(replace(ACCOUNT, server_id="8"))
    assert await stores.servers.get("7") == Server("7", style="pop")
    assert await stores.servers.present() == ["7", "8"]
    assert await stores.servers.forget("7")
    assert await stores.server_accounts.find("7", "cloud") is None
    assert await stores.server_accounts.find("8", "cloud") is not None


async def test_a_servers_token_is_not_found_while_the_bot_is_sent_away(stores: Stores) -> None:
    await stores.server_accounts.keep(ACCOUNT)
    await stores.servers.left("7")
    assert await stores.server_accounts.find("7", "cloud") is None
    await stores.servers.joined("7")
    assert await stores.server_accounts.find("7", "cloud") == ACCOUNT


async def test_a_servers_token_is_sealed_anew_with_the_others(opening: Opening) -> None:
    async with opening(FIRST) as stores:
        for number in range(5):
            await stores.server_accounts.keep(replace(ACCOUNT, server_id=str(number)))
    with pytest.raises(WrongKey):
        async with opening(SECOND):
            pass
    async with opening(SECOND, FIRST) as stores:
        assert await stores.seals.outdated() == 5
        assert [step async for step in stores.seals.reseal(batch=2)][-1].done == 5
    async with opening(SECOND) as stores:
        assert await stores.server_accounts.find("4", "cloud") == replace(ACCOUNT, server_id="4")


def test_a_servers_token_is_in_no_repr() -> None:
    assert "nmv_usr" not in f"{ACCOUNT} {ACCOUNT!r}"
