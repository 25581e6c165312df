"""Limits: how much may be used, how much was, and whether one more goes beyond. Values only; counts nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum


class Limit(StrEnum):
    """Which limit it is. A day and a month are those of the calendar, in UTC."""

    MEMBER = "member"               # songs of a member on a day, wherever they ask
    MEMBER_HERE = "member_here"     # songs of a member on a day in one server
    SERVER = "server"               # songs of a server in a month
    CREDITS = "credits"             # cloud credits of a server in a month


@dataclass(frozen=True, slots=True)
class Limits:
    """The most songs and credits; None: as many as there are."""

    member: int | None = None
    member_here: int | None = None
    server: int | None = None
    credits: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How much is used of what limits are about, in the order of Limit."""

    member: int = 0
    member_here: int = 0            # without what an admin has waived
    server: int = 0
    credits: int = 0

    def __add__(self, more: Standing) -> Standing:
        return Standing(self.member + more.member, self.member_here + more.member_here, self.server + more.server,
                        self.credits + more.credits)


@dataclass(frozen=True, slots=True)
class Charged:
    """Counted, now or before; a song once."""

    day: date
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing is counted: this limit would be passed."""

    limit: Limit
    most: int
    used: int
    ends: datetime                  # when it begins anew


def refused(standing: Standing, more: Standing, limits: Limits, now: datetime) -> Refused | None:
    """The first limit that `more` would pass on top of what is used; None where all hold. What adds nothing passes none."""
    for limit in Limit:
        most: int | None = getattr(limits, limit.value)
        used, added = (getattr(one, limit.value) for one in (standing, more))
        if most is not None and added and used + added > most:
            return Refused(limit, most, used, day_ends(now) if limit in (Limit.MEMBER, Limit.MEMBER_HERE) else month_ends(now))
    return None


def day_ends(now: datetime) -> datetime:
    """The next midnight of UTC."""
    return _midnight(now.astimezone(UTC).date() + timedelta(days=1))


def month_ends(now: datetime) -> datetime:
    """The next first of a month in UTC, at midnight."""
    day = now.astimezone(UTC).date()
    return _midnight(date(day.year + day.month // 12, day.month % 12 + 1, 1))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
