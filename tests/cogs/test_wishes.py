"""Wishes in words: what was chosen beside them, what they could go on as, a line for each clip."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bot.flows.offers import Offers
from bot.texts import LANGUAGES
from cogs.clips import link_of
from cogs.refusals import link_refusal
from cogs.upload import lines_for
from cogs.wishes import CHOICE_CHARACTERS, CHOICES, completions, composed, matching, names_a_style, spoken

OFFERS = Offers(styles={"lofi": {"en": "lo-fi", "zh": "低保真"}, "pop": {"en": "pop", "zh": "流行"}})


def test_what_is_chosen_stands_behind_the_words() -> None:
    assert composed("slower", style="lofi", aspect="9:16", language="en") == "slower, in lofi style, in 9:16"
    assert composed("", style="lofi", aspect=None, language="zh") == "lofi 风格"
    assert composed("slower", style=None, aspect=None, language="en") == "slower"


def test_a_wish_that_names_a_style_needs_nobody_elses() -> None:
    assert names_a_style("a Lo-Fi song", OFFERS)
    assert names_a_style("来点流行的", OFFERS)
    assert not names_a_style("a popular song", OFFERS)
    assert not names_a_style("slower", OFFERS)


def test_the_last_clause_is_completed_and_what_was_said_before_comes_first() -> None:
    said = ["lo-fi, for Bob", "slower please"]
    assert completions("", said, "en")[:2] == said
    assert completions("lo-fi, sl", said, "en") == ["lo-fi, slower"]
    assert completions("慢一点，换", [], "zh") == ["慢一点，换一版"]
    assert completions("nothing like this", said, "en") == []


@given(st.text(max_size=120), st.lists(st.text(max_size=150), max_size=30), st.sampled_from(LANGUAGES))
def test_choices_are_what_discord_takes(typed: str, said: list[str], language: str) -> None:
    found = completions(typed, said, language)
    assert len(found) <= CHOICES
    assert len(set(found)) == len(found)
    assert all(0 < len(one) <= CHOICE_CHARACTERS for one in found)


def test_styles_are_found_by_their_names_and_by_the_backends_words() -> None:
    named = OFFERS.style_names("zh")
    assert matching("低", named) == matching("LOF", named) == [("低保真", "lofi")]
    assert matching("", named) == [("低保真", "lofi"), ("流行", "pop")]


def test_each_clip_of_a_batch_has_its_line() -> None:
    assert lines_for(3, ["lo-fi ", " "]) == ["lo-fi", "", ""]
    assert lines_for(1, ["lo-fi", "more"]) == ["lo-fi"]
    assert lines_for(1, []) == [""]


def test_a_link_is_called_after_the_end_of_its_path() -> None:
    clip = link_of(" https://example.org/my%20songs/hum.mp3?key=1 ")
    assert (clip.url, clip.name, clip.is_link) == ("https://example.org/my%20songs/hum.mp3?key=1", "hum.mp3", True)
    assert link_of("https://example.org").name == "example.org"


def test_addresses_that_cannot_be_fetched_are_refused_before_a_job_begins() -> None:
    for typed in ("https://example.org/a.mp3", "http://example.org:8080/x"):
        assert link_refusal(typed, "en") is None
    for typed in ("ftp://example.org", "hum", "https://", "https://a b", "https://u:p@example.org/", "http://[::1", "http://x:0/"):
        assert link_refusal(typed, "en") is not None


def test_what_nobody_can_see_is_no_wish() -> None:
    assert [spoken(wish) for wish in (" ", "\u200b\u2060", "\u3164\n", " slower ")] == ["", "", "", "slower"]
    assert "  " not in completions("", ["  ", "lo-fi"], "en")
    assert lines_for(2, ["\u200b", "pop"]) == ["", "pop"]
