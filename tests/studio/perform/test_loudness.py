"""The meter against the standard's own test signals and against pyloudnorm."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyloudnorm
import pytest

from studio.perform.loudness import (
    SILENCE_LUFS,
    integrated,
    loudness_of,
    oversampled_peaks,
    short_term,
    true_peak_dbtp,
    weighted_power,
)

RATE_HZ = 48_000


def sine(hertz: float, seconds: float, level_db: float, phase: float = 0.0) -> npt.NDArray[np.float32]:
    time = np.arange(int(seconds * RATE_HZ)) / RATE_HZ
    wave = 10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * time + phase)
    return np.repeat(wave[None], 2, axis=0).astype(np.float32)


def noise(seconds: float, colour: float, seed: int) -> npt.NDArray[np.float32]:
    """Noise whose power falls with frequency to the power of `colour`."""
    samples = int(seconds * RATE_HZ)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal((2, samples)))
    spectrum /= np.maximum(np.fft.rfftfreq(samples, 1 / RATE_HZ), 20) ** (colour / 2)
    wave = np.fft.irfft(spectrum, samples)
    return np.asarray(0.1 * wave / wave.std(), np.float32)


def test_a_stereo_tone_of_1_khz_at_minus_23_dbfs_measures_minus_23_lufs() -> None:
    assert loudness_of(sine(1_000, 5, -23.0)) == pytest.approx(-23.0, abs=0.1)


def test_quiet_stretches_are_gated_out_as_tech_3341_case_3_wants() -> None:
    parts = [sine(1_000, seconds, level) for seconds, level in ((2, -36.0), (12, -23.0), (2, -36.0))]
    assert loudness_of(np.concatenate(parts, axis=1)) == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize("colour", [0.0, 1.0, 2.0])
def test_it_agrees_with_pyloudnorm(colour: float) -> None:
    sound = noise(7, colour, 3) * (0.2 + np.abs(np.sin(np.arange(7 * RATE_HZ) / RATE_HZ))).astype(np.float32)
    sound[1] *= 0.4
    sound[:, 2 * RATE_HZ:3 * RATE_HZ] *= 0.01
    theirs = pyloudnorm.Meter(RATE_HZ).integrated_loudness(sound.T.astype(np.float64))
    assert loudness_of(sound) == pytest.approx(theirs, abs=0.1)


def test_twice_the_amplitude_is_six_units_louder() -> None:
    sound = noise(3, 1.0, 1)
    assert loudness_of(sound * 2) - loudness_of(sound) == pytest.approx(6.02, abs=0.01)


@pytest.mark.parametrize("samples", [0, 1_000, 9_000, RATE_HZ])
def test_silence_of_any_length_has_the_floor(samples: int) -> None:
    assert loudness_of(np.zeros((2, samples), np.float32)) == SILENCE_LUFS


def test_short_term_follows_a_change_within_three_seconds() -> None:
    power = weighted_power(np.concatenate([sine(1_000, 6, -30.0), sine(1_000, 6, -20.0)], axis=1))
    values = short_term(power)
    assert values[0] == pytest.approx(-30.0, abs=0.1)
    assert values[-1] == pytest.approx(-20.0, abs=0.1)
    assert np.all(np.diff(values) > -0.05)


def test_the_power_of_a_long_sound_is_that_of_its_pieces() -> None:
    sound = noise(4, 1.0, 2)
    whole, half = weighted_power(sound), weighted_power(sound[:, :2 * RATE_HZ])
    assert half == pytest.approx(whole[:20], rel=1e-3)
    assert integrated(whole) == pytest.approx(loudness_of(sound))


def test_a_peak_between_samples_is_found() -> None:
    tone = sine(RATE_HZ / 4, 0.5, 0.0, np.pi / 4)[:, 500:-500]
    assert 20 * np.log10(np.abs(tone).max()) == pytest.approx(-3.01, abs=0.01)
    assert true_peak_dbtp(tone) == pytest.approx(0.0, abs=0.4)


def test_true_peaks_agree_with_eightfold_oversampling(true_peak: Any) -> None:
    sound = noise(3, 1.0, 4)
    assert true_peak_dbtp(sound) == pytest.approx(true_peak(sound.astype(np.float64)), abs=0.15)


@pytest.mark.parametrize("samples", [1, 15, 16, 17, 32_768, 40_001])
def test_peaks_are_given_where_they_stand(samples: int) -> None:
    sound = np.zeros((2, samples), np.float32)
    sound[1, samples - 1] = -0.5
    peaks = oversampled_peaks(sound)
    assert len(peaks) == -(-samples // 16)
    assert peaks[-1] >= 0.5
    assert not peaks[:-2].any()
