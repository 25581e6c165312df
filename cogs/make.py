"""/mureka generate and /mureka refine: check, acknowledge, hand the order to the desk. What comes of it is told by the door."""

from __future__ import annotations

import asyncio
from typing import Final, TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.house import House
from bot.jobs.order import Clip, Order
from bot.nemo import scrub
from bot.speech.routing import Intent, route
from bot.texts import language_of, say
from cogs.acknowledge import FirstWords, whisper
from cogs.buttons import say_first
from cogs.refusals import clip_refusal, permission_refusal, project_refusal
from cogs.words import about, named
from storage import JobKind

MAX_WISH_CHARACTERS: Final = 1500
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]
Wish: TypeAlias = app_commands.Range[str, 1, MAX_WISH_CHARACTERS]


class Mureka(app_commands.Group):
    """/mureka"""

    def __init__(self) -> None:
        super().__init__(name="mureka", description=about("mureka"),
                         allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
                         allowed_installs=app_commands.AppInstallationType(guild=True, user=False))

    @app_commands.command(name=named("generate"), description=about("generate"))
    @app_commands.rename(clip=named("clip"), wish=named("wish"))
    @app_commands.describe(clip=about("clip"), wish=about("wish"))
    async def generate(self, interaction: Interaction, clip: discord.Attachment, wish: Wish | None = None) -> None:
        """A song of a clip."""
        language = language_of(str(interaction.locale))
        refusal = permission_refusal(interaction, language) or clip_refusal(clip.filename, clip.size, clip.content_type, language)
        if refusal:
            await whisper(interaction, refusal)
        else:
            await _order(interaction, JobKind.GENERATE, wish or say("wish.default", language), language,
                         Clip(clip.url, clip.filename, clip.size, clip.content_type))

    @app_commands.command(name=named("refine"), description=about("refine"))
    @app_commands.rename(wish=named("wish"))
    @app_commands.describe(wish=about("change"))
    async def refine(self, interaction: Interaction, wish: Wish) -> None:
        """The song of this channel once more, otherwise."""
        language = language_of(str(interaction.locale))
        refusal = permission_refusal(interaction, language) or await project_refusal(
            interaction.client.house, str(interaction.user.id), str(interaction.channel_id), language)
        if refusal:
            await whisper(interaction, refusal)
        else:
            asked = await asyncio.to_thread(lambda: route(wish, has_files=False))       # the first one builds a grammar
            is_export = asked.intent is Intent.EXPORT
            await _order(interaction, JobKind.EXPORT if is_export else JobKind.REFINE, wish, language, None)


async def _order(interaction: Interaction, kind: JobKind, wish: str, language: str, clip: Clip | None) -> None:
    """Acknowledge, and have the job enqueued. When the acknowledgement came too late nothing is begun: the member was told
    by Discord that it failed, and will ask again."""
    first = await FirstWords.of(interaction)
    if first is None:
        return
    house, server_id = interaction.client.house, str(interaction.guild_id) if interaction.guild_id else None
    public = (await house.stores.servers.get(server_id)).language if server_id else None
    order = Order(
        id=str(interaction.id), kind=kind, member_id=str(interaction.user.id), server_id=server_id,
        channel_id=str(interaction.channel_id), message_id=first.message_id, language=language,
        public_language=public or language, words=scrub(wish), clip=clip, upload_limit=interaction.filesize_limit)
    with first.kept(interaction.client):
        accepted = await house.desk.accept(order)
        await say_first(first, accepted, order.public_language)


async def setup(client: MurekaClient[House]) -> None:
    """Add /mureka."""
    client.tree.add_command(Mureka())
