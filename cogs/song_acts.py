"""What the buttons below a song do: go on with it, tell of it, delete it. Only whoever asked for a song goes on with it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, TypeAlias

import discord

from bot.client import MurekaClient
from bot.flows.look import status
from bot.house import House
from bot.jobs.order import FILM
from bot.speech.timeline import timeline
from bot.texts import language_of, say
from cogs.acknowledge import acknowledge, whisper
from cogs.forms import Form, text_field, text_in
from cogs.gate import admitted
from cogs.ordering import order_from
from cogs.plain_words import plain
from cogs.posting import NETWORK_FAULTS
from cogs.private import Answer
from cogs.refusals import format_refusal
from cogs.visits import is_guest
from cogs.wishes import MAX_WISH_CHARACTERS, composed, spoken
from storage import Job, JobKind, Project

Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]
UNKNOWN_MESSAGE: Final = 10008


class Act(StrEnum):
    """What a press does."""

    TAKE = "take"           # the song once more, otherwise
    REFINE = "refine"       # a change in the member's own words
    LONGER = "longer"
    STYLE = "style"         # the song in the style that was chosen
    FORMATS = "formats"     # the song as it is, as another kind of file
    TIMELINE = "timeline"   # what is on it now, for whoever pressed
    DELETE = "delete"       # the message with the song; the project stays


class RefineForm(Form):
    """What shall change, in the member's own words."""

    def __init__(self, opened_by: Interaction, project: Project, language: str) -> None:
        super().__init__(opened_by, say("discord.form.refine", language))
        self._project = project
        self._wish = text_field("wish", language, most=MAX_WISH_CHARACTERS, is_required=True)
        self.add_item(self._wish)

    async def filled(self, interaction: Interaction) -> None:
        """Say it to the project that the form was opened below, whichever is the current one by now."""
        wish = spoken(text_in(self._wish))
        if not wish:
            await whisper(interaction, say("discord.no_words", language_of(str(interaction.locale))))
        elif await admitted(interaction):
            await order_from(interaction, JobKind.REFINE, words=wish, session_id=self._project.session_id)


async def do(act: Act, job_id: str, interaction: Interaction, chosen: str | None) -> None:
    """Do what a button says; `chosen` comes from a list. Whoever may not is told so, privately."""
    language = language_of(str(interaction.locale))
    job = await interaction.client.house.desk.job(job_id)
    if job is None:
        await whisper(interaction, say("discord.unknown_job", language))
    elif act is Act.DELETE:
        await _delete(job, interaction, language)
    elif job.member_id != str(interaction.user.id):
        await whisper(interaction, say("discord.not_your_song", language))
    elif (project := await interaction.client.house.project_of(job)) is None:
        await whisper(interaction, say("discord.song_gone", language))
    elif act is Act.TIMELINE:
        await _timeline(job, project, interaction, language)
    elif await admitted(interaction, JobKind.EXPORT if act is Act.FORMATS else JobKind.REFINE, session_id=project.session_id):
        await _go_on(act, project, interaction, chosen, language)


async def _go_on(act: Act, project: Project, interaction: Interaction, chosen: str | None, language: str) -> None:
    """Another song or file of this project, which is the current one once it is the job's turn."""
    house = interaction.client.house
    if act is Act.REFINE:
        await interaction.response.send_modal(RefineForm(interaction, project, language))
        return
    if act is Act.FORMATS:
        refused = format_refusal(await house.offered(), chosen or FILM, language)
        if refused is not None:
            await whisper(interaction, refused)
            return
        await order_from(interaction, JobKind.EXPORT, format=chosen or FILM, session_id=project.session_id)
        return
    style = chosen if act is Act.STYLE else None
    words = say(f"wish.{act.value}", language) if style is None else ""
    await order_from(interaction, JobKind.REFINE, words=composed(words, style=style, aspect=None, language=language),
                     session_id=project.session_id)


async def _timeline(job: Job, project: Project, interaction: Interaction, language: str) -> None:
    """What is on the timeline, for whoever pressed alone."""
    house = interaction.client.house
    async with Answer.of(interaction, language) as told:
        if told is not None:
            async with house.client_of(project.member_id, job.server_id, project.backend) as nemo:
                state = await status(project, nemo=nemo, projects=house.stores.projects)
            await told.say(plain(timeline(state.draft, language)))


async def _delete(job: Job, interaction: Interaction, language: str) -> None:
    """Take the message with the song away, for whoever asked for it and for who keeps order there."""
    is_moderator = interaction.guild_id is not None and interaction.permissions.manage_messages
    if job.member_id != str(interaction.user.id) and not is_moderator:
        await whisper(interaction, say("discord.not_yours_to_delete", language))
        return
    if not await acknowledge(interaction):
        return
    await _take_away(interaction)
    await whisper(interaction, say("discord.deleted", language))


async def _take_away(interaction: Interaction) -> None:
    """Delete the message that was pressed; one that is gone already is what was wished for."""
    message = interaction.message
    for is_last in (False, True):
        try:
            if message is None or is_guest(interaction):
                await interaction.delete_original_response()
            else:
                await message.delete()
            return
        except NETWORK_FAULTS:
            if is_last:
                raise
        except discord.HTTPException as refusal:
            if refusal.code != UNKNOWN_MESSAGE:
                raise
            return
