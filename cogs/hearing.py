"""Which messages of members the bot takes for its own: direct ones, those that mention it, clips in listening channels.

Answers no other bot and no webhook, hears no edits, and takes each message once, also when the gateway sends it again.
"""

from __future__ import annotations

import contextlib
import logging
import re
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator
from typing import Final

import discord

from bot.client import MurekaClient
from bot.house import House
from bot.jobs.ending import FAULTS
from bot.pace import Verdict
from bot.texts import say
from cogs.faults import NUMBER_BYTES
from cogs.natural import answer
from cogs.ordering import language_in
from cogs.private import sentence_of
from cogs.replies import reply
from cogs.turning import TurnButton, offer

KEPT: Final = 2000
"""So many messages are known again: a gateway that is resumed sends what it sent in the last minutes."""
WRITTEN: Final = frozenset({discord.MessageType.default, discord.MessageType.reply})
_AROUND: Final = " \t\n,.:;!，。：；！、"

log = logging.getLogger(__name__)


class Ear:
    """Hears the messages of one client."""

    def __init__(self, client: MurekaClient[House]) -> None:
        self._client = client
        self._known: OrderedDict[int, None] = OrderedDict()

    async def hear(self, message: discord.Message) -> None:
        """Answer what is meant for the bot; offer a song for a clip that is posted where it listens."""
        if message.author.bot or message.webhook_id is not None or message.type not in WRITTEN:
            return
        if message.guild is None and not isinstance(message.channel, discord.DMChannel):
            return      # of a server that was not told of yet: it is no direct message, and its rules could not be looked at
        if not self._is_new(message):
            return
        words = self._words_for_us(message)
        if words is not None and not await self._may_act(message):
            return
        async with _telling_faults(message, is_ours=words is not None):
            if words is None:
                if self._client.hears_channels and not self._client.is_closing:
                    await offer(self._client, message)
            elif self._client.is_closing:
                await reply(message, say("discord.closing", language_in(message)))
            else:
                await answer(self._client, message, words)

    async def _may_act(self, message: discord.Message) -> bool:
        """Whether its author has not been at it too often; where they were, they are told, a few times."""
        pace, member = self._client.pace, str(message.author.id)
        verdict = pace.judge(member)
        if verdict is Verdict.TELL:
            await reply(message, say("discord.too_often", language_in(message), seconds=pace.seconds(member)))
        return verdict is Verdict.GO_ON

    def _is_new(self, message: discord.Message) -> bool:
        if message.id in self._known:
            return False
        self._known[message.id] = None
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return True

    def _words_for_us(self, message: discord.Message) -> str | None:
        """What is said to the bot, without its name; None where the message is for others."""
        if message.guild is None:
            return message.content.strip()
        me = self._client.user
        if me is None or all(user.id != me.id for user in message.mentions):
            return None
        name = re.compile(rf"<@!?{me.id}>")
        if name.search(message.content):
            return " ".join(name.sub(" ", message.content).split(" ")).strip().lstrip(_AROUND)
        return message.content.strip() if _answers_own_song(message, me) else None


def _answers_own_song(message: discord.Message, me: discord.ClientUser) -> bool:
    """Whether it is a reply to the bot's message that had notified its author: to their song. Others talk about it, not to it."""
    answered = message.reference.resolved if message.reference is not None else None
    return (isinstance(answered, discord.Message) and answered.author.id == me.id
            and any(user.id == message.author.id for user in answered.mentions))


@contextlib.asynccontextmanager
async def _telling_faults(message: discord.Message, *, is_ours: bool) -> AsyncIterator[None]:
    """Run the handling of a message; a fault is logged, and told to whoever spoke to the bot."""
    try:
        yield
    except FAULTS as fault:
        log.info("message %d ended with: %r", message.id, fault)
        words = sentence_of(fault, language_in(message))
    except Exception:       # the outermost place: nobody else would tell the member
        number = secrets.token_hex(NUMBER_BYTES)
        log.exception("fault %s with message %d", number, message.id)
        words = say("discord.fault", language_in(message), number=number)
    else:
        return
    if is_ours:
        await reply(message, words, act="fault")


async def setup(client: MurekaClient[House]) -> None:
    """Hear messages, and presses of the buttons below clips."""
    ear = Ear(client)
    client.add_dynamic_items(TurnButton)

    @client.event
    async def on_message(message: discord.Message) -> None:
        await ear.hear(message)
