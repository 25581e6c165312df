"""/mureka-admin: what the people who run a server decide about the bot there. Every answer is for the admin's eyes alone.

Who may use it is Discord's to say: by default those who may manage the server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Final, TypeAlias, Unpack

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.flows.errors import UnknownStyle
from bot.house import House
from bot.nemo import scrub
from bot.settings import MAX_STYLE_CHARACTERS, Backend
from bot.texts import LANGUAGES, language_of, say
from cogs.budget_words import limits_in_words
from cogs.group import ADMIN
from cogs.private import answer, sentence_of
from cogs.queue_view import StopButton, show_queue
from cogs.server_words import LISTS, Setting, setting_in_words, usage_in_words
from cogs.wishes import matching
from cogs.words import about, named, translated
from storage import ServerChange

MOST_LISTED: Final = 50
OWN: Final = "own"
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]
Style: TypeAlias = app_commands.Range[str, 1, MAX_STYLE_CHARACTERS]
LANGUAGE_CHOICES: Final = [
    app_commands.Choice(name=translated(f"discord.choice.language.{one}"), value=one) for one in (*LANGUAGES, OWN)]
CHANNELS: Final = (discord.ChannelType.text, discord.ChannelType.news, discord.ChannelType.voice, discord.ChannelType.stage_voice,
                   discord.ChannelType.forum)
"""What has messages or threads; discord.py would ask for media channels too, which Discord's document does not know."""


