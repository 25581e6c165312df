"""Both languages of both programs say the same things."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

import bot.texts
import studio.texts

PROGRAMS = [bot.texts, studio.texts]


@pytest.mark.parametrize("texts", PROGRAMS)
def test_both_languages_have_the_same_sentences(texts: ModuleType) -> None:
    assert texts.keys("en") == texts.keys("zh")


@pytest.mark.parametrize("texts", PROGRAMS)
def test_both_languages_fill_in_the_same_facts(texts: ModuleType) -> None:
    for key in texts.keys("en"):
        english, chinese = (texts._find(key, language) for language in ("en", "zh"))
        if isinstance(english, str):
            assert set(re.findall(r"{(\w+)}", english)) == set(re.findall(r"{(\w+)}", chinese)), key


@pytest.mark.parametrize(("tag", "language"), [("zh-CN", "zh"), ("zh_TW.UTF-8", "zh"), ("ZH", "zh"), ("en", "en"),
                                               ("fr", "en"), ("", "en"), (None, "en")])
def test_a_tag_becomes_a_language_that_we_speak(tag: str | None, language: str) -> None:
    assert bot.texts.language_of(tag) == studio.texts.language_of(tag) == language
