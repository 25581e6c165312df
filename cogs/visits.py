"""Where the bot is a guest: a server that it is no member of, a conversation between others; only a command brought it there.

It answers by the command's token, for a quarter of an hour. The token is kept in memory and nowhere else. Never posts twice:
an answer that was lost is not tried again, because nothing can be looked for there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import discord

from bot.client import MurekaClient
from bot.jobs.door import DoorShut, HistoryClosed
from cogs.gate import Asker
from cogs.posting import NETWORK_FAULTS, MessageGone, Posted, Trace, detail_of, pinging, refused
from cogs.posting import Code as Refusal

VISIT_SECONDS: Final = 840.0
"""A minute less than Discord gives: what is begun then still ends in time."""
TOKEN_CODES: Final = (10015, 50027)     # it is not known any more; it has ended
LATE: Final = "discord.guest_late"


class Visit:
    """A place that is answered in by the token of one interaction. `Place` of cogs.posting."""

    def __init__(self, interaction: discord.Interaction[Any]) -> None:
        self._interaction = interaction

    @property
    def is_over(self) -> bool:
        """Whether nothing more can be said there."""
        age = discord.utils.utcnow() - self._interaction.created_at
        return age.total_seconds() > VISIT_SECONDS

    async def edit(self, _message_id: str, content: str, view: discord.ui.View | None, picture: Posted | None = None) -> None:
        """See `Place.edit`: the message is the one that the command was answered with."""
        self._check()
        files = discord.utils.MISSING if picture is None else [picture.opened()]
        try:
            await self._interaction.edit_original_response(content=content, view=view, attachments=files)
        except discord.HTTPException as refusal:
            if refusal.code == Refusal.UNKNOWN_MESSAGE:
                raise MessageGone from refusal
            raise _shut(refusal) or refusal from refusal

    async def post(self, act: str, content: str, *, member_id: str | None = None, files: Sequence[Posted] = (),
                   view: discord.ui.View | None = None, trace: Trace, again: bool = False) -> str:  # noqa: ARG002 - of the protocol
        """See `Place.post`. Discord takes five of them here; what may have been posted before is not posted again."""
        self._check()
        if again:
            raise HistoryClosed(f"nothing can be looked for where the bot is a guest: {act}")
        try:
            message = await self._interaction.followup.send(
                content, files=[one.opened() for one in files], view=view or discord.utils.MISSING, wait=True,
                allowed_mentions=pinging(member_id))
        except discord.HTTPException as refusal:
            raise refused(refusal, _shut(refusal)) from refusal
        except FileNotFoundError:
            raise
        except NETWORK_FAULTS as lost:
            raise HistoryClosed(f"{act}: {lost}") from lost
        return str(message.id)

    def _check(self) -> None:
        if self.is_over:
            raise DoorShut("the quarter of an hour is over", says=LATE)


def is_guest(interaction: discord.Interaction[Any]) -> bool:
    """Whether the bot itself is not there: it can answer for a while, and post nothing of its own."""
    return not Asker.of(interaction).is_reached


def remember(client: MurekaClient[Any], job_id: str, interaction: discord.Interaction[Any]) -> None:
    """Let the door of a job answer by this interaction, where there is no other way; older visits are forgotten."""
    for known in [known for known, visit in client.visits.items() if visit.is_over]:
        del client.visits[known]
    if is_guest(interaction):
        client.visits[job_id] = Visit(interaction)


def _shut(refusal: discord.HTTPException) -> DoorShut | None:
    return DoorShut(detail_of(refusal), says=LATE) if refusal.code in TOKEN_CODES else None
