"""The buttons and lists below a song. They outlive the process: which song they are about stands in their custom ids.

What a press does is in cogs.song_acts; here is how they look, and how a press finds there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, Self

import discord

from bot.client import MurekaClient
from bot.flows.offers import Offers
from bot.house import House
from bot.speech.gui import Action
from bot.texts import say
from cogs import song_acts
from cogs.faults import telling_faults
from cogs.song_acts import Act

SONG: Final = re.compile(r"mureka:song:\w+:(?P<job>[\w-]+)")
HOLDS: Final = 25
"""Of a list, by Discord's rule."""
LABEL_CHARACTERS: Final = 100
BUTTONS: Final = (Act.TAKE, Act.REFINE, Act.LONGER, Act.TIMELINE, Act.DELETE)
MEANT: Final[Mapping[str, Act]] = {Action.TIMELINE: Act.TIMELINE, Action.REFRESH: Act.TIMELINE, Action.REFINE: Act.REFINE}
"""What the backend thought that a member could click, and the button that does it here. A film is there already; balance and
files have commands of their own, which everybody sees in the list of commands."""


class SongButton(discord.ui.DynamicItem[discord.ui.Button[Any]],
                 template=r"mureka:song:(?P<act>take|refine|longer|timeline|delete):(?P<job>[\w-]+)"):
    """A button for one act on one song."""

    def __init__(self, act: Act, job_id: str, language: str, style: discord.ButtonStyle = discord.ButtonStyle.secondary) -> None:
        super().__init__(discord.ui.Button(label=say(f"discord.song.{act.value}", language), style=style, row=0,
                                           custom_id=f"mureka:song:{act.value}:{job_id}"))
        self.act = act
        self.job_id = job_id

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction[Any], _: discord.ui.Item[Any],
                             match: re.Match[str], /) -> Self:
        """The button that was pressed, in this process or in one long gone."""
        return cls(Act(match["act"]), match["job"], str(interaction.locale))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Check who pressed, and do it."""
        await _do(self.act, self.job_id, interaction, None)


class SongList(discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"mureka:song:(?P<act>style|formats):(?P<job>[\w-]+)"):
    """A list of things that a song can become."""

    def __init__(self, act: Act, job_id: str, select: discord.ui.Select[Any]) -> None:
        super().__init__(select)
        self.act = act
        self.job_id = job_id

    @classmethod
    async def from_custom_id(cls, _interaction: discord.Interaction[Any], item: discord.ui.Item[Any],
                             match: re.Match[str], /) -> Self:
        """The list that something was chosen from, as it stands in its message."""
        assert isinstance(item, discord.ui.Select)
        return cls(Act(match["act"]), match["job"], item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Check who chose, and do it."""
        await _do(self.act, self.job_id, interaction, next(iter(self.item.values), None))


def song_of(message: discord.Message) -> str | None:
    """The job whose song a message of the bot's holds, by the buttons below it."""
    ids = (str(getattr(one, "custom_id", "")) for row in message.components for one in getattr(row, "children", ()))
    return next((found["job"] for one in ids if (found := SONG.fullmatch(one))), None)


def song_view(job_id: str, language: str, offers: Offers, actions: Collection[str]) -> discord.ui.View:
    """All buttons, and a list for each thing that the backend gives a choice of. The view itself is never waited for."""
    meant = {MEANT[action] for action in actions if action in MEANT}
    view = discord.ui.View(timeout=None)
    for act in BUTTONS:
        view.add_item(SongButton(act, job_id, language, _look(act, meant)))
    if offers.styles:
        view.add_item(_listed(Act.STYLE, job_id, language, offers.style_names(language), row=1))
    if len(offers.formats) > 1:
        formats = [(say(f"discord.format.{name}", language), name) for name in offers.formats]
        view.add_item(_listed(Act.FORMATS, job_id, language, formats, row=2))
    view.stop()
    return view


def _look(act: Act, meant: Collection[Act]) -> discord.ButtonStyle:
    if act in meant:
        return discord.ButtonStyle.primary
    return discord.ButtonStyle.danger if act is Act.DELETE else discord.ButtonStyle.secondary


def _listed(act: Act, job_id: str, language: str, choices: Sequence[tuple[str, str]], *, row: int) -> SongList:
    options = [discord.SelectOption(label=name[:LABEL_CHARACTERS], value=value) for name, value in choices
               if name and 0 < len(value) <= LABEL_CHARACTERS]
    return SongList(act, job_id, discord.ui.Select(
        custom_id=f"mureka:song:{act.value}:{job_id}", placeholder=say(f"discord.song.{act.value}", language),
        options=options[:HOLDS], row=row))


async def _do(act: Act, job_id: str, interaction: discord.Interaction[Any], chosen: str | None) -> None:
    async with telling_faults(interaction):
        if await interaction.client.tree.interaction_check(interaction):
            await song_acts.do(act, job_id, interaction, chosen)


async def setup(client: MurekaClient[House]) -> None:
    """Hear presses on all songs, also on those of earlier processes."""
    client.add_dynamic_items(SongButton, SongList)
