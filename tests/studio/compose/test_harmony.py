"""Chords: do they fit, and do they come to rest?"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from studio.compose import Wanted, compose, invent
from studio.compose.harmony import harmonise
from studio.compose.tune import TuneNote
from studio.compose.voicing import triad
from studio.score import Key, Mode, Score

Song = Callable[..., Score]
ODE = (64, 64, 65, 67, 67, 65, 64, 62, 60, 60, 62, 64, 64, 62, 62)
TWINKLE = (60, 60, 67, 67, 69, 69, 67, 65, 65, 64, 64, 62, 62, 60)


def tune_of(pitches: tuple[int, ...], lengths: tuple[float, ...]) -> list[TuneNote]:
    notes, beat = [], 0.0
    for pitch, beats in zip(pitches, lengths, strict=True):
        notes.append(TuneNote(beat, beats, pitch))
        beat += beats
    return notes


def share_of_chord_tones(score: Score) -> float:
    """The share of lead time begun on a strong beat that lies within the chord of its moment."""
    strong = [n for n in score.lead.notes if n.beat % score.meter in (0.0, 2.0 if score.meter == 4 else 0.0)]
    fitting = [n for n in strong if n.pitch % 12 in
               triad(next(c for c in score.chords if c.beat <= n.beat < c.beat + c.beats))]
    return sum(n.beats for n in fitting) / sum(n.beats for n in strong)


def test_twinkle_gets_the_chords_that_everyone_knows() -> None:
    chords = harmonise(tune_of(TWINKLE, (1.0,) * 6 + (2.0,) + (1.0,) * 6 + (2.0,)), 4, 4, Key(0, Mode.MAJOR))
    assert str(chords[0]) == "C"
    assert str(chords[-1]) == "C"
    assert {str(chord) for chord in chords} <= {"C", "F", "G", "Am", "Dm", "Em"}


def test_chords_follow_the_key_they_are_in() -> None:
    notes = tune_of(ODE, (1.0,) * 12 + (1.5, 0.5, 2.0))
    low = harmonise(notes, 4, 4, Key(0, Mode.MAJOR))
    high = harmonise([TuneNote(n.beat, n.beats, n.pitch + 5) for n in notes], 4, 4, Key(5, Mode.MAJOR))
    assert [(c.root + 5) % 12 for c in low] == [c.root for c in high]


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("meter", [4, 3])
def test_chords_carry_the_tunes_strong_beats_and_end_at_home(mode: Mode, meter: int) -> None:
    shares = []
    for seed in range(12):
        score = compose(invent(seed, meter=meter, mode=mode), Wanted(style="pop"))
        shares.append(share_of_chord_tones(score))
        assert score.chords[-1].root == score.key.tonic
    assert sum(shares) / len(shares) > 0.75


def test_three_beats_share_one_chord_and_four_at_most_two(song: Song) -> None:
    assert all(chord.beats == 3.0 for chord in song(8, 100.0, 3).chords)
    assert {chord.beats for chord in song(8, 100.0, 4).chords} <= {2.0, 4.0}


def test_verse_and_chorus_share_the_chords_of_a_shared_tune(song: Song) -> None:
    score = song(8)
    verse, chorus = score.sections[1], score.sections[2]
    inside = [[(str(c), c.beats) for c in score.chords if s.beat <= c.beat < s.beat + verse.beats]
              for s in (verse, chorus)]
    assert inside[0] == inside[1]
