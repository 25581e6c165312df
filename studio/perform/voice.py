"""The sound of one key held down: a sample repitched, looped, filtered and shaped. Knows nothing of notes in time.

Source: SoundFont Technical Specification 2.04, chapters 8 and 9. Curves over time are worked out per sample, the
filter's per frame of 21 ms: its envelopes are slow, and a filter that jumps clicks.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from studio.perform.bank import Wave
from studio.perform.sound import SAMPLE_RATE_HZ
from studio.perform.zone import Envelope, Zone

Mono = npt.NDArray[np.float32]
Curve = npt.NDArray[np.floating]

_OPEN_CUTOFF_CENTS = 13_500.0       # 20 kHz: the specification's word for "no filter"
_LOWEST_CUTOFF_CENTS = 1_500.0
_FLAT_RESONANCE_DB = 3.01           # a resonance of 0 dB is a filter without a hump
_DECAY_DB = 100.0                   # decay and release times are those of a fall by 100 dB
_OVERSAMPLING = 2
_GUARD_SAMPLES = 64
_SHORTEST_LOOP_SAMPLES = 8
_LOWEST_BEND = 2.0                  # a sample bent down by an octave lasts twice as long
_FARTHEST_CENTS = 6_000.0            # five octaves from a sample's own pitch nothing is left of it
_HOP, _FRAME, _FFT = 1_024, 2_048, 4_096


def held(zone: Zone, wave: Wave, key: int, seconds: float) -> Mono:
    """`zone` played at `key` for at most `seconds`, at 48 kHz; shorter where an unlooped sample ends before."""
    key = key if zone.fixed_key is None else zone.fixed_key
    cents = min(max((key - zone.root) * zone.cents_a_key + zone.tuning_cents, -_FARTHEST_CENTS), _FARTHEST_CENTS)
    step = wave.rate_hz / SAMPLE_RATE_HZ * 2.0 ** (cents / 1_200.0)
    count = max(int(seconds * SAMPLE_RATE_HZ), 1)
    if not zone.looped:
        count = min(count, int(len(wave.data) / step * _LOWEST_BEND) + 1)
    time = np.arange(count) / SAMPLE_RATE_HZ
    sound = _repitched(zone, wave, key, step, time)
    time = time[:len(sound)]
    sound = _filtered(zone, key, sound)
    sound *= _volume(zone.volume, key, time)
    return sound


def _repitched(zone: Zone, wave: Wave, key: int, step: float, time: Curve) -> Mono:
    step *= _OVERSAMPLING
    bend = _bend(zone, key, time)
    at = np.arange(len(time)) * step if bend is None else np.cumsum(step * bend) - step * bend[0]
    source = _lengthened(zone, wave, int(at[-1]) + 4)
    at = at[at < len(source) - 3]
    first = at.astype(np.int64)
    share = (at - first).astype(np.float32)
    return _hermite(source, first, share)


def _bend(zone: Zone, key: int, time: Curve) -> Curve | None:
    """The factor on the pitch over time: vibrato and modulation envelope. None where the pitch stands still."""
    if not zone.vibrato_cents and not zone.modulation_to_pitch:
        return None
    turns = np.maximum(time - zone.vibrato_delay, 0.0) * zone.vibrato_hz
    triangle = 1.0 - 4.0 * np.abs((turns + 0.25) % 1.0 - 0.5)
    cents = zone.vibrato_cents * triangle + zone.modulation_to_pitch * _modulation(zone.modulation, key, time)
    return np.asarray(2.0 ** (cents / 1_200.0))


def _lengthened(zone: Zone, wave: Wave, samples: int) -> Mono:
    """The sample at twice its rate with its loop unrolled to `samples`, one sample of silence in front."""
    start, end = wave.loop
    looped = zone.looped and end - start >= _SHORTEST_LOOP_SAMPLES
    needed = samples // _OVERSAMPLING + _GUARD_SAMPLES
    if not looped or end > needed + _GUARD_SAMPLES:
        whole = _oversampled(wave.data[:needed], wave.data[needed:needed + _GUARD_SAMPLES])
        return np.concatenate((np.zeros(1, np.float32), whole, np.zeros(4, np.float32)))
    whole = _oversampled(wave.data[:end], np.resize(wave.data[start:end], _GUARD_SAMPLES))
    loop = whole[_OVERSAMPLING * start:]
    turns = max(-(-(samples - len(whole)) // len(loop)), 0) + 1
    return np.concatenate((np.zeros(1, np.float32), whole, np.tile(loop, turns)))


def _oversampled(data: Mono, beyond: Mono) -> Mono:
    """`data` at twice its rate, by its spectrum. `beyond` is what follows it, so that a loop's end does not ring."""
    size = 1 << (len(data) + _GUARD_SAMPLES).bit_length()
    padded = np.zeros(size, np.float32)
    padded[:len(data)] = data
    padded[len(data):len(data) + len(beyond)] = beyond * np.linspace(1.0, 0.0, len(beyond), dtype=np.float32)
    doubled = np.fft.irfft(np.fft.rfft(padded), _OVERSAMPLING * size)[:_OVERSAMPLING * len(data)]
    return np.asarray(doubled * np.float32(_OVERSAMPLING))


