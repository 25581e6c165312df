"""/mureka-admin account: a NemoVideo token of the server's, linked in a modal, shown masked, forgotten. Echoes no token, ever."""

from __future__ import annotations

from typing import TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.flows.account import Shown
from bot.flows.server_account import link_server, shown_server, unlink_server
from bot.house import House
from bot.texts import language_of, say
from cogs.account import TokenForm, is_needless, left_in_words
from cogs.group import admin_group
from cogs.private import Answer, answer
from cogs.words import about, named

Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]


class ServerAccount(app_commands.Group):
    """/mureka-admin account"""

    def __init__(self) -> None:
        super().__init__(name=named("account.group"), description=about("server_account.group"))

    @app_commands.command(name=named("account.link"), description=about("server_account.link"))
    async def link(self, interaction: Interaction) -> None:
        """Ask for the token, where nobody else can read it."""
        language = language_of(str(interaction.locale))
        if not await is_needless(interaction, language):
            await interaction.response.send_modal(ServerTokenForm(interaction, language, "server_account"))

    @app_commands.command(name=named("account.show"), description=about("server_account.show"))
    async def show(self, interaction: Interaction) -> None:
        """The server's token, masked, and what is left of its credits."""
        language, house = language_of(str(interaction.locale)), interaction.client.house
        if await is_needless(interaction, language):
            return
        async with Answer.of(interaction, language) as told:
            if told is not None:
                await told.say(_told(await shown_server(
                    str(interaction.guild_id), house.access, server_accounts=house.stores.server_accounts,
                    environment=house.environment), language))

    @app_commands.command(name=named("account.unlink"), description=about("server_account.unlink"))
    async def unlink(self, interaction: Interaction) -> None:
        """Forget the server's token."""
        language, house = language_of(str(interaction.locale)), interaction.client.house
        if await is_needless(interaction, language):
            return
        was_there = await unlink_server(str(interaction.guild_id), house.backend_name,
                                        server_accounts=house.stores.server_accounts)
        await answer(interaction, say(f"discord.server_account.{'unlinked' if was_there else 'nothing'}", language))


class ServerTokenForm(TokenForm):
    """The same form for a token that pays for a whole server."""

    async def linked(self, interaction: Interaction, token: str) -> Shown:
        """Check the token with the service, and keep it sealed."""
        house = interaction.client.house
        return await link_server(str(interaction.guild_id), token, house.access, environment=house.environment,
                                 server_accounts=house.stores.server_accounts)


def _told(account: Shown | None, language: str) -> str:
    if account is None:
        return say("discord.server_account.nothing", language)
    whose = say("discord.server_account.shown", language, token=f"`{account.masked}`")
    left = say("discord.server_account.refused", language) if account.is_refused else left_in_words(account, language)
    return f"{whose}\n{left}"


async def setup(client: MurekaClient[House]) -> None:
    """Add /mureka-admin account to what the admins have."""
    admin_group(client).add_command(ServerAccount())