class PlaceOption(app_commands.Transformer):
    """A channel of the server."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """An option that takes a channel…"""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """…of these."""
        return list(CHANNELS)

    async def transform(self, _: discord.Interaction[Any], value: Any, /) -> app_commands.AppCommandChannel:
        """The channel, as Discord sent it along."""
        assert isinstance(value, app_commands.AppCommandChannel)
        return value


Place: TypeAlias = app_commands.Transform[app_commands.AppCommandChannel, PlaceOption]


class Admin(app_commands.Group):
    """/mureka-admin"""

    def __init__(self) -> None:
        super().__init__(
            name=ADMIN, description=about("admin.group"), default_permissions=discord.Permissions(manage_guild=True),
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False))
        self._turn = asyncio.Lock()     # a list is read, changed and written: two admins at once would lose a line

    @app_commands.command(name=named("admin.channels"), description=about("admin.channels"))
    @app_commands.rename(add=named("admin.add"), remove=named("admin.remove"), clear=named("admin.clear"))
    @app_commands.describe(add=about("admin.add_channel"), remove=about("admin.remove_channel"),
                           clear=about("admin.clear_channels"))
    async def channels(self, interaction: Interaction, add: Place | None = None, remove: Place | None = None,
                       clear: bool = False) -> None:
        """Where songs are made."""
        await self._list(interaction, Setting.CHANNELS, add, remove, clear)

    @app_commands.command(name=named("admin.roles"), description=about("admin.roles"))
    @app_commands.rename(add=named("admin.add"), remove=named("admin.remove"), clear=named("admin.clear"))
    @app_commands.describe(add=about("admin.add_role"), remove=about("admin.remove_role"), clear=about("admin.clear_roles"))
    async def roles(self, interaction: Interaction, add: discord.Role | None = None, remove: discord.Role | None = None,
                    clear: bool = False) -> None:
        """Who may ask for songs."""
        await self._list(interaction, Setting.ROLES, add, remove, clear)

    @app_commands.command(name=named("admin.listening"), description=about("admin.listening"))
    @app_commands.rename(add=named("admin.add"), remove=named("admin.remove"), clear=named("admin.clear"))
    @app_commands.describe(add=about("admin.add_channel"), remove=about("admin.remove_channel"),
                           clear=about("admin.clear_channels"))
    async def listening(self, interaction: Interaction, add: Place | None = None, remove: Place | None = None,
                        clear: bool = False) -> None:
        """Where a posted clip is offered a song."""
        await self._list(interaction, Setting.LISTENING, add, remove, clear)

    @app_commands.command(name=named("admin.cloud"), description=about("admin.cloud"))
    @app_commands.rename(allowed=named("admin.allowed"), add=named("admin.add"), remove=named("admin.remove"),
                         clear=named("admin.clear"))
    @app_commands.describe(allowed=about("admin.allowed"), add=about("admin.add_role"), remove=about("admin.remove_role"),
                           clear=about("admin.clear_roles"))
    async def cloud(self, interaction: Interaction, allowed: bool | None = None, add: discord.Role | None = None,
                    remove: discord.Role | None = None, clear: bool = False) -> None:
        """Who may use the cloud."""
        if allowed is not None:
            await interaction.client.house.stores.servers.change(str(interaction.guild_id), cloud_allowed=allowed)
        await self._list(interaction, Setting.CLOUD, add, remove, clear)

    @app_commands.command(name=named("admin.language"), description=about("admin.language"))
    @app_commands.rename(value=named("admin.language"))
    @app_commands.describe(value=about("admin.language_value"))
    @app_commands.choices(value=LANGUAGE_CHOICES)
    async def language(self, interaction: Interaction, value: str) -> None:
        """The language of what everybody reads."""
        await self._set(interaction, Setting.LANGUAGE, language=None if value == OWN else value)

    @app_commands.command(name=named("admin.style"), description=about("admin.style"))
    @app_commands.rename(value=named("admin.style"))
    @app_commands.describe(value=about("admin.style_value"))
    async def style(self, interaction: Interaction, value: Style | None = None) -> None:
        """The style of songs whose wish names none."""
        try:
            wanted = scrub(value or "").strip()
            style = (await interaction.client.house.offered()).style(wanted) if wanted else None
        except UnknownStyle as fault:
            await answer(interaction, sentence_of(fault, language_of(str(interaction.locale))))
        else:
            await self._set(interaction, Setting.STYLE, style=style)

    @style.autocomplete("value")
    async def _styles(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The styles that the backend offers, by their names."""
        names = (await interaction.client.house.offered()).style_names(language_of(str(interaction.locale)))
        return [app_commands.Choice(name=name, value=style) for name, style in matching(typed, names)]

    @app_commands.command(name=named("admin.show"), description=about("admin.show"))
    async def show(self, interaction: Interaction) -> None:
        """All settings."""
        language, house = language_of(str(interaction.locale)), interaction.client.house
        server = await house.stores.servers.get(str(interaction.guild_id))
        lines = [say("admin.show", language), say(f"admin.backend_{house.backend.value}", language)]
        lines += [setting_in_words(one, server, house.settings, language) for one in Setting]
        lines += limits_in_words(server, house.settings.budget, language)
        if blocked := await house.stores.blocks.count(server.id):
            lines.append(say("admin.blocks", language, count=blocked))
        if server.listening_channels and not interaction.client.intents.message_content:
            lines.append(say("admin.deaf", language))
        await answer(interaction, "\n".join(lines))

    @app_commands.command(name=named("admin.queue"), description=about("admin.queue"))
    async def queue(self, interaction: Interaction) -> None:
        """What is being made here and what waits."""
        language, house = language_of(str(interaction.locale)), interaction.client.house
        await answer(interaction, *await show_queue(house, str(interaction.guild_id), language))

    @app_commands.command(name=named("admin.usage"), description=about("admin.usage"))
    async def usage(self, interaction: Interaction) -> None:
        """How much was used, and by whom."""
        language, house = language_of(str(interaction.locale)), interaction.client.house
        await answer(interaction, await usage_in_words(house.stores.usage, str(interaction.guild_id), language))

    async def _list(self, interaction: Interaction, setting: Setting, add: Place | discord.Role | None,
                    remove: Place | discord.Role | None, clear: bool) -> None:
        """Change a list as asked for, and tell how it is now; what is gone from the server goes from the list too."""
        servers, server_id = interaction.client.house.stores.servers, str(interaction.guild_id)
        async with self._turn:
            before = () if clear else LISTS[setting](await servers.get(server_id))
            ids = [one for one in before if _is_there(one, setting, interaction.guild)]
            ids += [str(add.id)] if add is not None and str(add.id) not in ids else []
            ids = [one for one in ids if remove is None or one != str(remove.id)]
            if len(ids) > MOST_LISTED:
                await answer(interaction, say("admin.too_many", language_of(str(interaction.locale)), most=MOST_LISTED))
                return
            await self._set(interaction, setting, **_change(setting, ids))

    async def _set(self, interaction: Interaction, setting: Setting, **change: Unpack[ServerChange]) -> None:
        language, house = language_of(str(interaction.locale)), interaction.client.house
        server = await house.stores.servers.change(str(interaction.guild_id), **change)
        lines = [say("admin.now", language, now=setting_in_words(setting, server, house.settings, language))]
        if setting is Setting.CLOUD and house.backend is Backend.STUDIO:
            lines.append(say("admin.not_used", language))
        if setting is Setting.CLOUD and server.cloud_roles and not server.cloud_allowed:
            lines.append(say("admin.cloud_first", language))
        if setting is Setting.LISTENING and server.listening_channels and not interaction.client.intents.message_content:
            lines.append(say("admin.deaf", language))
        await answer(interaction, "\n".join(lines))


def _change(setting: Setting, ids: Sequence[str]) -> ServerChange:
    if setting is Setting.CHANNELS:
        return ServerChange(allowed_channels=ids)
    if setting is Setting.ROLES:
        return ServerChange(allowed_roles=ids)
    return ServerChange(listening_channels=ids) if setting is Setting.LISTENING else ServerChange(cloud_roles=ids)


def _is_there(listed: str, setting: Setting, guild: discord.Guild | None) -> bool:
    """Whether a role or channel is still on the server, as far as Discord has told."""
    if guild is None or guild.unavailable:
        return True
    find = guild.get_role if setting in (Setting.ROLES, Setting.CLOUD) else guild.get_channel
    return find(int(listed)) is not None


async def setup(client: MurekaClient[House]) -> None:
    """Add /mureka-admin, and hear presses below its queue."""
    client.tree.add_command(Admin())
    client.add_dynamic_items(StopButton)
