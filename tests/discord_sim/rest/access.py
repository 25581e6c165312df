"""Who may do what to which channel: looks things up and refuses as Discord does. Changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.discord_sim import errors
from tests.discord_sim.office import Files
from tests.discord_sim.permissions import Permission, computed, sending_in
from tests.discord_sim.world import Channel, Flag, Guild, Message, World


def channel_of(world: World, request: web.Request, *needed: Permission) -> Channel:
    """The channel in the path. Raises 10003, 50001 when the bot cannot see it, 50013 when it lacks a permission."""
    found = request.match_info["channel"]
    channel = world.channels.get(int(found)) if found.isdecimal() else None
    if channel is None or channel.is_deleted:
        raise errors.unknown_channel()
    has = computed(world.bot, channel)
    if not has & Permission.VIEW_CHANNEL:
        raise errors.missing_access()
    if any(not has & one for one in needed):
        raise errors.missing_permissions()
    return channel


def message_of(channel: Channel, request: web.Request) -> Message:
    """The message in the path. Raises 10008, also for an ephemeral one: only its interaction's token reaches that."""
    found = request.match_info["message"]
    message = channel.messages.get(int(found)) if found.isdecimal() else None
    if message is None or message.is_deleted or message.is_ephemeral:
        raise errors.unknown_message()
    return message


def guild_of(world: World, request: web.Request) -> Guild:
    """The guild in the path. Raises 10004, and 50001 for one that the bot is not in."""
    found = request.match_info["guild"]
    guild = world.guilds.get(int(found)) if found.isdecimal() else None
    if guild is None:
        raise errors.unknown_guild()
    if world.bot.id not in guild.members:
        raise errors.missing_access()
    return guild


def needed_for(channel: Channel, body: Mapping[str, Any], files: Files) -> tuple[Permission, ...]:
    """What a new message asks of its author in its channel."""
    needed = [sending_in(channel)]
    if files:
        needed.append(Permission.ATTACH_FILES)
    if (body.get("flags") or 0) & Flag.VOICE:
        needed.append(Permission.SEND_VOICE_MESSAGES)
    if body.get("embeds"):
        needed.append(Permission.EMBED_LINKS)
    if body.get("message_reference"):
        needed.append(Permission.READ_MESSAGE_HISTORY)
    return tuple(needed)
