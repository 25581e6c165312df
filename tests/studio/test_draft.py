"""A song becomes a draft, and whatever comes back as a draft becomes an order or a refusal."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.draft import AUDIO, TEXT, VIDEO, Order, draft_of, order_of
from studio.store import Session, Song, Upload
from studio.wire import Refusal

PICTURE = Upload("leaf.png", "leaf.png", "image", "sum-of-leaf", 10)
keys = st.sampled_from(["t", "tt", "sg", "m", "source", "width", "height", "title"])
values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4), st.just("song-1"))
junk = st.recursive(values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=12)


def test_before_the_first_song_there_is_no_draft(session: Session) -> None:
    assert draft_of(replace(session, songs=())) is None


def test_a_draft_has_tracks_of_the_three_documented_types(session: Session) -> None:
    draft: Any = draft_of(session)
    assert [track["tt"] for track in draft["t"]] == [VIDEO, AUDIO, TEXT]
    assert draft["d"] == 62_500
    assert [one["text"] for one in draft["t"][2]["sg"]] == ["Paper Lanterns", "Verse", "Chorus"]


def test_sections_are_named_in_the_language_of_the_session(session: Session) -> None:
    draft: Any = draft_of(replace(session, language="zh-CN"))
    assert [one["text"] for one in draft["t"][2]["sg"]][1:] == ["主歌", "副歌"]


@pytest.mark.parametrize(("aspect", "size"), [("16:9", (1920, 1080)), ("9:16", (1080, 1920)), ("1:1", (1080, 1080))])
def test_a_draft_that_comes_back_is_the_order_it_was_made_of(
        session: Session, song_with: Callable[..., Song], aspect: str, size: tuple[int, int]) -> None:
    shaped = replace(session, songs=(song_with(aspect=aspect),), uploads=(*session.uploads, PICTURE))
    draft: Any = draft_of(shaped)
    assert (draft["m"]["width"], draft["m"]["height"]) == size
    assert order_of(draft, shaped) == Order(1, "Paper Lanterns", aspect, "leaf.png")


def test_a_title_that_a_client_has_changed_is_bounded(session: Session) -> None:
    draft: Any = copy.deepcopy(draft_of(session))
    draft["m"]["title"] = "x" * 5000
    assert len(order_of(draft, session).title) == 200


def test_a_picture_that_is_not_the_sessions_is_not_shown(session: Session) -> None:
    draft: Any = copy.deepcopy(draft_of(session))
    draft["t"][0]["sg"][0]["source"] = "../../etc/passwd"
    assert order_of(draft, session).image is None


def test_a_song_that_is_no_longer_kept_is_gone(session: Session, song_with: Callable[..., Song]) -> None:
    draft = draft_of(session)
    with pytest.raises(Refusal) as refusal:
        order_of(draft, replace(session, songs=(song_with(number=9),)))
    assert (refusal.value.status, refusal.value.says) == (410, "render.gone")


@pytest.mark.parametrize("source", ["song-0", "song-2", "song--1", "song-1e9", "song-" + "9" * 5000, "song-٣", ["song-1"]])
def test_a_song_that_never_was_is_no_song(session: Session, source: object) -> None:
    with pytest.raises(Refusal, match=r"render\.empty"):
        order_of({"t": [{"tt": AUDIO, "sg": [{"source": source}]}]}, session)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(draft=junk)
def test_any_json_is_an_order_or_a_refusal(session: Session, draft: object) -> None:
    try:
        order = order_of(draft, session)
    except Refusal:
        return
    assert order.song == 1
    assert order.aspect in ("16:9", "9:16", "1:1")
