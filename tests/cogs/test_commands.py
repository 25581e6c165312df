"""The commands as Discord gets them, and their hash, which decides whether it gets them again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.client import MurekaClient
from cogs import export, make, words
from cogs.group import group


@pytest.fixture
async def client() -> AsyncIterator[MurekaClient[Any]]:
    made: MurekaClient[Any] = MurekaClient()
    async with made:
        await words.setup(made)
        await make.setup(made)
        yield made


async def test_the_hash_changes_with_a_word_of_a_command_and_with_nothing_else(client: MurekaClient[Any]) -> None:
    first = await client.digest()
    other: MurekaClient[Any] = MurekaClient()
    async with other:
        await words.setup(other)
        await make.setup(other)
        assert await other.digest() == first
        other.tree.add_command(app_commands.Command(name="more", description="More", callback=_more))
        assert await other.digest() != first


async def _more(interaction: discord.Interaction[Any]) -> None:
    """Nothing."""


async def test_commands_that_discord_has_are_not_brought_again(client: MurekaClient[Any], tmp_path: Path) -> None:
    (tmp_path / "commands.synced").write_text(f"{await client.digest()}\n")
    assert not await client.sync_if_changed(tmp_path)       # it would have needed a login


async def test_names_and_descriptions_are_chinese_where_the_member_is(client: MurekaClient[Any]) -> None:
    [command] = client.tree.get_commands()
    payload = await command.get_translated_payload(client.tree, words.Words())
    generate = next(one for one in payload["options"] if one["name"] == "generate")
    assert set(generate["name_localizations"]) == set(generate["description_localizations"]) == {"zh-CN", "zh-TW"}
    assert {one["name"]: one["name_localizations"]["zh-CN"] for one in generate["options"]} == {
        "clip": "录音", "wish": "愿望", "style": "风格", "aspect": "画幅", "link": "链接"}
    assert not any(one["required"] for one in generate["options"])


async def test_one_group_holds_the_commands_of_all_cogs_for_servers_and_for_users(client: MurekaClient[Any]) -> None:
    await export.setup(client)
    [made] = client.tree.get_commands()
    assert made is group(client)
    payload = made.to_dict(client.tree)
    assert sorted(one["name"] for one in payload["options"]) == ["export", "generate", "refine"]
    assert (sorted(payload["contexts"]), sorted(payload["integration_types"])) == ([0, 1, 2], [0, 1])


async def test_the_client_asks_for_no_privileged_intent_and_pings_nobody(client: MurekaClient[Any]) -> None:
    privileged = discord.Intents(members=True, presences=True, message_content=True)
    assert client.intents.value & privileged.value == 0
    assert client.allowed_mentions is not None
    assert dict(client.allowed_mentions.to_dict()) == {"parse": []}
