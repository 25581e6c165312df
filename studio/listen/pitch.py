"""Follows the pitch of a voice, a hum or a whistle with swift-f0; never decides where a note begins.

swift-f0 looks at 16 kHz sound every 16 ms and answers between 47 and 2094 Hz. Frames that cannot belong to the tune
(far below the clip's level, or far from the singer's range) lose their confidence, so that mains hum between phrases
and octave errors at a note's edges make no notes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from onnxruntime.capi.onnxruntime_pybind11_state import Fail, RuntimeException  # type: ignore[import-untyped]
from swift_f0 import PitchResult, SwiftF0

from studio.errors import SilentClip

RATE_HZ = 16_000
LOWEST_HZ = 60.0        # a bass hums down to C2 (65 Hz); 50 Hz mains hum stays out
HIGHEST_HZ = 2090.0     # a whistle reaches C7
VOICED_CONFIDENCE = 0.5
SILENCE_DBFS = -66.0    # of the loudest frames
LEVEL_DBFS = -20.0      # to which the loudest frames are brought: the model saw music, not whispers
GATE_DB = 40.0          # how far under the loudest frames a tune may go
RANGE_SEMITONES = 17.0  # an octave and a fourth each way from the middle of the tune

Curve = npt.NDArray[np.float64]


def midi_of(hertz: npt.ArrayLike) -> Curve:
    """Fractional MIDI pitch of `hertz`; what is not positive becomes 0."""
    values = np.asarray(hertz, dtype=np.float64)
    return np.where(values > 0, 69.0 + 12.0 * np.log2(np.maximum(values, 1e-9) / 440.0), 0.0)


def levelled(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Bring 16 kHz `samples` to the level that the pitch tracker expects. Raises SilentClip."""
    frames = samples[: len(samples) // 256 * 256].reshape(-1, 256).astype(np.float64)
    levels, silence = np.sqrt(np.mean(frames**2, axis=1)), 10 ** (SILENCE_DBFS / 20)
    if levels.max() < silence:
        raise SilentClip
    gain = 10 ** (LEVEL_DBFS / 20) / max(float(np.percentile(levels, 95)), silence)
    gain = min(gain, 1.0 / float(levels.max()))     # a clip of few notes between long rests
    return np.asarray(samples * gain, np.float32)


def track(samples: npt.NDArray[np.float32]) -> PitchResult:
    """Pitch, confidence and level of levelled 16 kHz `samples`, a frame every 16 ms. Raises MemoryError."""
    try:
        found = SwiftF0(spin=False).detect(samples, RATE_HZ, fmin=LOWEST_HZ, fmax=HIGHEST_HZ)
    except (Fail, RuntimeException) as fault:       # onnxruntime has no other word for memory that it does not get
        raise MemoryError(str(fault)) from fault
    return PitchResult(found.timestamps, found.pitch_hz, _believed(found), found.loudness_db)


def middle_hz(found: PitchResult) -> float:
    """The pitch in the middle of what was sung, 0 when nothing was."""
    voiced = found.confidence >= VOICED_CONFIDENCE
    return float(np.median(found.pitch_hz[voiced])) if voiced.any() else 0.0


def _believed(found: PitchResult) -> Curve:
    """The confidence of frames that lie within the tune's level and range, 0 elsewhere."""
    confidence = np.where(found.loudness_db > np.percentile(found.loudness_db, 95) - GATE_DB, found.confidence, 0.0)
    voiced = confidence >= VOICED_CONFIDENCE
    if not voiced.any():
        return confidence
    pitch = midi_of(found.pitch_hz)
    middle = _weighted_median(pitch[voiced], 10 ** (found.loudness_db[voiced] / 20))
    return np.where(np.abs(pitch - middle) <= RANGE_SEMITONES, confidence, 0.0)


def _weighted_median(values: Curve, weights: Curve) -> float:
    order = np.argsort(values)
    reached = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(reached, reached[-1] / 2)])
