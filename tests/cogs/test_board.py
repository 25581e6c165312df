"""What the progress message and the post say."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flows.progress import Stage, Step
from bot.jobs.order import Clip, Order
from bot.settings import Backend
from bot.texts import LANGUAGES
from cogs.board import BAR_PIECES, bar, board, cut, note_of, noted
from storage import JobKind

SINCE = datetime(2026, 7, 1, 12, tzinfo=UTC)
BEGUN = f"<t:{int(SINCE.timestamp())}:R>"


def shown(step: Step | None, place: int | None = None, *, backend: Backend = Backend.STUDIO, language: str = "en") -> str:
    return board(step, place, backend=backend, since=SINCE, language=language)


def test_who_waits_reads_the_place() -> None:
    assert shown(None, 1) == "**Setting things up…** You are next in the queue."
    assert shown(None, 12) == "**Setting things up…** You are number 12 in the queue."
    assert shown(None) == "**Setting things up…**"


def test_the_backend_is_named_once_it_is_connected() -> None:
    assert shown(Step(Stage.PREPARING)) == f"**Looking at your clip**\nBegun {BEGUN}."
    assert shown(Step(Stage.STARTING), backend=Backend.CLOUD).startswith("**Connecting to the NemoVideo cloud**\n")
    assert shown(Step(Stage.WORKING)) == f"**Thinking**\nConnected: the studio. Begun {BEGUN}."
    assert "Connected: the NemoVideo cloud" in shown(Step(Stage.WORKING), backend=Backend.CLOUD)


def test_two_minutes_without_news_are_told() -> None:
    assert shown(Step(Stage.FILMING, 0.4, 240.0)).startswith("**Filming: still working, 4 min so far**\n")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stage", Stage)
def test_every_stage_has_words_in_every_language(stage: Stage, language: str) -> None:
    for backend in Backend:
        assert BEGUN in shown(Step(stage, 0.5), backend=backend, language=language)


@given(st.floats(allow_nan=False))
def test_a_bar_is_as_long_as_ever_and_never_ahead(fraction: float) -> None:
    pieces, percent = re.fullmatch(r" ([▰▱]+) (\d+) %", bar(fraction)).groups()  # type: ignore[union-attr]
    assert len(pieces) == BAR_PIECES
    assert re.fullmatch("▰*▱*", pieces)
    known = min(1.0, max(0.0, fraction))
    assert int(percent) <= known * 100
    assert pieces.count("▰") <= known * BAR_PIECES
    assert (percent == "100") is (fraction >= 1) is ("▱" not in pieces)


def test_nobody_knows_how_far_it_is() -> None:
    assert bar(None) == ""


def test_a_job_of_a_batch_names_its_clip_and_a_guest_says_how_long_it_can_answer() -> None:
    def order(job_id: str) -> Order:
        return Order(id=job_id, kind=JobKind.GENERATE, member_id="1", channel_id="2", language="en", public_language="en",
                     clips=(Clip("https://cdn.example/1", "my *hum*.ogg"),))

    assert note_of(order("123"), "en") == ""
    assert note_of(order("123-02"), "en") == "my \\*hum\\*.ogg"
    assert "quarter of an hour" in note_of(order("123"), "en", is_guest=True)
    assert noted("**Thinking**", note_of(order("123-02-t1"), "en")) == "**Thinking**\n-# my \\*hum\\*.ogg"


def test_what_is_cut_says_so() -> None:
    assert cut("four", 4) == "four"
    assert cut("fours", 4) == "fou…"
