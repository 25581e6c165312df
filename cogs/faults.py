"""What a member reads when a handler fails: one private sentence, of a full disk, or with a number that is in the log too.

Repairs nothing.
"""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import AsyncIterator
from typing import Any, Final

import discord
from discord import app_commands

from bot.client import MurekaClient
from bot.flows.errors import FlowError
from bot.texts import language_of, say
from cogs.acknowledge import Code, whisper
from cogs.posting import NETWORK_FAULTS
from cogs.private import sentence_of
from storage import StorageError
from storage.errors import kind_of

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
    """Log `fault`, and tell the member what it is, or the number that it has in the log. Too late an answer is only logged."""
    if isinstance(fault, discord.HTTPException) and fault.code in (Code.TOO_LATE, Code.TOKEN_ENDED, Code.UNKNOWN_TOKEN):
        log.warning("interaction %d was answered too late: %s %s", interaction.id, fault.status, fault.code)
        return
    language = language_of(str(interaction.locale))
    if isinstance(fault, StorageError) or kind_of(fault) is not None:
        log.error("ALERT: interaction %d met a fault of the database or its disk: %s", interaction.id, fault)
        words = sentence_of(fault, language)
    elif isinstance(fault, FlowError):
        log.info("interaction %d ends with: %r", interaction.id, fault)
        words = sentence_of(fault, language)
    else:
        number = secrets.token_hex(NUMBER_BYTES)
        log.error("fault %s in interaction %d", number, interaction.id, exc_info=fault)
        words = say("discord.fault", language, number=number)
    await _clear_the_way(interaction)
    await whisper(interaction, words)


async def _clear_the_way(interaction: discord.Interaction[Any]) -> None:
    """Take a public "is thinking…" away: a private sentence would take its place, and be read by everybody."""
    if interaction.response.type is not discord.InteractionResponseType.deferred_channel_message:
        return
    with contextlib.suppress(discord.HTTPException, *NETWORK_FAULTS):
        shown = await interaction.original_response()
        if shown.flags.loading and not shown.flags.ephemeral:
            await shown.delete()


async def setup(client: MurekaClient[Any]) -> None:
    """Hear of the faults of all commands."""

    @client.tree.error
    async def failed(interaction: discord.Interaction[MurekaClient[Any]], error: app_commands.AppCommandError) -> None:
        if not isinstance(error, app_commands.CheckFailure):        # the check has told the member itself
            await tell(interaction, error.original if isinstance(error, app_commands.CommandInvokeError) else error)
