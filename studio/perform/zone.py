"""A zone of a sound font: one sample and how it is played, in seconds, decibels and cents. Holds values only.

Source: SoundFont Technical Specification 2.04, chapter 8 (generators, their units, ranges and defaults).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum

# E-mu's hardware took only four tenths of the attenuation that is written down, and fonts are tuned by it.
_ATTENUATION_SHARE = 0.4


class G(IntEnum):
    """Generators by their number in the file."""

    START, END, LOOP_START, LOOP_END = 0, 1, 2, 3
    START_COARSE = 4
    MOD_LFO_TO_PITCH, VIBRATO_TO_PITCH, MOD_ENV_TO_PITCH = 5, 6, 7
    FILTER_CUTOFF, FILTER_Q = 8, 9
    MOD_ENV_TO_FILTER = 11
    END_COARSE = 12
    PAN = 17
    VIBRATO_DELAY, VIBRATO_FREQUENCY = 23, 24
    MOD_ENV_DELAY = 25
    VOLUME_ENV_DELAY = 33
    KEY_RANGE, VELOCITY_RANGE = 43, 44
    LOOP_START_COARSE = 45
    KEY, VELOCITY = 46, 47
    ATTENUATION = 48
    LOOP_END_COARSE = 50
    COARSE_TUNE, FINE_TUNE = 51, 52
    SAMPLE_MODES = 54
    SCALE_TUNING = 56
    EXCLUSIVE_CLASS = 57
    ROOT_KEY = 58


_DEFAULTS = {G.FILTER_CUTOFF: 13_500, G.SCALE_TUNING: 100, G.ROOT_KEY: -1, G.KEY: -1, G.VELOCITY: -1,
             G.VIBRATO_DELAY: -12_000,
             **{first + k: -12_000 for first in (G.MOD_ENV_DELAY, G.VOLUME_ENV_DELAY) for k in (0, 1, 2, 3, 5)}}
_RANGES = (G.KEY_RANGE, G.VELOCITY_RANGE)
_NOT_ADDED = frozenset((*_RANGES, G.START, G.END, G.LOOP_START, G.LOOP_END, G.START_COARSE, G.END_COARSE,
                        G.LOOP_START_COARSE, G.LOOP_END_COARSE, G.KEY, G.VELOCITY, G.SAMPLE_MODES, G.EXCLUSIVE_CLASS,
                        G.ROOT_KEY))
_WHOLE_RANGE = 127 << 8


@dataclass(frozen=True, slots=True)
class Envelope:
    """Delay, attack, hold, decay, release in seconds. `sustain` is in the envelope's own measure (see `zone_of`)."""

    delay: float
    attack: float
    hold: float
    decay: float
    sustain: float
    release: float
    hold_by_key: float      # timecents that hold and decay shorten for each key above 60
    decay_by_key: float


@dataclass(frozen=True, slots=True)
class Zone:
    """One sample over a range of keys and velocities.

    The volume envelope sustains at `volume.sustain` decibels below its peak, and decays and releases by 100 dB in its
    times; the modulation envelope sustains at a level of 0 to 1.
    """

    sample: int
    keys: tuple[int, int]
    velocities: tuple[int, int]
    fixed_velocity: int | None
    root: int
    tuning_cents: float
    cents_a_key: float
    fixed_key: int | None
    pan: float                      # -1 left to 1 right
    attenuation_db: float
    looped: bool
    volume: Envelope
    modulation: Envelope
    cutoff_cents: float             # above 8.176 Hz
    resonance_db: float
    modulation_to_pitch: float      # cents
    modulation_to_cutoff: float
    vibrato_cents: float
    vibrato_hz: float
    vibrato_delay: float
    exclusive: int                  # a note silences those of its class; 0 is none
    offsets: tuple[int, int]        # of the sample's start and end, in samples
    loop_offsets: tuple[int, int]

    def plays(self, key: int, velocity: int) -> bool:
        """Whether a note of this key and velocity sounds this zone."""
        return self.keys[0] <= key <= self.keys[1] and self.velocities[0] <= velocity <= self.velocities[1]


