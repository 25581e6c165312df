"""Makes one channel of several without letting them cancel each other; never changes the sound's timing."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Stereo = npt.NDArray[np.float32]


def strongest_mono(stereo: Stereo) -> npt.NDArray[np.float32]:
    """Mix a (2, n) sound to (n,) along its first principal component.

    Two like channels give their mean, opposite ones (a microphone wired out of phase) half their difference, a lone one
    itself; the plain mean would silence the second case and halve the third.
    """
    left, right = (channel - np.float32(channel.mean(dtype=np.float64)) for channel in stereo)
    power_left, power_right = float(np.dot(left, left)), float(np.dot(right, right))
    shared = float(np.dot(left, right))
    angle = 0.5 * math.atan2(2 * shared, power_left - power_right)
    scale = abs(math.cos(angle)) + abs(math.sin(angle))
    left *= math.cos(angle) / scale
    right *= math.sin(angle) / scale
    return np.asarray(left + right, np.float32)
