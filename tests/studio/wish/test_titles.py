"""Titles: where a name ends, and that the words in it ask for nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio.wish import (
    MAX_TITLE_CHARACTERS,
    ChangeLength,
    ChangeTempo,
    Edit,
    SetAspect,
    SetStyle,
    SetTempo,
    SetTitle,
    Understanding,
    clean_title,
)

FASTER, SLOWER = ChangeTempo(1.18), ChangeTempo(0.85)

NAMED: list[tuple[str, str, tuple[Edit, ...]]] = [
    ("call it Urban Dreams", "Urban Dreams", ()),
    ("title: Urban Dreams", "Urban Dreams", ()),
    ("the title should be Urban Dreams!", "Urban Dreams", ()),
    ('named "Click Here"', "Click Here", ()),
    ("call it Slower Days", "Slower Days", ()),
    ("call it Another Take", "Another Take", ()),
    ("call it Pop Song and make it faster", "Pop Song", (FASTER,)),
    ("call it urban dreams and slower", "urban dreams", (SLOWER,)),
    ("call it urban dreams, slower", "urban dreams", (SLOWER,)),
    ("call it Urban Dreams in 9:16", "Urban Dreams", (SetAspect("9:16"),)),
    ("call it Urban Dreams and lo-fi", "Urban Dreams", (SetStyle("lo-fi"),)),
    ("call it Urban Dreams please", "Urban Dreams", ()),
    ("call it Rock and Roll", "Rock and Roll", ()),
    ("call it Love and Piano", "Love and Piano", ()),
    ("call it Hello, World", "Hello, World", ()),
    ("call it 99 Problems", "99 Problems", ()),
    ("call it lo-fi", "lo-fi", ()),
    ("a song called Blue Monday, 100 bpm", "Blue Monday", (SetTempo(100.0),)),
    ("rename it to Midnight Train; square", "Midnight Train", (SetAspect("1:1"),)),
    ('call it "Slower, Longer & Louder" and make it longer', "Slower, Longer & Louder", (ChangeLength(1.3),)),
    ('title "don\'t stop", pop', "don't stop", (SetStyle("pop"),)),
    ("name it 'It's Alright'", "It's Alright", ()),
    ("call it “Make It Longer”", "Make It Longer", ()),
    ('call it "never closed, slower', "never closed", (SLOWER,)),
    ("叫它《都市之梦》", "都市之梦", ()),
    ("叫它《慢一点》，快一点", "慢一点", (FASTER,)),
    ("《都市之梦》", "都市之梦", ()),
    ("标题改为都市之梦", "都市之梦", ()),
    ("標題改為《夢》，慢一點", "夢", (SLOWER,)),
    ("歌名改成 Urban Dreams，竖屏", "Urban Dreams", (SetAspect("9:16"),)),
    ("叫它夏天的风然后慢一点", "夏天的风", (SLOWER,)),
    ("叫它都市之梦 竖屏", "都市之梦", (SetAspect("9:16"),)),
    ("取名「导出」", "导出", ()),
    ("call it “都市之梦”，慢一点", "都市之梦", (SLOWER,)),
]


@pytest.mark.parametrize(("words", "title", "rest"), NAMED)
def test_a_title_ends_where_people_would_end_it(
    words: str, title: str, rest: tuple[Edit, ...], hear: Callable[[str], Understanding],
) -> None:
    heard = hear(words)
    assert heard.edits == (SetTitle(title), *rest)
    assert heard.unknown == ()


def test_a_cue_without_a_title_is_reported(hear: Callable[[str], Understanding]) -> None:
    assert hear("call it").unknown == ("call it",)


def test_a_refused_title_is_not_set(hear: Callable[[str], Understanding]) -> None:
    heard = hear("don't call it Urban Dreams")
    assert heard.edits == ()
    assert heard.unknown == ("don't call it Urban Dreams",)


def test_a_title_is_cleaned_of_what_deceives_the_eye(hear: Callable[[str], Understanding]) -> None:
    heard = hear('call it "Ur\u202eban\u200b  Dre\u0007ams\u2066"')
    assert heard.edits == (SetTitle("Urban Dreams"),)


def test_a_title_is_composed_and_bounded() -> None:
    assert clean_title("cafe\u0301") == "caf\u00e9"
    assert len(clean_title("long " * 100)) <= MAX_TITLE_CHARACTERS
    assert len(clean_title("z" + "\u0335" * 500)) <= 4
    assert clean_title("\u200b\u202e \n ") == ""
