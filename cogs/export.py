"""/mureka export: the song of this channel as it is, as a film or as sound. Costs nothing, changes nothing."""

from __future__ import annotations

from typing import Final, TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.house import House
from bot.jobs.order import FILM
from bot.texts import language_of
from cogs.acknowledge import whisper
from cogs.gate import admitted
from cogs.group import group
from cogs.ordering import order_from
from cogs.refusals import format_refusal, project_refusal
from cogs.words import about, named, translated
from storage import JobKind

FORMATS: Final = (FILM, "mp3", "wav", "midi", "stems")
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]


@app_commands.command(name=named("export"), description=about("export"))
@app_commands.rename(wanted=named("format"))
@app_commands.describe(wanted=about("format"))
@app_commands.choices(wanted=[app_commands.Choice(name=translated(f"discord.format.{one}"), value=one) for one in FORMATS])
async def export(interaction: Interaction, wanted: str = FILM) -> None:
    """The song as a file of this kind."""
    if not await admitted(interaction):
        return
    house, language = interaction.client.house, language_of(str(interaction.locale))
    refusal = format_refusal(await house.offered(), wanted, language) or await project_refusal(
        house, str(interaction.user.id), str(interaction.channel_id), language)
    if refusal is not None:
        await whisper(interaction, refusal)
    else:
        await order_from(interaction, JobKind.EXPORT, format=wanted)


async def setup(client: MurekaClient[House]) -> None:
    """Add the command."""
    group(client).add_command(export)
