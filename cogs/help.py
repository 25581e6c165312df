"""/mureka help: what can be asked for and which doors are open here, for whoever asks alone. Knows no command's inside."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.house import House
from bot.texts import language_of, say
from cogs.gate import Asker, refusal
from cogs.group import group
from cogs.menu import NAME as MENU
from cogs.private import answer
from cogs.words import about, named
from storage import Server

SAYINGS = ("help.greeting", "help.try", "help.try_generate", "help.try_refine", "help.try_export", "help.tips", "help.tip_clip",
           "help.tip_wish", "help.doors")
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]


async def show_help(interaction: Interaction) -> None:
    """Greet, give words to try, name the doors."""
    language, house = language_of(str(interaction.locale)), interaction.client.house
    asker = Asker.of(interaction)
    server = await house.stores.servers.get(asker.server_id) if asker.server_id else None
    closed = await refusal(asker, house, language)
    lines = [say(key, language) for key in SAYINGS]
    lines += [say("help.door_closed", language, reason=closed)] if closed else list(_doors(interaction, asker, server, language))
    lines.append(say(f"help.made_{house.backend.value}", language))
    if house.settings.help_url:
        lines.append(say("help.more", language, link=house.settings.help_url))
    await answer(interaction, "\n".join(lines))


def _doors(interaction: Interaction, asker: Asker, server: Server | None, language: str) -> Iterator[str]:
    client = interaction.client
    yield say("help.door_command", language)
    yield say("help.door_menu", language, menu=say(MENU, language))
    if client.user is not None and server is not None:
        yield say("help.door_mention", language, bot=client.user.mention)
    yield say("help.door_direct", language)
    if server is not None and client.intents.message_content and not asker.places.isdisjoint(server.listening_channels):
        yield say("help.door_listening", language)


async def setup(client: MurekaClient[House]) -> None:
    """Add /mureka help."""
    group(client).add_command(app_commands.Command(
        name=named("look.help"), description=about("look.help"), callback=show_help))
