"""/mureka projects: a member's projects in this channel, listed, opened, begun, renamed, deleted. Makes no song."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Any, Final, Self, TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.flows.errors import NoSuchProject
from bot.flows.project import MAX_TITLE_CHARACTERS
from bot.flows.projects import LOOKED_AT, delete_project, list_projects, new_project, open_project, rename_project
from bot.house import House
from bot.jobs.ending import FAULTS
from bot.jobs.order import Order
from bot.nemo import scrub
from bot.settings import Backend
from bot.speech.timeline import shown
from bot.texts import language_of, say
from cogs.faults import telling_faults
from cogs.gate import Asker, rule_refusal
from cogs.group import group
from cogs.look import since
from cogs.plain_words import plain
from cogs.private import Answer, answer, change, sentence_of
from cogs.words import about, named
from storage import JobKind, Project

LISTED: Final = 15
LISTED_CHARACTERS: Final = 50
"""Of a title in the list; escaped it may have twice as many, and a message has 2,000."""
CHOICES: Final = 25
CHOICE_CHARACTERS: Final = 100
MAX_CHOSEN_CHARACTERS: Final = 100
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]
Chosen: TypeAlias = app_commands.Range[str, 1, MAX_CHOSEN_CHARACTERS]
Title: TypeAlias = app_commands.Range[str, 1, MAX_TITLE_CHARACTERS]


class Projects(app_commands.Group):
    """/mureka projects"""

    def __init__(self) -> None:
        super().__init__(name=named("projects.group"), description=about("projects.group"))

    @app_commands.command(name=named("projects.list"), description=about("projects.list"))
    async def listed(self, interaction: Interaction) -> None:
        """The member's projects here, the one used last first."""
        language = language_of(str(interaction.locale))
        found = await _here(interaction)
        lines = [say("discord.projects.other" if one.is_retired else "discord.projects.current", language,
                     title=plain(one.title, LISTED_CHARACTERS), when=since(one.used_at)) for one in found[:LISTED]]
        lines += [say("discord.projects.more", language, count=len(found) - LISTED)] if len(found) > LISTED else []
        await answer(interaction, "\n".join((say("discord.projects.head", language), *lines)) if found
                     else say("discord.projects.none", language))

    @app_commands.command(name=named("projects.open"), description=about("projects.open"))
    @app_commands.rename(project=named("projects.project"))
    @app_commands.describe(project=about("projects.project"))
    async def go_on(self, interaction: Interaction, project: Chosen) -> None:
        """Go on with an earlier project."""
        language = language_of(str(interaction.locale))
        try:
            chosen = await _chosen(interaction, project)
            opened = await open_project(chosen.id, *_whose(interaction), projects=interaction.client.house.stores.projects)
        except FAULTS as fault:
            await answer(interaction, sentence_of(fault, language))
        else:
            await answer(interaction, say("discord.projects.opened", language, title=plain(opened.title)))

    @app_commands.command(name=named("projects.new"), description=about("projects.new"))
    @app_commands.rename(title=named("projects.title"))
    @app_commands.describe(title=about("projects.title"))
    async def new(self, interaction: Interaction, title: Title) -> None:
        """Begin an empty project; the one before stays in the list."""
        language, house = language_of(str(interaction.locale)), interaction.client.house
        async with Answer.of(interaction, language) as told:
            if told is None:
                return
            asker = Asker.of(interaction)
            refusal = await rule_refusal(asker, house, language)
            if refusal is not None:
                await told.say(refusal)
                return
            member, place = _whose(interaction)
            async with house.client_of(member, asker.server_id) as nemo:
                begun = await new_project(member, place, house.backend_name, scrub(title), language, nemo=nemo,
                                          projects=house.stores.projects)
            await told.say(say("discord.projects.begun", language, title=plain(begun.title)))

    @app_commands.command(name=named("projects.rename"), description=about("projects.rename"))
    @app_commands.rename(project=named("projects.project"), title=named("projects.title"))
    @app_commands.describe(project=about("projects.project"), title=about("projects.title"))
    async def rename(self, interaction: Interaction, project: Chosen, title: Title) -> None:
        """Give a project another title."""
        language = language_of(str(interaction.locale))
        try:
            chosen = await _chosen(interaction, project)
            renamed = await rename_project(chosen.id, *_whose(interaction), scrub(title),
                                           projects=interaction.client.house.stores.projects)
        except FAULTS as fault:
            await answer(interaction, sentence_of(fault, language))
        else:
            await answer(interaction, say("discord.projects.renamed", language, title=plain(renamed.title)))

    @app_commands.command(name=named("projects.delete"), description=about("projects.delete"))
    @app_commands.rename(project=named("projects.project"))
    @app_commands.describe(project=about("projects.project"))
    async def delete(self, interaction: Interaction, project: Chosen) -> None:
        """Ask whether a project shall be deleted."""
        language = language_of(str(interaction.locale))
        try:
            chosen = await _chosen(interaction, project)
        except FAULTS as fault:
            await answer(interaction, sentence_of(fault, language))
            return
        house = interaction.client.house
        is_cloud = house.backend is Backend.CLOUD and chosen.backend == house.backend_name
        question = "discord.projects.sure_cloud" if is_cloud else "discord.projects.sure"
        view = discord.ui.View(timeout=None)
        for act in Act:
            view.add_item(ProjectButton(act, chosen.id, language))
        view.stop()
        await answer(interaction, say(question, language, title=plain(chosen.title)), view)

    @go_on.autocomplete("project")
    @rename.autocomplete("project")
    @delete.autocomplete("project")
    async def _choices(self, interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        """The member's own projects here whose title holds what was typed."""
        wanted = typed.casefold().strip()
        return [app_commands.Choice(name=shown(one.title, CHOICE_CHARACTERS) or str(one.id), value=str(one.id))
                for one in await _here(interaction) if wanted in one.title.casefold()][:CHOICES]


class Act(StrEnum):
    """What a press does."""

    DELETE = "delete"
    KEEP = "keep"


class ProjectButton(discord.ui.DynamicItem[discord.ui.Button[Any]],
                    template=r"mureka:project:(?P<act>delete|keep):(?P<project>\d+)"):
    """The answer to whether a project shall be deleted."""

    def __init__(self, act: Act, project_id: int, language: str) -> None:
        style = discord.ButtonStyle.danger if act is Act.DELETE else discord.ButtonStyle.secondary
        super().__init__(discord.ui.Button(label=say(f"discord.projects.button.{act.value}", language), style=style,
                                           custom_id=f"mureka:project:{act.value}:{project_id}"))
        self.act = act
        self.project_id = project_id

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], _: discord.ui.Item[Any],
                             match: re.Match[str], /) -> Self:
        """The button that was pressed, in this process or in one long gone."""
        return cls(Act(match["act"]), int(match["project"]), language_of(str(interaction.locale)))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what was decided."""
        async with telling_faults(interaction):
            if await interaction.client.tree.interaction_check(interaction):
                await _decided(self.act, self.project_id, interaction)


async def _decided(act: Act, project_id: int, interaction: Interaction) -> None:
    language, house = language_of(str(interaction.locale)), interaction.client.house
    try:
        project = await _chosen(interaction, str(project_id))
        if act is Act.DELETE and not await _is_busy(project, house):
            await delete_project(project.id, *_whose(interaction), projects=house.stores.projects)
            words = say("discord.projects.deleted", language, title=plain(project.title))
        else:
            key = "discord.projects.kept" if act is Act.KEEP else "discord.projects.busy"
            words = say(key, language, title=plain(project.title))
    except FAULTS as fault:
        words = sentence_of(fault, language)
    await change(interaction, words)


async def _is_busy(project: Project, house: House) -> bool:
    """Whether a song of it is being made, or waits for it: a job without a session of its own yet takes the current project."""
    for job in await house.stores.jobs.of_member(project.member_id):
        meant = job.session_id or Order.of(job).session_id
        will_take_it = (meant is None and job.kind is not JobKind.GENERATE and job.channel_id == project.place
                        and not project.is_retired)
        if not job.state.is_end and (meant == project.session_id or will_take_it):
            return True
    return False


async def _chosen(interaction: Interaction, project: str) -> Project:
    """The project that was chosen, or whose title was typed without choosing. Raises NoSuchProject."""
    wanted, found = project.strip().casefold(), await _here(interaction)
    for one in [one for one in found if wanted == str(one.id)] + [one for one in found if wanted == one.title.strip().casefold()]:
        return one
    raise NoSuchProject(project)


async def _here(interaction: Interaction) -> list[Project]:
    house = interaction.client.house
    return await list_projects(*_whose(interaction), *house.backends, projects=house.stores.projects, limit=LOOKED_AT)


def _whose(interaction: Interaction) -> tuple[str, str]:
    return str(interaction.user.id), str(interaction.channel_id)


async def setup(client: MurekaClient[House]) -> None:
    """Add /mureka projects, and hear the answers to its question."""
    group(client).add_command(Projects())
    client.add_dynamic_items(ProjectButton)
