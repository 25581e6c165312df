"""Which commands Discord's client shows to a member in a place, and which of them a line or a menu means. Sends nothing."""

from __future__ import annotations

from typing import Any

from tests.discord_sim.commands import CHAT_INPUT, GROUP, SUBCOMMAND
from tests.discord_sim.permissions import Permission, computed
from tests.discord_sim.resolving import CannotBeTyped
from tests.discord_sim.world import Channel, User, World

IN_GUILD, IN_DIRECT, IN_PRIVATE = 0, 1, 2       # contexts
BY_GUILD, BY_USER = 0, 1                        # installations
Json = dict[str, Any]


class NoSuchCommand(AssertionError):
    """The member's Discord does not offer what the scenario typed."""


def context_of(channel: Channel) -> int:
    """Where a channel is, in Discord's numbers."""
    if channel.guild is not None:
        return IN_GUILD
    return IN_PRIVATE if channel.is_private else IN_DIRECT


def owners_of(world: World, channel: Channel, user: User, types: list[int]) -> dict[str, str]:
    """Who brought a command with these installations here: `authorizing_integration_owners`; empty where nobody did."""
    owners = {}
    context = context_of(channel)
    if BY_GUILD in types and context == IN_DIRECT:
        owners["0"] = "0"
    elif BY_GUILD in types and channel.guild is not None and world.bot.id in channel.guild.members:
        owners["0"] = str(channel.guild.id)
    if BY_USER in types and user.has_installed:
        owners["1"] = str(user.id)
    return owners


def offered(world: World, channel: Channel, user: User) -> list[Json]:
    """The commands that are there, whether or not the member may use them."""
    guild = channel.guild
    synced = world.application.commands
    everywhere = [one for one in synced.get(None, []) if context_of(channel) in _contexts(one)
                  and owners_of(world, channel, user, one["integration_types"])]
    is_home = guild is not None and world.bot.id in guild.members
    return everywhere + (synced.get(guild.id, []) if guild is not None and is_home else [])


def _contexts(command: Json) -> list[int]:
    if command["contexts"] is not None:
        return list(command["contexts"])
    return [IN_GUILD] if command.get("dm_permission") is False else [IN_GUILD, IN_DIRECT, IN_PRIVATE]


def refuse_without_permission(command: Json, channel: Channel, user: User, owners: dict[str, str]) -> None:
    """Raises CannotBeTyped where a server's settings keep a command from a member. In direct messages nothing is kept."""
    if channel.guild is None:
        return
    has = computed(user, channel)
    if not has & Permission.USE_APPLICATION_COMMANDS:
        raise CannotBeTyped(f"{user.name} may not use commands here")
    wanted = command["default_member_permissions"]
    needed = Permission(int(wanted or 0))
    if "0" in owners and (needed & ~has or (wanted == "0" and not has & Permission.ADMINISTRATOR)):
        raise CannotBeTyped(f"/{command['name']} is not shown to {user.name}: it needs {needed.name}")


def find(commands: list[Json], line: str, locale: str = "en-US") -> tuple[Json, list[Json]]:
    """The command that a line such as "mureka generate" means, and the groups and subcommands below it.

    By the names of everywhere or by those of the member's language. Raises NoSuchCommand with the lines that there are.
    """
    first, *rest = line.removeprefix("/").split()
    command = next((one for one in commands if one["type"] == CHAT_INPUT and _is_called(one, first, locale)), None)
    steps: list[Json] = []
    at = command
    for word in rest:
        at = next((one for one in _below(at or {}) if _is_called(one, word, locale)), None)
        if at is not None:
            steps.append(at)
    if command is None or at is None or _below(at):
        raise NoSuchCommand(f"there is no /{line.removeprefix('/')}; there are: {', '.join(lines(commands)) or 'none'}")
    return command, steps


def find_menu(commands: list[Json], kind: int, name: str, locale: str) -> Json:
    """The entry of a context menu. Raises NoSuchCommand with those that there are."""
    menus = [one for one in commands if one["type"] == kind]
    for one in menus:
        if _is_called(one, name, locale):
            return one
    raise NoSuchCommand(f"there is no menu entry {name!r}; there are: {', '.join(one['name'] for one in menus) or 'none'}")


def lines(commands: list[Json], locale: str | None = None) -> dict[str, str]:
    """All lines that can be typed, with their descriptions, as a member with this language reads them."""
    def read(one: Json, name: str) -> str:
        return str((one.get(f"{name}_localizations") or {}).get(locale) or one[name])

    def below(prefix: str, one: Json) -> dict[str, str]:
        inner = _below(one)
        if not inner:
            return {prefix: read(one, "description")}
        return {line: told for step in inner for line, told in below(f"{prefix} {read(step, 'name')}", step).items()}

    return {line: told for one in commands if one["type"] == CHAT_INPUT
            for line, told in below(f"/{read(one, 'name')}", one).items()}


def _below(command: Json) -> list[Json]:
    return [one for one in command.get("options") or () if one["type"] in (SUBCOMMAND, GROUP)]


def _is_called(one: Json, word: str, locale: str) -> bool:
    return word in (one["name"], (one.get("name_localizations") or {}).get(locale))
