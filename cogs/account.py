"""/mureka account: a member's own NemoVideo token, linked in a modal, shown masked, forgotten. Echoes no token, ever."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.flows.account import Shown, Speaks, link, shown, unlink
from bot.house import House
from bot.settings import Backend
from bot.texts import language_of, say
from cogs.forms import Form
from cogs.gate import Asker, rule_refusal
from cogs.group import group
from cogs.private import Answer, answer
from cogs.words import about, named

MAX_TOKEN_CHARACTERS: Final = 600
Interaction: TypeAlias = discord.Interaction[MurekaClient[House]]


class Account(app_commands.Group):
    """/mureka account"""

    def __init__(self) -> None:
        super().__init__(name=named("account.group"), description=about("account.group"))

    @app_commands.command(name=named("account.link"), description=about("account.link"))
    async def link(self, interaction: Interaction) -> None:
        """Ask for the token, where nobody else can read it."""
        language, house = language_of(str(interaction.locale)), interaction.client.house
        if await is_needless(interaction, language):
            return
        if (refusal := await rule_refusal(Asker.of(interaction), house, language)) is not None:
            await answer(interaction, refusal)
        else:
            await interaction.response.send_modal(TokenForm(interaction, language, "account"))

    @app_commands.command(name=named("account.show"), description=about("account.show"))
    async def show(self, interaction: Interaction) -> None:
        """Which token speaks for the member, masked, and what is left of its credits."""
        language, house = language_of(str(interaction.locale)), interaction.client.house
        if await is_needless(interaction, language):
            return
        async with Answer.of(interaction, language) as told:
            if told is not None:
                await told.say(_told(await shown(
                    str(interaction.user.id), house.access, members=house.stores.members, accounts=house.stores.accounts,
                    environment=house.environment, server_accounts=house.stores.server_accounts,
                    server_id=Asker.of(interaction).server_id), language))

    @app_commands.command(name=named("account.unlink"), description=about("account.unlink"))
    async def unlink(self, interaction: Interaction) -> None:
        """Forget the member's token."""
        language, house = language_of(str(interaction.locale)), interaction.client.house
        if await is_needless(interaction, language):
            return
        was_there = await unlink(str(interaction.user.id), house.backend_name, accounts=house.stores.accounts)
        await answer(interaction, say("discord.account.unlinked" if was_there else "discord.account.nothing_linked", language))


class TokenForm(Form):
    """Takes the token, has it checked, and tells what came of it. Its text goes nowhere else.

    `whose` is the section of `discord` in texts that has its words.
    """

    def __init__(self, opened_by: Interaction, language: str, whose: str) -> None:
        super().__init__(opened_by, say(f"discord.{whose}.modal.title", language), is_secret=True)
        self._language = language
        self._whose = whose
        self._token: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id="token", placeholder="nmv_usr_…", max_length=MAX_TOKEN_CHARACTERS)
        self.add_item(discord.ui.Label(text=say(f"discord.{whose}.modal.label", language), component=self._token,
                                       description=say("discord.account.modal.description", language)))

    async def filled(self, interaction: Interaction) -> None:
        """Have the token kept, and tell so."""
        async with Answer.of(interaction, self._language) as told:
            if told is not None:
                shown = await self.linked(interaction, self._token.value)
                left = shown.credits.available if shown.credits else None
                key = "linked_uncounted" if left is None else "linked"
                await told.say(say(f"discord.{self._whose}.{key}", self._language, token=f"`{shown.masked}`", available=left))

    async def linked(self, interaction: Interaction, token: str) -> Shown:
        """Check the token with the service, and keep it sealed."""
        house = interaction.client.house
        return await link(str(interaction.user.id), token, house.access, members=house.stores.members,
                          accounts=house.stores.accounts, environment=house.environment)


async def is_needless(interaction: Interaction, language: str) -> bool:
    """Whether no token is of any use here; where it is so, whoever asks is told."""
    if interaction.client.house.backend is not Backend.STUDIO:
        return False
    await answer(interaction, say("discord.account.none_needed", language))
    return True


def _told(account: Shown, language: str) -> str:
    who = say(f"discord.account.{account.speaks.value}", language, token=f"`{account.masked}`")
    if account.speaks is Speaks.NOBODY:
        return who
    if account.is_refused:
        return f"{who}\n{say('discord.account.refused', language)}"
    return f"{who}\n{left_in_words(account, language)}"


def left_in_words(account: Shown, language: str) -> str:
    """How many credits are left, where that is told."""
    left = account.credits
    if left is None or left.available is None:
        return say("discord.account.uncounted", language)
    return say("discord.account.credits", language, available=left.available, frozen=left.frozen, total=left.total)


async def setup(client: MurekaClient[House]) -> None:
    """Add /mureka account."""
    group(client).add_command(Account())
