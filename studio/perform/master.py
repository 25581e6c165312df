"""Mastering: the loudness that was promised, under a ceiling for true peaks. Changes level only, never tone.

Peaks that stand far above everything else are rounded off first, since a limiter that had to swallow them would pump.
Then a look-ahead limiter on a curve of one point every 16 samples. Gain falls ahead of a peak over 5 ms and comes back by a
fixed number of decibels a second; how far the sound must be lifted for its loudness *after* limiting is searched for on
the curve alone, since K-weighted power times the curve's square predicts the outcome within hundredths of a unit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.perform import loudness as meter
from studio.perform.loudness import SILENCE_LUFS, STEP_SAMPLES
from studio.perform.sound import Stereo, decibels_of, gain_of

TARGET_LUFS = -14.0
CEILING_DBTP = -2.5
"""A decibel and a half below what is promised. FFmpeg's AAC encoder at 192 kbit/s gives peaks back up to 1.1 dB higher
with `aac_coder=fast, aac_pns=0, aac_tns=0, aac_is=0`; with its defaults single frames come back 4 dB higher."""

_POINT_SAMPLES = 16
_LOOK_AHEAD_POINTS = 15
_RELEASE_DB_A_POINT = 45.0 * _POINT_SAMPLES / 48_000
_LARGEST_LIFT_DB = 36.0
_HALVINGS = 13                  # 37 dB in 13 halvings: to a hundredth of a decibel
_MOST_CORRECTIONS = 2
_NEAR_ENOUGH_LU = 0.2
# How far peaks may stand above the loudness when the limiter takes over. A band's stand 13 to 18 dB above it and are left
# alone; the smaller ones are for scores that hold little but drums.
_CRESTS_DB = (18.0, 15.0, 12.0)
_CREST_TOLERANCE_DB = 0.5
_MOST_ROUNDS = 5
_CLOSE_ENOUGH_LU = 0.05

Curve = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Master:
    """A mastered sound and what it measures. Silence measures SILENCE_LUFS."""

    sound: Stereo
    loudness_lufs: float
    true_peak_dbtp: float


def mastered(mix: Stereo) -> Master:
    """`mix` at TARGET_LUFS with no true peak above CEILING_DBTP. Silence is left as it is."""
    if meter.loudness_of(mix) <= SILENCE_LUFS:
        return Master(mix, SILENCE_LUFS, meter.true_peak_dbtp(mix))
    for crest_db in _CRESTS_DB[:-1]:
        master = _raised(_rounded(mix, crest_db))
        if abs(master.loudness_lufs - TARGET_LUFS) < _NEAR_ENOUGH_LU:
            return master
    return _raised(_rounded(mix, _CRESTS_DB[-1]))


def _rounded(mix: Stereo, crest_db: float) -> Stereo:
    """`mix` with its highest peaks bent towards `crest_db` above its loudness; `mix` itself where none stands higher."""
    for _ in range(_MOST_ROUNDS):
        loudness = meter.loudness_of(mix)
        if decibels_of(float(np.abs(mix).max())) <= loudness + crest_db + _CREST_TOLERANCE_DB:
            break
        bound = np.float32(gain_of(loudness + crest_db))
        mix = np.tanh(mix / bound) * bound
    return mix


def _raised(mix: Stereo) -> Master:
    power = meter.weighted_power(mix)
    loudness = meter.integrated(power)
    peaks = meter.oversampled_peaks(mix, _POINT_SAMPLES)
    target, corrections = TARGET_LUFS, 0
    while True:
        lift = _lift(power, peaks, loudness, target)
        sound = _shaped(mix, limited_gain(peaks * np.float32(lift)) * np.float32(lift))
        reached = meter.loudness_of(sound)
        if abs(reached - TARGET_LUFS) < _CLOSE_ENOUGH_LU or corrections == _MOST_CORRECTIONS:
            break
        target += TARGET_LUFS - reached
        corrections += 1
    peak = meter.true_peak_dbtp(sound)
    if peak > CEILING_DBTP:
        sound *= np.float32(gain_of(CEILING_DBTP - peak))
        reached, peak = reached + CEILING_DBTP - peak, CEILING_DBTP
    return Master(sound, reached, peak)


def limited_gain(peaks: Curve) -> Curve:
    """The gain at each point that keeps `peaks` (one a point) under the ceiling, smooth enough not to be heard."""
    needed = np.minimum(np.float32(CEILING_DBTP) - 20.0 * np.log10(np.maximum(peaks, 1e-9)), 0.0)
    climb = np.arange(len(needed)) * _RELEASE_DB_A_POINT
    released = np.minimum.accumulate(needed - climb) + climb
    reach = _LOOK_AHEAD_POINTS
    padded = np.pad(released, (reach, reach + 1), mode="edge")
    # From one point back, for the slope between two points, to the look-ahead; then the mean of what lies behind.
    lowest = np.lib.stride_tricks.sliding_window_view(padded, reach + 2).min(axis=1)
    total = np.cumsum(np.concatenate(([0.0], lowest)))
    smooth = (total[reach:] - total[:-reach]) / reach
    return np.asarray(10.0 ** (np.minimum(smooth[:len(needed)], 0.0) / 20.0), np.float32)


def _lift(power: npt.NDArray[np.float64], peaks: Curve, loudness: float, target: float) -> float:
    """How much to amplify before limiting, so that the limited sound has the loudness `target`."""
    low = target - loudness
    high = low + _LARGEST_LIFT_DB
    if _predicted(power, peaks, gain_of(low)) >= target - 0.01:
        return gain_of(low)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2.0
        if _predicted(power, peaks, gain_of(middle)) < target:
            low = middle
        else:
            high = middle
    return gain_of(high)


def _predicted(power: npt.NDArray[np.float64], peaks: Curve, lift: float) -> float:
    points = STEP_SAMPLES // _POINT_SAMPLES
    gain = np.square(limited_gain(peaks * np.float32(lift)) * lift)[:len(power) * points]
    return meter.integrated(power * gain.reshape(len(power), points).mean(axis=1))


def _shaped(mix: Stereo, curve: Curve) -> Stereo:
    """`mix` times a gain given at the middle of every point's samples, in a straight line between them."""
    samples = mix.shape[1]
    middles = np.arange(len(curve), dtype=np.float32) * _POINT_SAMPLES + (_POINT_SAMPLES - 1) / 2
    return np.asarray(mix * np.interp(np.arange(samples), middles, curve).astype(np.float32))
