"""Setting words: fonts, fallback, line breaks, and the room that they need."""

from __future__ import annotations

import numpy as np
import pytest

from studio.film.fonts import BOLD, FontBook, find_fonts
from studio.film.text import fit_title, line_mask, line_width, shortened


@pytest.fixture(scope="module")
def book() -> FontBook:
    return FontBook()


def test_the_fonts_are_found_among_the_installed_packages() -> None:
    found = {font.family: font.path for font in find_fonts()}
    assert {"Outfit", "Noto Sans SC"} <= set(found)
    assert all(path is not None and path.is_file() for path in found.values())


def test_characters_that_no_font_has_are_dropped(book: FontBook) -> None:
    assert book.readable("夜 🌌 Drive\u200d\ufe0f\x07\n now") == "夜 Drive now"
    assert book.readable("🌌🎵") == ""


def test_chinese_characters_are_drawn_as_themselves(book: FontBook) -> None:
    first, second = (line_mask(book, character, 60, BOLD) for character in "星河")
    assert first.sum() > 300
    assert np.abs(first[:, :55] - second[:, :55]).sum() > 200


def test_a_short_title_stands_on_one_line_at_full_size(book: FontBook) -> None:
    setting = fit_title(book, "Urban Dreams", 1000, 86, 50, BOLD)
    assert setting.lines == ("Urban Dreams",)
    assert setting.px == 86


def test_a_long_title_breaks_between_words_into_even_lines(book: FontBook) -> None:
    setting = fit_title(book, "Somewhere Between Sleep and Rain", 500, 60, 40, BOLD)
    assert setting.lines == ("Somewhere Between", "Sleep and Rain")


@pytest.mark.parametrize("title", ["word " * 60, "Unbreakable" * 30, "星河漫游" * 40, "（" * 90])
def test_an_endless_title_is_cut_and_never_smaller_than_it_may(book: FontBook, title: str) -> None:
    setting = fit_title(book, book.readable(title), 700, 76, 48, BOLD)
    assert setting.px >= 48
    assert len(setting.lines) == 2
    assert setting.lines[-1].endswith("…")
    assert all(line_width(book, line, setting.px, BOLD) <= 700 for line in setting.lines)


def test_no_line_begins_with_a_chinese_stop(book: FontBook) -> None:
    for width in range(300, 800, 20):
        for line in fit_title(book, "夜深了，你还在听吗？我在这里，唱给你听。", width, 60, 40, BOLD).lines:
            assert line[0] not in "，。？"


def test_what_fits_is_not_shortened(book: FontBook) -> None:
    assert shortened(book, "Pop · C major", 900, 40, BOLD) == "Pop · C major"
    assert shortened(book, "one two three four five six", 240, 40, BOLD) == "one two…"
