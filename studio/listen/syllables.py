"""Finds where syllables open by the energy of a voice's formants; never looks at pitch.

A repeated or slurred note shows no change of pitch, and a voiced consonant sounds before the vowel that the ear takes
for the beat. Both are told by the band of the vowel formants, which falls with the mouth's closing and rises steeply
when it opens (Prasanna, Reddy and Krishnamoorthy, "Vowel onset point detection", IEEE TASLP 17(4), 2009, use the same
evidence).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

HOP = 256                       # samples at 16 kHz, as the pitch tracker's frames
WINDOW = 512
VOWEL_BAND_HZ = (700.0, 4000.0)
WHOLE_BAND_HZ = (200.0, 4000.0) # of a whistle, which has no formants
WHISTLED_HZ = 520.0             # nobody hums tunes around a pitch as high as this
FLOOR_DB = 45.0                 # under the clip's loudest frames: less is noise, not a vowel
RISE_DB = 9.0
RISE_FRAMES = 4                 # 64 ms
APART_FRAMES = 6                # two syllables stand at least 96 ms apart

Curve = npt.NDArray[np.float64]


def formant_level(samples: npt.NDArray[np.float32], rate: int, middle_hz: float) -> Curve:
    """Level in dB of the band that opens with the mouth, one value for every hop, centred on the hop's start.

    `middle_hz` is the middle of the tune's range: a whistle that climbs into the vowels' band must open no syllable.
    """
    padded = np.pad(samples, WINDOW // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    hertz = np.fft.rfftfreq(WINDOW, 1 / rate)
    low, high = WHOLE_BAND_HZ if middle_hz >= WHISTLED_HZ else VOWEL_BAND_HZ
    inside = (hertz >= low) & (hertz <= high)
    blocks = [frames[i:i + 2000] * np.hanning(WINDOW).astype(np.float32) for i in range(0, len(frames), 2000)]
    power = np.concatenate([(np.abs(np.fft.rfft(block, axis=1)[:, inside]) ** 2).sum(axis=1) for block in blocks])
    floor = np.percentile(power, 95) * 10 ** (-FLOOR_DB / 10) + 1e-12
    return np.asarray(10 * np.log10(power + floor))


def openings(level: Curve) -> npt.NDArray[np.intp]:
    """Frames at which `level` has risen steeply out of a valley: the steepest frame of each such rise."""
    if len(level) <= 2 * RISE_FRAMES:
        return np.zeros(0, np.intp)
    rise = np.zeros(len(level))
    half = RISE_FRAMES // 2
    rise[half:-half] = level[RISE_FRAMES:] - level[:-RISE_FRAMES]
    found: list[int] = []
    for frame in np.argsort(-rise):
        if rise[frame] < RISE_DB:
            break
        if all(abs(frame - other) >= APART_FRAMES for other in found):
            found.append(int(frame))
    return np.array(sorted(found), np.intp)
