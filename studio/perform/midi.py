"""The score as a MIDI file, for other programs to open. Makes no sound."""

from __future__ import annotations

import os
from pathlib import Path

from symusic.core import KeySignatureTick, NoteTick, ScoreTick, TempoTick, TextMetaTick, TimeSignatureTick, TrackTick

from studio.score import Key, Mode, Part, Score

TICKS_A_BEAT = 480

# Sharps (or, below zero, flats) of each major key from C upwards, spelled as PITCH_NAMES spells them.
_SHARPS = (0, 7, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5)


def midi_of(score: Score) -> ScoreTick:
    """The whole score: tempo, time and key signature, a marker for each section, a track for each part."""
    midi = ScoreTick(TICKS_A_BEAT)
    midi.tempos.append(TempoTick(0, score.tempo))
    midi.time_signatures.append(TimeSignatureTick(0, score.meter, 4))
    midi.key_signatures.append(KeySignatureTick(0, sharps_of(score.key), int(score.key.mode is Mode.MINOR)))
    for section in score.sections:
        midi.markers.append(TextMetaTick(_ticks(section.beat), section.kind.value))
    for part in score.parts:
        midi.tracks.append(_track(part))
    return midi


def write_midi(score: Score, path: Path) -> None:
    """Write the score to `path`, replacing what stood there. Raises OSError, and then leaves nothing behind."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(midi_of(score).dumps_midi())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def sharps_of(key: Key) -> int:
    """The key signature: sharps above zero, flats below."""
    return _SHARPS[(key.tonic + (3 if key.mode is Mode.MINOR else 0)) % 12]


def _track(part: Part) -> TrackTick:
    track = TrackTick(part.name, part.program, part.drums)
    for note in part.notes:
        start = _ticks(note.beat)
        track.notes.append(NoteTick(start, max(_ticks(note.beat + note.beats) - start, 1), note.pitch, note.velocity))
    return track


def _ticks(beat: float) -> int:
    return round(beat * TICKS_A_BEAT)
