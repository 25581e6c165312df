"""Turns a pitch track into sung notes at the pitches that the singer meant; never hears rhythm.

swift-f0's own segmentation (an exact dynamic programme over frames) gives the notes. What is added here is told by
other evidence: syllables split repeated notes and place onsets on vowels, octave slips are healed, the singer's tuning
(which may sink over a clip) is taken out before rounding, and a pitch that lies between two keys of the piano is drawn
to the one that the melody's key expects.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from swift_f0 import PitchResult, segment_notes

from studio.errors import NoMelody
from studio.listen.key import key_of, profile_of
from studio.listen.pitch import VOICED_CONFIDENCE, midi_of
from studio.score import HeardNote, Key

PITCH_HOLD_MS = 120
MIN_NOTE_SECONDS = 0.06
MIN_NOTES = 3
SLIP_SECONDS = 0.15             # an octave slip is short ...
SLIP_GAP_SECONDS = 0.05         # ... and touches the note that it slipped from
VOWEL_SECONDS = 0.12            # a voiced consonant lasts no longer
TUNING_SPAN_SECONDS = 8.0       # how slowly a singer's tuning moves
PITCH_SPREAD = 0.3              # semitones by which singers miss (standard deviation)

Curve = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RawNote:
    """A note before rounding: seconds, and a fractional MIDI pitch."""

    onset: float
    offset: float
    pitch: float

    @property
    def seconds(self) -> float:
        """How long it sounds."""
        return self.offset - self.onset


def raw_notes(track: PitchResult, opening_frames: npt.NDArray[np.intp]) -> list[RawNote]:
    """The notes of a pitch track; `opening_frames` are the frames at which syllables open."""
    found = [RawNote(note.start, note.end, float(midi_of(note.pitch_hz)))
             for note in segment_notes(track, pitch_hold_ms=PITCH_HOLD_MS)]
    at_seconds = track.timestamps[opening_frames[opening_frames < len(track.timestamps)]]
    pieces = [piece for note in found for piece in _at_syllables(note, at_seconds, track)]
    return [note for note in _without_slips(pieces) if note.seconds >= MIN_NOTE_SECONDS]


def meant_notes(raw: Sequence[RawNote]) -> tuple[tuple[HeardNote, ...], Key, float]:
    """Round `raw` notes to the singer's own tuning; returns them with their key and the tuning in cents.

    Raises NoMelody for fewer than three notes, or one pitch alone (a mains hum, a siren's tone).
    """
    if len(raw) < MIN_NOTES:
        raise NoMelody
    tuning = _tuning(raw)
    in_tune = np.array([note.pitch for note in raw]) - tuning
    plain = _heard(raw, np.floor(in_tune + 0.5))
    notes = _heard(raw, _drawn_to(key_of(plain), in_tune))
    if len({note.pitch for note in notes}) < 2:
        raise NoMelody
    mean = float(np.average(tuning, weights=[note.seconds for note in raw]))
    return notes, key_of(notes), round(100 * mean, 1)


def _heard(raw: Sequence[RawNote], pitches: Curve) -> tuple[HeardNote, ...]:
    return tuple(HeardNote(round(note.onset, 4), round(note.offset, 4), int(pitch))
                 for note, pitch in zip(raw, pitches, strict=True))


def _at_syllables(note: RawNote, openings: Curve, track: PitchResult) -> list[RawNote]:
    """Begin `note` at its vowel and split it where further syllables open."""
    inside = openings[(openings > note.onset) & (openings < note.offset - MIN_NOTE_SECONDS)]
    early = inside[inside - note.onset <= VOWEL_SECONDS]
    if len(early):
        note = replace(note, onset=float(early[-1]))
    cuts = [note.onset, *(float(at) for at in inside if at > note.onset), note.offset]
    return [_refitted(RawNote(start, end, note.pitch), track) if len(cuts) > 2 else note
            for start, end in pairwise(cuts)]


def _refitted(note: RawNote, track: PitchResult) -> RawNote:
    """The pitch of a piece by its own frames (their median), when there are enough."""
    own = (track.timestamps >= note.onset) & (track.timestamps < note.offset)
    own &= track.confidence >= VOICED_CONFIDENCE
    if own.sum() < 4:
        return note
    return replace(note, pitch=float(np.median(midi_of(track.pitch_hz[own]))))


def _without_slips(notes: Sequence[RawNote]) -> list[RawNote]:
    """Join short notes to the neighbour that they touch an octave away."""
    healed: list[RawNote] = []
    for note in notes:
        before = healed[-1] if healed else None
        if before is not None and _slipped(note, before):
            healed[-1] = replace(before, offset=note.offset)
        elif before is not None and _slipped(before, note):
            healed[-1] = replace(note, onset=before.onset)
        else:
            healed.append(note)
    return healed


def _slipped(slip: RawNote, home: RawNote) -> bool:
    gap = max(slip.onset - home.offset, home.onset - slip.offset)
    return (slip.seconds < SLIP_SECONDS and slip.seconds < home.seconds and gap < SLIP_GAP_SECONDS
            and abs(abs(slip.pitch - home.pitch) - 12) < 0.7)


def _tuning(raw: Sequence[RawNote]) -> Curve:
    """How far the singer stands from A = 440 Hz at each note, in semitones.

    A circular mean of the notes' pitches, weighted by duration and nearness in time; the whole clip's mean steadies it.
    """
    onset = np.array([note.onset for note in raw])
    turn = np.exp(2j * np.pi * np.array([note.pitch for note in raw])) * np.array([note.seconds for note in raw])
    near = np.exp(-0.5 * ((onset[:, None] - onset[None, :]) / TUNING_SPAN_SECONDS) ** 2)
    whole = np.angle(turn.sum())
    local = np.angle((near @ turn + 0.5 * turn.sum()) * np.exp(-1j * whole))
    return np.asarray((whole + local) / (2 * np.pi))


def _drawn_to(key: Key, pitch: Curve) -> Curve:
    """The likeliest whole pitch for each fractional one: how far it was missed, times how usual it is in `key`."""
    usual = np.log(profile_of(key))
    low = np.floor(pitch)
    candidates = np.stack([low, low + 1])
    belief = -0.5 * ((pitch - candidates) / PITCH_SPREAD) ** 2 + usual[candidates.astype(int) % 12]
    return np.asarray(np.where(belief[1] > belief[0], candidates[1], candidates[0]))
