"""What is known of a render, as values: where it stands, one look at it, how far it is told to be. No HTTP, no reading."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

PERCENT: Final = 100.0


class RenderStatus(StrEnum):
    """Where a render stands."""

    PENDING = "pending"         # in the queue
    PROCESSING = "processing"   # at work, also under a word that nobody knows
    COMPLETED = "completed"
    FAILED = "failed"           # given up, by the server or by us


@dataclass(frozen=True, slots=True)
class Render:
    """A render in the queue, by the id that it is polled with; `asked` is the one that we gave it."""

    id: str
    already_there: bool = False
    asked: str = field(default="", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Progress:
    """A progress as it was told: a number, and whether it is certainly one of percents."""

    value: float
    is_percent: bool = False


@dataclass(frozen=True, slots=True)
class RenderStep:
    """One look at a render. `url` is absolute; None in a completed one means: download it by its id."""

    render_id: str
    status: RenderStatus
    fraction: float             # 0 to 1
    url: str | None = None
    seconds: float | None = None
    bytes: int | None = None
    reason: str = ""
    hint: float | None = None   # seconds until the next look, where the server said so
    created_at: datetime | None = None
    completed_at: datetime | None = None
    progress: Progress | None = field(default=None, repr=False, compare=False)
    format: str | None = None   # of the completed file, where it is told
    facts: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)   # all that the server told


class Told:
    """What is told of a render's progress while it is watched: from 0 to 1, never backwards.

    The API notes have it from 0 to 100; some queues count to 1. Numbers above 1, a percent sign or a name settle it; until
    then a broken number below 1 is a share of the whole, and 1 a percent.
    """

    def __init__(self) -> None:
        self._counts_percents = False
        self._counts_shares = False
        self._fraction = 0.0

    def fraction(self, progress: Progress | None) -> float:
        """The fraction to tell after hearing `progress`."""
        if progress is not None:
            value = progress.value
            self._counts_percents |= progress.is_percent or value > 1
            self._counts_shares |= not self._counts_percents and 0 < value < 1
            is_share = self._counts_shares and not self._counts_percents
            self._fraction = max(self._fraction, min(1.0, value if is_share else value / PERCENT))
        return self._fraction
