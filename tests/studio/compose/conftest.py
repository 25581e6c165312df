"""Tunes to compose with: sung at random but in time, of any length, tempo and metre."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from itertools import pairwise

import pytest

from studio.compose import Wanted, compose
from studio.score import HeardNote, Key, Melody, Mode, Score

Sing = Callable[..., Melody]
Check = Callable[[Melody, Score], None]
LENGTHS = (0.25, 0.5, 0.5, 1.0, 1.0, 1.0, 1.5, 2.0, 3.0)


def _sung(bars: int, tempo: float = 100.0, meter: int = 4, *, seed: int = 1, start: float = 0.0,
          mode: Mode = Mode.MAJOR, tonic: int = 0) -> Melody:
    """A tune of `bars` bars in a key, its onsets 12 ms loose, its notes not held to their ends."""
    dice = random.Random(f"{seed}/{bars}/{tempo}/{meter}")
    steps = (0, 2, 4, 5, 7, 9, 11) if mode is Mode.MAJOR else (0, 2, 3, 5, 7, 8, 10)
    beat, degree, second, notes = start, 0, 60.0 / tempo, []
    while beat < bars * meter - 0.2:
        beats = min(dice.choice(LENGTHS), bars * meter - beat)
        degree = max(-3, min(8, degree + dice.choice((-2, -1, -1, 0, 1, 1, 2))))
        onset = beat * second + dice.gauss(0.0, 0.012)
        pitch = 57 + (tonic - 57) % 12 + 12 * (degree // 7) + steps[degree % 7]
        notes.append(HeardNote(onset, max(onset + 0.06, (beat + 0.85 * beats) * second), pitch))
        beat += beats
    times = tuple(at * second for at in range(bars * meter + 2))
    return Melody(tuple(notes), Key(tonic, mode), tempo, meter, times, 0.0, times[-1])


@pytest.fixture(scope="session")
def sing() -> Sing:
    return _sung


@pytest.fixture(scope="session")
def song() -> Callable[..., Score]:
    """Composes a sung tune of so many bars once for all tests: `song(bars, tempo, meter, style, seconds, seed)`."""

    @cache
    def made(bars: int, tempo: float = 100.0, meter: int = 4, style: str = "lo-fi", seconds: float | None = None,
             seed: int = 1) -> Score:
        return compose(_sung(bars, tempo, meter), Wanted(style=style, seconds=seconds, seed=seed))

    return made


@pytest.fixture(scope="session")
def keeps_the_promises() -> Check:
    """What holds of every score: the lead, the form, the chords, the ranges."""

    def check(melody: Melody, score: Score) -> None:
        _lead_is_the_tune(melody, score)
        _form_is_whole(score)
        for part in score.parts:
            _part_is_clean(score, part.name)

    return check


def _lead_is_the_tune(melody: Melody, score: Score) -> None:
    heard = [n.pitch + score.transposition for n in sorted(melody.notes, key=lambda n: n.onset)]
    lead = [n.pitch for n in score.lead.notes]
    sung = 0
    while sung < len(lead):         # presentation after presentation; a long tune may end early, then begins again
        agreed = next((i for i, (a, b) in enumerate(zip(lead[sung:], heard, strict=False)) if a != b),
                      min(len(heard), len(lead) - sung))
        assert agreed > 0
        if agreed < len(heard) and sung + agreed < len(lead):
            repeated = lead[sung:]
            assert any(repeated == (repeated[:k] * (len(repeated) // k)) for k in range(1, agreed + 1))
            break
        sung += agreed
    for note, following in pairwise(score.lead.notes):
        assert note.beats > 0.0
        assert note.beat + note.beats <= following.beat + 1e-9
        assert note.beat < following.beat


def _form_is_whole(score: Score) -> None:
    at = 0.0
    for section in score.sections:
        assert section.beat == at
        assert section.beats > 0.0
        assert 0.0 <= section.energy <= 1.0
        at += section.beats
    at = 0.0
    for chord in score.chords:
        assert chord.beat == pytest.approx(at)
        at += chord.beats
    assert at == pytest.approx(score.beats)
    assert score.chords[-1].root == score.key.tonic
    assert score.chords[-1].minor == (score.key.mode is Mode.MINOR)


def _part_is_clean(score: Score, name: str) -> None:
    part = next(p for p in score.parts if p.name == name)
    ends: dict[int, float] = {}
    for note in part.notes:
        assert 1 <= note.velocity <= 127
        assert 0 <= note.pitch <= 127
        assert note.beats > 0.0
        assert 0.0 <= note.beat < score.beats
        assert note.beat >= ends.get(note.pitch, 0.0) - 1e-9, f"{name} strikes {note.pitch} while it sounds"
        ends[note.pitch] = note.beat + note.beats
