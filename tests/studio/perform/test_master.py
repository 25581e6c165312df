"""Mastering on its own: any sound in, the promised loudness and ceiling out."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from studio.perform.loudness import loudness_of
from studio.perform.master import CEILING_DBTP, TARGET_LUFS, limited_gain, mastered

Sound = npt.NDArray[np.float32]
CEILING = 10 ** (CEILING_DBTP / 20)


def beats(seconds: float, crest: float, seed: int = 1) -> Sound:
    """Pink noise with a stroke each half second that stands `crest` times above it."""
    samples = int(seconds * 48_000)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal((2, samples)))
    sound = np.fft.irfft(spectrum / np.sqrt(np.maximum(np.fft.rfftfreq(samples, 1 / 48_000), 20)), samples)
    sound *= 0.05 / sound.std()
    for start in range(0, samples - 2_400, 24_000):
        sound[:, start:start + 2_400] *= np.linspace(crest, 1.0, 2_400)
    return sound.astype(np.float32)


@pytest.mark.parametrize("crest", [1.0, 4.0, 12.0])
@pytest.mark.parametrize("gain", [0.01, 1.0, 20.0])
def test_any_level_and_crest_comes_out_at_the_promised_loudness(crest: float, gain: float, true_peak: Any) -> None:
    master = mastered(beats(4, crest) * np.float32(gain))
    assert loudness_of(master.sound) == pytest.approx(TARGET_LUFS, abs=0.1)
    assert true_peak(master.sound.astype(np.float64)) <= CEILING_DBTP + 0.7
    assert master.loudness_lufs == pytest.approx(loudness_of(master.sound), abs=0.01)


def test_a_gentle_sound_is_only_scaled() -> None:
    time = np.arange(96_000) / 48_000
    tone = np.repeat(np.sin(2 * np.pi * 440 * time)[None] * 0.03, 2, axis=0).astype(np.float32)
    sound = mastered(tone).sound
    ratio = sound[:, 1_000:] / np.where(np.abs(tone[:, 1_000:]) < 1e-3, np.nan, tone[:, 1_000:])
    assert np.nanmax(ratio) == pytest.approx(np.nanmin(ratio), rel=1e-3)


def test_loud_and_soft_stretches_keep_their_distance() -> None:
    soft, loud = beats(4, 4.0) * np.float32(0.5), beats(4, 4.0)
    sound = mastered(np.concatenate([soft, loud], axis=1)).sound
    assert loudness_of(sound[:, 192_000:]) - loudness_of(sound[:, :192_000]) > 4.0


def test_silence_stays_silence() -> None:
    master = mastered(np.zeros((2, 48_000), np.float32))
    assert not master.sound.any()
    assert master.loudness_lufs == -70.0


@settings(deadline=None, max_examples=60)
@given(arrays(np.float32, st.integers(1, 400), elements=st.floats(0, 50, width=32)))
def test_the_limiter_holds_every_peak_under_the_ceiling(peaks: npt.NDArray[np.float32]) -> None:
    gain = limited_gain(peaks)
    assert gain.shape == peaks.shape
    assert np.all(gain <= 1.0)
    # Between two points the gain runs in a straight line, so each neighbour's must suffice as well.
    near = np.maximum(np.pad(gain, 1, mode="edge")[:-2], np.maximum(gain, np.pad(gain, 1, mode="edge")[2:]))
    assert np.all(peaks * near <= CEILING * 1.001)


def test_the_limiter_lets_go_again() -> None:
    peaks = np.full(9_000, 0.1, np.float32)
    peaks[100] = 4.0
    gain = limited_gain(peaks)
    assert gain[80] == 1.0
    assert gain[100] < 0.2
    assert gain[-1] == 1.0
