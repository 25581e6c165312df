"""Finds the key of a melody; never looks at chords.

Each key's profile is correlated with how long each pitch class sounds. The profiles are those that David Temperley
counted in the Essen folk songs ("Music and Probability", MIT Press 2007, chapter 6): the share of songs' segments in
which a scale step occurs, tonic first.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from studio.score import HeardNote, Key, Mode

PROFILES = {
    Mode.MAJOR: (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
    Mode.MINOR: (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
}
LAST_NOTE_BONUS = 0.06
"""Added to the correlation of keys whose tonic the tune ends on: tells relative keys apart."""


def key_of(notes: Sequence[HeardNote]) -> Key:
    """The key that fits the durations of `notes` (at least one) best."""
    weights = np.zeros(12)
    for note in notes:
        weights[note.pitch % 12] += note.offset - note.onset
    scores = {key: _correlation(profile_of(key), weights) for key in all_keys()}
    for key in scores:
        if key.tonic == notes[-1].pitch % 12:
            scores[key] += LAST_NOTE_BONUS
    return max(scores, key=lambda key: scores[key])


def all_keys() -> list[Key]:
    """The 24 keys."""
    return [Key(tonic, mode) for mode in Mode for tonic in range(12)]


def profile_of(key: Key) -> npt.NDArray[np.float64]:
    """The key's profile by pitch class, shape (12,)."""
    return np.roll(np.array(PROFILES[key.mode]), key.tonic)


def _correlation(profile: npt.NDArray[np.float64], weights: npt.NDArray[np.float64]) -> float:
    spread = weights.std() * profile.std()
    if spread == 0:
        return 0.0
    return float(np.mean((profile - profile.mean()) * (weights - weights.mean())) / spread)