def layer(values: Mapping[int, int], offsets: Mapping[int, int]) -> dict[int, int] | None:
    """An instrument's zone under a preset's: ranges intersect, amounts add. None where the ranges do not meet."""
    merged = {**_DEFAULTS, **{number: _signed(number, amount) for number, amount in values.items()}}
    for number, amount in offsets.items():
        if number not in _NOT_ADDED:
            merged[number] = merged.get(number, 0) + _signed(number, amount)
    for number in _RANGES:
        inner, outer = values.get(number, _WHOLE_RANGE), offsets.get(number, _WHOLE_RANGE)
        low, high = max(inner & 255, outer & 255), min(inner >> 8, outer >> 8)
        if low > high:
            return None
        merged[number] = high << 8 | low
    return merged


def zone_of(amounts: Mapping[int, int], sample: int, root: int, correction_cents: int) -> Zone:
    """The zone that merged generator amounts describe; `root` and `correction_cents` stand in the sample's header."""
    def get(number: int) -> int:
        return amounts.get(number, 0)

    def span(fine: G, coarse: G) -> int:
        return get(fine) + 32_768 * get(coarse)

    keys, velocities = get(G.KEY_RANGE), get(G.VELOCITY_RANGE)
    modes = get(G.SAMPLE_MODES) & 3
    return Zone(
        sample=sample, keys=(keys & 255, keys >> 8), velocities=(velocities & 255, velocities >> 8),
        fixed_velocity=_or_none(get(G.VELOCITY)), fixed_key=_or_none(get(G.KEY)),
        root=get(G.ROOT_KEY) if get(G.ROOT_KEY) >= 0 else root if root < 128 else 60,
        tuning_cents=100.0 * get(G.COARSE_TUNE) + get(G.FINE_TUNE) + correction_cents,
        cents_a_key=float(get(G.SCALE_TUNING)), pan=_clamp(get(G.PAN) / 500.0, -1.0, 1.0),
        attenuation_db=_clamp(get(G.ATTENUATION), 0, 1_440) / 10.0 * _ATTENUATION_SHARE,
        looped=modes in (1, 3),
        volume=_envelope(amounts, G.VOLUME_ENV_DELAY, lambda amount: _clamp(amount / 10.0, 0.0, 144.0)),
        modulation=_envelope(amounts, G.MOD_ENV_DELAY, lambda amount: 1.0 - _clamp(amount / 1_000.0, 0.0, 1.0)),
        cutoff_cents=float(get(G.FILTER_CUTOFF)), resonance_db=_clamp(get(G.FILTER_Q), 0, 960) / 10.0,
        modulation_to_pitch=float(get(G.MOD_ENV_TO_PITCH)), modulation_to_cutoff=float(get(G.MOD_ENV_TO_FILTER)),
        vibrato_cents=float(get(G.VIBRATO_TO_PITCH)), vibrato_delay=_seconds(get(G.VIBRATO_DELAY)),
        vibrato_hz=8.176 * 2.0 ** (_clamp(get(G.VIBRATO_FREQUENCY), -16_000, 4_500) / 1_200.0),
        exclusive=get(G.EXCLUSIVE_CLASS),
        offsets=(span(G.START, G.START_COARSE), span(G.END, G.END_COARSE)),
        loop_offsets=(span(G.LOOP_START, G.LOOP_START_COARSE), span(G.LOOP_END, G.LOOP_END_COARSE)),
    )


def _envelope(amounts: Mapping[int, int], first: G, sustain: Callable[[int], float]) -> Envelope:
    delay, attack, hold, decay, level, release, by_hold, by_decay = (amounts.get(first + k, 0) for k in range(8))
    return Envelope(_seconds(delay), _seconds(attack), _seconds(hold), _seconds(decay), sustain(level),
                    _seconds(release), float(by_hold), float(by_decay))


def _seconds(timecents: int) -> float:
    return float(2.0 ** (_clamp(timecents, -12_000, 8_000) / 1_200.0)) if timecents > -12_000 else 0.0


def _signed(number: int, amount: int) -> int:
    return amount - 65_536 if amount >= 32_768 and number not in _RANGES else amount


def _or_none(amount: int) -> int | None:
    return amount if 0 <= amount < 128 else None


def _clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)
