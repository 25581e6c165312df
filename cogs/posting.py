"""Posting and editing with the bot's own token, so that it works long after an interaction has ended; and what Discord's
refusals mean. Never posts twice: a post has its job's nonce, and is looked for in the channel before it is tried again."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Any, Final, Protocol

import aiohttp
import discord

from bot.client import MurekaClient
from bot.jobs.door import DoorShut, FilmTooLarge, HistoryClosed
from bot.nemo import Clock
from cogs.marks import nonce_of
from cogs.permissions import lost_permission

SEARCH_BACK: Final = timedelta(minutes=10)
"""How much earlier than a job's acceptance its post is looked for: two clocks are compared."""
POST_SECONDS: Final = 600.0
"""How long a film waits at the door of a Discord that does not answer."""
FIRST_PAUSE_SECONDS: Final = 2.0
LONGEST_PAUSE_SECONDS: Final = 60.0
TOO_LARGE_STATUS: Final = 413
ALT_CHARACTERS: Final = 1024
"""Of the description of an attachment."""
SERVER_FAULT_STATUS: Final = 500

log = logging.getLogger(__name__)
NETWORK_FAULTS: Final = (OSError, aiohttp.ClientError, TimeoutError)


class Code(IntEnum):
    """Discord's codes that a door understands."""

    UNKNOWN_CHANNEL = 10003
    UNKNOWN_MESSAGE = 10008
    TOO_LARGE = 40005
    MISSING_ACCESS = 50001
    CLOSED_TO_MESSAGES = 50007
    MISSING_PERMISSIONS = 50013


@dataclass(frozen=True, slots=True)
class Trace:
    """How a post is known again in a channel."""

    is_on: Callable[[discord.Message], bool]
    since: datetime                 # the post is not older
    neighbour_id: str               # another message there, deleted or not: whether it can be read tells whether any can


@dataclass(frozen=True, slots=True)
class Posted:
    """A file below a message."""

    path: Path
    name: str
    alt: str = ""                   # one sentence for whoever cannot see or hear it

    def opened(self) -> discord.File:
        """It, to be sent once. Raises FileNotFoundError."""
        return discord.File(self.path, filename=self.name, description=self.alt[:ALT_CHARACTERS] or None)


class MessageGone(Exception):
    """Somebody deleted the message."""


class Place(Protocol):
    """Where a job answers."""

    async def edit(self, message_id: str, content: str, view: discord.ui.View | None, picture: Posted | None = None) -> None:
        """Change a message of the bot's; a picture takes the place of its files, without one they stay.

        Raises MessageGone, DoorShut; network faults and other refusals as they are.
        """
        ...

    async def post(self, act: str, content: str, *, member_id: str | None = None, files: Sequence[Posted] = (),
                   view: discord.ui.View | None = None, trace: Trace, again: bool = False) -> str:
        """Post once, whatever happens to the answers; the message's id. `act` names the post among all others for ever.

        Notifies `member_id` alone. Raises FilmTooLarge, DoorShut, HistoryClosed.
        """
        ...


