"""The jobs of one server, for those who run it: looked at, and cancelled one by one. Shows nobody's wish."""

from __future__ import annotations

import re
from typing import Any, Final, Self, TypeAlias

import discord

from bot.client import MurekaClient
from bot.house import House
from bot.jobs.desk import Cancelled, Queued
from bot.texts import language_of, say
from cogs.acknowledge import acknowledge
from cogs.faults import telling_faults
from cogs.look import since, stage_in_words
from cogs.private import answer, put
from cogs.server_words import kind_in_words

SHOWN: Final = 10
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]


class StopButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"mureka:stop:(?P<job>[\w-]+)"):
    """Cancels somebody's job. It stands below private messages of /mureka-admin queue alone, so whoever sees it may press it."""

    def __init__(self, job_id: str, label: str = "") -> None:
        super().__init__(discord.ui.Button(label=label, style=discord.ButtonStyle.secondary, custom_id=f"mureka:stop:{job_id}"))
        self.job_id = job_id

    @classmethod
    async def from_custom_id(cls, _interaction: discord.Interaction[Any], _: discord.ui.Item[Any],
                             match: re.Match[str], /) -> Self:
        """The button that was pressed, in this process or in one long gone."""
        return cls(match["job"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Cancel the job, and show what is left."""
        async with telling_faults(interaction):
            if await interaction.client.tree.interaction_check(interaction):
                await _stop(self.job_id, interaction)


async def show_queue(house: House, server_id: str, language: str) -> tuple[str, discord.ui.View | None]:
    """The jobs of a server that have not ended, with a button for each of the first ones."""
    found = [one for one in await house.desk.queue() if one.job.server_id == server_id]
    if not found:
        return say("admin.queue_empty", language), None
    lines = [say("admin.queue", language)]
    view = discord.ui.View(timeout=None)
    for number, one in enumerate(found[:SHOWN], 1):
        lines.append(_line(number, one, language))
        view.add_item(StopButton(one.job.id, say("admin.queue_cancel", language, number=number)))
    if len(found) > SHOWN:
        lines.append(say("admin.queue_more", language, count=len(found) - SHOWN))
    view.stop()
    return "\n".join(lines), view


def _line(number: int, queued: Queued, language: str) -> str:
    job = queued.job
    kind, when = kind_in_words(job.kind.value, language), since(job.created_at)
    facts = {"number": number, "member": job.member_id, "kind": kind, "channel": job.channel_id, "when": when}
    if queued.place is None:
        return say("admin.queue_working", language, stage=stage_in_words(job, language), **facts)
    return say("admin.queue_waiting", language, place=queued.place, **facts)


async def _stop(job_id: str, interaction: Interaction) -> None:
    language, house = language_of(str(interaction.locale)), interaction.client.house
    job = await house.desk.job(job_id)
    if job is None or job.server_id != str(interaction.guild_id) or not _is_private(interaction):
        await answer(interaction, say("admin.queue_gone", language))
        return
    if await acknowledge(interaction):
        outcome = await house.desk.cancel(job_id)
        words, view = await show_queue(house, str(interaction.guild_id), language)
        told = "" if outcome is Cancelled.YES else say(f"discord.cancel.{outcome.value}", language) + "\n"
        await put(interaction, told + words, view)


def _is_private(interaction: Interaction) -> bool:
    """Whether the button stands where Discord showed it to one admin alone."""
    return interaction.message is not None and interaction.message.flags.ephemeral
