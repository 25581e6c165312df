"""What the bot needs to be allowed in a channel, and which of it is missing. Grants nothing, asks Discord nothing."""

from __future__ import annotations

from typing import Any, Final

import discord

NEEDED: Final = ("view_channel", "send_messages", "attach_files", "read_message_history")
"""To post the film; the history is read before a post that may be there already. In threads another bit is for writing."""
WRITING_IN_THREADS: Final = "send_messages_in_threads"


def invitation(application_id: int) -> str:
    """The address where whoever runs a server invites the bot, with what it needs there and no more."""
    needed = discord.Permissions(**dict.fromkeys((*NEEDED, WRITING_IN_THREADS), True))
    return (f"https://discord.com/oauth2/authorize?client_id={application_id}&scope=bot+applications.commands"
            f"&permissions={needed.value}")


def missing_permissions(granted: discord.Permissions, *, is_thread: bool) -> list[str]:
    """Those of NEEDED that are not granted; writing goes by its own bit in a thread."""
    writing = WRITING_IN_THREADS if is_thread else "send_messages"
    return [name for name in NEEDED if not getattr(granted, writing if name == "send_messages" else name)]


def granted_in(channel: Any) -> discord.Permissions | None:
    """What the bot may do in a channel of a server; None where it cannot know, as in a thread that it was not told of."""
    guild = getattr(channel, "guild", None)
    if guild is None or guild.me is None or isinstance(channel, discord.PartialMessageable):
        return None
    if isinstance(channel, discord.Thread) and channel.parent is None:
        return None
    granted: discord.Permissions = channel.permissions_for(guild.me)
    return granted


def lost_permission(client: discord.Client, channel_id: int) -> str | None:
    """The key of the sentence for the first permission that the bot lacks there; None where it lacks none, or cannot know."""
    channel = client.get_channel(channel_id)
    granted = granted_in(channel)
    missing = missing_permissions(granted, is_thread=isinstance(channel, discord.Thread)) if granted is not None else []
    return f"discord.lost.{missing[0]}" if missing else None
