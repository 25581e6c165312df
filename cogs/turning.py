"""The small question below a clip in a listening channel, "Turn this into a song?", and what a press of it does.

All that the button needs is its custom id, so that it outlives the process. It obeys whoever posted the clip, because the
song would be theirs: their voice, their credits. Others have the menu, which makes a song of their own.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any, Final, Self, TypeAlias

import discord

from bot.client import MurekaClient
from bot.house import House
from bot.pace import Verdict
from bot.texts import language_of, say
from cogs.acknowledge import acknowledge, whisper
from cogs.faults import telling_faults
from cogs.gate import Asker, admitted, refusal
from cogs.ordering import language_in, order_from_message, usual_wish
from cogs.posted import found_in
from cogs.replies import reply
from storage import JobKind

NOTE: Final = "♪"
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]


class TurnButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"mureka:turn:(?P<message>\d+)"):
    """Makes a song of the clip in one message."""

    def __init__(self, message_id: int, language: str) -> None:
        super().__init__(discord.ui.Button(label=say("hear.turn", language), custom_id=f"mureka:turn:{message_id}"))
        self.message_id = message_id

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], _: discord.ui.Item[Any],
                             match: re.Match[str], /) -> Self:
        """The button that was pressed, in this process or in one long gone."""
        return cls(int(match["message"]), language_of(str(interaction.locale)))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Check who pressed, and do it."""
        async with telling_faults(interaction):
            if await interaction.client.tree.interaction_check(interaction) and await acknowledge(interaction):
                words = await turn(self.message_id, interaction)
                if words is not None:
                    await whisper(interaction, words)


async def offer(client: MurekaClient[House], message: discord.Message) -> None:
    """Ask below a clip in a listening channel whether it shall be a song; silently nothing elsewhere, or where it may not be."""
    if message.guild is None or not (message.attachments or message.message_snapshots):
        return
    house, asker = client.house, Asker.of_message(message)
    server = await house.stores.servers.get(str(message.guild.id))
    if asker.places.isdisjoint(server.listening_channels) or client.pace.judge(asker.member_id) is not Verdict.GO_ON:
        return
    language = house.settings.public_language(server, language_in(message))
    if found_in(message, language).clips and await refusal(asker, house, language) is None:
        view = discord.ui.View(timeout=None)
        view.add_item(TurnButton(message.id, language))
        view.stop()
        await reply(message, NOTE, act="offer", view=view, silent=True)


async def turn(message_id: int, interaction: Interaction) -> str | None:
    """Make a song of the clip in that message, which is fetched anew; the sentence for whoever pressed where none is made."""
    client, language = interaction.client, language_of(str(interaction.locale))
    if not await admitted(interaction, JobKind.GENERATE):
        return None
    try:
        place = client.get_partial_messageable(interaction.channel_id or 0, guild_id=interaction.guild_id)
        source = await place.fetch_message(message_id)
    except discord.NotFound:
        await _take_away(interaction)
        return say("hear.clip_gone", language)
    if source.author.id != interaction.user.id:
        return say("hear.not_your_clip", language, menu=say("discord.menu.song", language))
    if await client.house.desk.job(str(message_id)) is not None:
        await _take_away(interaction)
        return say("discord.answered_before", language)
    clips = found_in(source, language).clips
    if not clips:
        return say("hear.hidden", language, menu=say("discord.menu.song", language))
    words = await usual_wish(client.house, interaction.guild_id, "", language)
    accepted = await order_from_message(client, source, interaction.user, kind=JobKind.GENERATE, words=words, clips=clips[:1],
                                        language=language)
    if accepted is None:
        return say("hear.no_room", language)
    await _take_away(interaction)
    return None


async def _take_away(interaction: Interaction) -> None:
    """The question is answered; one that is gone already, or cannot be reached, stays as it is."""
    if interaction.message is not None:
        with contextlib.suppress(discord.HTTPException):
            await interaction.message.delete()
