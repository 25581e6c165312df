"""Finding a sound font, and playing from one whose every byte is known."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from studio.errors import SoundFontMissing
from studio.perform import find_soundfont, soundfont
from studio.perform.bank import Bank
from studio.perform.sampler import play
from studio.score import Part, Score, ScoreNote

KEY_RANGE, VELOCITY_RANGE, ATTENUATION, PAN, FINE_TUNE, ROOT_KEY = 43, 44, 48, 17, 52, 58
VOLUME_ATTACK, VOLUME_DECAY, VOLUME_SUSTAIN, VOLUME_RELEASE = 34, 36, 37, 38
FILTER_CUTOFF, EXCLUSIVE_CLASS, VIBRATO_DEPTH, SCALE_TUNING = 8, 57, 6, 56
A4_HERTZ = 441.0

Sound = npt.NDArray[np.float32]


def stem(font: Path, score: Score, *notes: ScoreNote, drums: bool = False, seconds: float = 3.0) -> Sound:
    part = Part("solo", 0, drums, -20.0, 0.0, 0.0, notes)
    return play(part, score, Bank(font), int(seconds * 48_000))


def hertz_of(sound: Sound) -> float:
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), 1 << 18))
    return float(spectrum.argmax() * 48_000 / (1 << 18))


def peak(sound: Sound) -> float:
    return float(np.abs(sound).max())


def second(sound: Sound, start: float, end: float) -> Sound:
    return sound[..., int(start * 48_000):int(end * 48_000)]


def test_without_a_wish_some_font_is_found() -> None:
    assert soundfont.is_soundfont(find_soundfont())


def test_a_wished_font_goes_before_all_others(sine_font: Any) -> None:
    path = sine_font()
    assert find_soundfont(path) == path


def test_no_font_anywhere_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(soundfont, "SYSTEM_FONTS", ())
    monkeypatch.setattr(soundfont, "_BUNDLED", ("no_such_package_here", "none.sf2"))
    with pytest.raises(SoundFontMissing):
        find_soundfont()


@pytest.mark.parametrize("body", [b"", b"hello", b"RIFF\0\0\0\0WAVE", b"RIFF\x10\0\0\0sf"])
def test_what_is_no_sound_font_is_refused(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "font.sf2"
    path.write_bytes(body)
    with pytest.raises(SoundFontMissing, match="not a readable sound font"):
        find_soundfont(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SoundFontMissing):
        find_soundfont(tmp_path)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9, 0.99])
def test_a_font_that_ends_in_the_middle_is_said(share: float, sine_font: Any) -> None:
    path = sine_font()
    body = path.read_bytes()
    path.write_bytes(body[:max(int(len(body) * share), 12)])
    with pytest.raises(SoundFontMissing, match="broken"):
        Bank(path)


def test_scrambled_tables_never_do_worse_than_say_so(sine_font: Any, zone: Any, score: Score) -> None:
    path = sine_font(zone((PAN, 100), (FILTER_CUTOFF, 9_000)), zone((KEY_RANGE, 60 | 90 << 8)))
    whole = path.read_bytes()
    tables = whole.index(b"pdta")
    for seed in range(30):
        dice = random.Random(seed)
        body = bytearray(whole)
        for _ in range(4):
            body[dice.randrange(tables + 12, len(body))] = dice.randrange(256)
        path.write_bytes(bytes(body))
        try:
            sound = stem(path, score, ScoreNote(0, 0.2, 69, 100), seconds=0.3)
        except SoundFontMissing:
            continue
        assert np.isfinite(sound).all()


@pytest.mark.parametrize("key", [48, 69, 81])
def test_a_key_sounds_at_its_pitch_for_as_long_as_it_is_held(key: int, sine_font: Any, score: Score) -> None:
    sound = stem(sine_font(), score, ScoreNote(1, 2, key, 100))
    assert hertz_of(second(sound, 0.6, 1.4)[0]) == pytest.approx(A4_HERTZ * 2 ** ((key - 69) / 12), rel=2e-3)
    assert not second(sound, 0, 0.499).any()
    assert peak(second(sound, 1.4, 1.5)) > 0.1
    assert peak(second(sound, 1.6, 3.0)) < 1e-4


def test_the_repitched_tone_is_clean(sine_font: Any, score: Score) -> None:
    tone = second(stem(sine_font(), score, ScoreNote(0, 4, 64, 127)), 0.2, 1.8)[0]
    power = np.square(np.abs(np.fft.rfft(tone * np.blackman(len(tone)))))
    at = int(power.argmax())
    assert 10 * np.log10((power.sum() - power[at - 6:at + 7].sum()) / power.sum()) < -55


@pytest.mark.parametrize(("generators", "hertz"), [
    (((ROOT_KEY, 57),), 2 * A4_HERTZ),
    (((FINE_TUNE, 50),), A4_HERTZ * 2 ** (50 / 1200)),
    (((SCALE_TUNING, 0),), A4_HERTZ),
])
def test_tuning_generators_move_the_pitch(generators: Any, hertz: float, sine_font: Any, zone: Any,
                                          score: Score) -> None:
    sound = stem(sine_font(zone(*generators)), score, ScoreNote(0, 4, 69, 100))
    assert hertz_of(second(sound, 0.2, 1.8)[0]) == pytest.approx(hertz, rel=2e-3)


def test_velocity_sets_the_level_by_its_square(sine_font: Any, score: Score) -> None:
    font = sine_font()
    loud, soft = (peak(stem(font, score, ScoreNote(0, 2, 69, velocity))) for velocity in (120, 60))
    assert loud / soft == pytest.approx(4.0, rel=0.02)


def test_ranges_choose_the_zone_and_a_forgotten_key_takes_the_nearest(sine_font: Any, zone: Any, score: Score) -> None:
    font = sine_font(zone((KEY_RANGE, 0 | 59 << 8), (PAN, -500)), zone((KEY_RANGE, 65 | 80 << 8), (PAN, 500)))
    low, high, between = (stem(font, score, ScoreNote(0, 2, key, 100)) for key in (50, 70, 63))
    assert peak(low[0]) > 100 * peak(low[1])
    assert peak(high[1]) > 100 * peak(high[0])
    assert peak(between[1]) > 100 * peak(between[0])


def test_velocity_layers_are_chosen(sine_font: Any, zone: Any, score: Score) -> None:
    font = sine_font(zone((VELOCITY_RANGE, 0 | 63 << 8), (PAN, -500)), zone((VELOCITY_RANGE, 64 | 127 << 8), (PAN, 500)))
    soft, hard = (stem(font, score, ScoreNote(0, 2, 69, velocity)) for velocity in (40, 100))
    assert peak(soft[0]) > peak(soft[1])
    assert peak(hard[1]) > peak(hard[0])


def test_the_envelope_rises_decays_and_lets_go(sine_font: Any, zone: Any, score: Score) -> None:
    font = sine_font(zone((VOLUME_ATTACK, -1_200), (VOLUME_DECAY, 0), (VOLUME_SUSTAIN, 200), (VOLUME_RELEASE, 0)))
    sound = stem(font, score, ScoreNote(0, 4, 69, 127))[0]
    early, top, held = (peak(second(sound, at, at + 0.02)) for at in (0.1, 0.5, 1.6))
    assert early < 0.35 * top
    assert 20 * np.log10(held / top) == pytest.approx(-20.0, abs=1.5)
    assert 20 * np.log10(peak(second(sound, 2.3, 2.32)) / held) == pytest.approx(-30.0, abs=3.0)


def test_the_filter_takes_the_tone_away(sine_font: Any, zone: Any, score: Score) -> None:
    opened, closed = (stem(sine_font(zone((FILTER_CUTOFF, cutoff))), score, ScoreNote(0, 2, 93, 100))
                      for cutoff in (13_500, 6_900))
    fall = 20 * np.log10(peak(second(closed, 0.2, 0.8)) / peak(second(opened, 0.2, 0.8)))
    assert fall == pytest.approx(-24.0, abs=2.5)        # 441 Hz cutoff, 1764 Hz tone, 12 dB an octave


def test_vibrato_swings_the_pitch(sine_font: Any, zone: Any, score: Score) -> None:
    sound = stem(sine_font(zone((VIBRATO_DEPTH, 60), (24, 0))), score, ScoreNote(0, 6, 69, 100))[0]
    windows = np.lib.stride_tricks.sliding_window_view(second(sound, 0.05, 1.0), 2_048)[::512]
    phases = np.unwrap(np.angle(np.array([np.vdot(np.exp(2j * np.pi * A4_HERTZ * np.arange(2_048) / 48_000), window)
                                          for window in windows * np.hanning(2_048)])) - 2 * np.pi * A4_HERTZ
                       * 512 / 48_000 * np.arange(len(windows)))
    swing = np.diff(phases) / (2 * np.pi) * 48_000 / 512
    assert 5 < np.ptp(swing) < 60


def test_a_note_of_an_exclusive_class_silences_the_one_before(sine_font: Any, unlooped: Any, zone: Any,
                                                              score: Score) -> None:
    font = sine_font(zone((EXCLUSIVE_CLASS, 1), (VOLUME_RELEASE, 3_000)), bank=128)
    alone = stem(font, score, ScoreNote(0, 6, 46, 100), drums=True)
    choked = stem(font, score, ScoreNote(0, 6, 46, 100), ScoreNote(1, 0.01, 42, 1), drums=True)
    assert peak(second(alone, 0.6, 0.9)) > 0.05
    assert peak(second(choked, 0.6, 0.9)) < 0.01


def test_a_struck_drum_rings_on_after_its_written_length(sine_font: Any, unlooped: Any, score: Score) -> None:
    font = sine_font(unlooped(), bank=128)
    sound = stem(font, score, ScoreNote(0, 0.01, 69, 100), drums=True)
    assert peak(second(sound, 0.03, 0.04)) > 0.2
    assert not second(sound, 0.06, 1.0).any()


def test_a_vorbis_font_plays_like_any_other(font_bytes: Any, zone: Any, tmp_path: Path, score: Score) -> None:
    tone = 0.5 * np.sin(2 * np.pi * 441 * np.arange(44_100) / 44_100)
    file = io.BytesIO()
    with av.open(file, "w", format="ogg") as sink:
        stream = sink.add_stream("vorbis", rate=44_100, options={"strict": "experimental"})
        stream.layout = "stereo"        # the only one that FFmpeg's own encoder knows
        both = np.repeat(tone[None], 2, axis=0).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(both, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = 44_100, 0
        sink.mux(stream.encode(frame))
        sink.mux(stream.encode(None))
    body = file.getvalue()
    path = tmp_path / "sine.sf3"
    path.write_bytes(font_bytes(body, (0, len(body), 10_000, 40_000, 44_100, 69, 0, 0x11), (zone(),)))
    sound = stem(path, score, ScoreNote(0, 4, 69, 100))
    assert hertz_of(second(sound, 0.2, 1.8)[0]) == pytest.approx(A4_HERTZ, rel=2e-3)
    path.write_bytes(font_bytes(b"\0" * len(body), (0, len(body), 10_000, 40_000, 44_100, 69, 0, 0x11), (zone(),)))
    with pytest.raises(SoundFontMissing, match="broken sample"):
        stem(path, score, ScoreNote(0, 4, 69, 100))
