"""Whole songs: what a member can count on, whatever was sung."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from studio.compose import UnknownLead, UnknownStyle, Wanted, compose, invent, lead_names, style_names
from studio.errors import NoMelody
from studio.score import HeardNote, Key, Melody, Mode, Part, Score, Section, SectionKind

Sing = Callable[..., Melody]
Check = Callable[[Melody, Score], None]
Song = Callable[..., Score]
FORM = ["intro", "verse", "chorus", "verse", "chorus", "outro"]


def notes_in(part: Part, section: Section) -> int:
    return sum(section.beat <= note.beat < section.beat + section.beats for note in part.notes)


def strength(part: Part, section: Section) -> float:
    """Velocities a bar: how much is played, and how hard."""
    inside = [n.velocity for n in part.notes if section.beat <= n.beat < section.beat + section.beats]
    return sum(inside) / section.beats


@pytest.mark.parametrize("meter", [4, 3])
@pytest.mark.parametrize("tempo", [60.0, 88.0, 126.0, 180.0])
@pytest.mark.parametrize("bars", [2, 4, 8, 13, 16, 24, 40, 75])
def test_a_tune_of_any_length_fills_90_to_150_seconds(sing: Sing, keeps_the_promises: Check, bars: int, tempo: float,
                                                      meter: int) -> None:
    melody = sing(bars, tempo, meter)
    for style in style_names():
        score = compose(melody, Wanted(style=style))
        assert 90.0 <= score.seconds <= 150.0
        assert [section.kind.value for section in score.sections] == FORM
        keeps_the_promises(melody, score)


@pytest.mark.parametrize("bars", [2, 4, 8, 13, 16, 24])
def test_the_whole_tune_is_sung_before_anything_repeats(sing: Sing, bars: int) -> None:
    melody = sing(bars)
    score = compose(melody, Wanted())
    lead = [n.pitch for n in score.lead.notes]
    assert lead[:len(melody.notes)] == [n.pitch + score.transposition for n in melody.notes]
    assert len(score.lead.notes) % len(melody.notes) == 0


@pytest.mark.parametrize("seconds", [30.0, 45.0, 60.0, 100.0, 180.0, 240.0])
def test_a_wished_length_is_met_within_a_bar(song: Song, seconds: float) -> None:
    for bars, meter in ((2, 4), (8, 4), (16, 3), (24, 4), (75, 4)):
        score = song(bars, 100.0, meter, "pop", seconds)
        assert score.seconds == pytest.approx(seconds, abs=meter * 60.0 / score.tempo)


def test_lengths_beyond_what_the_studio_makes_are_brought_within(song: Song) -> None:
    assert song(8, seconds=5.0).seconds == pytest.approx(30.0, abs=3.0)
    assert song(8, seconds=3000.0).seconds == pytest.approx(240.0, abs=3.0)


def test_a_short_wish_loses_its_second_verse_and_chorus(song: Song) -> None:
    assert [s.kind.value for s in song(8, seconds=45.0).sections] == ["intro", "verse", "chorus", "outro"]


def test_equal_wishes_give_equal_scores_and_another_take_gives_another(sing: Sing) -> None:
    melody = sing(8)
    first, again, other = (compose(melody, Wanted(seed=seed)) for seed in (5, 5, 6))
    assert first == again
    assert first.parts[1:] != other.parts[1:]
    leads = [[(n.beat, n.beats, n.pitch) for n in score.lead.notes] for score in (first, other)]
    assert leads[0] == leads[1]


def test_takes_differ_in_what_they_play_and_on_what(sing: Sing) -> None:
    melody = sing(8)
    takes = [compose(melody, Wanted(style="pop", seed=seed)) for seed in range(1, 9)]
    assert len({take.lead.program for take in takes}) > 2
    assert len({tuple(round(n.beat) for n in take.parts[1].notes) for take in takes}) > 2
    assert len({tuple(len(part.notes) for part in take.parts) for take in takes}) > 3


def test_a_score_is_plain_data(song: Song) -> None:
    score = song(8)
    assert msgspec.json.decode(msgspec.json.encode(score), type=Score) == score
    assert msgspec.convert(json.loads(msgspec.json.encode(Wanted(title="城市"))), Wanted) == Wanted(title="城市")


@pytest.mark.parametrize("asked", [-12, -5, 3, 12])
def test_a_transposed_song_moves_key_chords_and_lead_alike(sing: Sing, asked: int) -> None:
    melody = sing(8)
    plain, moved = compose(melody, Wanted()), compose(melody, Wanted(transpose=asked))
    assert moved.transposition == plain.transposition + asked
    assert moved.key.tonic == (plain.key.tonic + asked) % 12
    assert [c.root for c in moved.chords] == [(c.root + asked) % 12 for c in plain.chords]


def test_slower_is_slower_and_keeps_the_tune(sing: Sing) -> None:
    melody = sing(8)
    plain, slow = compose(melody, Wanted()), compose(melody, Wanted(tempo_factor=0.8))
    assert slow.tempo == pytest.approx(0.8 * plain.tempo)
    size = len(melody.notes)
    assert [n.pitch for n in slow.lead.notes[:size]] == [n.pitch for n in plain.lead.notes[:size]]


def test_the_lead_is_played_by_whom_was_asked_for(sing: Sing) -> None:
    assert compose(sing(8), Wanted(lead="violin")).lead.program == 40
    assert "flute" in lead_names()


def test_unknown_names_and_silence_are_refused(sing: Sing) -> None:
    with pytest.raises(UnknownStyle) as style:
        compose(sing(8), Wanted(style="polka"))
    assert style.value.facts["name"] == "polka"
    assert "lo-fi" in str(style.value.facts["known"])
    with pytest.raises(UnknownLead):
        compose(sing(8), Wanted(lead="vuvuzela"))
    with pytest.raises(NoMelody):
        compose(Melody((), Key(0, Mode.MAJOR), 100.0, 4, (0.0, 0.6), 0.0, 1.0), Wanted())


@pytest.mark.parametrize("style", style_names())
@pytest.mark.parametrize("meter", [4, 3])
def test_the_chorus_lifts(song: Song, style: str, meter: int) -> None:
    score = song(8, 110.0, meter, style)
    verse, chorus = score.sections[1], score.sections[2]
    band = score.parts[1:]
    assert sum(strength(p, chorus) for p in band) > 1.2 * sum(strength(p, verse) for p in band)
    added = [p for p in band if notes_in(p, chorus) and not notes_in(p, verse)]
    assert added
    loud = [n.velocity for n in score.lead.notes if chorus.beat <= n.beat < chorus.beat + chorus.beats]
    soft = [n.velocity for n in score.lead.notes if verse.beat <= n.beat < verse.beat + verse.beats]
    assert sum(loud) / len(loud) > sum(soft) / len(soft)


@pytest.mark.parametrize("style", style_names())
def test_a_fill_and_a_crash_lead_into_the_chorus_and_the_bass_makes_room(song: Song, style: str) -> None:
    score = song(8, 110.0, 4, style)
    chorus = score.sections[2].beat
    drums, bass = score.parts[-1], score.parts[1]
    assert drums.drums
    assert any(n.pitch == 49 and abs(n.beat - chorus) < 0.1 for n in drums.notes)
    assert any(n.pitch in (37, 38, 45, 47, 50) and chorus - 2.0 < n.beat < chorus - 0.05 for n in drums.notes)
    assert not any(chorus - 1.9 < n.beat < chorus - 0.1 for n in bass.notes)


@pytest.mark.parametrize("style", style_names())
@pytest.mark.parametrize("meter", [4, 3])
def test_everyone_keeps_to_a_register(song: Song, style: str, meter: int) -> None:
    score = song(13, 100.0, meter, style)
    assert all(57 <= n.pitch <= 88 for n in score.lead.notes)
    bass = next(p for p in score.parts if p.name == "bass")
    assert all(28 <= n.pitch <= 43 for n in bass.notes)
    chords = score.parts[2]
    assert all(45 <= n.pitch <= 76 for n in chords.notes)
    covered = sum(c.pitch >= n.pitch for n in score.lead.notes for c in chords.notes
                  if c.beat < n.beat + n.beats - 0.1 and c.beat + c.beats > n.beat + 0.1)
    sounding = sum(c.beat < n.beat + n.beats - 0.1 and c.beat + c.beats > n.beat + 0.1
                   for n in score.lead.notes for c in chords.notes)
    assert covered < 0.1 * sounding


def test_the_lead_breathes_in_dynamics_and_leans_on_strong_beats(song: Song) -> None:
    verse = song(8, 100.0, 4, "pop").sections[1]
    notes = [n for n in song(8, 100.0, 4, "pop").lead.notes if verse.beat <= n.beat < verse.beat + verse.beats]
    strong = [n.velocity for n in notes if n.beat % 4 == 0]
    weak = [n.velocity for n in notes if n.beat % 1]
    assert len({n.velocity for n in notes}) > 5
    assert sum(strong) / len(strong) > sum(weak) / len(weak) + 3


def test_a_pickup_sits_in_the_bar_before(sing: Sing) -> None:
    melody = sing(8, start=3.0)
    score = compose(melody, Wanted(style="pop"))
    assert score.lead.notes[0].beat == pytest.approx(score.sections[1].beat - 1.0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_melody_breaks_the_promises(keeps_the_promises: Check, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.tuples(st.floats(0.03, 2.5), st.floats(0.1, 1.0), st.integers(36, 96)),
                              min_size=1, max_size=60))
    tempo, meter = data.draw(st.floats(40.0, 220.0)), data.draw(st.sampled_from((3, 4)))
    onset, notes = data.draw(st.floats(0.0, 5.0)), []
    for gap, held, pitch in gaps:
        notes.append(HeardNote(onset, onset + gap * held, pitch))
        onset += gap
    first = data.draw(st.floats(-1.0, 1.0))
    times = tuple(first + at * 60.0 / tempo for at in range(int((onset - first) * tempo / 60.0) + 2))
    key = Key(data.draw(st.integers(0, 11)), data.draw(st.sampled_from(Mode)))
    melody = Melody(tuple(notes), key, tempo, meter, times, 0.0, onset)
    wish = Wanted(style=data.draw(st.sampled_from(style_names())), seed=data.draw(st.integers(0, 99)),
                  seconds=data.draw(st.none() | st.floats(10.0, 300.0)), transpose=data.draw(st.integers(-14, 14)),
                  tempo_factor=data.draw(st.floats(0.6, 1.6)))
    score = compose(melody, wish)
    assert {section.kind for section in score.sections} == set(SectionKind)
    keeps_the_promises(melody, score)


def test_an_invented_tune_becomes_a_song(keeps_the_promises: Check) -> None:
    for seed in range(1, 7):
        melody = invent(seed, meter=3 if seed % 2 else 4)
        keeps_the_promises(melody, compose(melody, Wanted(seed=seed)))
