"""The tune on stage: the lead, the voice that joins it in a chorus, and the echo in intro and outro.

The lead plays every note of every presentation once, transposed by one interval; nothing here adds to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import pi, sin

from studio.compose.form import Form
from studio.compose.stage import Stage, scaled
from studio.compose.style import Double, Echo
from studio.compose.tune import Piece, Tune, TuneNote
from studio.compose.voicing import scale_of, triad
from studio.score import ScoreNote, SectionKind

COMFORT = (60, 84)
COMFORT_MEAN = 70.5
LOWEST_LEAD, HIGHEST_LEAD = 40, 100
PHRASE_REST_BEATS, PHRASE_NOTE_BEATS = 0.4, 2.0
LEAD_VELOCITY, ARC, LIFT = 80.0, 10.0, 18.0
SEPARATION_BEATS = 0.04         # between two notes of one pitch, so that the second speaks
ECHO_VELOCITY = 52


def octave_for(pitches: Sequence[int]) -> int:
    """The octaves, in semitones, that bring the heard pitches into a lead's comfortable range."""
    mean = sum(pitches) / len(pitches)

    def discomfort(shift: int) -> float:
        outside = sum(max(0, COMFORT[0] - p - shift, p + shift - COMFORT[1]) for p in pitches) / len(pitches)
        return 3.0 * outside + abs(mean + shift - COMFORT_MEAN)

    return min(range(-60, 73, 12), key=discomfort)


def transposition_for(pitches: Sequence[int], asked: int) -> int:
    """Octaves into range plus what was asked for, kept by octaves within what a lead can play."""
    shift = octave_for(pitches) + asked
    while max(pitches) + shift > HIGHEST_LEAD and min(pitches) + shift - 12 >= LOWEST_LEAD:
        shift -= 12
    while min(pitches) + shift < LOWEST_LEAD and max(pitches) + shift + 12 <= HIGHEST_LEAD:
        shift += 12
    return shift


def lead_notes(tune: Tune, form: Form, energies: Sequence[float], transposition: int) -> tuple[ScoreNote, ...]:
    """The lead: presentations in order with the dynamics of their phrases; `energies` go with the form's stretches."""
    notes: list[ScoreNote] = []
    for stretch, energy in zip(form.stretches, energies, strict=True):
        for shown in stretch.presentations:
            sung = shown.piece.notes_of(tune)
            start = shown.bar * tune.meter
            for note, arc in zip(sung, _arcs(sung), strict=True):
                velocity = LEAD_VELOCITY + ARC * arc + LIFT * (energy - 0.5) + _accent(note.beat, tune.meter)
                notes.append(ScoreNote(start + note.beat, note.beats, note.pitch + transposition,
                                       max(45, min(118, round(velocity)))))
    return _joined(notes, form.bars * tune.meter)


def _joined(notes: list[ScoreNote], end: float) -> tuple[ScoreNote, ...]:
    """The notes without overlaps, each pitch that returns at once a little shorter."""
    result = []
    for note, following in pairwise([*notes, ScoreNote(end, 0.0, -1, 1)]):
        beats = min(note.beats, following.beat - note.beat)
        if following.pitch == note.pitch and beats > following.beat - note.beat - SEPARATION_BEATS:
            beats = following.beat - note.beat - min(SEPARATION_BEATS, (following.beat - note.beat) / 4)
        result.append(replace(note, beats=beats))
    return tuple(result)


def _accent(beat: float, meter: int) -> float:
    within = beat % meter
    if within == 0.0:
        return 6.0
    return (4.0 if meter == 4 and within == 2.0 else 1.0) if within % 1 == 0 else -3.0


def _arcs(notes: Sequence[TuneNote]) -> list[float]:
    """0 to 1 for each note: every phrase swells to its middle and falls away."""
    phrases: list[list[TuneNote]] = [[notes[0]]]
    for before, note in pairwise(notes):
        rest = note.beat - before.beat - before.beats
        if rest >= PHRASE_REST_BEATS or before.beats >= PHRASE_NOTE_BEATS:
            phrases.append([])
        phrases[-1].append(note)
    arcs = []
    for phrase in phrases:
        length = phrase[-1].beat - phrase[0].beat or 1.0
        arcs += [sin(pi * (0.15 + 0.75 * (note.beat - phrase[0].beat) / length)) for note in phrase]
    return arcs


def double_notes(double: Double, stage: Stage) -> list[ScoreNote]:
    """The added voice: the lead of every chorus, at the double's interval."""
    spans = [(bar.beat, bar.beat + bar.beats, bar.energy) for bar in stage.bars if bar.kind is SectionKind.CHORUS]
    notes = []
    for note in stage.lead:
        energy = next((energy for start, end, energy in spans if start <= note.beat < end), None)
        if energy is not None:
            pitch = _beside(note, double, stage)
            notes.append(replace(note, pitch=pitch, velocity=scaled(double.velocity, energy)))
    return notes


def _beside(note: ScoreNote, double: Double, stage: Stage) -> int:
    if double.interval != "third below":
        return note.pitch + (12 if double.interval == "octave above" else -12)
    chord = set(triad(stage.chord_after(note.beat)))
    below = [note.pitch - by for by in (3, 4, 5, 8, 9)]
    if note.pitch % 12 in chord:
        return next(pitch for pitch in [*below, note.pitch - 12] if pitch % 12 in chord)
    return next((pitch for pitch in below if pitch % 12 in scale_of(stage.key)), note.pitch - 12)


def echo_notes(echo: Echo, tune: Tune, form: Form, transposition: int) -> list[ScoreNote]:
    """The tune's first bars over the intro and its last ones over the outro: only the notes on the beat."""
    shift, notes = transposition + 12 * echo.octaves, []
    pieces = [shown.piece for stretch in form.stretches for shown in stretch.presentations]
    intro, outro = form.stretches[0], form.stretches[-1]
    if intro.bars > 1:
        notes += _hint(tune, pieces[0], 0, intro.bars - 1, 0, shift)
    tail = min(outro.bars - 1, pieces[-1].bars)
    if tail > 0:
        notes += _hint(tune, pieces[-1], pieces[-1].bars - tail, tail, outro.bar, shift)
    return notes


def _hint(tune: Tune, piece: Piece, bar: int, bars: int, to_bar: int, shift: int) -> list[ScoreNote]:
    """Bars `bar` to `bar + bars` of a piece at bar `to_bar` of the song, repeated where the piece is shorter."""
    meter, notes = tune.meter, []
    for at in range(bars):
        low = ((bar + at) % piece.bars) * meter
        kept = [n for n in piece.notes_of(tune) if low <= n.beat < low + meter and n.beat % 1 == 0]
        for note, following in pairwise([*kept, TuneNote(low + meter, 0.0, 0)]):
            beat = (to_bar + at) * meter + note.beat - low
            notes.append(ScoreNote(beat, following.beat - note.beat, note.pitch + shift, ECHO_VELOCITY))
    return notes
