"""The brief of a song: everything that a member has asked for so far, as plain data. It never makes anything itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from studio.wish import edits
from studio.wish.edits import Edit

DEFAULT_STYLE = "lo-fi"
Change = dict[str, Any]
"""Fields of a brief with their new values."""


@dataclass(frozen=True, slots=True)
class Brief:
    """What the song shall be. An empty title or None means that the studio chooses."""

    style: str = DEFAULT_STYLE
    title: str = ""
    aspect: str = "16:9"
    seconds: float | None = None        # wished length of the song
    bpm: float | None = None            # wished tempo; None follows the singer and the style
    tempo_factor: float = 1.0           # slower (< 1) or faster (> 1) than the style would play it
    take: int = 1                       # the seed of the arrangement
    transpose: int = 0                  # semitones, for the whole song
    lead: str | None = None             # the family of the instrument that plays the tune
    muted: frozenset[str] = frozenset() # parts that shall not play

    @property
    def music(self) -> tuple[object, ...]:
        """Everything of the brief that can be heard: where it is unchanged, the song need not be played again."""
        return (self.style, self.seconds, self.bpm, self.tempo_factor, self.take, self.transpose, self.lead, self.muted)


@dataclass(frozen=True, slots=True)
class Standing:
    """The song as it stands, where a wish for *longer* or *slower* starts from."""

    seconds: float
    tempo: float


MIN_SECONDS, MAX_SECONDS = 30.0, 240.0
MIN_BPM, MAX_BPM = 50.0, 200.0
MIN_TEMPO_FACTOR, MAX_TEMPO_FACTOR = 0.5, 2.0
MAX_SEMITONES = 12


def amended(brief: Brief, edit: Edit, standing: Standing) -> Brief:
    """`brief` with `edit` applied and kept within what can be played. Undo and StartAfresh are the agent's affair."""
    change = _CHANGES.get(type(edit))
    return replace(brief, **change(brief, edit, standing)) if change else brief


def _tempo(brief: Brief, factor: float, standing: Standing) -> Change:
    if brief.bpm is not None:
        return {"bpm": _within(MIN_BPM, brief.bpm * factor, MAX_BPM)}
    lowest, highest = MIN_BPM / standing.tempo * brief.tempo_factor, MAX_BPM / standing.tempo * brief.tempo_factor
    wished = _within(lowest, brief.tempo_factor * factor, highest)
    return {"tempo_factor": _within(MIN_TEMPO_FACTOR, wished, MAX_TEMPO_FACTOR)}


def _length(seconds: float) -> Change:
    return {"seconds": _within(MIN_SECONDS, seconds, MAX_SECONDS)}


def _within(low: float, value: float, high: float) -> float:
    return min(high, max(low, value))


_CHANGES: dict[type, Callable[[Brief, Any, Standing], Change]] = {
    edits.SetStyle: lambda _brief, edit, _now: {"style": edit.name},
    edits.SetTitle: lambda _brief, edit, _now: {"title": edit.title},
    edits.SetAspect: lambda _brief, edit, _now: {"aspect": edit.aspect},
    edits.SetLength: lambda _brief, edit, _now: _length(edit.seconds),
    edits.ChangeLength: lambda _brief, edit, now: _length(now.seconds * edit.factor),
    edits.ShiftLength: lambda _brief, edit, now: _length(now.seconds + edit.seconds),
    edits.SetTempo: lambda _brief, edit, _now: {"bpm": _within(MIN_BPM, edit.bpm, MAX_BPM), "tempo_factor": 1.0},
    edits.ChangeTempo: lambda brief, edit, now: _tempo(brief, edit.factor, now),
    edits.ShiftTempo: lambda brief, edit, now: _tempo(brief, 1 + edit.bpm / now.tempo, now),
    edits.AnotherTake: lambda brief, _edit, _now: {"take": brief.take + 1},
    edits.SetTake: lambda _brief, edit, _now: {"take": edit.number},
    edits.Transpose: lambda brief, edit, _now: {
        "transpose": int(_within(-MAX_SEMITONES, brief.transpose + edit.semitones, MAX_SEMITONES))},
    edits.SetLead: lambda _brief, edit, _now: {"lead": edit.instrument},
    edits.Mute: lambda brief, edit, _now: {"muted": brief.muted | {edit.part}},
    edits.Unmute: lambda brief, edit, _now: {"muted": brief.muted - {edit.part}},
}
