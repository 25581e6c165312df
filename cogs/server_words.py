"""A server's settings and usage in words, for the people who run it. Changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.preferences import Preferences
from bot.texts import say
from cogs.budget_words import members_in_words
from cogs.plain_words import plain
from storage import JobKind, Server, Usage, Used

DAYS: Final = 7
NAMED: Final = 15
"""So many channels or roles are named in each of four lists: a message has 2,000 characters, a mention takes 23."""


class Setting(StrEnum):
    """What can be decided for a server."""

    CHANNELS = "channels"       # where songs are made
    ROLES = "roles"             # who may ask for them
    LISTENING = "listening"     # where a posted clip is offered a song
    CLOUD = "cloud"             # who may use it
    LANGUAGE = "language"       # of what everybody reads
    STYLE = "style"             # of wishes that name none


LISTS: Final[Mapping[Setting, Callable[[Server], tuple[str, ...]]]] = {
    Setting.CHANNELS: lambda server: server.allowed_channels,
    Setting.ROLES: lambda server: server.allowed_roles,
    Setting.LISTENING: lambda server: server.listening_channels,
    Setting.CLOUD: lambda server: server.cloud_roles,
}
_EMPTY: Final = {Setting.CHANNELS: "admin.all_channels", Setting.ROLES: "admin.everybody",
                 Setting.LISTENING: "admin.no_channel", Setting.CLOUD: "admin.everybody"}


def setting_in_words(setting: Setting, server: Server, operators: Preferences, language: str) -> str:
    """One setting as it counts now, without a full stop."""
    if setting is Setting.LANGUAGE:
        return say("admin.language", language, language=_language(server, operators, language))
    if setting is Setting.STYLE:
        return say("admin.style", language, style=_style(server, operators, language))
    if setting is Setting.CLOUD and not server.cloud_allowed:
        return say("admin.cloud_off", language)
    mention = "<@&{}>" if setting in (Setting.ROLES, Setting.CLOUD) else "<#{}>"
    listed = _listed(mention, LISTS[setting](server), language) or say(_EMPTY[setting], language)
    return say("admin.cloud_roles" if setting is Setting.CLOUD else f"admin.{setting.value}", language, listed=listed)


async def usage_in_words(usage: Usage, server_id: str, language: str) -> str:
    """What was used on the server today and in the last seven days, by kind; and by whom, this month."""
    today = datetime.now(UTC).date()
    days = [await usage.of(today - timedelta(days=back), server_id=server_id) for back in range(DAYS)]
    kinds = sorted({kind for day in days for kind in day})
    members = members_in_words(await usage.by_member(server_id), language)
    if not kinds:
        return "\n".join((say("admin.usage_none", language), *members))
    lines = [say("admin.usage", language)]
    lines += [say("admin.usage_line", language, kind=kind_in_words(kind, language), today=days[0].get(kind, Used()).count,
                  week=sum(day.get(kind, Used()).count for day in days)) for kind in kinds]
    spent = [sum(used.credits for used in day.values()) for day in days]
    lines += [say("admin.usage_credits", language, today=spent[0], week=sum(spent))] if any(spent) else []
    return "\n".join((*lines, *members))


def kind_in_words(kind: str, language: str) -> str:
    """What is asked for, as a noun; a kind of another version by its own name."""
    return say(f"admin.kind.{kind}", language) if kind in {one.value for one in JobKind} else plain(kind)


def _listed(mention: str, ids: Iterable[str], language: str) -> str:
    every = [mention.format(one) for one in ids]
    shown = say("discord.comma", language).join(every[:NAMED])
    return shown if len(every) <= NAMED else shown + say("admin.more", language, count=len(every) - NAMED)


def _language(server: Server, operators: Preferences, language: str) -> str:
    if server.language is not None:
        return say(f"discord.choice.language.{server.language}", language)
    if operators.language is not None:
        return say("admin.operators", language, value=say(f"discord.choice.language.{operators.language}", language))
    return say("discord.choice.language.own", language)


def _style(server: Server, operators: Preferences, language: str) -> str:
    if server.style is not None:
        return plain(server.style)
    return say("admin.operators", language, value=plain(operators.style)) if operators.style else say("admin.backends", language)
