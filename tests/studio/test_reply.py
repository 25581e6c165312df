"""What the agent says: everything that changed, nothing that did not, in the language of the session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from studio.reply import Report, clock, describe_key, words_for
from studio.score import Melody
from studio.store import Song, Upload
from studio.wish import Understanding

UNDERSTOOD = Understanding((), "en", ())


@pytest.fixture
def told(song: Song, clip: Upload) -> Callable[..., str]:
    def tell(before: Song | None, after: Song = song, *, heard: Upload | None = clip, language: str = "en",
             understood: Understanding = UNDERSTOOD) -> str:
        return words_for(Report(before, after, heard, understood, ("lo-fi", "pop")), language)
    return tell


def test_a_first_song_tells_what_was_heard_and_made(told: Callable[..., str]) -> None:
    assert told(None) == ("I heard 3 notes in G major, about 100 BPM in 4/4.\n"
                          "“Paper Lanterns” is ready: lo-fi, 1:02, 90 BPM, 16:9.")


def test_an_invented_tune_is_told_as_such(told: Callable[..., str], song: Song) -> None:
    assert told(None, replace(song, clip=None), heard=None).startswith("There was no clip")


def test_a_clip_that_was_cut_is_told_with_its_minutes(told: Callable[..., str], song: Song, melody: Melody) -> None:
    long = replace(song, melody=replace(melody, cut=True, seconds=180.0))
    assert "first 3 minutes" in told(None, long)


def test_a_wish_that_changes_nothing_says_so(told: Callable[..., str], song: Song) -> None:
    assert told(song).startswith("Nothing had to change")


@pytest.mark.parametrize(("change", "english", "chinese"), [
    ({"style": "pop"}, "style pop", "风格改为流行"), ({"lead": "harp"}, "the tune played by harp", "旋律改由 竖琴 演奏"),
    ({"tempo": 80.0}, "tempo 90 → 80 BPM", "速度 90 → 80 BPM"), ({"seconds": 125.0}, "length 1:02 → 2:05", "时长 1:02 → 2:05"),
    ({"transpose": -2}, "-2 semitones", "移调 -2 个半音"), ({"muted": frozenset({"bass"})}, "other players", "调整了声部"),
    ({"take": 2}, "take 2", "第 2 版"), ({"title": "Rain"}, "title “Rain”", "标题《Rain》"),
    ({"aspect": "1:1"}, "shape 1:1", "画幅 1:1"), ({"clip": "bb.wav"}, "your new tune", "换成你的新旋律"),
    ({"bpm": 90.2}, "a small thing that is hard to hear", "一处很细微的改动")])
def test_a_change_is_named(told: Callable[..., str], song: Song, song_with: Callable[..., Song], change: dict[str, Any],
                           english: str, chinese: str) -> None:
    assert f"Done: {english}." in told(song, song_with(**change))
    assert f"改好了：{chinese}。" in told(song, song_with(**change), language="zh-CN")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_instrument_that_is_taken_back_leaves_no_gap_in_the_sentence(
        told: Callable[..., str], song: Song, song_with: Callable[..., Song], language: str) -> None:
    words = told(song_with(lead="harp"), song, language=language)
    assert "None" not in words
    assert "by ." not in words
    assert "由  " not in words
    assert ("as the style has it" in words) == (language == "en")


def test_what_was_not_understood_is_quoted_but_not_without_end(told: Callable[..., str], song: Song) -> None:
    words = told(song, understood=Understanding((), "en", ("moon dust", "{braces}", "three", "four"), ("metal",), cut=True))
    assert "“moon dust”, “{braces}”, “three”" in words
    assert "four" not in words
    assert "no style metal here. There are lo-fi, pop." in words
    assert "very long" in words


def test_a_key_is_named_in_the_language_of_the_session(melody: Melody) -> None:
    assert describe_key(melody, "en") == "G major"
    assert describe_key(melody, "zh-CN") == "G 大调"


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (59.6, "1:00"), (125, "2:05"), (3600, "60:00")])
def test_a_clock_shows_minutes_and_seconds(seconds: float, shown: str) -> None:
    assert clock(seconds) == shown
