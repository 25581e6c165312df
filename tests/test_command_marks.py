"""Every command, option and menu of the tree is used in a scenario, in both languages, and told of in the documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import discord
import pytest
from discord import app_commands

from bot.client import MurekaClient
from bot.texts import keys, say
from tests.scenarios.claims import COMPLETED, USES
from tests.test_scenario_marks import PRESSED, missing

PAGES = Path(__file__).parent.parent / "docs"


@pytest.fixture
async def tree() -> app_commands.CommandTree[Any]:
    """The commands of all cogs, as they are brought to Discord."""
    client: MurekaClient[Any] = MurekaClient()
    async with client:
        await client.furnish(object())
    return client.tree


def commands(tree: app_commands.CommandTree[Any]) -> Iterator[app_commands.Command[Any, ..., Any]]:
    for one in tree.walk_commands(type=discord.AppCommandType.chat_input):
        if isinstance(one, app_commands.Command):
            yield one


def menus(tree: app_commands.CommandTree[Any]) -> list[str]:
    return [one.name for kind in (discord.AppCommandType.message, discord.AppCommandType.user)
            for one in tree.get_commands(type=kind)]


@cache
def documents() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in sorted(PAGES.glob("*.md")))


def test_every_command_and_option_is_used_in_a_scenario_in_both_languages(tree: app_commands.CommandTree[Any]) -> None:
    wanted = list(menus(tree))
    for command in commands(tree):
        line = f"/{command.qualified_name}"
        wanted += [line, *(f"{line} {one.display_name}" for one in command.parameters)]
        wanted += [f"{line} {one.display_name}{COMPLETED}" for one in command.parameters if one.autocomplete]
    assert len(wanted) > 60
    lacking = missing(iter(wanted), USES)
    assert not lacking, f"what nobody does in a scenario (see tests/scenarios/claims.py): {', '.join(lacking)}"


def test_every_command_and_option_is_documented(tree: app_commands.CommandTree[Any]) -> None:
    for command in commands(tree):
        line = f"/{command.qualified_name}"
        rows = [set(re.findall(r"(\w+):", row)) for row in re.findall(rf"(?m)^\| `{line}((?: \w+:)*)`", documents())]
        named = {one.display_name for one in command.parameters}
        assert named in rows, f"no table in docs has a row for {line} with {sorted(named) or 'no options'}"
        assert all(row <= named for row in rows), f"a row in docs gives {line} options that it does not have"
    for menu in menus(tree):
        assert f"**{menu}**" in documents(), menu


def test_every_button_list_and_form_is_documented() -> None:
    named = {key: say(key, "en", number="").strip() for key in sorted(keys("en")) if key.startswith(PRESSED)}
    lacking = [f"{key} “{words}”" for key, words in named.items() if words not in documents()]
    assert not lacking, f"no page of docs tells what these are: {', '.join(lacking)}"
