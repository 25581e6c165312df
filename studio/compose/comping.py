"""The chord players: strikes, broken chords and held pads from a style's patterns. Never covers the lead.

Each chord is voiced once for each player, near the chord before and below the lead; where the lead is busy the player
keeps to the beats.
"""

from __future__ import annotations

from random import Random

from studio.compose.pattern import CHORD_SIGNS, Bar, Step
from studio.compose.stage import BarPlan, Stage, scaled, variant_for
from studio.compose.style import Comping, bars_of
from studio.compose.voicing import Pitches, ceiling, rubs, seventh_of, triad, voiced
from studio.score import Chord, ScoreNote, SectionKind

BUSY, VERY_BUSY = 1.9, 2.6      # lead onsets a beat from which off-beats, then half beats, are left to the lead
LOUDNESS = {"X": 1.1, "x": 1.0, "o": 0.78}
BROKEN_LOUDNESS = 0.95


def comping_notes(player: Comping, stage: Stage) -> list[ScoreNote]:
    """All notes of one chord player."""
    dice = stage.dice(player.name)
    offset = dice.randrange(8)
    voicings = _voicings(player, stage, dice)
    lines = player.four if stage.meter == 4 else player.three
    notes: list[ScoreNote] = []
    for bar in stage.bars:
        text = variant_for(lines, bar, offset)
        if text is None or _waits(player, bar):
            continue
        bars = bars_of(text, stage.meter, CHORD_SIGNS)
        steps = (Step(0.0, bar.beats, "X"),) if bar.ending else _thinned(bars[bar.place % len(bars)], bar)
        stop = bar.drops_at if player.drops and bar.drops_at is not None else bar.beats
        for step in steps:
            if step.beat < stop:
                cut = Step(step.beat, min(step.beats, stop - step.beat), step.sign)
                notes += _played(player, stage, bar, cut, voicings)
    return notes


def _waits(player: Comping, bar: BarPlan) -> bool:
    return bar.kind is SectionKind.INTRO and bar.place < player.enters * bar.of


def _voicings(player: Comping, stage: Stage, dice: Random) -> dict[float, Pitches]:
    """The pitches of every chord of the song by its first beat; the take decides where the first one lies."""
    found: dict[float, Pitches] = {}
    colours: dict[tuple[int, bool], bool] = {}
    near: Pitches | None = None
    lift = dice.choice((0, 2, 4))
    for chord in stage.chords:
        name = chord.root % 12, chord.minor
        coloured = colours.setdefault(name, dice.random() < player.seventh)
        tones = _tones(player, stage, chord, coloured)
        top = ceiling(chord, stage.lead, player.high)
        near = voiced(tones, player.voices, player.low + (lift if near is None else 0), player.high, top, near)
        found[chord.beat] = near
    return found


def _tones(player: Comping, stage: Stage, chord: Chord, coloured: bool) -> tuple[int, ...]:
    plain = triad(chord)
    seventh = seventh_of(chord, stage.key)
    if not coloured or rubs(seventh, chord, stage.lead):
        return plain
    return (*plain, seventh) if player.voices > 3 else (plain[0], plain[1], seventh)


def _thinned(steps: Bar, bar: BarPlan) -> Bar:
    """The steps without those that would crowd a busy lead; their time goes to the step before."""
    if bar.busy < BUSY:
        return steps
    grid = 1.0 if bar.busy >= VERY_BUSY else 0.5
    kept: list[Step] = []
    for step in steps:
        strikes = step.sign in LOUDNESS
        if kept and step.beat % (1.0 if strikes else grid) and step.sign != "X":
            kept[-1] = Step(kept[-1].beat, step.beat + step.beats - kept[-1].beat, kept[-1].sign)
        else:
            kept.append(step)
    return tuple(kept)


def _played(player: Comping, stage: Stage, bar: BarPlan, step: Step, voicings: dict[float, Pitches]) -> list[ScoreNote]:
    """One step; a strike is taken up again where the chord changes, a single voice ends there or rings until then."""
    notes: list[ScoreNote] = []
    start, end = bar.beat + step.beat, bar.beat + step.beat + step.beats
    for chord in bar.chords:
        begin, finish = max(start, chord.beat), min(end, chord.beat + chord.beats)
        if finish - begin <= 1e-6 or (step.sign not in LOUDNESS and begin > start):
            continue
        pitches = voicings[_first_beat(stage, chord)]
        if step.sign in LOUDNESS:
            velocity = scaled(player.velocity * LOUDNESS[step.sign], bar.energy)
            strum = player.strum_ms / 1000.0 * stage.tempo / 60.0
            length = (finish - begin) * 0.97
            delays = [min(i * strum, length / 2) for i in range(len(pitches))]
            notes += [ScoreNote(begin + delay, length - delay, pitch, velocity)
                      for delay, pitch in zip(delays, pitches, strict=True)]
        else:
            velocity = scaled(player.velocity * BROKEN_LOUDNESS * (1.05 if step.beat % 1 == 0 else 0.92), bar.energy)
            until = chord.beat + chord.beats if player.ring else finish
            notes.append(ScoreNote(begin, (until - begin) * 0.97, _voice(pitches, int(step.sign)), velocity))
    return notes


def _voice(pitches: Pitches, number: int) -> int:
    """Voice `number` from below, counting on in the octave above."""
    octave, at = divmod(number - 1, len(pitches))
    return pitches[at] + 12 * octave


def _first_beat(stage: Stage, chord: Chord) -> float:
    return stage.chord_after(chord.beat).beat
