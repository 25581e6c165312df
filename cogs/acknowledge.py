"""The first answer to an interaction, which Discord wants within three seconds, and private sentences. Begins no job."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from enum import IntEnum
from typing import Any, Final

import discord

from bot.client import MurekaClient
from cogs.board import MAX_CHARACTERS, cut
from cogs.posting import NETWORK_FAULTS

ANSWER_SECONDS: Final = 2.5
TRIES: Final = 2
"""An answer that was lost is sent again: Discord tells then whether the first one arrived."""

log = logging.getLogger(__name__)


class Code(IntEnum):
    """Discord's codes about interactions."""

    TOO_LATE = 10062            # more than three seconds, or not known
    ANSWERED = 40060            # it was acknowledged before
    UNKNOWN_TOKEN = 10015
    TOKEN_ENDED = 50027         # after a quarter of an hour


class FirstWords:
    """A public "is thinking…", whose place the first words take. Only they go by the interaction's token, which ends early."""

    def __init__(self, message_id: str, edit: Callable[..., Awaitable[Any]]) -> None:
        self.message_id = message_id
        self._said: str | None = None
        self._edit = edit
        self._lock = asyncio.Lock()
        self._saying: asyncio.Future[bool] | None = None

    @classmethod
    async def of(cls, interaction: discord.Interaction[Any]) -> FirstWords | None:
        """Acknowledge with "is thinking…"; None when it was too late, and then nothing may be begun."""
        async def defer() -> str:
            answer = await interaction.response.defer(thinking=True)
            return str(answer.message_id) if answer else ""

        message_id = await _answered(interaction, defer)
        if message_id is None:
            return None
        message_id = message_id or str((await interaction.original_response()).id)
        return cls(message_id, interaction.edit_original_response)

    @contextlib.contextmanager
    def kept(self, client: MurekaClient[Any]) -> Iterator[None]:
        """Let a job's door find them, so that whoever is quicker says them."""
        client.first_words[self.message_id] = self
        try:
            yield
        finally:
            client.first_words.pop(self.message_id, None)

    async def say(self, words: str, view: discord.ui.View | None) -> bool:
        """Say them; False where others were said before, or the token serves no more. Waits for whoever is at it.

        Whoever is cancelled in here leaves them on their way.
        """
        self._saying = asyncio.ensure_future(self._say(words, view))
        return await asyncio.shield(self._saying)

    async def _say(self, words: str, view: discord.ui.View | None) -> bool:
        async with self._lock:
            if self._said is not None:
                return self._said == words
            self._said = words
            try:
                await self._edit(content=words, view=view)
            except (*NETWORK_FAULTS, discord.HTTPException) as refusal:
                log.info("the first words did not arrive by the interaction's token: %s", refusal)
                self._said = ""
                return False
            return True


async def acknowledge(interaction: discord.Interaction[Any]) -> bool:
    """Acknowledge the press of a button; False when it was too late."""
    async def defer() -> str:
        await interaction.response.defer()
        return ""

    return await _answered(interaction, defer) is not None


async def think(interaction: discord.Interaction[Any]) -> bool:
    """Acknowledge with "is thinking…" that only whoever acted sees; False when it was too late."""
    async def defer() -> str:
        await interaction.response.defer(thinking=True, ephemeral=True)
        return ""

    return await _answered(interaction, defer) is not None


async def whisper(interaction: discord.Interaction[Any], sentence: str) -> None:
    """One sentence that only whoever acted reads; what arrives too late is logged."""
    sentence = cut(sentence, MAX_CHARACTERS)
    try:
        if interaction.response.is_done():
            await interaction.followup.send(sentence, ephemeral=True)
        else:
            await interaction.response.send_message(sentence, ephemeral=True)
    except (*NETWORK_FAULTS, discord.HTTPException) as fault:
        log.warning("a private sentence did not arrive: %s", fault)


async def _answered(interaction: discord.Interaction[Any], answer: Callable[[], Awaitable[str]]) -> str | None:
    """What `answer` gives; empty where only Discord knows it (the first try's answer was lost); None when it was too late."""
    for _ in range(TRIES):
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                found = await answer()
            interaction.client.acknowledged(max(0.0, (discord.utils.utcnow() - interaction.created_at).total_seconds()))
            return found
        except discord.HTTPException as refusal:
            if refusal.code == Code.ANSWERED:
                return ""
            log.warning("interaction %d was not acknowledged: %s %s", interaction.id, refusal.status, refusal.code)
            return None
        except NETWORK_FAULTS as lost:
            log.warning("the acknowledgement of interaction %d was lost: %s", interaction.id, str(lost) or type(lost).__name__)
    return None
