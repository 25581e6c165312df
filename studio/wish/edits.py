"""Edits: the changes of a song that words can ask for. Plain tagged data; what they do is the agent's affair."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

Aspect: TypeAlias = Literal["16:9", "9:16", "1:1"]


class MakeSong(msgspec.Struct, frozen=True, tag=True):
    """The member asked for a whole song of the clip, which is what the studio makes anyway."""


class SetStyle(msgspec.Struct, frozen=True, tag=True):
    """Arrange in the style `name`, one of those that the studio has."""

    name: str


class SetTitle(msgspec.Struct, frozen=True, tag=True):
    """Call the song `title`: cleaned, never empty, at most MAX_TITLE_CHARACTERS."""

    title: str


class SetAspect(msgspec.Struct, frozen=True, tag=True):
    """Give the film this shape."""

    aspect: Aspect


class SetLength(msgspec.Struct, frozen=True, tag=True):
    """Make the song last about `seconds`."""

    seconds: float


class ChangeLength(msgspec.Struct, frozen=True, tag=True):
    """Multiply the song's length by `factor`."""

    factor: float


class ShiftLength(msgspec.Struct, frozen=True, tag=True):
    """Add `seconds` to the song's length, or take them away when negative."""

    seconds: float


class SetTempo(msgspec.Struct, frozen=True, tag=True):
    """Play at `bpm` quarter notes a minute."""

    bpm: float


class ChangeTempo(msgspec.Struct, frozen=True, tag=True):
    """Multiply the tempo by `factor`."""

    factor: float


class ShiftTempo(msgspec.Struct, frozen=True, tag=True):
    """Add `bpm` quarter notes a minute to the tempo, or take them away when negative."""

    bpm: float


class AnotherTake(msgspec.Struct, frozen=True, tag=True):
    """Arrange anew: another seed, nothing else changed."""


class SetTake(msgspec.Struct, frozen=True, tag=True):
    """Go to take `number`: a small one counted from 1, or a seed below 2³²."""

    number: int


class Transpose(msgspec.Struct, frozen=True, tag=True):
    """Move the whole song by `semitones`."""

    semitones: int


class SetLead(msgspec.Struct, frozen=True, tag=True):
    """Let `instrument` (a family such as "piano" or "music box") play the melody."""

    instrument: str


class Mute(msgspec.Struct, frozen=True, tag=True):
    """Leave `part` out: "drums", "bass", "chords", "lead" or "crackle"."""

    part: str


class Unmute(msgspec.Struct, frozen=True, tag=True):
    """Let `part` play again."""

    part: str


class Undo(msgspec.Struct, frozen=True, tag=True):
    """Take the last wish back."""


class StartAfresh(msgspec.Struct, frozen=True, tag=True):
    """Forget all wishes and begin again from the clip."""


Edit: TypeAlias = (
    MakeSong | SetStyle | SetTitle | SetAspect | SetLength | ChangeLength | ShiftLength | SetTempo | ChangeTempo
    | ShiftTempo | AnotherTake | SetTake | Transpose | SetLead | Mute | Unmute | Undo | StartAfresh
)

_SUBJECTS: dict[type, str] = {
    SetLength: "length", ChangeLength: "length", ShiftLength: "length",
    SetTempo: "tempo", ChangeTempo: "tempo", ShiftTempo: "tempo",
    AnotherTake: "take", SetTake: "take",
}
_RELATIVE = (ChangeLength, ShiftLength, ChangeTempo, ShiftTempo, AnotherTake)


def subject(edit: Edit) -> str:
    """What `edit` is about; two edits of one subject in one wish contradict each other."""
    if isinstance(edit, Mute | Unmute):
        return f"part {edit.part}"
    return _SUBJECTS.get(type(edit), type(edit).__name__)


def is_relative(edit: Edit) -> bool:
    """Whether `edit` starts from what is there, so that a definite value said beside it settles the matter."""
    return isinstance(edit, _RELATIVE)
