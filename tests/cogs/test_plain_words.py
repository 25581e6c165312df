"""Words of others do nothing in a public message."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogs.plain_words import neutral, plain

nasty = st.text(st.one_of(st.sampled_from("@<>[]()*_`~|#-\\:/&! \n\u202e\u200d\u200b\u0301ae1"), st.characters()), max_size=200)
MENTION = re.compile(r"@(everyone|here|[!&]?\d)", re.IGNORECASE)


@pytest.mark.parametrize(("written", "shown"), [
    ("hey @everyone", "hey @\u200beveryone"), ("<@123456789012345678>", "\\<@\u200b123456789012345678>"),
    ("<#12> </play:12> <:x:12> <t:12:R>", "\\<#12> \\</play:12> \\<:x:12> \\<t:12:R>"),
    ("[free](https://evil.example/x)", "\\[free](<https://evil.example/x>)"), ("see https://a.example/b.", "see <https://a.example/b>."),
    ("# Big\n-# small\n> quote\n#tag", "\\# Big\n\\-# small\n\\> quote\n#tag"), ("||secret||", "\\|\\|secret\\|\\|"),
    ("**bold** and **open", "\\*\\*bold\\*\\* and \\*\\*open"), ("**bold**\n- list", "**bold**\n- list"),
    ("```py", "\\`\\`\\`py"), ("a\n\n\n\n\nb", "a\n\nb"), ("discord.gg/abc", "discord.gg\\/abc"),
    ("- # big\n1. -# small\n* > said", "- \\# big\n1. \\-# small\n* \\> said"), ("\u3164\u3164\u2800a\u115f", "a"),
    ("慢一点，**好**", "慢一点，**好**"), ("👨‍👩‍👧 ok", "👨‍👩‍👧 ok"), ("Tiếng Việt", "Tiếng Việt"),
])
def test_a_backends_words_keep_their_look_and_lose_their_effect(written: str, shown: str) -> None:
    assert neutral(written) == shown


@pytest.mark.parametrize(("written", "shown"), [
    ("Urban *Dreams*", "Urban \\*Dreams\\*"), ("# one\ntwo", "\\# one two"), ("<@1>", "\\<@\u200b1\\>"),
    ("see https://a.example", "see https\\://a.example"), ("\u3164 \u2800\uffa0", ""), ("《都市之梦》", "《都市之梦》"),
])
def test_a_title_is_one_line_without_markup(written: str, shown: str) -> None:
    assert plain(written) == shown


@given(nasty)
def test_nobody_is_mentioned_and_nothing_unseen_is_left(text: str) -> None:
    for shown in (neutral(text), plain(text)):
        assert not MENTION.search(shown)
        assert not re.search(r"(?<!\\)<[@#:]", shown)
        assert "||" not in shown
        unseen = {letter for letter in shown if unicodedata.category(letter) in ("Cc", "Cf")}
        assert unseen <= set("\n\t\u200b\u200c\u200d")
        assert not re.search("[\u200c\u200d]{2}", shown)
    assert "\n" not in plain(text)
    assert not re.search(r"^(#{1,3}|-#|>{1,3})\s", neutral(text), re.MULTILINE)


@given(nasty, st.integers(1, 50))
def test_what_is_limited_is_as_short_as_it_is_read(text: str, limit: int) -> None:
    assert len(plain(text, limit).replace("\\", "").replace("\u200b", "")) <= limit
