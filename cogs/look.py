"""/mureka status and /mureka credits: how the member's project here stands, and what is left. Changes nothing, costs nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.flows.account import Shown, Speaks, shown
from bot.flows.budget import account_of, watch_balance
from bot.flows.look import status
from bot.flows.progress import Stage
from bot.house import House
from bot.nemo import SessionState
from bot.settings import Backend
from bot.speech.heard import heard_in
from bot.speech.song import Song, song_of
from bot.speech.timeline import clock, timeline
from bot.texts import language_of, say
from cogs.budget_words import budget_in_words
from cogs.gate import Asker, rule_refusal
from cogs.group import group
from cogs.plain_words import plain
from cogs.private import Answer, answer
from cogs.words import about, named
from storage import Job, Project, Wished

WISHES: Final = 5
TITLE_CHARACTERS: Final = 80
WISH_CHARACTERS: Final = 120
TIMELINE_CHARACTERS: Final = 900
BETWEEN_FACTS: Final = " · "
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]


async def show_status(interaction: Interaction) -> None:
    """Tell of the project that the member's next wish would change, and of their jobs here."""
    language, house = language_of(str(interaction.locale)), interaction.client.house
    async with Answer.of(interaction, language) as told:
        if told is not None:
            await told.say(await status_words(house, Asker.of(interaction), language))


async def status_words(house: House, asker: Asker, language: str) -> str:
    """How the member's project in this place stands. Raises what the backend's client raises."""
    under_way = await _under_way(house, asker.member_id, asker.channel_id, language)
    project = await house.current_project(asker.member_id, asker.channel_id)
    if project is None:
        return "\n".join(under_way) or say("discord.no_song_here", language)
    async with house.client_of(asker.member_id, asker.server_id, project.backend) as nemo:
        state = await status(project, nemo=nemo, projects=house.stores.projects)
    wishes = await house.stores.projects.wishes(project.id, limit=WISHES)
    song = song_of(state, language, (await house.offered()).styles)
    return "\n".join((*_told(project, state, song, language), *under_way, *_wished(wishes, language)))


async def show_credits(interaction: Interaction) -> None:
    """Tell what is left of the credits that the member's songs are paid with."""
    language, house = language_of(str(interaction.locale)), interaction.client.house
    if house.backend is Backend.STUDIO:
        await answer(interaction, await credits_words(house, Asker.of(interaction), language))
        return
    async with Answer.of(interaction, language) as told:
        if told is not None:
            await told.say(await credits_words(house, Asker.of(interaction), language))


async def credits_words(house: House, asker: Asker, language: str) -> str:
    """What is left of the credits that this member's songs are paid with, and what is used; or the rule against it."""
    stores, used = house.stores, await budget_in_words(house, asker, language)
    if house.backend is Backend.STUDIO:
        return "\n".join((say("look.no_charge", language), *used))
    refusal = await rule_refusal(asker, house, language)
    if refusal is not None:
        return refusal
    account = await shown(asker.member_id, house.access, members=stores.members, accounts=stores.accounts,
                          environment=house.environment, server_accounts=stores.server_accounts, server_id=asker.server_id)
    if account.credits is not None and (payer := account_of(account.speaks, asker.server_id)) is not None:
        await watch_balance(payer, account.credits.total, warnings=stores.warnings, alerts=house.desk.alerts)
    return "\n".join((_balance(account, language), *used))


def since(moment: datetime) -> str:
    """Discord's own mark for a moment, which every client shows in its words and keeps current."""
    return f"<t:{int(moment.timestamp())}:R>"


def stage_in_words(job: Job, language: str) -> str:
    """What a job is at."""
    known = {stage.value for stage in Stage}
    return say(f"stage.{job.stage}" if job.stage in known else "look.at_work", language)


async def _under_way(house: House, member: str, place: str, language: str) -> list[str]:
    """The member's jobs here that have not ended, a line each."""
    lines: list[str] = []
    for job in reversed(await house.stores.jobs.of_member(member)):
        if job.channel_id != place or job.state.is_end:
            continue
        waits_at = await house.desk.place(job.id)
        lines.append(say("look.waiting", language, place=waits_at) if waits_at is not None else say(
            "look.working", language, when=since(job.created_at), stage=stage_in_words(job, language)))
    return lines


def _told(project: Project, state: SessionState, song: Song, language: str) -> Iterator[str]:
    title = plain(song.title or project.title, TITLE_CHARACTERS)
    yield say("look.title", language, title=title) if title else say("look.untitled", language)
    if facts := facts_of(song, language):
        yield facts
    if heard := heard_in(state, language):
        yield plain(heard)
    yield plain(timeline(state.draft, language), TIMELINE_CHARACTERS)


def facts_of(song: Song, language: str) -> str:
    """`G major · 100 BPM · lo-fi · 1:45`, as far as it is known."""
    facts = (plain(song.key), say("look.tempo", language, tempo=round(song.tempo)) if song.tempo else "", plain(song.style),
             clock(song.seconds) if song.seconds else "")
    return BETWEEN_FACTS.join(filter(None, facts))


def _wished(wishes: list[Wished], language: str) -> Iterator[str]:
    if wishes:
        yield say("look.wishes", language)
    for wish in wishes:
        yield say("look.wish", language, words=plain(wish.words, WISH_CHARACTERS), when=since(wish.at))


def _balance(account: Shown, language: str) -> str:
    if account.is_refused:
        return say("look.balance_refused", language)
    if account.speaks is Speaks.NOBODY:
        return say("look.balance_nobody", language)
    left = account.credits
    if left is None or left.available is None:
        return say("look.balance_unknown", language)
    return say(f"look.balance_{account.speaks.value}", language, available=left.available, frozen=left.frozen, total=left.total)


async def setup(client: MurekaClient[House]) -> None:
    """Add /mureka status and /mureka credits."""
    for name, callback in (("status", show_status), ("credits", show_credits)):
        group(client).add_command(app_commands.Command(
            name=named(f"look.{name}"), description=about(f"look.{name}"), callback=callback))