def _hermite(source: Mono, first: npt.NDArray[np.int64], share: Mono) -> Mono:
    """Cubic interpolation between `source[first + 1]` and `source[first + 2]`."""
    before, here, after, beyond = (source[first + k] for k in range(4))
    slope = (after - before) * np.float32(0.5)
    bow = before - np.float32(2.5) * here + np.float32(2.0) * after - np.float32(0.5) * beyond
    twist = (beyond - before) * np.float32(0.5) + np.float32(1.5) * (here - after)
    return np.asarray(((twist * share + bow) * share + slope) * share + here)


def _volume(envelope: Envelope, key: int, time: Curve) -> Mono:
    start, peak, fall, decay = _corners(envelope, key)
    rise = np.clip((time - start) / max(peak - start, 1e-4), 0.0, 1.0)
    steep = _DECAY_DB / max(decay, 1e-3)
    down = np.minimum(np.maximum(time - fall, 0.0) * steep, envelope.sustain)
    return np.asarray(rise.astype(np.float32) * np.float32(10.0) ** (down * -0.05).astype(np.float32))


def _modulation(envelope: Envelope, key: int, time: Curve) -> Curve:
    start, peak, fall, decay = _corners(envelope, key)
    rise = np.clip((time - start) / max(peak - start, 1e-4), 0.0, 1.0)
    down = np.maximum(time - fall, 0.0) / max(decay, 1e-3)
    return np.asarray(np.where(time < fall, rise, np.maximum(1.0 - down, envelope.sustain)))


def _corners(envelope: Envelope, key: int) -> tuple[float, float, float, float]:
    """When an envelope starts, peaks and begins to fall, and how long a whole fall takes, in seconds."""
    hold = envelope.hold * 2.0 ** (envelope.hold_by_key * (60 - key) / 1_200.0)
    decay = envelope.decay * 2.0 ** (envelope.decay_by_key * (60 - key) / 1_200.0)
    peak = envelope.delay + envelope.attack
    return envelope.delay, peak, peak + hold, decay


def _filtered(zone: Zone, key: int, sound: Mono) -> Mono:
    """The zone's resonant low-pass, moved by its envelope: overlapping frames, each with its own response."""
    frames = -(-len(sound) // _HOP) + 1
    time = np.arange(frames) * (_HOP / SAMPLE_RATE_HZ)
    cutoff = np.full(frames, zone.cutoff_cents)
    if zone.modulation_to_cutoff:
        cutoff = cutoff + zone.modulation_to_cutoff * _modulation(zone.modulation, key, time)
    cutoff = np.clip(cutoff, _LOWEST_CUTOFF_CENTS, _OPEN_CUTOFF_CENTS)
    if cutoff.min() >= _OPEN_CUTOFF_CENTS:
        return sound
    padded = np.zeros((frames + 1) * _HOP, np.float32)
    padded[_HOP:_HOP + len(sound)] = sound
    window = np.sin(np.pi * np.arange(_FRAME) / _FRAME).astype(np.float32) ** 2
    cut = np.lib.stride_tricks.sliding_window_view(padded, _FRAME)[::_HOP] * window
    heard = np.fft.irfft(np.fft.rfft(cut, _FFT) * _responses(cutoff, zone.resonance_db), _FFT)
    summed = np.zeros((frames + _FFT // _HOP - 1, _HOP), np.float32)
    for part in range(_FFT // _HOP):
        summed[part:part + frames] += heard[:, part * _HOP:(part + 1) * _HOP]
    return np.ascontiguousarray(summed.reshape(-1)[_HOP:_HOP + len(sound)])


def _responses(cutoff_cents: Curve, resonance_db: float) -> npt.NDArray[np.complex64]:
    """A two-pole low-pass for each cutoff (the audio cookbook's), over the bins of a frame."""
    hertz = np.minimum(8.176 * 2.0 ** (cutoff_cents / 1_200.0), 0.45 * SAMPLE_RATE_HZ)
    quality = 10.0 ** ((resonance_db - _FLAT_RESONANCE_DB) / 20.0)
    turn = 2.0 * np.pi * hertz / SAMPLE_RATE_HZ
    width = np.sin(turn) / (2.0 * quality)
    cosine = np.cos(turn)[:, None].astype(np.float32)
    delay = np.exp(-2j * np.pi * np.fft.rfftfreq(_FFT)).astype(np.complex64)[None, :]
    top = (1.0 - cosine) * 0.5 * (1.0 + delay) ** 2
    alpha = width[:, None].astype(np.float32)
    below = (1.0 + alpha) - 2.0 * cosine * delay + (1.0 - alpha) * delay ** 2
    return np.asarray(top / below / np.float32(max(quality * 2.0 ** 0.5, 1.0) ** 0.5), np.complex64)
