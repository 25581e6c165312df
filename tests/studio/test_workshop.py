"""A brief becomes a score: what it mutes is silent in every style, what it wishes is within reach, and no brief breaks it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from studio.brief import MAX_BPM, MAX_SECONDS, MIN_BPM, MIN_SECONDS, Brief
from studio.compose import style_names
from studio.score import Melody, Part, Score
from studio.workshop import arrange, art_seed

STYLES = style_names()


def playing(score: Score) -> set[str]:
    return {part.name for part in score.parts if part.notes}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("word", ["drums", "bass", "chords", "lead"])
def test_a_muted_part_is_silent_and_the_others_play_on(melody: Melody, style: str, word: str) -> None:
    whole = arrange(melody, Brief(style=style), "")
    without = arrange(melody, Brief(style=style, muted=frozenset({word})), "")
    assert playing(without) < playing(whole)
    assert [part.name for part in without.parts] == [part.name for part in whole.parts]
    others = {"drums", "bass", "lead"} - {word}
    assert others <= playing(without)
    assert [part for part in whole.parts if part.name in others] == [part for part in without.parts if part.name in others]


@pytest.mark.parametrize("style", STYLES)
def test_without_chords_nobody_plays_any(melody: Melody, style: str) -> None:
    whole = arrange(melody, Brief(style=style), "")
    without = arrange(melody, Brief(style=style, muted=frozenset({"chords"})), "")

    def most_at_once(part: Part) -> int:
        return max((sum(one.beat <= note.beat < one.beat + one.beats for one in part.notes) for note in part.notes), default=0)
    assert any(most_at_once(part) >= 3 for part in whole.parts if not part.drums)
    assert all(most_at_once(part) < 3 for part in without.parts if not part.drums)


def test_a_tune_keeps_its_picture_in_every_key_and_another_tune_or_take_gets_another(melody: Melody) -> None:
    other = replace(melody, notes=tuple(replace(note, pitch=60 + index % 5) for index, note in enumerate(melody.notes)))
    seed = art_seed(arrange(melody, Brief(), "One"))
    assert art_seed(arrange(melody, Brief(transpose=3), "Two")) == seed
    assert art_seed(arrange(melody, Brief(take=2), "One")) == seed + 1
    assert art_seed(arrange(other, Brief(), "One")) not in (seed, seed + 1)


def test_one_take_of_a_tune_is_one_song_and_another_take_another(melody: Melody) -> None:
    first, again, other = (arrange(melody, Brief(take=take), "One") for take in (3, 3, 4))
    assert first == again
    assert first.parts != other.parts
    assert [note.pitch for note in first.lead.notes] == [note.pitch for note in other.lead.notes]


def test_without_crackle_there_is_none(melody: Melody) -> None:
    assert arrange(melody, Brief(), "").finish.crackle_lufs is not None
    assert arrange(melody, Brief(muted=frozenset({"crackle"})), "").finish.crackle_lufs is None


@pytest.mark.parametrize("brief", [
    Brief(take=0), Brief(take=2**32), Brief(seconds=MIN_SECONDS, bpm=MAX_BPM), Brief(seconds=MAX_SECONDS, bpm=MIN_BPM),
    Brief(tempo_factor=0.5), Brief(tempo_factor=2.0, transpose=12), Brief(transpose=-12, lead="whistle"),
    Brief(muted=frozenset({"lead", "bass", "chords", "drums", "crackle"}))],
    ids=["take 0", "take 2**32", "short and fast", "long and slow", "half speed", "double speed", "low whistle", "all muted"])
def test_the_outermost_briefs_can_be_arranged(melody: Melody, brief: Brief) -> None:
    for style in STYLES:
        score = arrange(melody, replace(brief, style=style), "")
        assert score.seed == brief.take
        assert brief.seconds is None or score.seconds == pytest.approx(brief.seconds, rel=0.1)
        assert brief.bpm is None or score.tempo == pytest.approx(brief.bpm, rel=0.06)
