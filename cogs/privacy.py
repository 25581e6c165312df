"""/mureka privacy: what is kept of whoever asks, handed over or deleted on their word. Shows nobody anything of somebody else."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any, Final, Self, TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.flows.privacy import Stored
from bot.house import House
from bot.jobs.ending import FAULTS
from bot.jobs.forget import Gone
from bot.settings import Backend
from bot.texts import language_of, say
from cogs.acknowledge import acknowledge
from cogs.faults import telling_faults
from cogs.group import group
from cogs.posting import TOO_LARGE_STATUS
from cogs.private import NOBODY, Answer, change, put, sentence_of
from cogs.taking_back import Wall
from cogs.words import about, named

ARCHIVE: Final = "mureka.zip"
MEGABYTE: Final = 1_000_000
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]

log = logging.getLogger(__name__)


class Act(StrEnum):
    """What a press does."""

    EXPORT = "export"
    DELETE = "delete"   # asks first
    SONGS = "songs"     # deletes, and what was posted too
    ROWS = "rows"       # deletes, and leaves what was posted
    KEEP = "keep"


ASKED: Final = (Act.SONGS, Act.ROWS, Act.KEEP)
DELETING: Final = frozenset((Act.DELETE, Act.SONGS, Act.ROWS))


class PrivacyButton(discord.ui.DynamicItem[discord.ui.Button[Any]],
                    template=r"mureka:privacy:(?P<act>export|delete|songs|rows|keep)"):
    """A button for the data of whoever presses it: it names nobody, so no forged one is anybody else's."""

    def __init__(self, act: Act, language: str) -> None:
        super().__init__(discord.ui.Button(
            label=say(f"privacy.button.{act.value}", language), custom_id=f"mureka:privacy:{act.value}",
            style=discord.ButtonStyle.danger if act in DELETING else discord.ButtonStyle.secondary))
        self.act = act

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], _: discord.ui.Item[Any],
                             match: re.Match[str], /) -> Self:
        """The button that was pressed, in this process or in one long gone."""
        return cls(Act(match["act"]), language_of(str(interaction.locale)))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what was decided."""
        async with telling_faults(interaction):
            if await interaction.client.tree.interaction_check(interaction):
                await _pressed(self.act, interaction)


async def show_privacy(interaction: Interaction) -> None:
    """Tell what is kept of the member, with the ways to have it and to have it gone."""
    language, house = language_of(str(interaction.locale)), interaction.client.house
    async with Answer.of(interaction, language) as told:
        if told is not None:
            stored = await house.desk.privacy.look(str(interaction.user.id))
            view = _view((Act.EXPORT, Act.DELETE), language) if stored.is_known else None
            await told.say("\n".join(_told(stored, house, language)), view)


async def _pressed(act: Act, interaction: Interaction) -> None:
    language, house = language_of(str(interaction.locale)), interaction.client.house
    if act is Act.EXPORT:
        await _hand_over(interaction, language)
    elif act is Act.DELETE:
        await change(interaction, say("privacy.sure", language, days=house.settings.keep_days), _view(ASKED, language))
    elif act is Act.KEEP:
        await change(interaction, say("privacy.unharmed", language))
    else:
        await _delete(interaction, language, with_posts=act is Act.SONGS)


async def _hand_over(interaction: Interaction, language: str) -> None:
    """Send the archive where only the member sees it."""
    async with Answer.of(interaction, language) as told:
        if told is None:
            return
        privacy = interaction.client.house.desk.privacy
        async with privacy.export(str(interaction.user.id), limit_bytes=interaction.filesize_limit, language=language) as archive:
            key = "privacy.handed_over_partly" if archive.left_out else "privacy.handed_over"
            try:
                await interaction.edit_original_response(
                    content=say(key, language, count=len(archive.left_out)), allowed_mentions=NOBODY,
                    attachments=[discord.File(archive.path, filename=ARCHIVE)])
            except discord.HTTPException as fault:
                if fault.status != TOO_LARGE_STATUS:
                    raise
                log.warning("an archive was not handed over: %s", fault)
                await told.say(say("privacy.too_much", language))


async def _delete(interaction: Interaction, language: str, *, with_posts: bool) -> None:
    """Delete all of it. What takes longer than the interaction lives is finished all the same."""
    if not await acknowledge(interaction):
        return
    await put(interaction, say("privacy.deleting", language))
    house, posts = interaction.client.house, Wall(interaction.client) if with_posts else None
    try:
        gone = await house.desk.privacy.delete(str(interaction.user.id), posts)
    except FAULTS as fault:
        log.info("a deletion ended with: %r", fault)
        await put(interaction, sentence_of(fault, language))
    else:
        await put(interaction, "\n".join(_done(gone, house.settings.backup_days, language)))


def _told(stored: Stored, house: House, language: str) -> Iterator[str]:
    """What is kept, a line for each place."""
    days = house.settings.keep_days
    if not stored.is_known:
        yield say("privacy.nothing", language)
    else:
        yield say("privacy.head", language)
        yield say("privacy.jobs", language, jobs=stored.jobs, days=days)
        projects = "privacy.projects" if house.backend is Backend.STUDIO else "privacy.projects_cloud"
        yield say(projects, language, projects=stored.projects, wishes=stored.wishes, days=days)
        yield say("privacy.tokens", language, tokens=stored.tokens)
        yield from _elsewhere(stored, days, language)
        yield say("privacy.posted", language)
    yield say("privacy.hashed", language)
    if house.settings.backup_days:
        yield say("privacy.backups", language, days=house.settings.backup_days)


def _elsewhere(stored: Stored, days: int, language: str) -> Iterator[str]:
    """What the backends have."""
    if (kept := stored.studio) is not None:
        yield say("privacy.studio", language, clips=len(kept.clips), songs=kept.songs, films=kept.films,
                  size=f"{kept.bytes / MEGABYTE:.1f}", days=days)
    elif stored.is_silent:
        yield say("privacy.studio_silent", language)
    if stored.in_cloud:
        yield say("privacy.cloud", language)


def _done(gone: Gone, backup_days: int, language: str) -> Iterator[str]:
    """What became of it all."""
    if not gone.was_known:
        yield say("privacy.nothing", language)
        return
    yield say("privacy.deleted", language)
    if gone.posts:
        yield say("privacy.deleted_posts", language, count=gone.posts)
    if gone.posts_left:
        yield say("privacy.posts_left", language, count=gone.posts_left)
    if gone.in_cloud:
        yield say("privacy.cloud_stays", language)
    if backup_days:
        yield say("privacy.backups_stay", language, days=backup_days)


def _view(acts: Sequence[Act], language: str) -> discord.ui.View:
    """Buttons; the view itself is never waited for."""
    view = discord.ui.View(timeout=None)
    for act in acts:
        view.add_item(PrivacyButton(act, language))
    view.stop()
    return view


async def setup(client: MurekaClient[House]) -> None:
    """Add /mureka privacy, and hear its buttons."""
    group(client).add_command(app_commands.Command(
        name=named("privacy.command"), description=about("privacy.command"), callback=show_privacy))
    client.add_dynamic_items(PrivacyButton)
