"""Takes back what was posted for a member: their songs, and the messages that showed how far each was. Posts nothing."""

from __future__ import annotations

import logging
from typing import Any, Final

import discord

from bot.client import MurekaClient
from bot.jobs.forget import Post
from cogs.marks import marker_of
from cogs.posting import NETWORK_FAULTS
from cogs.result import part_of

MOST_PARTS: Final = 10
"""Messages of one song: stems are posted ten files at a time."""
LOOKED_AT: Final = 50
"""Messages after a song's first one: its other parts were posted at once, and a busy channel talks in between."""

log = logging.getLogger(__name__)


class Wall:
    """The messages of one client. `Posts` of bot.jobs."""

    def __init__(self, client: MurekaClient[Any]) -> None:
        self._client = client

    async def take_back(self, post: Post) -> bool:
        """See `Posts.take_back`. Not found, it is gone with its channel or by somebody's hand."""
        try:
            place = self._client.get_partial_messageable(int(post.channel_id))
            for message_id in [*(await self._others(place, post) if post.parts else []), int(post.message_id)]:
                await self._delete(place, message_id)
            return True
        except (*NETWORK_FAULTS, discord.HTTPException, ValueError) as fault:
            log.info("a message of job %s was not taken back: %s", post.job_id, fault)
            return False

    async def _delete(self, place: discord.PartialMessageable, message_id: int) -> None:
        try:
            await place.get_partial_message(message_id).delete()
        except discord.NotFound:
            return

    async def _others(self, place: discord.PartialMessageable, post: Post) -> list[int]:
        """Our messages with the other parts of a song, by the marks in their files' names: others may post such a file again."""
        ours = self._client.user
        marks = {marker_of(part_of(post.job_id, number)) for number in range(1, MOST_PARTS)}
        after = discord.Object(int(post.message_id))
        try:
            return [message.id async for message in place.history(limit=LOOKED_AT, after=after, oldest_first=True)
                    if message.author == ours and any(mark in file.filename for file in message.attachments for mark in marks)]
        except (discord.Forbidden, discord.NotFound):   # a history that cannot be read keeps nobody from deleting the song itself
            return []
