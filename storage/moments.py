"""Moments between Python and the tables: milliseconds since 1970, always UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def moment(milliseconds: int) -> datetime:
    """The moment that a column tells."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def maybe_moment(milliseconds: int | None) -> datetime | None:
    """The same for a column that may be empty."""
    return None if milliseconds is None else moment(milliseconds)


def milliseconds_of(when: datetime) -> int:
    """What a column holds for an aware moment."""
    return (when - _EPOCH) // timedelta(milliseconds=1)


def maybe_milliseconds_of(when: datetime | None) -> int | None:
    """The same for a column that may be empty."""
    return None if when is None else milliseconds_of(when)
