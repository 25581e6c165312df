"""Unknown words: what the studio cannot do is quoted as it was written, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio.wish import ChangeLength, ChangeTempo, Edit, SetLead, SetStyle, Understanding, understand

SLOWER, LOFI = ChangeTempo(0.85), SetStyle("lo-fi")

REPORTED: list[tuple[str, tuple[Edit, ...], tuple[str, ...]]] = [
    ("make it dreamy", (), ("make it dreamy",)),
    ("can you make it Dreamy please", (), ("make it Dreamy",)),
    ("dreamy, with rain sounds", (), ("dreamy", "with rain sounds")),
    ("make it slower with rain sounds", (SLOWER,), ("with rain sounds",)),
    ("with rain sounds and make it slower", (SLOWER,), ("with rain sounds",)),
    ("cats and dogs", (), ("cats and dogs",)),
    ("with lyrics about slow trains and pop, slower", (SLOWER,), ("with lyrics about slow trains and pop",)),
    ("sing it", (), ("sing it",)),
    ("louder", (), ("louder",)),
    ("make the drums louder", (), ("make the drums louder",)),
    ("don't make the drums so loud", (), ("make the drums so loud",)),
    ("a longer intro", (), ("a longer intro",)),
    ("high quality", (), ("high quality",)),
    ("a slow dance", (), ("a slow dance",)),
    ("turn it up", (), ("turn it up",)),
    ("change the tempo", (), ("change the tempo",)),
    ("not lo-fi", (), ("not lo-fi",)),
    ("lofi pop", (LOFI,), ("pop",)),
    ("transpose up 80", (), ("transpose up 80",)),
    ("add a flute", (), ("add a flute",)),
    ("as an mp3", (), ("as an mp3",)),
    ("21:9", (), ("21:9",)),
    ("8 bpm", (), ("8 bpm",)),
    ("0 seconds", (), ("0 seconds",)),
    ("200% slower", (), ("200% slower",)),
    ("99999999 bpm", (), ("99999999 bpm",)),
    ("https://example.org/x.mp3 make it slower", (SLOWER,), ("https://example.org/x.mp3",)),
    ("梦幻一点", (), ("梦幻一点",)),
    ("慢一点，加雨声", (SLOWER,), ("加雨声",)), ("不加钢琴", (), ("不加钢琴",)),
    ("加钢琴和小提琴", (SetLead("piano"),), ("小提琴",)), ("用二胡", (), ("用二胡",)),
    ("歌词关于猫", (), ("歌词关于猫",)),
    ("更快乐", (), ("更快乐",)),
    ("声音大一点", (), ("声音大一点",)),
]


@pytest.mark.parametrize(("words", "edits", "unknown"), REPORTED)
def test_what_is_not_understood_is_quoted(
    words: str, edits: tuple[Edit, ...], unknown: tuple[str, ...], hear: Callable[[str], Understanding],
) -> None:
    heard = hear(words)
    assert heard.edits == edits
    assert heard.unknown == unknown


@pytest.mark.parametrize(("words", "style"), [
    ("make it metal", "metal"), ("jazzy please", "jazz"), ("摇滚风格", "rock"), ("8-bit", "chiptune"),
    ("古風", "chinese"),
])
def test_a_style_that_the_studio_lacks_is_named(words: str, style: str, hear: Callable[[str], Understanding]) -> None:
    heard = hear(words)
    assert heard.absent_styles == (style,)
    assert heard.edits == ()
    assert heard.unknown == ()


def test_a_style_works_from_the_day_that_the_studio_has_it() -> None:
    assert understand("摇滚风格", styles=("rock",)).edits == (SetStyle("rock"),)
    assert understand("make it zydeco swing", styles=("zydeco swing",)).edits == (SetStyle("zydeco swing"),)


def test_a_style_that_was_taken_away_is_absent() -> None:
    assert understand("lofi", styles=("pop",)).absent_styles == ("lo-fi",)


def test_words_that_belong_to_both_languages_leave_the_language_as_it_was() -> None:
    for words in ("lo-fi, 100 bpm", "9:16", "🙏", ""):
        assert understand(words, styles=(), default_language="zh").language == "zh"
        assert understand(words, styles=(), default_language="en").language == "en"


def test_mentions_and_emoji_are_passed_over(hear: Callable[[str], Understanding]) -> None:
    heard = hear("<@123456789012345678> longer 🙏👨‍👩‍👧 <:party:123456789012345678>")
    assert heard.edits == (ChangeLength(1.3),)
    assert heard.unknown == ()
