"""What every step of performing agrees on: sample rate, shape and the decibel. Holds no logic of its own."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

SAMPLE_RATE_HZ = 48_000

Stereo: TypeAlias = npt.NDArray[np.float32]
"""Sound as float32, shape (2, samples), left first, full scale 1.0, at 48 kHz."""


def gain_of(decibels: float) -> float:
    """The factor on an amplitude."""
    return float(10.0 ** (decibels / 20.0))


def decibels_of(amplitude: float) -> float:
    """The level of an amplitude; silence is -200 dB."""
    return 20.0 * math.log10(max(amplitude, 1e-10))
