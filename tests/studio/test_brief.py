"""A brief takes edits and stays within what can be played."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.brief import MAX_BPM, MAX_SECONDS, MIN_BPM, MIN_SECONDS, Brief, Standing, amended
from studio.compose import lead_names
from studio.wish import (
    AnotherTake,
    ChangeLength,
    ChangeTempo,
    Edit,
    MakeSong,
    Mute,
    SetAspect,
    SetLead,
    SetLength,
    SetStyle,
    SetTake,
    SetTempo,
    SetTitle,
    ShiftLength,
    ShiftTempo,
    StartAfresh,
    Transpose,
    Undo,
    Unmute,
    known_instruments,
)

NOW = Standing(seconds=120.0, tempo=90.0)
numbers = st.floats(-1e6, 1e6)
edits = st.one_of(
    numbers.map(SetLength), numbers.map(ChangeLength), numbers.map(ShiftLength), numbers.map(SetTempo),
    numbers.map(ChangeTempo), numbers.map(ShiftTempo), st.integers(-99, 99).map(Transpose),
    st.sampled_from(["drums", "bass"]).map(Mute), st.sampled_from(["drums", "bass"]).map(Unmute))


@pytest.mark.parametrize(("edit", "field", "value"), [
    (SetStyle("pop"), "style", "pop"), (SetTitle("Rain"), "title", "Rain"), (SetAspect("1:1"), "aspect", "1:1"),
    (SetLength(1), "seconds", MIN_SECONDS), (SetLength(3600), "seconds", MAX_SECONDS), (SetLength(90), "seconds", 90),
    (ChangeLength(0.5), "seconds", 60), (ShiftLength(15), "seconds", 135),
    (SetTempo(300), "bpm", MAX_BPM), (SetTempo(1), "bpm", MIN_BPM), (SetTempo(100), "bpm", 100),
    (ChangeTempo(0.85), "tempo_factor", 0.85), (ShiftTempo(9), "tempo_factor", 1.1),
    (AnotherTake(), "take", 2), (SetTake(0), "take", 0), (SetTake(2**32 - 1), "take", 2**32 - 1),
    (Transpose(-40), "transpose", -12), (SetLead("harp"), "lead", "harp"), (Mute("bass"), "muted", frozenset({"bass"})),
])
def test_an_edit_changes_its_own_field_and_no_other(edit: Edit, field: str, value: object) -> None:
    changed = amended(Brief(), edit, NOW)
    assert getattr(changed, field) == pytest.approx(value) if isinstance(value, float) else getattr(changed, field) == value
    assert {name for name in Brief.__slots__ if getattr(changed, name) != getattr(Brief(), name)} == {field}


@pytest.mark.parametrize("edit", [MakeSong(), Undo(), StartAfresh(), Unmute("drums")])
def test_what_is_the_agents_affair_leaves_a_brief_as_it_is(edit: Edit) -> None:
    assert amended(Brief(), edit, NOW) == Brief()


def test_slower_starts_from_the_tempo_that_was_asked_for() -> None:
    asked = amended(Brief(), SetTempo(100), NOW)
    assert amended(asked, ChangeTempo(0.9), NOW).bpm == pytest.approx(90)
    assert amended(asked, ChangeTempo(0.9), NOW).tempo_factor == 1.0


def test_a_part_that_was_muted_plays_again() -> None:
    assert amended(amended(Brief(), Mute("drums"), NOW), Unmute("drums"), NOW) == Brief()


@given(st.lists(edits, max_size=12))
def test_no_run_of_edits_leaves_what_can_be_played(run: list[Edit]) -> None:
    brief = Brief()
    for edit in run:
        brief = amended(brief, edit, NOW)
    assert brief.seconds is None or MIN_SECONDS <= brief.seconds <= MAX_SECONDS
    assert brief.bpm is None or MIN_BPM <= brief.bpm <= MAX_BPM
    assert 0.5 <= brief.tempo_factor <= 2.0
    assert abs(brief.transpose) <= 12
    assert math.isfinite(brief.tempo_factor)


def test_title_and_aspect_cannot_be_heard() -> None:
    assert Brief(title="Rain", aspect="1:1").music == Brief().music
    assert Brief(take=2).music != Brief().music


def test_every_instrument_that_a_wish_can_name_can_play() -> None:
    assert set(known_instruments()) <= set(lead_names())
