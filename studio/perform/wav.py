"""Sound into a WAV file: 16 bits with dither. Writes beside the file and renames, so that half a file is never seen.

Sixteen bits are half the bytes of floats and open everywhere; the dither (triangular, two steps wide) lies at -93 dB,
far below the sound fonts' own noise, and is drawn from a seed, so that the same sound gives the same bytes.
"""

from __future__ import annotations

import os
import wave
from pathlib import Path

import numpy as np

from studio.perform.sound import SAMPLE_RATE_HZ, Stereo

_STEPS = 32_767
_CHUNK_SAMPLES = 480_000


def write_wav(path: Path, sound: Stereo, seed: int) -> None:
    """Write `sound` to `path`, replacing what stood there. Raises OSError, and then leaves nothing behind."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    dice = np.random.default_rng(seed)
    try:
        with part.open("wb") as raw, wave.open(raw, "wb") as file:
            file.setnchannels(2)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE_HZ)
            file.setnframes(sound.shape[1])
            for start in range(0, sound.shape[1], _CHUNK_SAMPLES):
                piece = sound[:, start:start + _CHUNK_SAMPLES].T * np.float32(_STEPS)
                dither = dice.random(piece.shape, np.float32) - dice.random(piece.shape, np.float32)
                steps = np.rint(piece + dither).clip(-_STEPS, _STEPS).astype("<i2")
                file.writeframesraw(steps.tobytes())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