class Channel:
    """One channel, thread or conversation, by its id alone: it need not be in any cache."""

    def __init__(self, client: MurekaClient[Any], channel_id: str, clock: Clock) -> None:
        self._client = client
        self._id = int(channel_id)
        self._clock = clock
        self._place = client.get_partial_messageable(self._id)

    async def edit(self, message_id: str, content: str, view: discord.ui.View | None, picture: Posted | None = None) -> None:
        """See `Place.edit`."""
        files = discord.utils.MISSING if picture is None else [picture.opened()]
        try:
            await self._place.get_partial_message(int(message_id)).edit(content=content, view=view, attachments=files)
        except discord.HTTPException as refusal:
            if refusal.code == Code.UNKNOWN_MESSAGE:
                raise MessageGone from refusal
            raise self.shut(refusal) or refusal from refusal

    async def post(self, act: str, content: str, *, member_id: str | None = None, files: Sequence[Posted] = (),
                   view: discord.ui.View | None = None, trace: Trace, again: bool = False) -> str:
        """See `Place.post`. Its `trace` is looked for in the channel before any second try, and with `again` before the first."""
        async def once() -> str:
            message = await self._place.send(
                content, files=[one.opened() for one in files], view=view or discord.utils.MISSING, nonce=nonce_of(act),
                allowed_mentions=pinging(member_id))
            return str(message.id)

        async def looked_for() -> str:
            return await self.find(trace) or await once()

        return await self._insist(act, looked_for if again else once, looked_for)

    async def find(self, trace: Trace) -> str | None:
        """The bot's own message that has `trace`. Raises HistoryClosed where nobody can tell."""
        async for message in self._place.history(limit=None, after=trace.since - SEARCH_BACK, oldest_first=True):
            if self._client.user is not None and message.author.id == self._client.user.id and trace.is_on(message):
                return str(message.id)
        await self._look_at(trace.neighbour_id)
        return None

    async def _look_at(self, message_id: str) -> None:
        """Without the permission to read it, a history is empty as if nothing had been posted; a single message is refused."""
        try:
            await self._place.fetch_message(int(message_id))
        except discord.NotFound as missing:
            if missing.code != Code.UNKNOWN_MESSAGE:
                raise
        except discord.Forbidden as refusal:
            raise HistoryClosed(detail_of(refusal)) from refusal

    def shut(self, refusal: discord.HTTPException) -> DoorShut | None:
        """The reason why nothing can be said here any more; None for another refusal."""
        detail = detail_of(refusal)
        if refusal.code == Code.UNKNOWN_CHANNEL:
            return DoorShut(detail, says="discord.channel_gone")
        if refusal.code == Code.CLOSED_TO_MESSAGES:
            return DoorShut(detail, says="discord.direct_closed")
        if refusal.code == Code.MISSING_ACCESS:
            return DoorShut(detail, says="discord.lost.view_channel")
        if refusal.code == Code.MISSING_PERMISSIONS:
            return DoorShut(detail, says=lost_permission(self._client, self._id))
        return None

    async def _insist(self, act: str, first: Callable[[], Awaitable[str]], later: Callable[[], Awaitable[str]]) -> str:
        """Try until Discord answers, ever more slowly; what it refuses is refused."""
        pause, deadline, attempt = FIRST_PAUSE_SECONDS, self._clock.now() + POST_SECONDS, first
        while True:
            try:
                return await attempt()
            except discord.HTTPException as refusal:
                if refusal.status < SERVER_FAULT_STATUS or self._clock.now() >= deadline:
                    raise refused(refusal, self.shut(refusal)) from refusal
                fault: Exception = refusal
            except FileNotFoundError:       # the film's, not the network's
                raise
            except NETWORK_FAULTS as lost:
                if self._clock.now() >= deadline:
                    raise DoorShut(f"Discord cannot be reached: {lost}", says="discord.unreachable_post") from lost
                fault = lost
            log.warning("the post %r: its answer was lost (%s: %s)", act, type(fault).__name__, fault)
            await self._clock.sleep(pause)
            pause, attempt = min(LONGEST_PAUSE_SECONDS, pause * 2), later


def refused(refusal: discord.HTTPException, shut: DoorShut | None) -> Exception:
    """What the refusal of a post means; `shut` where it is one of the place."""
    if refusal.code == Code.TOO_LARGE or refusal.status == TOO_LARGE_STATUS:
        return FilmTooLarge()
    if refusal.code == Code.UNKNOWN_MESSAGE:        # the nonce of a post that somebody has deleted since
        return DoorShut("the post was there and was deleted", says="discord.post_deleted")
    return shut or DoorShut(detail_of(refusal), says="discord.not_taken")


def detail_of(refusal: discord.HTTPException) -> str:
    """A refusal for the log."""
    return f"Discord says {refusal.status} {refusal.code}: {refusal.text}"


def pinging(member_id: str | None) -> discord.AllowedMentions:
    """Notify this member and nobody else, whatever the words say."""
    users = [discord.Object(int(member_id))] if member_id else False
    return discord.AllowedMentions(users=users, everyone=False, roles=False, replied_user=False)
