"""The gate that every door to a song goes through: may this member ask for one, here and now? Refuses, never grants.

A server's rules hold in that server alone, and not for those who run it: nobody locks themselves out. Where the bot is a guest
it knows no rules.
"""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, Self

import discord

from bot.client import MurekaClient
from bot.flows.account import payer_of
from bot.flows.budget import OverBudget, TooManyWaiting, cost_of
from bot.flows.errors import FlowError
from bot.house import House
from bot.settings import Backend
from bot.texts import language_of, say
from cogs.acknowledge import whisper
from cogs.permissions import granted_in, missing_permissions
from storage import SONGS, JobKind, Server

NAMED: Final = 5
"""So many channels or roles are named in a refusal; one that can be asked for is enough."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks where, as an interaction or a message tells it."""

    member_id: str
    role_ids: frozenset[str]
    channel_id: str
    parent_channel_id: str | None       # of a thread
    server_id: str | None               # None in direct conversations
    is_admin: bool                      # may manage the server
    app_permissions: discord.Permissions
    is_thread: bool
    is_reached: bool = True             # whether the bot itself is there: what it posts late, it posts as a member

    @classmethod
    def of(cls, interaction: discord.Interaction[Any]) -> Self:
        """Whoever used a command, a menu or a button."""
        channel, user = interaction.channel, interaction.user
        in_server = interaction.guild_id is not None
        is_reached = not interaction.context.private_channel
        if in_server:
            is_reached = interaction.is_guild_integration() or interaction.client.get_guild(interaction.guild_id or 0) is not None
        return cls(str(user.id), _roles(user), str(interaction.channel_id), _parent(channel),
                   str(interaction.guild_id) if in_server else None, interaction.permissions.manage_guild,
                   interaction.app_permissions, isinstance(channel, discord.Thread), is_reached)

    @classmethod
    def of_message(cls, message: discord.Message) -> Self:
        """Whoever wrote a message where the bot is."""
        channel: Any = message.channel
        guild, author = message.guild, message.author
        asker = cls(str(author.id), _roles(author), str(channel.id), _parent(channel), None, False, discord.Permissions.none(),
                    isinstance(channel, discord.Thread))
        if guild is None:
            return asker
        is_admin = isinstance(author, discord.Member) and author.guild_permissions.manage_guild
        return replace(asker, server_id=str(guild.id), is_admin=is_admin,
                       app_permissions=granted_in(channel) or discord.Permissions.all())    # Discord knows, and says so

    @property
    def places(self) -> frozenset[str]:
        """The channel, and the one that its thread hangs on."""
        return frozenset(filter(None, (self.channel_id, self.parent_channel_id)))


async def admitted(interaction: discord.Interaction[MurekaClient[House]], kind: JobKind | None = None, *,
                   session_id: str | None = None) -> bool:
    """Whether this member may ask for a song here; where not, they are told why and what to do, privately.

    Asked whenever something is about to begin: what was shown earlier (a form, a button) may come from before a rule. With
    `kind` also whether there is room for one more of these: before somebody fills in a form for nothing. `session_id`: see
    `room_refusal`.
    """
    asker, house, language = Asker.of(interaction), interaction.client.house, language_of(str(interaction.locale))
    words = await refusal(asker, house, language)
    if words is None and kind is not None:
        words = await room_refusal(asker, house, kind, language, session_id=session_id)
    if words is not None:
        await whisper(interaction, words)
    return words is None


async def refusal(asker: Asker, house: House, language: str) -> str | None:
    """The one sentence why no song may be asked for here, with what to do; None where it may be."""
    return permission_refusal(asker, language) or await rule_refusal(asker, house, language)


