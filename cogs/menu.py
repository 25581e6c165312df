"""The message menu "Make a song from this": below any message with a clip, a voice message too. Sees what it was used on."""

from __future__ import annotations

from typing import Final, TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.house import House
from bot.texts import language_of, say
from cogs.acknowledge import whisper
from cogs.gate import admitted
from cogs.ordering import order_from, usual_wish
from cogs.posted import found_in, shown_name
from storage import JobKind

NAME: Final = "discord.menu.song"
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]


async def make_song(interaction: Interaction, message: discord.Message) -> None:
    """A song of the first clip of `message`, for whoever used the menu, in the style that the house decides."""
    language = language_of(str(interaction.locale))
    found = found_in(message, language)
    if not found.clips:
        await whisper(interaction, found.refusal or say("hear.no_clip_there", language))
        return
    if not await admitted(interaction):
        return
    words = await usual_wish(interaction.client.house, interaction.guild_id, "", language)
    accepted = await order_from(interaction, JobKind.GENERATE, words=words, clips=found.clips[:1])
    if accepted is not None and len(found.clips) > 1:
        await whisper(interaction, say("hear.first_of_many", language, name=shown_name(found.clips[0].name)))


async def setup(client: MurekaClient[House]) -> None:
    """Add the menu: in servers and conversations, for servers and for users."""
    menu = app_commands.ContextMenu(
        name=app_commands.locale_str(say(NAME, "en"), key=NAME), callback=make_song,
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True))
    client.tree.add_command(menu)
