"""How often a member may act: bursts, the long run, one member beside another, and what is told of it."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as some

import bot.pace
from bot.pace import A_LETTER, TOLD, Pace, Verdict


class Watch:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_a_few_acts_may_come_at_once_and_then_one_in_a_while() -> None:
    watch = Watch()
    pace = Pace(60, watch)
    assert [pace.judge("ada") for _ in range(16)] == [Verdict.GO_ON] * 15 + [Verdict.TELL]
    assert pace.seconds("ada") == 1
    watch.seconds += 1.0
    assert [pace.judge("ada") for _ in range(2)] == [Verdict.GO_ON, Verdict.TELL]


def test_whoever_does_not_stop_is_told_a_few_times_and_then_not_any_more() -> None:
    watch = Watch()
    pace = Pace(60, watch)
    verdicts = Counter(pace.judge("ada") for _ in range(100))
    assert verdicts == {Verdict.GO_ON: 15, Verdict.TELL: TOLD, Verdict.IGNORE: 100 - 15 - TOLD}
    watch.seconds += 1.0
    assert pace.judge("ada") is Verdict.GO_ON
    assert pace.judge("ada") is Verdict.TELL        # who had stopped is told again


def test_members_have_nothing_to_do_with_each_other() -> None:
    pace = Pace(60, Watch())
    for _ in range(50):
        pace.judge("ada")
    assert pace.judge("bob") is Verdict.GO_ON


def test_letters_that_are_typed_count_little() -> None:
    pace = Pace(60, Watch())
    verdicts = Counter(pace.judge("ada", cost=A_LETTER) for _ in range(200))
    assert 145 <= verdicts[Verdict.GO_ON] <= 150
    assert verdicts[Verdict.TELL] == 0
    assert pace.judge("ada") is Verdict.TELL        # of the command that was typed, for nobody was told yet


def test_letters_that_are_typed_make_nobody_be_told_anew() -> None:
    watch = Watch()
    pace = Pace(60, watch)
    for _ in range(100):
        pace.judge("ada")
    watch.seconds += 2 * A_LETTER
    assert pace.judge("ada", cost=A_LETTER) is Verdict.GO_ON
    assert pace.judge("ada") is Verdict.IGNORE


def test_nought_is_no_limit() -> None:
    pace = Pace(0, Watch())
    assert {pace.judge("ada") for _ in range(1000)} == {Verdict.GO_ON}
    assert pace.seconds("ada") == 0


def test_a_crowd_of_strangers_takes_no_more_memory_than_allowed() -> None:
    pace = Pace(60, Watch())
    for number in range(bot.pace.MOST_MEMBERS + 100):
        pace.judge(str(number))
    assert len(pace._buckets) == bot.pace.MOST_MEMBERS


@given(some.integers(1, 600), some.lists(some.floats(0, 30), max_size=60))
def test_in_no_minute_there_is_more_than_the_burst_and_what_the_minute_gives(per_minute: int, pauses: list[float]) -> None:
    watch = Watch()
    pace = Pace(per_minute, watch)
    begin, done = watch.seconds, 0
    for pause in pauses:
        watch.seconds += pause
        done += pace.judge("ada") is Verdict.GO_ON
    assert done <= max(3, per_minute // 4) + (watch.seconds - begin) / 60 * per_minute + 1e-6
