"""What every player sees of the song: bars with their section, chords and how busy the lead is. Never plays."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from studio.score import Chord, Key, ScoreNote, SectionKind

DROP_SHARE = 0.5
"""The share of the bar before a chorus after which dropping players fall silent."""


@dataclass(frozen=True, slots=True)
class BarPlan:
    """One bar of the song; `beat` is its first beat, `place` its number within the section."""

    beat: float
    kind: SectionKind
    round: int
    place: int
    of: int                     # bars of the section
    energy: float
    chords: tuple[Chord, ...]   # clipped to the bar
    busy: float                 # lead onsets a beat
    before: SectionKind | None  # what follows, where this is a section's last bar
    ending: bool                # the song's last bar

    @property
    def drops_at(self) -> float | None:
        """The beat of the bar from which dropping players rest, if any."""
        return self.beats * DROP_SHARE if self.before is SectionKind.CHORUS else None

    @property
    def beats(self) -> float:
        """The length of the bar."""
        return sum(chord.beats for chord in self.chords)


@dataclass(frozen=True, slots=True)
class Stage:
    """The song as the players see it; `lead` is the finished lead, without swing."""

    bars: tuple[BarPlan, ...]
    chords: tuple[Chord, ...]
    lead: tuple[ScoreNote, ...]
    key: Key
    meter: int
    tempo: float
    seed: int

    def dice(self, player: str) -> Random:
        """A player's own chance, the same for the same take."""
        return Random(f"{self.seed}/{player}")

    def chord_after(self, beat: float) -> Chord:
        """The chord that sounds at or begins last before `beat`, at most the song's last."""
        return self.chords[max(0, bisect_right(self.chords, beat + 1e-6, key=lambda chord: chord.beat) - 1)]


Variant = TypeVar("Variant")


def variant_for(lists: Mapping[SectionKind, Sequence[Variant]], bar: BarPlan, offset: int) -> Variant | None:
    """The variant of a section's patterns; later rounds take the next one. None where the player rests."""
    variants = lists.get(bar.kind)
    return variants[(offset + bar.round) % len(variants)] if variants else None


def scaled(velocity: float, energy: float) -> int:
    """A velocity for a section's energy (0 to 1), within what MIDI allows."""
    return max(12, min(122, round(velocity * (0.72 + 0.42 * energy))))


def busy_at(lead: Sequence[ScoreNote], beat: float, beats: float) -> float:
    """Lead onsets a beat between `beat` and `beat + beats`."""
    return sum(beat - 1e-6 <= note.beat < beat + beats - 1e-6 for note in lead) / beats
