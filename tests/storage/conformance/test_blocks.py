"""Blocks: a server keeps a member out, also when they are forgotten and come back."""

from __future__ import annotations

from storage import Stores


async def test_a_block_holds_in_its_server_until_it_is_lifted(stores: Stores) -> None:
    assert await stores.blocks.block("7", "ada")
    assert not await stores.blocks.block("7", "ada")
    assert await stores.blocks.is_blocked("7", "ada")
    assert not await stores.blocks.is_blocked("8", "ada")
    assert not await stores.blocks.is_blocked("7", "bob")
    assert (await stores.blocks.count("7"), await stores.blocks.count("8")) == (1, 0)
    assert await stores.blocks.unblock("7", "ada")
    assert not await stores.blocks.unblock("7", "ada")
    assert not await stores.blocks.is_blocked("7", "ada")


async def test_a_block_outlives_the_forgetting_of_its_member_and_goes_with_its_server(stores: Stores) -> None:
    await stores.members.get("ada")
    await stores.blocks.block("7", "ada")
    await stores.members.forget("ada")
    assert await stores.blocks.is_blocked("7", "ada")
    assert await stores.servers.forget("7")
    assert not await stores.blocks.is_blocked("7", "ada")
