"""How loud a sound is: integrated, momentary and short-term loudness, and true peak. Measures only, changes nothing.

Sources: ITU-R BS.1770-4 (K-weighting, gating, true peak by fourfold oversampling) and EBU Tech 3341 (momentary 0.4 s,
short-term 3 s). Loudness is in LUFS, peaks in dBTP, sound has shape (2, samples) at 48 kHz.
Inside: `weighted_power`, `integrated`, `loudness_of`, `short_term`, `oversampled_peaks`, `true_peak_dbtp`.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from studio.perform.sound import SAMPLE_RATE_HZ, Stereo, decibels_of

SILENCE_LUFS = -70.0
"""The absolute gate; what has no loudness above it is said to have this one."""

STEP_SAMPLES = SAMPLE_RATE_HZ // 10             # gating blocks of 0.4 s overlap by 75 %
STEPS_A_BLOCK = 4
STEPS_SHORT_TERM = 30

_RELATIVE_GATE_LU = -10.0
_OFFSET_LU = -0.691
_FFT_SAMPLES = 32_768
_WARM_UP_SAMPLES = 4_800        # the weighting's ringing is below -150 dB after 0.1 s

# The two stages of K-weighting at 48 kHz, tables 1 and 2 of BS.1770-4.
_SHELF = ((1.53512485958697, -2.69169618940638, 1.19839281085285), (1.0, -1.69065929318241, 0.73248077421585))
_HIGH_PASS = ((1.0, -2.0, 1.0), (1.0, -1.99004745483398, 0.99007225036621))

_PHASES = 4
_TAPS_A_PHASE = 12


def weighted_power(sound: Stereo) -> npt.NDArray[np.float64]:
    """K-weighted power of each whole tenth of a second, both channels summed; shape (steps,).

    The weighting runs by fast convolution: each stretch is filtered with a lead-in that is thrown away again.
    """
    samples = sound.shape[1]
    steps = samples // STEP_SAMPLES
    stretch = (_FFT_SAMPLES - _WARM_UP_SAMPLES) // STEP_SAMPLES * STEP_SAMPLES
    power = np.zeros(steps)
    for start in range(0, steps * STEP_SAMPLES, stretch):
        first, last = start - _WARM_UP_SAMPLES, min(start + stretch, steps * STEP_SAMPLES)
        piece = sound[:, max(first, 0):last]
        if not piece.any():
            continue
        window = np.zeros((sound.shape[0], _FFT_SAMPLES), np.float32)
        window[:, max(-first, 0):max(-first, 0) + piece.shape[1]] = piece
        heard = np.fft.irfft(np.fft.rfft(window) * _weighting(), _FFT_SAMPLES)
        kept = heard[:, _WARM_UP_SAMPLES:_WARM_UP_SAMPLES + last - start].reshape(len(heard), -1, STEP_SAMPLES)
        at = slice(start // STEP_SAMPLES, last // STEP_SAMPLES)
        power[at] = np.einsum("cst,cst->s", kept, kept) / STEP_SAMPLES
    return power


def integrated(power: npt.NDArray[np.float64]) -> float:
    """Gated loudness of steps from `weighted_power`; SILENCE_LUFS where nothing passes the gates."""
    blocks = _windows(power, STEPS_A_BLOCK)
    loud = blocks[_lufs(blocks) > SILENCE_LUFS]
    if not loud.size:
        return SILENCE_LUFS
    gate = _lufs(loud.mean()) + _RELATIVE_GATE_LU
    return float(_lufs(loud[_lufs(loud) > gate].mean()))


def loudness_of(sound: Stereo) -> float:
    """Integrated loudness of a whole sound."""
    return integrated(weighted_power(sound))


def short_term(power: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Short-term loudness (3 s) at every tenth of a second; shape (steps - 29,), at least one value."""
    return np.asarray(_lufs(_windows(power, STEPS_SHORT_TERM)))


def oversampled_peaks(sound: Stereo, step: int = 16) -> npt.NDArray[np.float32]:
    """The largest fourfold oversampled magnitude of either channel in every `step` samples; shape (ceil(n / step),)."""
    samples = sound.shape[1]
    peaks = np.zeros(-(-samples // step), np.float32)
    chunk = step * 2_048
    before = _TAPS_A_PHASE // 2 - 1
    for start in range(0, samples, chunk):
        stop = min(start + chunk, samples)
        at = slice(start // step, -(-stop // step))
        for channel in sound:
            piece = np.zeros(chunk + _TAPS_A_PHASE - 1, np.float32)
            part = channel[max(start - before, 0):stop + _TAPS_A_PHASE - 1 - before]
            piece[max(before - start, 0):max(before - start, 0) + len(part)] = part
            highest = _between(piece).reshape(-1, step).max(axis=1)
            peaks[at] = np.maximum(peaks[at], highest[:at.stop - at.start])
    return peaks


def true_peak_dbtp(sound: Stereo) -> float:
    """The true peak of a whole sound."""
    peaks = oversampled_peaks(sound)
    return decibels_of(float(peaks.max())) if peaks.size else decibels_of(0.0)


def _between(piece: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The largest magnitude at and shortly behind each sample, eleven fewer than `piece` has."""
    count = len(piece) - _TAPS_A_PHASE + 1
    at = _TAPS_A_PHASE // 2 - 1
    highest = np.abs(piece[at:at + count])
    value, term = np.empty(count, np.float32), np.empty(count, np.float32)
    for taps in _interpolator():
        np.multiply(piece[:count], taps[0], out=value)
        for k in range(1, _TAPS_A_PHASE):
            np.multiply(piece[k:k + count], taps[k], out=term)
            value += term
        np.maximum(highest, np.abs(value, out=value), out=highest)
    return highest


def _windows(power: npt.NDArray[np.float64], steps: int) -> npt.NDArray[np.float64]:
    """Mean power of every run of `steps` steps; a shorter sound is one run, padded with silence."""
    if len(power) < steps:
        power = np.pad(power, (0, steps - len(power)))
    return np.asarray(np.lib.stride_tricks.sliding_window_view(power, steps).mean(axis=1))


def _lufs(power: npt.ArrayLike) -> npt.NDArray[np.float64]:
    return _OFFSET_LU + 10.0 * np.log10(np.maximum(power, 1e-20))


@cache
def _weighting() -> npt.NDArray[np.complex64]:
    delay = np.exp(-2j * np.pi * np.fft.rfftfreq(_FFT_SAMPLES))
    response = np.ones_like(delay)
    for above, below in (_SHELF, _HIGH_PASS):
        response *= np.polyval(above[::-1], delay) / np.polyval(below[::-1], delay)
    return np.asarray(response, np.complex64)


@cache
def _interpolator() -> npt.NDArray[np.float32]:
    """Twelve taps each for 1/4, 1/2 and 3/4 of a sample behind the sixth; shape (3, 12). A Kaiser-windowed sinc."""
    tap = np.arange(_TAPS_A_PHASE)[None, :] - (_TAPS_A_PHASE // 2 - 1)
    distance = tap - np.arange(1, _PHASES)[:, None] / _PHASES
    window = np.i0(5.0 * np.sqrt(np.clip(1.0 - np.square(distance / (_TAPS_A_PHASE / 2)), 0.0, None))) / np.i0(5.0)
    taps = np.sinc(distance) * window
    return np.asarray(taps / taps.sum(axis=1, keepdims=True), np.float32)
