"""/mureka upload and /mureka batch: clips that go into a project without a wish, or each with its own. Fetches nothing itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.house import House
from bot.texts import language_of, say
from cogs.acknowledge import whisper
from cogs.clips import clip_of, link_of
from cogs.forms import Form, clips_field, files_in, text_field, text_in
from cogs.gate import admitted
from cogs.group import group
from cogs.make import Link
from cogs.ordering import batch_from, order_from, usual_wish
from cogs.refusals import clips_refusal
from cogs.visits import is_guest
from cogs.wishes import MAX_WISH_CHARACTERS, spoken
from cogs.words import about, named
from storage import JobKind

Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]


@app_commands.command(name=named("upload"), description=about("upload"))
@app_commands.rename(clip=named("clip"), link=named("link"))
@app_commands.describe(clip=about("clip"), link=about("link"))
async def upload(interaction: Interaction, clip: discord.Attachment | None = None, link: Link | None = None) -> None:
    """Clips for the project, of which nothing is made yet. Without either a form opens that takes ten."""
    if not await admitted(interaction):
        return
    language = language_of(str(interaction.locale))
    if clip is None and link is None:
        await interaction.response.send_modal(UploadForm(interaction, language))
        return
    refusal = clips_refusal([clip] if clip else [], link, language)
    if refusal is not None:
        await whisper(interaction, refusal)
    else:
        clips = [clip_of(clip)] if clip else [link_of(link or "")]
        await order_from(interaction, JobKind.UPLOAD, clips=clips)


@app_commands.command(name=named("batch"), description=about("batch"))
async def batch(interaction: Interaction) -> None:
    """A form for up to ten clips, each with its wish."""
    language = language_of(str(interaction.locale))
    if is_guest(interaction):       # a song each needs a message each, and a quarter of an hour is short
        await whisper(interaction, say("discord.no_batch_here", language))
    elif await admitted(interaction, JobKind.GENERATE):
        await interaction.response.send_modal(BatchForm(interaction, language))


class UploadForm(Form):
    """Up to ten clips."""

    def __init__(self, opened_by: Interaction, language: str) -> None:
        super().__init__(opened_by, say("discord.form.upload", language))
        self._clips = clips_field(language)
        self.add_item(self._clips)

    async def filled(self, interaction: Interaction) -> None:
        """Send them all, or tell which one cannot be sent."""
        clips = await _taken(interaction, files_in(self._clips))
        if clips:
            await order_from(interaction, JobKind.UPLOAD, clips=[clip_of(one) for one in clips])


class BatchForm(Form):
    """Up to ten clips, and a line of words for each."""

    def __init__(self, opened_by: Interaction, language: str) -> None:
        super().__init__(opened_by, say("discord.form.batch", language))
        self._clips = clips_field(language)
        self._wishes = text_field("wishes", language, most=MAX_WISH_CHARACTERS, is_required=False)
        self.add_item(self._clips)
        self.add_item(self._wishes)

    async def filled(self, interaction: Interaction) -> None:
        """A job for each clip; wishes that are over are named to whoever wrote them."""
        clips = await _taken(interaction, files_in(self._clips))
        if not clips:
            return
        language, lines = language_of(str(interaction.locale)), text_in(self._wishes).rstrip().splitlines()
        wishes = [await usual_wish(interaction.client.house, interaction.guild_id, line, language)
                  for line in lines_for(len(clips), lines)]
        begun = await batch_from(interaction, wishes, [clip_of(one) for one in clips])
        if begun and len(lines) > len(clips):
            await whisper(interaction, say("discord.wishes_over", language, wishes=len(lines), clips=len(clips)))


def lines_for(count: int, lines: Sequence[str]) -> list[str]:
    """A line for each of `count` clips; empty where there is none."""
    return [spoken(line) for _, line in zip_longest(range(count), lines[:count], fillvalue="")]


async def _taken(interaction: Interaction, clips: list[discord.Attachment]) -> list[discord.Attachment]:
    """The clips, if the member may (still) and all of them can be taken; else none, and it is told why."""
    if not await admitted(interaction):
        return []
    refusal = clips_refusal(clips, None, language_of(str(interaction.locale)))
    if refusal is not None:
        await whisper(interaction, refusal)
    return [] if refusal is not None else clips


async def setup(client: MurekaClient[House]) -> None:
    """Add the commands."""
    group(client).add_command(upload)
    group(client).add_command(batch)
