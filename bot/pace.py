"""Pace: how often one member may act, so that nobody keeps the bot from the others. Counts in memory, refuses nobody by itself.

A bucket of tokens for each member: it fills by and by, each act takes one. After a few refusals in a row there is silence,
because an answer to each press of a hostile hand is work too.
"""

from __future__ import annotations

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final

MINUTE: Final = 60.0
IN_A_ROW: Final = 4
"""The fourth part of a minute's acts may come at once."""
LEAST_IN_A_ROW: Final = 3
TOLD: Final = 3
MOST_MEMBERS: Final = 20_000
A_LETTER: Final = 0.1
"""What a choice that is asked for at each letter typed takes, measured in acts."""


class Verdict(Enum):
    """What is to be done with an act."""

    GO_ON = "go on"
    TELL = "tell"           # refuse it with a sentence
    IGNORE = "ignore"       # whoever does it was told often enough


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float
    refusals: int = 0


class Pace:
    """At most `per_minute` acts of each member, 0 for as many as they like. `now` gives seconds since some moment."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_minute / MINUTE
        self._holds = float(max(LEAST_IN_A_ROW, per_minute // IN_A_ROW))
        self._now = now
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def judge(self, member_id: str, *, cost: float = 1.0) -> Verdict:
        """Count an act of that much, and tell what is to be done with it. A refused act takes nothing."""
        if not self._per_second:
            return Verdict.GO_ON
        bucket = self._bucket(member_id)
        is_act = cost >= 1.0
        if bucket.left >= cost:
            bucket.left -= cost
            if is_act:
                bucket.refusals = 0
            return Verdict.GO_ON
        if not is_act:      # nobody can be told of a letter
            return Verdict.IGNORE
        bucket.refusals += 1
        return Verdict.TELL if bucket.refusals <= TOLD else Verdict.IGNORE

    def seconds(self, member_id: str) -> int:
        """After how many seconds the member may act again."""
        if not self._per_second:
            return 0
        return max(0, math.ceil((1.0 - self._bucket(member_id).left) / self._per_second))

    def _bucket(self, member_id: str) -> _Bucket:
        """The member's bucket as it stands now. Who acted longest ago is forgotten where there are too many: theirs is full."""
        now = self._now()
        bucket = self._buckets.setdefault(member_id, _Bucket(self._holds, now))
        self._buckets.move_to_end(member_id)
        if len(self._buckets) > MOST_MEMBERS:
            self._buckets.popitem(last=False)
        bucket.left = min(self._holds, bucket.left + (now - bucket.at) * self._per_second)
        bucket.at = now
        return bucket
