"""The room that all parts stand in: its response, made once of shaped noise, and convolution with it. Never random.

The response is exponentially decaying noise whose highs die before its lows, behind a few early reflections (Moorer,
"About this reverberation business", 1979). It starts 18 ms late, so that notes stay clear, and leaves out the lows.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from studio.perform.sound import SAMPLE_RATE_HZ, Stereo

_SECONDS = 1.9
_DELAY_SECONDS = 0.018
# Band edges in Hz, with the seconds in which each band falls by 60 dB and its share of the sound.
_BANDS = ((180.0, 400.0, 1.5, 0.7), (400.0, 1_200.0, 1.7, 1.0), (1_200.0, 3_500.0, 1.35, 0.9),
          (3_500.0, 8_000.0, 0.8, 0.6), (8_000.0, 14_000.0, 0.45, 0.3))
# Early reflections: seconds after the delay, and amplitude on the left and on the right.
_REFLECTIONS = ((0.0, 0.35, 0.15), (0.0071, 0.1, 0.32), (0.0123, 0.26, 0.12), (0.0191, 0.08, 0.24),
                (0.0277, 0.18, 0.16))
_RETURN = 0.6                   # a part with a room of 1 sounds about as loud from the room as it does itself
_CROSS_FEED = 0.3               # share of each side that the other side's walls throw back
_SEED = 1_979
_FFT_SAMPLES = 262_144


def reverberated(sound: Stereo) -> Stereo:
    """What the room answers, without the sound itself; as long as the sound."""
    own, other = np.float32(_RETURN * (1.0 - _CROSS_FEED)), np.float32(_RETURN * _CROSS_FEED)
    crossed = sound * own + sound[::-1] * other
    return convolved(crossed, room())


def convolved(sound: Stereo, response: Stereo) -> Stereo:
    """Each channel with its response, cut to the sound's length; overlapping blocks through the spectrum."""
    step = _FFT_SAMPLES - response.shape[1]
    spectrum = np.fft.rfft(response, _FFT_SAMPLES)
    samples = sound.shape[1]
    result = np.zeros_like(sound)
    for start in range(0, samples, step):
        block = np.fft.irfft(np.fft.rfft(sound[:, start:start + step], _FFT_SAMPLES) * spectrum, _FFT_SAMPLES)
        stop = min(start + _FFT_SAMPLES, samples)
        result[:, start:stop] += block[:, :stop - start]
    return result


@cache
def room() -> Stereo:
    """The response of the room to a click, of unit energy on each side; shape (2, samples)."""
    samples = int(_SECONDS * SAMPLE_RATE_HZ)
    time = np.arange(samples) / SAMPLE_RATE_HZ
    noise = np.fft.rfft(np.random.default_rng(_SEED).standard_normal((2, samples)))
    hertz = np.fft.rfftfreq(samples, 1.0 / SAMPLE_RATE_HZ)
    tail = np.zeros((2, samples))
    for low, high, seconds, share in _BANDS:
        band = np.fft.irfft(noise * _band(hertz, low, high), samples)
        tail += share * band * 10.0 ** (-3.0 * time / seconds)
    tail *= 1.0 - np.exp(-time / 0.012)         # the many echoes build up behind the first few
    tail *= 0.5 * (1.0 + np.cos(np.pi * np.clip((time / _SECONDS - 0.8) / 0.2, 0.0, 1.0)))
    tail /= np.sqrt(np.square(tail).sum(axis=1, keepdims=True))
    early = np.zeros_like(tail)
    for after, left, right in _REFLECTIONS:
        early[:, round(after * SAMPLE_RATE_HZ)] += (left, right)
    early = np.fft.irfft(np.fft.rfft(early) * _band(hertz, 180.0, 7_000.0), samples)
    delay = round(_DELAY_SECONDS * SAMPLE_RATE_HZ)
    response = np.zeros((2, samples + delay))
    response[:, delay:] = tail + early
    response /= np.sqrt(np.square(response).sum(axis=1, keepdims=True))
    return response.astype(np.float32)


def _band(hertz: npt.NDArray[np.floating], low: float, high: float) -> npt.NDArray[np.float64]:
    """A gentle pass band, 12 dB an octave on either side."""
    bounded = np.maximum(hertz, 1.0)
    return np.asarray(1.0 / np.sqrt((1.0 + (low / bounded) ** 4) * (1.0 + (bounded / high) ** 4)))
