"""What a performance promises, measured on the file that it leaves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyloudnorm
import pytest

from studio.errors import SoundFontMissing
from studio.perform import perform
from studio.score import Finish, Part, Score, ScoreNote

Sound = npt.NDArray[np.float64]
PROMISED_LUFS, PROMISED_DBTP = -14.0, -1.0


def lufs(sound: Sound) -> float:
    return float(pyloudnorm.Meter(48_000).integrated_loudness(sound.T))


def rms_db(sound: Sound) -> float:
    return float(20 * np.log10(np.sqrt(np.square(sound).mean()) + 1e-12))


def strongest_hertz(sound: Sound, low: float, high: float) -> float:
    size = 1 << 17
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size))
    hertz = np.fft.rfftfreq(size, 1 / 48_000)
    inside = (hertz > low) & (hertz < high)
    return float(hertz[inside][spectrum[inside].argmax()])


def test_the_file_is_as_long_as_the_score_to_the_sample(recording: Any) -> None:
    assert recording.sound.shape == (2, round(recording.score.seconds * 48_000))
    assert recording.performance.seconds == pytest.approx(recording.score.seconds, abs=1e-4)


def test_the_song_is_as_loud_as_promised(recording: Any) -> None:
    assert lufs(recording.sound) == pytest.approx(PROMISED_LUFS, abs=0.3)
    assert recording.performance.loudness_lufs == pytest.approx(lufs(recording.sound), abs=0.15)


def test_no_true_peak_passes_the_promise_and_no_sample_clips(recording: Any, true_peak: Any) -> None:
    assert true_peak(recording.sound) <= PROMISED_DBTP
    assert recording.performance.true_peak_dbtp == pytest.approx(true_peak(recording.sound), abs=0.2)
    assert np.abs(recording.sound).max() < 0.9


def test_aac_gives_no_peak_back_above_the_promise(recording: Any, true_peak: Any, aac: Any) -> None:
    assert true_peak(aac(recording.sound)) <= PROMISED_DBTP


def test_the_chorus_is_louder_than_the_verse_and_the_intro_and_outro_softer(recording: Any) -> None:
    intro, verse, chorus, outro = (lufs(recording.between(*beats)) for beats in ((0, 4), (4, 8), (8, 16), (16, 20)))
    assert chorus >= verse + 1.5
    assert intro < verse - 1.5
    assert outro < chorus - 3


def test_the_end_fades_to_silence(recording: Any) -> None:
    assert np.abs(recording.sound[:, -240:]).max() <= 2 / 32_768
    assert rms_db(recording.sound[:, -4_800:]) < rms_db(recording.between(18, 20)) - 30


def test_every_part_reports_the_loudness_that_it_was_given(recording: Any) -> None:
    stems = {stem.name: stem.loudness_lufs for stem in recording.performance.stems}
    assert stems == pytest.approx({part.name: part.loudness for part in recording.score.parts}, abs=0.1)


def test_progress_rises_to_one(solo: Any, tmp_path: Path) -> None:
    told: list[float] = []
    perform(solo(ScoreNote(0, 1, 60, 90), beats=4), tmp_path / "song.wav", progress=told.append)
    assert told == sorted(told)
    assert told[0] > 0
    assert told[-1] == 1.0


@pytest.mark.parametrize("program", [0, 4, 11, 24, 73, 80])
def test_the_lead_sounds_at_the_written_pitch_and_time(program: int, solo: Any, record: Any) -> None:
    pitches = (60, 67, 72, 76)
    written = [ScoreNote(2.0 + 4 * k, 2.0, pitch, 96) for k, pitch in enumerate(pitches)]
    played = record(solo(*written, beats=17, program=program))
    for note in written:
        hertz = 440 * 2 ** ((note.pitch - 69) / 12)
        body = played.between(note.beat + 0.2, note.beat + 1.8).mean(axis=0)
        cents = 1200 * np.log2(strongest_hertz(body, hertz * 0.8, hertz * 1.2) / hertz)
        assert abs(cents) < 20
        around = np.abs(played.between(note.beat - 0.5, note.beat + 1.5)).max(axis=0)
        onset = np.argmax(around > 0.2 * around.max()) / 48_000 - 0.25
        assert -0.003 < onset < 0.03


def test_drums_strike_where_they_are_written(solo: Any, record: Any) -> None:
    beats = (2.0, 5.0, 8.5, 12.0)
    played = record(solo(*(ScoreNote(beat, 0.1, 38, 100) for beat in beats), beats=14, drums=True, program=0))
    loud = np.abs(played.sound).max(axis=0) > 0.25 * np.abs(played.sound).max()
    starts = np.flatnonzero(loud) / 48_000
    onsets = starts[np.concatenate(([True], np.diff(starts) > 0.5))]
    assert onsets == pytest.approx([played.score.seconds_at(beat) for beat in beats], abs=0.01)


def test_a_louder_written_note_sounds_louder(solo: Any, record: Any) -> None:
    played = record(solo(ScoreNote(0, 2, 60, 50), ScoreNote(8, 2, 60, 110), beats=10))
    assert rms_db(played.between(8, 10)) > rms_db(played.between(0, 2)) + 5


@pytest.mark.parametrize(("pan", "louder", "softer"), [(-0.8, 0, 1), (0.8, 1, 0)])
def test_a_part_stands_on_the_side_that_it_is_panned_to(pan: float, louder: int, softer: int, solo: Any,
                                                        record: Any) -> None:
    played = record(solo(*(ScoreNote(k, 1, 60 + k, 90) for k in range(8)), beats=8, pan=pan))
    assert rms_db(played.sound[louder]) > rms_db(played.sound[softer]) + 8


def test_a_part_in_the_middle_is_equal_on_both_sides(solo: Any, record: Any) -> None:
    played = record(solo(*(ScoreNote(k, 1, 60 + k, 90) for k in range(8)), beats=8))
    assert rms_db(played.sound[0]) == pytest.approx(rms_db(played.sound[1]), abs=0.5)


def test_room_lets_a_note_ring_on(solo: Any, record: Any) -> None:
    def after(room: float) -> float:
        played = record(solo(*(ScoreNote(4 * k, 0.5, 67, 100) for k in range(2)), beats=8, program=80, room=room))
        return rms_db(played.between(2, 3)) - rms_db(played.between(0, 0.5))
    assert after(0.6) > after(0.0) + 15


def high_share_db(sound: Sound) -> float:
    power = np.square(np.abs(np.fft.rfft(sound))).sum(axis=0)
    hertz = np.fft.rfftfreq(sound.shape[1], 1 / 48_000)
    return float(10 * np.log10(power[hertz > 6_000].sum() / power.sum()))


def test_a_low_pass_takes_the_highs_away(score: Score, recording: Any, record: Any) -> None:
    dull = record(replace(score, finish=Finish(low_pass_hz=3_000)))
    assert high_share_db(dull.sound) < high_share_db(recording.sound) - 18
    assert lufs(dull.sound) == pytest.approx(PROMISED_LUFS, abs=0.3)


def test_crackle_fills_the_silence_and_follows_the_seed(solo: Any, record: Any) -> None:
    quiet = solo(ScoreNote(0, 1, 60, 90), beats=12)
    dusty = replace(quiet, finish=Finish(crackle_lufs=-40.0))
    silence = record(quiet).between(8, 12)
    noise, again, other = (record(replace(dusty, seed=seed)).between(8, 12) for seed in (5, 5, 6))
    assert rms_db(noise) > rms_db(silence) + 20
    assert np.array_equal(noise, again)
    assert not np.array_equal(noise, other)


def test_warmth_adds_overtones_and_keeps_the_promise(solo: Any, record: Any, true_peak: Any) -> None:
    notes = [ScoreNote(k, 1, 60, 100) for k in range(12)]
    clean, warm = (record(replace(solo(*notes, beats=12, program=4), finish=Finish(warmth=amount))) for amount in (0.0, 1.0))
    assert lufs(warm.sound) == pytest.approx(PROMISED_LUFS, abs=0.3)
    assert true_peak(warm.sound) <= PROMISED_DBTP
    assert np.abs(warm.sound).max() / np.sqrt(np.square(warm.sound).mean()) < \
        np.abs(clean.sound).max() / np.sqrt(np.square(clean.sound).mean())


def test_the_same_score_gives_the_same_bytes(score: Score, recording: Any, tmp_path: Path) -> None:
    again = perform(score, tmp_path / "again.wav")
    assert again.path.read_bytes() == recording.performance.path.read_bytes()


def test_a_missing_font_is_said_and_leaves_nothing(score: Score, tmp_path: Path) -> None:
    with pytest.raises(SoundFontMissing) as caught:
        perform(score, tmp_path / "song.wav", soundfont=tmp_path / "none.sf2")
    assert caught.value.says == "studio.no_soundfont"
    assert list(tmp_path.iterdir()) == []


def test_an_output_that_cannot_be_written_leaves_nothing(solo: Any, tmp_path: Path) -> None:
    (tmp_path / "song.wav").mkdir()
    with pytest.raises(OSError, match="song"):
        perform(solo(ScoreNote(0, 1, 60, 90), beats=4), tmp_path / "song.wav")
    assert [path.name for path in tmp_path.iterdir()] == ["song.wav"]


def test_a_part_without_notes_changes_nothing_but_its_report(score: Score, recording: Any, record: Any) -> None:
    mute = Part("mute", 48, False, -20.0, 0.0, 0.3, ())
    played = record(replace(score, parts=(*score.parts, mute)))
    assert np.array_equal(played.sound, recording.sound)
    assert played.performance.stems[-1].loudness_lufs == -70.0


def test_a_score_without_notes_is_silence(score: Score, record: Any) -> None:
    played = record(replace(score, parts=(Part("mute", 0, False, -20.0, 0.0, 0.3, ()),)))
    assert np.abs(played.sound).max() <= 1 / 32_768
    assert played.performance.loudness_lufs == -70.0


def sparse(solo: Callable[..., Score]) -> dict[str, Score]:
    short = solo(ScoreNote(0, 1, 69, 90))
    return {
        "one note": solo(ScoreNote(3, 2, 64, 90)),
        "one faint note": solo(ScoreNote(3, 2, 64, 4)),
        "drums alone": solo(*(ScoreNote(k / 2, 0.1, (36, 42, 38, 42)[k % 4], 100) for k in range(40)), drums=True,
                            program=0),
        "one beat": replace(short, sections=(replace(short.sections[0], beat=0.0, beats=1.0),)),
        "a low bass alone": solo(*(ScoreNote(k, 1, 28, 100) for k in range(20)), program=33),
    }


@pytest.mark.parametrize("name", ["one note", "one faint note", "drums alone", "one beat", "a low bass alone"])
def test_a_sparse_score_keeps_the_promise(name: str, solo: Any, record: Any, true_peak: Any) -> None:
    played = record(sparse(solo)[name])
    assert lufs(played.sound) == pytest.approx(PROMISED_LUFS, abs=0.3)
    assert true_peak(played.sound) <= PROMISED_DBTP


def test_single_ticks_come_as_loud_as_the_ceiling_lets_them(solo: Any, record: Any, true_peak: Any) -> None:
    played = record(solo(*(ScoreNote(8 * k, 0.1, 37, 100) for k in range(3)), drums=True, program=0))
    assert true_peak(played.sound) == pytest.approx(-2.5, abs=0.6)
    assert played.performance.loudness_lufs == pytest.approx(lufs(played.sound), abs=0.15)


def test_notes_behind_the_end_and_pitches_without_a_sample_do_no_harm(solo: Any, record: Any) -> None:
    played = record(solo(ScoreNote(0, 4, 60, 90), ScoreNote(500, 1, 60, 90), ScoreNote(2, 1, 127, 90),
                         ScoreNote(2, 1, 0, 90)))
    assert np.isfinite(played.sound).all()
    assert lufs(played.sound) == pytest.approx(PROMISED_LUFS, abs=0.3)
