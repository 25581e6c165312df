"""One part played on a sound font: a stem of the song's full length. Mixes nothing, and leaves loudness as it comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from studio.perform.bank import Bank, Wave
from studio.perform.sound import SAMPLE_RATE_HZ, Stereo, gain_of
from studio.perform.voice import Mono, held
from studio.perform.zone import Zone
from studio.score import Part, Score, ScoreNote

_SHORTEST_RELEASE_SECONDS = 0.012       # a shorter one clicks
_LONGEST_RELEASE_SECONDS = 4.0
_SILENCED_SECONDS = 0.04                # how fast an open hi-hat is closed
_INAUDIBLE_SHARE = 0.7                  # of a release: by then it is 70 dB down


@dataclass(frozen=True, slots=True)
class Voice:
    """One zone sounded by one note, times in samples. `release` is that of a fall by 100 dB."""

    zone: int
    key: int
    velocity: int
    onset: int
    hold: int
    release: float


def play(part: Part, score: Score, bank: Bank, samples: int) -> Stereo:
    """The stem of `part`, `samples` long; notes that start behind the end are left out."""
    zones = bank.zones(part.program, part.drums)
    stem = np.zeros((2, samples), np.float32)
    by_key: dict[tuple[int, int], list[Voice]] = defaultdict(list)
    for voice in _silenced(_voices(part, score, zones, samples), zones):
        by_key[voice.zone, voice.key].append(voice)
    waves: dict[int, Wave] = {}
    for (index, key), voices in by_key.items():
        zone = zones[index]
        if zone.sample not in waves:
            waves[zone.sample] = bank.wave(zone)
        if waves[zone.sample].data.size:
            longest = max(voice.hold / SAMPLE_RATE_HZ + voice.release * _INAUDIBLE_SHARE for voice in voices)
            _add(stem, zone, held(zone, waves[zone.sample], key, longest), voices)
    return stem


def _voices(part: Part, score: Score, zones: tuple[Zone, ...], samples: int) -> list[Voice]:
    found = []
    for note in sorted(part.notes, key=lambda note: (note.beat, note.pitch)):
        onset = round(score.seconds_at(note.beat) * SAMPLE_RATE_HZ)
        if not 0 <= onset < samples or note.velocity <= 0:
            continue
        hold = max(round(note.beats * 60.0 / score.tempo * SAMPLE_RATE_HZ), 1)
        for index in _sounding(zones, note, part.drums):
            zone = zones[index]
            velocity = note.velocity if zone.fixed_velocity is None else zone.fixed_velocity
            # A struck drum rings on however short its note is written.
            length = samples - onset if part.drums and not zone.looped else hold
            release = min(max(zone.volume.release, _SHORTEST_RELEASE_SECONDS), _LONGEST_RELEASE_SECONDS)
            found.append(Voice(index, note.pitch, velocity, onset, length, release))
    return found


def _sounding(zones: tuple[Zone, ...], note: ScoreNote, drums: bool) -> list[int]:
    """The zones that a note sounds. A pitch that the font forgot is played by the zones nearest to it."""
    found = [index for index, zone in enumerate(zones) if zone.plays(note.pitch, note.velocity)]
    if found or drums or not zones:
        return found
    apart = [max(zone.keys[0] - note.pitch, note.pitch - zone.keys[1], 0) for zone in zones]
    return [index for index, distance in enumerate(apart) if distance == min(apart)]


def _silenced(voices: Iterable[Voice], zones: tuple[Zone, ...]) -> list[Voice]:
    """Voices in order, each cut where a later note of its exclusive class starts."""
    kept: list[Voice] = []
    sounding: dict[int, list[int]] = defaultdict(list)
    for voice in voices:
        group = zones[voice.zone].exclusive
        if group:
            for index in [index for index in sounding[group] if kept[index].onset < voice.onset]:
                earlier = kept[index]
                if earlier.onset + earlier.hold > voice.onset:
                    kept[index] = replace(earlier, hold=voice.onset - earlier.onset, release=_SILENCED_SECONDS)
                sounding[group].remove(index)
            sounding[group].append(len(kept))
        kept.append(voice)
    return kept


def _add(stem: Stereo, zone: Zone, sound: Mono, voices: list[Voice]) -> None:
    """Place `sound` at every voice's onset, let go at its end."""
    angle = (zone.pan + 1.0) * np.pi / 4.0
    sides = np.array([[np.cos(angle)], [np.sin(angle)]]) * 2.0 ** 0.5
    fades: dict[float, Mono] = {}
    for voice in voices:
        if voice.release not in fades:
            fades[voice.release] = _fade(voice.release)
        fade = fades[voice.release]
        length = min(voice.hold + len(fade), len(sound), stem.shape[1] - voice.onset)
        loudness = gain_of(-zone.attenuation_db) * (voice.velocity / 127.0) ** 2
        piece = (loudness * sides).astype(np.float32) * sound[:length]
        if length > voice.hold:
            piece[:, voice.hold:] *= fade[:length - voice.hold]
        stem[:, voice.onset:voice.onset + length] += piece


def _fade(release: float) -> Mono:
    seconds = np.arange(int(release * _INAUDIBLE_SHARE * SAMPLE_RATE_HZ), dtype=np.float32) / SAMPLE_RATE_HZ
    return np.asarray(np.float32(10.0) ** (seconds * np.float32(-5.0 / release)))
