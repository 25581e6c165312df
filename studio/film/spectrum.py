"""Measures how loud each band of a sound is at each frame of a film. It never draws.

The mapping, so that it can be checked from outside: bands are spaced evenly on a logarithmic scale from LOWEST_HZ to
HIGHEST_HZ, as many as there are bars. At frame i a Hann window of WINDOW samples, centred on i / 30 s, is taken of the
mean of both channels; a band's energy is the sum of the power between its edges (bins are shared in proportion). In
decibels, smoothed over three frames with weights 1/4, 1/2, 1/4, it is mapped linearly: the song's 99.5th percentile of
all bands becomes 1, RANGE_DB below it becomes 0, and what lies outside is clipped. A bar's height is
`min_height + level * (max_height - min_height)`, rounded to pixels.
"""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from studio.film.layout import FPS
from studio.film.planes import Floats

SAMPLE_RATE = 48_000
WINDOW = 4096
LOWEST_HZ, HIGHEST_HZ = 50.0, 12_000.0
RANGE_DB = 54.0
FLOOR_DB = -120.0
FRAMES_AT_ONCE = 256
WAV_ONLY = {"format_whitelist": "wav"}      # a text that lists other files must not be read as sound


def read_mono(sound: Path) -> Floats:
    """The mean of a WAV's channels at 48 kHz, full scale 1, shape (samples,). Raises av.FFmpegError for no WAV."""
    with av.open(sound, options=WAV_ONLY) as container:
        resampler = av.AudioResampler("fltp", rate=SAMPLE_RATE)
        frames = [resampled.to_ndarray().mean(0) for frame in container.decode(audio=0)
                  for resampled in resampler.resample(frame)]
        frames += [resampled.to_ndarray().mean(0) for resampled in resampler.resample(None)]
    return np.concatenate(frames) if frames else np.zeros(0, np.float32)


def band_edges(bands: int) -> npt.NDArray[np.float64]:
    """The bands' edges in Hz, shape (bands + 1,)."""
    return np.geomspace(LOWEST_HZ, HIGHEST_HZ, bands + 1)


def band_decibels(mono: Floats, frames: int, bands: int) -> Floats:
    """Energy of each band around each frame in dB, at least FLOOR_DB, shape (frames, bands)."""
    padded = np.pad(mono, (WINDOW // 2, WINDOW + max(0, frames * SAMPLE_RATE // FPS - len(mono))))
    taper = np.hanning(WINDOW).astype(np.float32)
    edges = band_edges(bands) * WINDOW / SAMPLE_RATE + 0.5      # bin k reaches from k - 0.5 to k + 0.5
    whole, part = edges.astype(int), edges % 1
    decibels = np.empty((frames, bands), np.float32)
    for first in range(0, frames, FRAMES_AT_ONCE):
        starts = np.arange(first, min(frames, first + FRAMES_AT_ONCE)) * SAMPLE_RATE // FPS
        windows = padded[starts[:, None] + np.arange(WINDOW)] * taper
        power = np.abs(np.fft.rfft(windows, axis=1)) ** 2 / taper.sum() ** 2
        below = np.cumsum(power, 1) - power
        energy = np.diff(below[:, whole] + power[:, whole] * part, axis=1)
        decibels[first:first + len(starts)] = 10 * np.log10(np.maximum(energy, 10 ** (FLOOR_DB / 10)))
    return decibels


def bar_levels(mono: Floats, frames: int, bands: int) -> Floats:
    """How high each bar stands at each frame, 0 to 1, shape (frames, bands)."""
    decibels = band_decibels(mono, frames, bands)
    top = max(float(np.percentile(decibels, 99.5)), FLOOR_DB + RANGE_DB)
    around = np.pad(decibels, ((1, 1), (0, 0)), mode="edge")
    smooth = around[:-2] * 0.25 + decibels * 0.5 + around[2:] * 0.25
    return np.asarray(np.clip((smooth - top) / RANGE_DB + 1, 0, 1), np.float32)
