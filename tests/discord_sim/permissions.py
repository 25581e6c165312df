"""Permissions of a member in a channel: Discord's bits and the order in which they are applied."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.discord_sim.world import Channel, Guild, User


class Permission(IntFlag):
    """Bits of Discord's permission integer, as far as they matter here."""

    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    SEND_MESSAGES_IN_THREADS = 1 << 38
    SEND_VOICE_MESSAGES = 1 << 46
    USE_EXTERNAL_APPS = 1 << 50


NONE = Permission(0)
EVERYONE = (Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.EMBED_LINKS | Permission.ATTACH_FILES
            | Permission.READ_MESSAGE_HISTORY | Permission.USE_APPLICATION_COMMANDS | Permission.CREATE_PUBLIC_THREADS
            | Permission.SEND_MESSAGES_IN_THREADS | Permission.SEND_VOICE_MESSAGES | Permission.USE_EXTERNAL_APPS)
DIRECT = EVERYONE | Permission.MENTION_EVERYONE
ANSWERING = Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.MENTION_EVERYONE     # told outside of servers
INVITED = Permission(274_878_008_320)     # what the bot's invite asks for
ALL = Permission((1 << 51) - 1)


def named(names: tuple[str, ...]) -> Permission:
    """The bits of names such as "attach_files"."""
    bits = NONE
    for name in names:
        bits |= Permission[name.upper()]
    return bits


def in_guild(user: User, guild: Guild) -> Permission:
    """What the roles of a member allow, before a channel says otherwise; nothing for who is not there."""
    if user.id not in guild.members:
        return NONE
    bits = guild.everyone
    for role in guild.roles_of.get(user.id, ()):
        bits |= role.permissions
    return ALL if guild.owner is user or bits & Permission.ADMINISTRATOR else bits


def computed(user: User, channel: Channel) -> Permission:
    """What `user` may do in `channel`: the roles' bits, then the overwrites for everyone, for their roles, and for themselves.

    A thread has the overwrites of its channel. Who may not view a channel may do nothing there.
    """
    guild = channel.guild
    if guild is None:
        return NONE if channel.is_private and user.is_bot else DIRECT
    bits = in_guild(user, guild)
    if bits == ALL:
        return ALL
    place = channel.parent or channel
    bits = _overwritten(bits, place, (guild.id,))
    bits = _overwritten(bits, place, tuple(role.id for role in guild.roles_of.get(user.id, ())))
    bits = _overwritten(bits, place, (user.id,))
    return bits if bits & Permission.VIEW_CHANNEL else NONE


def _overwritten(bits: Permission, place: Channel, targets: tuple[int, ...]) -> Permission:
    """One layer of overwrites: within it, what is allowed to one role outweighs what is denied to another."""
    allowed = denied = NONE
    for target in targets:
        more, less = place.overwrites.get(target, (NONE, NONE))
        allowed, denied = allowed | more, denied | less
    return (bits & ~denied) | allowed


def sending_in(channel: Channel) -> Permission:
    """What a message needs here."""
    return Permission.SEND_MESSAGES if channel.parent is None else Permission.SEND_MESSAGES_IN_THREADS
