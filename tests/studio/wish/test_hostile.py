"""Hostile wishes: any text is understood in bounded work, and nothing that deceives the eye comes back."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.wish import (
    MAX_TITLE_CHARACTERS,
    MAX_WISH_CHARACTERS,
    ChangeTempo,
    Edit,
    SetTitle,
    Understanding,
    understand,
)

STYLES = ("lo-fi", "pop", "acoustic")
PIECES = st.sampled_from([
    "slower", "not", "don't", "make it", "call it", "title:", '"', "'", "《", "》", "and", ",", ".", "\n", "2 minutes",
    "1:45", "half", "a", "drums", "without", "with", "piano", "to", "by", "too", "octave", "up", "3", "take", "慢",
    "一点", "不要", "叫它", "一百", "半", "第", "lyrics", "tempo", "so", "😀", "\u202e", "\u200d", "instead of", "换成",
    "Urban", "Dreams", "%", "-", "x", "99999999999999999999",
])
WISHES = st.lists(PIECES, max_size=40)
HIDDEN = ("Cc", "Cf", "Cs")


@given(st.one_of(st.text(max_size=300), WISHES.map(" ".join), WISHES.map("".join)))
@settings(max_examples=400, deadline=None)
def test_any_text_is_understood(text: str) -> None:
    heard = understand(text, styles=STYLES)
    assert heard == understand(text, styles=STYLES)
    packed = msgspec.json.encode(heard.edits)
    assert msgspec.json.decode(packed, type=tuple[Edit, ...]) == heard.edits
    for quote in (*heard.unknown, *(edit.title for edit in heard.edits if isinstance(edit, SetTitle))):
        assert quote
        assert quote == quote.strip()
        assert not [letter for letter in quote if unicodedata.category(letter) in HIDDEN]
    assert all(len(edit.title) <= MAX_TITLE_CHARACTERS for edit in heard.edits if isinstance(edit, SetTitle))


@given(WISHES.map(" ".join))
@settings(max_examples=200, deadline=None)
def test_the_quotations_stand_in_the_wish(text: str) -> None:
    shown = "".join(letter for letter in text if letter == "\n" or unicodedata.category(letter) not in HIDDEN)
    visible = " ".join(shown.split())
    for quote in understand(text, styles=STYLES).unknown:
        assert quote.rstrip("…") in visible


def test_hidden_characters_do_not_hide_a_word(hear: Callable[[str], Understanding]) -> None:
    assert hear("slo\u200bw\u202eer\u0000").edits == (ChangeTempo(0.85),)
    assert hear("ＳＬＯＷＥＲ").edits == (ChangeTempo(0.85),)


def test_a_wish_beyond_the_limit_is_cut_and_says_so(hear: Callable[[str], Understanding]) -> None:
    heard = hear("slower, " + "x" * MAX_WISH_CHARACTERS + ", pop")
    assert heard.cut
    assert heard.edits == (ChangeTempo(0.85),)
    assert not hear("slower").cut


def _steps(text: str) -> int:
    """How many lines of the program run for `text`: a measure of work that no busy machine disturbs."""
    count = 0

    def trace(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)     # type: ignore[arg-type]
    try:
        understand(text, styles=STYLES)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", [
    "slower ", "call it ", 'call it " ', "1", "1:", "a hundred and ", "not ", "一百", "and ", "lyrics ", "二", "x' ",
    "title ", "a\u0301", "https://", "without drums and ", "把钢琴换成长笛", "<@1", "2 minutes ", "so much ", "-", "《",
    "tempo ", "piano pop into ", "take ",
])
def test_work_grows_no_faster_than_the_text(piece: str) -> None:
    understand("slower", styles=STYLES)     # the vocabulary is read once
    half = _steps((piece * MAX_WISH_CHARACTERS)[:MAX_WISH_CHARACTERS // 2])
    whole = _steps((piece * MAX_WISH_CHARACTERS)[:MAX_WISH_CHARACTERS])
    beyond = _steps((piece * 100_000)[:100_000])
    assert whole <= 2.6 * half + 5000
    assert beyond <= 1.1 * whole + 5000
