"""From stems to one sound: each treated for its role, levelled, placed, ducked and sent to the room. Never masters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.perform.filters import filtered
from studio.perform.loudness import SILENCE_LUFS, loudness_of
from studio.perform.roles import REFERENCE_LUFS, TREATMENTS, role_of
from studio.perform.sound import SAMPLE_RATE_HZ, Stereo, decibels_of, gain_of
from studio.score import Part, Score

# A stem whose sound is a few short ticks measures softer than it strikes the ear. Its loudness may not lift it further
# than this: a full drum kit peaks at 18 to 22 dB above its loudness.
_LARGEST_CREST_DB = 22.0
_LARGEST_BOOST_DB = 40.0

_KICKS = (35, 36)
_DUCK_ATTACK_SECONDS = 0.008
_DUCK_RECOVERY_SECONDS = 0.11
_DUCK_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class StemLevel:
    """How loud a part came out, before mastering; SILENCE_LUFS for one without a sound."""

    name: str
    loudness_lufs: float


@dataclass(frozen=True, slots=True)
class Channel:
    """A finished stem and its place."""

    stem: Stereo
    level: StemLevel
    room: float


def channel(part: Part, stem: Stereo, score: Score) -> Channel:
    """`stem` treated for the part's role, as loud as the part wants it, placed between left and right."""
    treatment = TREATMENTS[role_of(part, score)]
    if not stem.any():
        return Channel(stem, StemLevel(part.name, SILENCE_LUFS), 0.0)
    if treatment.heeds_level:
        _levelled(stem, REFERENCE_LUFS)
    stem = filtered(stem, *treatment.chain)
    if treatment.mono:
        stem[:] = stem.mean(axis=0)
    loudness = _levelled(stem, part.loudness)
    if treatment.duck_db:
        stem *= _ducking(score, treatment.duck_db, stem.shape[1])
    angle = (min(max(part.pan, -1.0), 1.0) + 1.0) * np.pi / 4.0
    stem *= np.array([[np.cos(angle)], [np.sin(angle)]], np.float32) * np.float32(2.0 ** 0.5)
    return Channel(stem, StemLevel(part.name, round(loudness, 2)), min(max(part.room, 0.0), 1.0))


def add(channels: Iterable[Channel], dry: Stereo, send: Stereo) -> tuple[StemLevel, ...]:
    """Add every channel to `dry`, and its share to what goes to the room, one at a time."""
    levels = []
    for strip in channels:
        dry += strip.stem
        if strip.room:
            strip.stem[:] *= np.float32(strip.room)
            send += strip.stem
        levels.append(strip.level)
    return tuple(levels)


def kick_times(score: Score) -> tuple[float, ...]:
    """When the bass drum strikes, in seconds, in order."""
    beats = {note.beat for part in score.parts if part.drums for note in part.notes if note.pitch in _KICKS}
    return tuple(score.seconds_at(beat) for beat in sorted(beats))


def _levelled(stem: Stereo, wanted_lufs: float) -> float:
    """Scale `stem` in place to a loudness, within bounds, and say which it got."""
    peak_db, loudness = decibels_of(float(np.abs(stem).max(initial=0.0))), loudness_of(stem)
    gain_db = min(wanted_lufs - loudness, _LARGEST_BOOST_DB, wanted_lufs + _LARGEST_CREST_DB - peak_db)
    stem *= np.float32(gain_of(gain_db))
    return max(loudness + gain_db, SILENCE_LUFS)


def _ducking(score: Score, depth_db: float, samples: int) -> npt.NDArray[np.float32]:
    """The gain that makes way for each kick."""
    time = np.arange(int(_DUCK_SECONDS * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    dip = np.minimum(time / _DUCK_ATTACK_SECONDS, 1.0) * np.exp(-np.maximum(time - _DUCK_ATTACK_SECONDS, 0.0)
                                                                / _DUCK_RECOVERY_SECONDS)
    shape = (10.0 ** (-depth_db * dip / 20.0)).astype(np.float32)
    gain = np.ones(samples, np.float32)
    for seconds in kick_times(score):
        start = round((seconds - _DUCK_ATTACK_SECONDS) * SAMPLE_RATE_HZ)
        if 0 <= start < samples:
            piece = gain[start:start + len(shape)]
            np.minimum(piece, shape[:len(piece)], out=piece)
    return gain
