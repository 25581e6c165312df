"""/mureka-admin limits, reset, block, unblock: how much may be used on a server, and by whom not. Asks for no song itself."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.house import House
from bot.settings import MOST_LIMIT
from bot.texts import language_of, say
from cogs.budget_words import limits_in_words
from cogs.group import admin_group
from cogs.private import answer
from cogs.words import about, named, translated
from storage import ServerChange

NUMBERS: Final = {"songs_per_member_day": "member_songs_day", "songs_per_month": "server_songs_month",
                  "credits_per_month": "server_credits_month"}
WHEN_SPENT: Final = [app_commands.Choice(name=translated(f"discord.choice.when_spent.{one}"), value=one)
                     for one in ("stop", "studio")]
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]
Limit: TypeAlias = app_commands.Range[int, 0, MOST_LIMIT]


@app_commands.command(name=named("admin.limits"), description=about("admin.limits"))
@app_commands.rename(**{one: named(f"admin.{one}") for one in (*NUMBERS, "when_spent")})
@app_commands.describe(**{one: about(f"admin.{one}") for one in (*NUMBERS, "when_spent")})
@app_commands.choices(when_spent=WHEN_SPENT)
async def limits(interaction: Interaction, songs_per_member_day: Limit | None = None, songs_per_month: Limit | None = None,
                 credits_per_month: Limit | None = None, when_spent: str | None = None) -> None:
    """How much may be used here; without an option, what counts now."""
    language, house = language_of(str(interaction.locale)), interaction.client.house
    change = ServerChange()
    if songs_per_member_day is not None:
        change["member_songs_day"] = songs_per_member_day or None
    if songs_per_month is not None:
        change["server_songs_month"] = songs_per_month or None
    if credits_per_month is not None:
        change["server_credits_month"] = credits_per_month or None
    if when_spent is not None:
        change["when_spent"] = "studio" if when_spent == "studio" else "stop"
    servers, server_id = house.stores.servers, str(interaction.guild_id)
    server = await servers.change(server_id, **change) if change else await servers.get(server_id)
    await answer(interaction, "\n".join(limits_in_words(server, house.settings.budget, language)))


@app_commands.command(name=named("admin.reset"), description=about("admin.reset"))
@app_commands.rename(member=named("admin.member"))
@app_commands.describe(member=about("admin.member"))
async def reset(interaction: Interaction, member: discord.User) -> None:
    """What a member asked for today counts no more against this server's own limit for a member."""
    language, usage = language_of(str(interaction.locale)), interaction.client.house.stores.usage
    count = await usage.waive(str(member.id), str(interaction.guild_id))
    await answer(interaction, say("admin.reset" if count else "admin.reset_none", language, member=member.id, count=count))


@app_commands.command(name=named("admin.block"), description=about("admin.block"))
@app_commands.rename(member=named("admin.member"))
@app_commands.describe(member=about("admin.member"))
async def block(interaction: Interaction, member: discord.User) -> None:
    """A member may ask for no more songs here."""
    language, blocks = language_of(str(interaction.locale)), interaction.client.house.stores.blocks
    is_new = await blocks.block(str(interaction.guild_id), str(member.id))
    key = "blocked_admin" if _is_admin(member) else "blocked" if is_new else "blocked_before"
    await answer(interaction, say(f"admin.{key}", language, member=member.id))


@app_commands.command(name=named("admin.unblock"), description=about("admin.unblock"))
@app_commands.rename(member=named("admin.member"))
@app_commands.describe(member=about("admin.member"))
async def unblock(interaction: Interaction, member: discord.User) -> None:
    """A member may ask for songs here again."""
    language, blocks = language_of(str(interaction.locale)), interaction.client.house.stores.blocks
    was_blocked = await blocks.unblock(str(interaction.guild_id), str(member.id))
    await answer(interaction, say("admin.unblocked" if was_blocked else "admin.unblocked_before", language, member=member.id))


def _is_admin(user: Any) -> bool:
    """Whether somebody may manage the server, whom no rule of it binds."""
    granted = user.resolved_permissions if isinstance(user, discord.Member) else None
    return granted is not None and granted.manage_guild


async def setup(client: MurekaClient[House]) -> None:
    """Add the commands to what the admins have."""
    commands: tuple[app_commands.Command[Any, ..., Any], ...] = (limits, reset, block, unblock)
    for command in commands:
        admin_group(client).add_command(command)
