"""The drummer: grooves, fills, crashes and the silence before a chorus, from a style. Never plays pitches."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

from studio.compose.pattern import DRUM_SIGNS
from studio.compose.stage import BarPlan, Stage, scaled, variant_for
from studio.compose.style import KIT, Drums, bars_of
from studio.score import ScoreNote, SectionKind

STROKE_BEATS = 0.2
FILL_CHANCE = 0.75              # at the end of a section that no chorus follows
PHRASE_BARS = 8
PHRASE_FILL_CHANCE = 0.5
NEUTRAL_VELOCITY = 80


def drum_notes(drums: Drums, stage: Stage) -> list[ScoreNote]:
    """Every stroke of the song."""
    dice = stage.dice(drums.name)
    offset = dice.randrange(8)
    grooves = drums.four if stage.meter == 4 else drums.three
    notes: list[ScoreNote] = []
    for bar in stage.bars:
        if bar.ending:
            notes += _last_stroke(drums, bar) if bar.kind in grooves else []
            continue
        rows = variant_for(grooves, bar, offset)
        if bar.kind is SectionKind.INTRO and bar.place < drums.enters * bar.of:
            rows = None
        fill = _fill(drums, stage, bar, dice)
        begins = _first_stroke(fill, bar, stage.meter) if fill else bar.beats
        stop = min(begins, bar.drops_at) if bar.drops_at is not None else begins
        notes += _strokes(drums, rows or {}, stage.meter, bar, 0.0, stop)
        notes += _strokes(drums, fill or {}, stage.meter, bar, begins, bar.beats)
        if bar.place == 0 and drums.crash.get(bar.kind):
            notes.append(ScoreNote(bar.beat, STROKE_BEATS, KIT["crash"], drums.crash[bar.kind]))
    return notes


def _fill(drums: Drums, stage: Stage, bar: BarPlan, dice: Random) -> Mapping[str, str] | None:
    """The bar's fill: always into a chorus, mostly into other sections, sometimes at a phrase's end."""
    fills = drums.fills_four if stage.meter == 4 else drums.fills_three
    chosen, chance = dice.choice(fills), dice.random()
    if bar.before is SectionKind.CHORUS:
        return chosen
    if bar.before is not None:
        return chosen if chance < FILL_CHANCE else None
    phrase = bar.kind is not SectionKind.INTRO and bar.place % PHRASE_BARS == PHRASE_BARS - 1
    return fills[0] if phrase and chance < PHRASE_FILL_CHANCE else None


def _first_stroke(rows: Mapping[str, str], bar: BarPlan, meter: int) -> float:
    beats = [step.beat for text in rows.values() for step in bars_of(text, meter, DRUM_SIGNS)[0]]
    return min(beats, default=bar.beats)


def _strokes(drums: Drums, rows: Mapping[str, str], meter: int, bar: BarPlan, start: float,
             stop: float) -> list[ScoreNote]:
    notes = []
    for drum, text in rows.items():
        bars = bars_of(text, meter, DRUM_SIGNS)
        for step in bars[bar.place % len(bars)]:
            if start <= step.beat < stop:
                loud = (8 + 12 * int(step.sign)) * drums.velocity / NEUTRAL_VELOCITY
                notes.append(ScoreNote(bar.beat + step.beat, STROKE_BEATS, KIT[drum], scaled(loud, bar.energy)))
    return notes


def _last_stroke(drums: Drums, bar: BarPlan) -> list[ScoreNote]:
    loud = drums.crash.get(SectionKind.CHORUS, 0)
    kick = ScoreNote(bar.beat, STROKE_BEATS, KIT["kick"], scaled(drums.velocity, bar.energy))
    return [kick, ScoreNote(bar.beat, STROKE_BEATS, KIT["crash"], max(20, loud // 2))] if loud else [kick]
