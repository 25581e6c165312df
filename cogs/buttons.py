"""The buttons below a job's message. They outlive the process: all they need stands in their custom ids. Only who asked for
the song may press them."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Final, Self, TypeAlias

import discord

from bot.client import MurekaClient
from bot.house import House
from bot.jobs.desk import Accepted, Cancelled
from bot.jobs.order import Order, next_id
from bot.texts import language_of, say
from cogs.acknowledge import FirstWords, acknowledge, whisper
from cogs.board import note_of, setting_up
from cogs.faults import telling_faults
from cogs.gate import admitted
from cogs.posting import NETWORK_FAULTS
from cogs.visits import remember
from storage import Job

Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]


class Act(StrEnum):
    """What a press does."""

    CANCEL = "cancel"   # stop the job
    AGAIN = "again"     # say the wish again although it may cost again
    LEAVE = "leave"     # let it be


STYLES: Final = {Act.AGAIN: discord.ButtonStyle.primary}
OLD_SECONDS: Final = 3000.0
"""A message older than this is not taken for the progress of a new job: edits of old messages are limited."""


class JobButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"mureka:(?P<act>cancel|again|leave):(?P<job>[\w-]+)"):
    """A button for one act on one job."""

    def __init__(self, act: Act, job_id: str, language: str) -> None:
        super().__init__(discord.ui.Button(
            label=say(f"discord.button.{act.value}", language), style=STYLES.get(act, discord.ButtonStyle.secondary),
            custom_id=f"mureka:{act.value}:{job_id}"))
        self.act = act
        self.job_id = job_id

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], _: discord.ui.Item[Any],
                             match: re.Match[str], /) -> Self:
        """The button that was pressed, in this process or in one long gone."""
        return cls(Act(match["act"]), match["job"], language_of(str(interaction.locale)))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Check who pressed, and do it."""
        async with telling_faults(interaction):
            if await interaction.client.tree.interaction_check(interaction):
                await press(self.act, self.job_id, interaction)


def buttons(job_id: str, acts: Sequence[Act], language: str) -> discord.ui.View | None:
    """A row of buttons; None for none. The view itself is never waited for: presses come in through `JobButton`."""
    if not acts:
        return None
    view = discord.ui.View(timeout=None)
    for act in acts:
        view.add_item(JobButton(act, job_id, language))
    view.stop()
    return view


async def say_first(first: FirstWords, accepted: Accepted, client: MurekaClient[Any]) -> None:
    """Tell a job's place below the command that it was asked for with, unless its door was quicker."""
    order = Order.of(accepted.job)
    language = order.public_language
    note = note_of(order, language, is_guest=order.id in client.visits)
    await first.say(setting_up(accepted.place, language, note), buttons(order.id, (Act.CANCEL,), language))


async def press(act: Act, job_id: str, interaction: Interaction) -> None:
    """Do what a button says, for the member whose job it is; everybody else reads a private sentence."""
    language = language_of(str(interaction.locale))
    job = await interaction.client.house.desk.job(job_id)
    if job is None:
        await whisper(interaction, say("discord.unknown_job", language))
    elif job.member_id != str(interaction.user.id):
        await whisper(interaction, say("discord.not_yours", language))
    elif act is Act.CANCEL:
        await _cancel(job, interaction, language)
    elif act is Act.LEAVE:
        await _leave(job, interaction, language)
    elif await admitted(interaction, job.kind, session_id=Order.of(job).again_in(job.session_id)):
        await _again(job, interaction, language)


async def _cancel(job: Job, interaction: Interaction, language: str) -> None:
    if not await acknowledge(interaction):
        return
    outcome = await interaction.client.house.desk.cancel(job.id)
    if outcome is not Cancelled.YES:
        await whisper(interaction, say(f"discord.cancel.{outcome.value}", language))


async def _again(job: Job, interaction: Interaction, language: str) -> None:
    """A new job, shown in the message that asked, or in a new one where that is old."""
    message, desk = interaction.message, interaction.client.house.desk
    remember(interaction.client, next_id(job.id), interaction)
    if message is None or (discord.utils.utcnow() - message.created_at).total_seconds() < OLD_SECONDS:
        shown = None if message is None else str(message.id)    # which may be another message than the earlier progress
        if await acknowledge(interaction) and await desk.again(job.id, message_id=shown) is None:
            await whisper(interaction, say("discord.answered_before", language))
        return
    first = await FirstWords.of(interaction)
    if first is None:
        return
    with first.kept(interaction.client):
        accepted = await desk.again(job.id, message_id=first.message_id)
        if accepted is None:
            await first.say(say("discord.answered_before", language), None)
        else:
            await say_first(first, accepted, interaction.client)
            with contextlib.suppress(*NETWORK_FAULTS, discord.HTTPException):      # whoever presses once more is told so
                await message.edit(view=None)


async def _leave(job: Job, interaction: Interaction, language: str) -> None:
    desk = interaction.client.house.desk
    if not await acknowledge(interaction):
        return
    if interaction.message is not None:
        await desk.remember_message(job.id, str(interaction.message.id))
    if not await desk.leave(job.id):
        await whisper(interaction, say("discord.answered_before", language))


async def setup(client: MurekaClient[House]) -> None:
    """Hear presses on all buttons, also on those of earlier processes."""
    client.add_dynamic_items(JobButton)