async def room_refusal(asker: Asker, house: House, kind: JobKind, language: str, *, count: int = 1,
                       session_id: str | None = None, begins: bool | None = None) -> str | None:
    """The sentence that names the limit which `count` more of this kind would pass; None where there is room.

    Songs that wait or are made take room before they are counted. Admins are bound too. Where two ask at once the act itself
    has the last word. `session_id`: of the song that is gone on with; None: the member's current one, unless another one
    `begins`, as a new song does.
    """
    try:
        await house.desk.check_room(asker.member_id, count)
        if kind in SONGS:
            begins = kind is JobKind.GENERATE if begins is None else begins
            await _check_budget(asker, house, kind, count, partial(_is_in_studio, asker, house, session_id, begins))
    except (TooManyWaiting, OverBudget) as fault:
        return say(fault.says, language, **fault.facts)
    return None


async def _is_in_studio(asker: Asker, house: House, session_id: str | None, begins: bool) -> bool:
    """Whether the studio beside the cloud goes on with what it has made, at no charge."""
    if house.studio is None or (session_id is None and begins):
        return False
    if session_id is not None:
        return await house.stores.projects.of_session(house.studio.backend, session_id) is not None
    project = await house.current_project(asker.member_id, asker.channel_id)
    return project is not None and project.backend == house.studio.backend


async def _check_budget(asker: Asker, house: House, kind: JobKind, count: int,
                        is_free: Callable[[], Awaitable[bool]]) -> None:
    stores = house.stores
    server = None if asker.server_id is None else await stores.servers.get(asker.server_id)
    limits = house.settings.budget.limits(server)
    cost, is_cloud = 0, house.backend is Backend.CLOUD
    if server and limits.credits is not None and is_cloud and server.when_spent == "stop" and not await is_free():
        with contextlib.suppress(FlowError):        # of a token that does not open, which the job tells of
            cost = count * cost_of(kind, await payer_of(asker.member_id, server.id, house.access, accounts=stores.accounts,
                                                        server_accounts=stores.server_accounts))
    refused = await stores.usage.room(asker.member_id, asker.server_id, limits=limits, songs=count, cost=cost)
    if refused is not None:
        raise OverBudget(refused)


def permission_refusal(asker: Asker, language: str) -> str | None:
    """The sentence that names what the bot may not do here; as a guest it needs no permission of its own."""
    if asker.server_id is None or not asker.is_reached:
        return None
    missing = missing_permissions(asker.app_permissions, is_thread=asker.is_thread)
    if not missing:
        return None
    names = say("discord.comma", language).join(say(f"discord.permission.{name}", language) for name in missing)
    return say("discord.not_allowed_here", language, permissions=names)


async def rule_refusal(asker: Asker, house: House, language: str) -> str | None:
    """The sentence that names the rule of the server which stands against it; nobody can change those of one that it left."""
    if asker.server_id is None or asker.is_admin or not asker.is_reached:
        return None
    if await house.stores.blocks.is_blocked(asker.server_id, asker.member_id):
        return say("gate.blocked", language)
    server = await house.stores.servers.get(asker.server_id)
    if server.allowed_channels and asker.places.isdisjoint(server.allowed_channels):
        return say("gate.channel", language, channels=_named("<#{}>", server.allowed_channels, language))
    if server.allowed_roles and asker.role_ids.isdisjoint(server.allowed_roles):
        return say("gate.role", language, roles=_named("<@&{}>", server.allowed_roles, language))
    return _cloud_refusal(asker, server, language) if house.backend is Backend.CLOUD else None


def _cloud_refusal(asker: Asker, server: Server, language: str) -> str | None:
    if not server.cloud_allowed:
        return say("gate.cloud", language)
    if server.cloud_roles and asker.role_ids.isdisjoint(server.cloud_roles):
        return say("gate.cloud_role", language, roles=_named("<@&{}>", server.cloud_roles, language))
    return None


def _named(mention: str, ids: Iterable[str], language: str) -> str:
    """Mentions, which Discord shows as names in each reader's words; in a private answer they call nobody."""
    return say("discord.comma", language).join(mention.format(one) for one in list(ids)[:NAMED])


def _roles(user: discord.User | discord.Member) -> frozenset[str]:
    return frozenset(str(role.id) for role in user.roles) if isinstance(user, discord.Member) else frozenset()


def _parent(channel: object) -> str | None:
    return str(channel.parent_id) if isinstance(channel, discord.Thread) else None
