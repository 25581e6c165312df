"""Limits and what is used of them in words, for members and for those who run a server. Changes nothing, counts nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.flows.budget import Budget
from bot.house import House
from bot.texts import say
from cogs.gate import Asker
from storage import Limits, MemberUsed, Server, Standing

MEMBERS_SHOWN: Final = 15
"""Of those who used something, with mentions of up to 23 characters: a message has 2,000."""


async def budget_in_words(house: House, asker: Asker, language: str) -> list[str]:
    """How many songs the member has asked for today, and their server this month, of how many."""
    server = None if asker.server_id is None else await house.stores.servers.get(asker.server_id)
    standing = await house.stores.usage.standing(asker.member_id, asker.server_id)
    return list(_used(standing, house.settings.budget.limits(server), language, in_server=server is not None))


def _used(standing: Standing, limits: Limits, language: str, *, in_server: bool) -> Iterator[str]:
    yield _of("budget.today", standing.member, limits.member, language)
    if limits.member_here is not None:
        yield say("budget.today_here", language, used=standing.member_here, most=limits.member_here)
    if in_server:
        yield _of("budget.server_songs", standing.server, limits.server, language)
    if limits.credits is not None:
        yield say("budget.server_credits", language, used=standing.credits, most=limits.credits)


def _of(key: str, used: int, most: int | None, language: str) -> str:
    return say(key, language, used=used, most=say("budget.any_number", language) if most is None else most)


def limits_in_words(server: Server, budget: Budget, language: str) -> list[str]:
    """The limits of a server as they count now, a line each."""
    return [
        say("admin.limit_member", language, most=_limit(server.member_songs_day, budget.songs_per_day, language)),
        say("admin.limit_server", language, most=_limit(server.server_songs_month, budget.songs_per_month, language)),
        say("admin.limit_credits", language, most=_limit(server.server_credits_month, budget.credits_per_month, language)),
        say(f"admin.when_spent_{server.when_spent}", language)]


def _limit(own: int | None, operators: int, language: str) -> str:
    """A limit, and whose it is where it is the operator's: the lower one counts."""
    if own is None:
        return say("admin.limit_operators", language, most=operators) if operators else say("admin.no_limit", language)
    if operators and operators < own:
        return say("admin.limit_lower", language, most=operators, own=own)
    return str(own)


def members_in_words(used: list[MemberUsed], language: str) -> list[str]:
    """Who used what, the most first, a line each; members are mentioned, which calls nobody in a private answer."""
    if not used:
        return []
    known = [one for one in used if one.member_id is not None]
    lines = [say("admin.usage_members", language)]
    for one in known[:MEMBERS_SHOWN]:
        key = "admin.usage_member_credits" if one.month.credits else "admin.usage_member"
        lines.append(say(key, language, member=one.member_id, today=one.today.count, month=one.month.count,
                         credits=one.month.credits))
    if len(known) > MEMBERS_SHOWN:
        lines.append(say("admin.usage_more", language, count=len(known) - MEMBERS_SHOWN))
    lines += [say("admin.usage_forgotten", language, today=one.today.count, month=one.month.count, credits=one.month.credits)
              for one in used if one.member_id is None]
    return lines
