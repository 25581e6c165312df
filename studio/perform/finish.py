"""What is done to the sum of all parts before mastering: tone, record noise, warmth, glue, a fade. Never limits."""

from __future__ import annotations

import numpy as np

from studio.perform.filters import compressor, filtered, low_pass
from studio.perform.loudness import SILENCE_LUFS, loudness_of
from studio.perform.reverb import convolved
from studio.perform.sound import SAMPLE_RATE_HZ, Stereo, gain_of
from studio.score import Finish

WORKING_LUFS = -18.0
"""How loud a mix goes into glue and warmth, whose thresholds are meant for it."""

_FADE_SECONDS = 1.6
_WARMEST_DRIVE = 3.0                    # at -18 LUFS: full warmth rounds off all that is above -10 dB
# The sampled instruments of small fonts end early; a little air makes up for it.
_AIR = "treble=f=7000:t=q:w=0.6:g=2.5"
# Slow and slight: it holds the parts together within a bar and leaves the distance between verse and chorus alone.
_GLUE = compressor(-15.0, 1.4, 25, 180)

_POPS_A_SECOND = 7.0
_POP_HERTZ = (700.0, 4_500.0)
_POP_SECONDS = 0.003
_HISS_SHARE = 0.0025


def finished(mix: Stereo, finish: Finish, seed: int) -> Stereo:
    """`mix`, on the parts' scale, ready for mastering; its end faded to nothing. Silence stays as it is."""
    loudness = loudness_of(mix)
    if loudness <= SILENCE_LUFS:
        return mix
    mix = toned(mix, finish)
    surface = crackle_of(finish, mix.shape[1], seed)
    if surface is not None:
        mix += surface
    mix *= np.float32(gain_of(WORKING_LUFS - loudness))
    mix = filtered(mix, _GLUE)
    if finish.warmth > 0.0:
        _warm(mix, finish.warmth)
    fade(mix)
    return mix


def toned(sound: Stereo, finish: Finish) -> Stereo:
    """`sound` as bright as the song shall be, in a new array. Linear: parts that were toned add up to the toned mix."""
    return filtered(sound, *((_AIR,) if finish.low_pass_hz is None else low_pass(finish.low_pass_hz)))


def crackle_of(finish: Finish, samples: int, seed: int) -> Stereo | None:
    """The record's surface on the parts' scale, or None for a song without one."""
    return None if finish.crackle_lufs is None else crackle(samples, finish.crackle_lufs, seed)


def crackle(samples: int, loudness_lufs: float, seed: int) -> Stereo:
    """The surface of an old record: pops of uneven strength over a faint hiss, the same for the same seed."""
    dice = np.random.default_rng((seed, samples))
    noise = dice.standard_normal((2, samples), dtype=np.float32) * np.float32(_HISS_SHARE)
    count = int(dice.poisson(_POPS_A_SECOND * samples / SAMPLE_RATE_HZ))
    at = dice.integers(0, max(samples, 1), count)
    strength = (dice.lognormal(-1.6, 0.8, count) * dice.choice((-1.0, 1.0), count)).clip(-1.5, 1.5)
    side = dice.uniform(0.25, 0.75, count)
    np.add.at(noise[0], at, (strength * (1.0 - side)).astype(np.float32))
    np.add.at(noise[1], at, (strength * side).astype(np.float32))
    time = np.arange(int(4 * _POP_SECONDS * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    ring = sum(np.sin(2.0 * np.pi * hertz * time) * np.exp(-time / _POP_SECONDS * k)
               for k, hertz in enumerate(_POP_HERTZ, 1))
    noise = convolved(noise, np.repeat(np.asarray(ring, np.float32)[None], 2, axis=0))
    noise *= np.float32(gain_of(loudness_lufs - loudness_of(noise)))
    return noise


def _warm(mix: Stereo, warmth: float) -> None:
    """Soft saturation in place; small sounds keep their level, and none comes out above 1 / drive."""
    drive = np.float32(min(warmth, 1.0) * _WARMEST_DRIVE)
    mix *= drive
    np.tanh(mix, out=mix)
    mix /= drive


def fade(mix: Stereo) -> None:
    """Bring the end of `mix` to nothing, in place."""
    count = min(int(_FADE_SECONDS * SAMPLE_RATE_HZ), mix.shape[1])
    mix[:, mix.shape[1] - count:] *= (0.5 + 0.5 * np.cos(np.linspace(0.0, np.pi, count))).astype(np.float32)
