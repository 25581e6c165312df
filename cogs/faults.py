"""What a member reads when a handler fails: one private sentence with a number that stands in the log too. Repairs nothing."""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import AsyncIterator
from typing import Any, Final

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.texts import language_of, say
from cogs.acknowledge import Code, whisper

NUMBER_BYTES: Final = 3

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def telling_faults(interaction: discord.Interaction[Any]) -> AsyncIterator[None]:
    """Run a handler; whatever it did not expect is logged once, and told to whoever acted."""
    try:
        yield
    except Exception as fault:      # noqa: BLE001 - the outermost place: nobody else would tell the member
        await tell(interaction, fault)


async def tell(interaction: discord.Interaction[Any], fault: BaseException) -> None:
    """Log `fault` under a new number, and name the number to the member. Too late an answer is only logged."""
    if isinstance(fault, discord.HTTPException) and fault.code in (Code.TOO_LATE, Code.TOKEN_ENDED, Code.UNKNOWN_TOKEN):
        log.warning("interaction %d was answered too late: %s %s", interaction.id, fault.status, fault.code)
        return
    number = secrets.token_hex(NUMBER_BYTES)
    log.error("fault %s in interaction %d", number, interaction.id, exc_info=fault)
    await whisper(interaction, say("discord.fault", language_of(str(interaction.locale)), number=number))


async def setup(client: MurekaClient[Any]) -> None:
    """Hear of the faults of all commands."""

    @client.tree.error
    async def failed(interaction: discord.Interaction[MurekaClient[Any]], error: app_commands.AppCommandError) -> None:
        if not isinstance(error, app_commands.CheckFailure):        # the check has told the member itself
            await tell(interaction, error.original if isinstance(error, app_commands.CommandInvokeError) else error)
