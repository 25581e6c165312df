"""What makes exact notes sound played: swing, small deviations, and clean note ends. Never changes a pitch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from random import Random

from studio.compose.style import Feel, Swing
from studio.score import ScoreNote

LEAST_BEATS = 0.03
FARTHEST = 2.0                      # standard deviations
WITHIN_CHORD = 0.25                 # the share of a deviation that the notes of one chord do not have in common
TRIPLET_SWING = 1 / 3
"""The swing that puts a straight off-beat on the last third of its beat, to go with a tune in triplets."""


def swung(notes: Iterable[ScoreNote], swing: Swing) -> list[ScoreNote]:
    """The notes with every second unit late; onsets keep their order, and notes that met still meet."""

    def at(beat: float) -> float:
        within = beat % (2 * swing.unit)
        late: float = swing.amount * min(within, 2 * swing.unit - within)
        return beat + late

    return [replace(n, beat=at(n.beat), beats=at(n.beat + n.beats) - at(n.beat)) for n in notes]


def played(notes: Iterable[ScoreNote], feel: Feel, tempo: float, dice: Random) -> list[ScoreNote]:
    """The notes as a player gives them: notes struck together stay together, none begins before the song."""
    spread = feel.timing_ms / 1000.0 * tempo / 60.0
    common: dict[float, float] = {}
    result = []
    for note in sorted(notes, key=lambda n: (n.beat, n.pitch)):
        shift = common.setdefault(note.beat, _stray(dice, spread)) + WITHIN_CHORD * _stray(dice, spread)
        velocity = round(note.velocity + _stray(dice, feel.velocity))
        result.append(replace(note, beat=max(0.0, note.beat + shift), velocity=min(127, max(1, velocity))))
    return result


def _stray(dice: Random, spread: float) -> float:
    return min(FARTHEST, max(-FARTHEST, dice.gauss(0.0, 1.0))) * spread


def tidied(notes: Iterable[ScoreNote]) -> tuple[ScoreNote, ...]:
    """The notes in order, none sounding on when its own pitch is struck again, none too short to be heard."""
    latest: dict[int, int] = {}
    kept: list[ScoreNote] = []
    for note in sorted(notes, key=lambda n: (n.beat, n.pitch, -n.beats)):
        before = latest.get(note.pitch)
        if before is not None:
            room = note.beat - kept[before].beat
            if room < LEAST_BEATS:
                continue
            kept[before] = replace(kept[before], beats=min(kept[before].beats, room))
        latest[note.pitch] = len(kept)
        kept.append(replace(note, beats=max(note.beats, LEAST_BEATS)))
    return tuple(sorted(kept, key=lambda n: (n.beat, n.pitch)))
