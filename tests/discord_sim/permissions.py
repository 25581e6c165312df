"""Permissions of a member in a channel: Discord's bits and the order in which they are applied."""

from __future__ import annotations

from enum import IntFlag
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.discord_sim.world import Channel, User


class Permission(IntFlag):
    """Bits of Discord's permission integer, as far as they matter here."""

    ADMINISTRATOR = 1 << 3
    MANAGE_GUILD = 1 << 5
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_APPLICATION_COMMANDS = 1 << 31
    SEND_MESSAGES_IN_THREADS = 1 << 38


NONE = Permission(0)
EVERYONE = (Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.EMBED_LINKS | Permission.ATTACH_FILES
            | Permission.READ_MESSAGE_HISTORY | Permission.USE_APPLICATION_COMMANDS)
INVITED = Permission(274_878_024_704)     # what the bot's invite asks for
ALL = Permission((1 << 50) - 1)


def named(names: tuple[str, ...]) -> Permission:
    """The bits of names such as "attach_files"."""
    bits = NONE
    for name in names:
        bits |= Permission[name.upper()]
    return bits


def computed(user: User, channel: Channel) -> Permission:
    """What `user` may do in `channel`: the roles' bits, then the channel's overwrites for everyone, then those for the user."""
    guild = channel.guild
    if guild is None:
        return EVERYONE | Permission.MENTION_EVERYONE
    bits = guild.everyone | user.role_bits
    if bits & Permission.ADMINISTRATOR:
        return ALL
    for target in (guild.id, user.id):
        allowed, denied = channel.overwrites.get(target, (NONE, NONE))
        bits = (bits & ~denied) | allowed
    return bits if bits & Permission.VIEW_CHANNEL else NONE
