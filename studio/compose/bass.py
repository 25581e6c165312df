"""The bass player: turns a style's bass patterns into notes between E1 and G2. Never leaves the chords but to pass."""

from __future__ import annotations

from studio.compose.pattern import BASS_SIGNS, Step
from studio.compose.stage import BarPlan, Stage, scaled, variant_for
from studio.compose.style import Bass, bars_of
from studio.compose.voicing import scale_of, triad
from studio.score import Chord, Key, ScoreNote

LOWEST, HIGHEST = 28, 43        # E1 and G2


def bass_notes(bass: Bass, stage: Stage) -> list[ScoreNote]:
    """The whole bass line."""
    lines = bass.four if stage.meter == 4 else bass.three
    offset = stage.dice(bass.name).randrange(8)
    notes: list[ScoreNote] = []
    for bar in stage.bars:
        text = variant_for(lines, bar, offset)
        if text is None:
            continue
        bars = bars_of(text, stage.meter, BASS_SIGNS)
        steps = (Step(0.0, bar.beats, "1"),) if bar.ending else bars[bar.place % len(bars)]
        stop = bar.drops_at if bass.drops and bar.drops_at is not None else bar.beats
        for step in steps:
            if step.beat < stop:
                notes += _played(bass, stage, bar, Step(step.beat, min(step.beats, stop - step.beat), step.sign))
    return notes


def _played(bass: Bass, stage: Stage, bar: BarPlan, step: Step) -> list[ScoreNote]:
    """One step, taken up again on the new root where the chord changes beneath it."""
    notes = []
    for chord in bar.chords:
        start = max(bar.beat + step.beat, chord.beat)
        end = min(bar.beat + step.beat + step.beats, chord.beat + chord.beats)
        if end - start <= 1e-6:
            continue
        sign = step.sign if start == bar.beat + step.beat else "1"
        following = stage.chord_after(end)
        accent = 1.0 if (start - bar.beat) % 2 == 0 else 0.92
        pitch = bass_pitch(sign, chord, following, stage.key)
        notes.append(ScoreNote(start, (end - start) * 0.96, pitch, scaled(bass.velocity * accent, bar.energy)))
    return notes


def bass_pitch(sign: str, chord: Chord, following: Chord, key: Key) -> int:
    """The pitch of a pattern sign over `chord` when `following` sounds next."""
    root = low_pitch(chord.root)
    if sign == "p":
        return _leading(root, chord, following, key)
    above = {"1": 0, "3": 3 if chord.minor else 4, "5": 7, "8": 12}[sign]
    pitch = root + above
    if pitch > HIGHEST:
        pitch = root if sign == "8" else pitch - 12
    return pitch if pitch >= LOWEST else root


def low_pitch(pitch_class: int) -> int:
    """The pitch of a class within the bass's lowest octave."""
    return LOWEST + (pitch_class - LOWEST) % 12


def _leading(root: int, chord: Chord, following: Chord, key: Key) -> int:
    """A step of the scale beside the next root, from the side where the line is; the fifth where none is due."""
    target = low_pitch(following.root)
    if target == root:
        fifth = root + 7
        return fifth if fifth <= HIGHEST else max(LOWEST, fifth - 12)
    known = scale_of(key) | set(triad(chord))
    side = -1 if root < target else 1
    steps = [target + side * by for by in (2, 1)] + [target - side * by for by in (2, 1)]
    fitting = [pitch for pitch in steps if pitch % 12 in known and LOWEST <= pitch <= HIGHEST and pitch != root]
    return fitting[0] if fitting else root
