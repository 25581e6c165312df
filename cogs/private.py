"""Private answers: what only whoever acted reads, with buttons where there are some. Never posts into a channel."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

import discord

from bot.jobs.ending import FAULTS, reason_of
from bot.texts import say
from cogs.acknowledge import think
from cogs.board import MAX_CHARACTERS, cut
from cogs.posting import NETWORK_FAULTS

log = logging.getLogger(__name__)
NOBODY: Final = discord.AllowedMentions.none()


class Answer:
    """A private "is thinking…", whose place the words take: for answers that ask the backend first."""

    def __init__(self, interaction: discord.Interaction[Any], language: str) -> None:
        self._interaction = interaction
        self._language = language

    @classmethod
    @contextlib.asynccontextmanager
    async def of(cls, interaction: discord.Interaction[Any], language: str) -> AsyncIterator[Answer | None]:
        """Acknowledge, then run the block; a fault in it that has a sentence is told. None when it was too late."""
        if not await think(interaction):
            yield None
            return
        answer = cls(interaction, language)
        try:
            yield answer
        except FAULTS as fault:
            log.info("a private question ended with: %r", fault)
            await answer.say(sentence_of(fault, language))

    async def say(self, words: str, view: discord.ui.View | None = None) -> None:
        """Put the words, and buttons below them, where "is thinking…" stood."""
        await put(self._interaction, words, view)


async def put(interaction: discord.Interaction[Any], words: str, view: discord.ui.View | None = None) -> None:
    """Put the words, and buttons below them, where "is thinking…" or an acknowledged message stands."""
    with _logged():
        await interaction.edit_original_response(content=cut(words, MAX_CHARACTERS), view=view, allowed_mentions=NOBODY)


async def answer(interaction: discord.Interaction[Any], words: str, view: discord.ui.View | None = None) -> None:
    """Answer at once."""
    shown = discord.utils.MISSING if view is None else view
    with _logged():
        await interaction.response.send_message(cut(words, MAX_CHARACTERS), view=shown, ephemeral=True, allowed_mentions=NOBODY)


async def change(interaction: discord.Interaction[Any], words: str, view: discord.ui.View | None = None) -> None:
    """Answer the press of a button by changing the private message that it stood below."""
    with _logged():
        await interaction.response.edit_message(content=cut(words, MAX_CHARACTERS), view=view, allowed_mentions=NOBODY)


def sentence_of(fault: BaseException, language: str) -> str:
    """The sentence of a fault, without a token in it."""
    key, facts = reason_of(fault)
    return " ".join(say(key, language, **facts).split())


@contextlib.contextmanager
def _logged() -> Iterator[None]:
    """What does not arrive any more is logged; nobody else waits for it."""
    try:
        yield
    except (*NETWORK_FAULTS, discord.HTTPException) as fault:
        log.warning("a private answer did not arrive: %s", fault)
