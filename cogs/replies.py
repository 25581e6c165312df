"""Answers to messages of members, each posted once: a reply that notifies nobody. Words only; begins nothing."""

from __future__ import annotations

import logging
from typing import Any, Final

import discord

from cogs.board import MAX_CHARACTERS, cut
from cogs.marks import nonce_of
from cogs.posting import NETWORK_FAULTS

TRIES: Final = 2
"""A reply whose answer was lost is sent again: under its nonce Discord makes one message of both."""

log = logging.getLogger(__name__)


async def reply(message: discord.Message, words: str, *, act: str = "answer", view: discord.ui.View | None = None,
                silent: bool = False) -> None:
    """Answer `message`; what cannot be posted is in the log. `act` names this answer among those to the same message."""
    channel: Any = message.channel
    for _ in range(TRIES):
        try:
            await channel.send(
                cut(words, MAX_CHARACTERS), view=view or discord.utils.MISSING, nonce=nonce_of(f"{act} {message.id}"),
                reference=message.to_reference(fail_if_not_exists=False), mention_author=False, silent=silent)
            return
        except discord.HTTPException as refused:
            log.warning("message %d was not answered: %s %s", message.id, refused.status, refused.code)
            return
        except NETWORK_FAULTS as lost:
            log.warning("the answer to message %d was lost: %s", message.id, lost)
