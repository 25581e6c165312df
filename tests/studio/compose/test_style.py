"""Styles are data: what a new file needs, and what a wrong one is told."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.compose import StyleBroken, style_names
from studio.compose.instruments import LEADS
from studio.compose.pattern import CHORD_SIGNS, Step, parsed
from studio.compose.style import FOLDER, read_style, style_named
from studio.score import SectionKind

Told = Callable[[str, str], str]
SHIPPED = sorted(FOLDER.glob("*.toml"))
GOOD = (FOLDER / "pop.toml").read_text(encoding="utf-8")


@pytest.fixture
def broken(tmp_path: Path) -> Told:
    def told(change: str, into: str) -> str:
        assert change in GOOD
        path = tmp_path / "mine.toml"
        path.write_text(GOOD.replace(change, into, 1), encoding="utf-8")
        with pytest.raises(StyleBroken) as fault:
            read_style(path)
        return str(fault.value)
    return told


def test_the_three_styles_are_there() -> None:
    assert set(style_names()) >= {"lo-fi", "pop", "acoustic"}
    assert style_named("lo-fi").finish.crackle_lufs is not None


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_style_plays_both_metres_in_every_section_that_sings(path: Path) -> None:
    style = read_style(path)
    assert set(style.lead.instruments) <= set(LEADS)
    for player in (style.bass, style.chords[0]):
        for lines in (player.four, player.three):
            assert {SectionKind.VERSE, SectionKind.CHORUS} <= set(lines)
    assert style.energy[SectionKind.CHORUS] > style.energy[SectionKind.VERSE] > style.energy[SectionKind.INTRO]
    variants = [len(lines) for lines in style.bass.four.values()]
    assert max(variants) > 1


@pytest.mark.parametrize(("change", "into", "says"), [
    ('name = "pop"', 'name = "pop"\nmood = "sunny"', "mood"),
    ("four = [96, 128]", "four = [128, 96]", "tempo.four begins at 128 and ends at 96"),
    ("loudness = -15.5", "loudness = 12", "loudness"),
    ('"X-x-x-xo"', '"X-x-x-x"', "7 steps"),
    ('"X-x-x-xo"', '"X-x-x-xq"', "'q'"),
    ('"saw lead"', '"kazoo"', "kazoo"),
    ("chorus = 0.92\n", "", "chorus"),
    ("tambourine =", "cowbell =", "cowbell"),
    ("[feel]", "[feel", "line"),
])
def test_a_wrong_style_file_is_told_in_one_sentence(broken: Told, change: str, into: str, says: str) -> None:
    sentence = broken(change, into)
    assert sentence.startswith("The style file mine.toml cannot be used: ")
    assert sentence.endswith(".")
    assert says in sentence
    assert "\n" not in sentence
    assert not re.search(r"\.\.$", sentence)


def test_a_new_style_is_a_new_file(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(GOOD.replace('name = "pop"', 'name = "mine"'), encoding="utf-8")
    assert read_style(path).name == "mine"


def test_a_pattern_holds_rests_and_counts_in_equal_steps() -> None:
    assert parsed("x-.o|x---", 4, CHORD_SIGNS) == ((Step(0.0, 2.0, "x"), Step(3.0, 1.0, "o")), (Step(0.0, 4.0, "x"),))
    assert parsed("x-x-x-", 3, CHORD_SIGNS)[0][1] == Step(1.0, 1.0, "x")
