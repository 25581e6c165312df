"""The one model that listening, composing, performing and filming share.

Conventions: a *clip* is measured in seconds from its first sample, a *score* in beats (quarter notes) from its first
bar line; pitches are MIDI numbers (60 = middle C), pitch classes 0 (C) to 11 (B), velocities 1 to 127, tempo is in
quarter notes a minute. Every class here is plain, frozen data that msgspec turns into JSON and back.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

PITCH_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
TAIL_SECONDS = 2.5
"""How long a song rings on after its last bar."""


class Mode(StrEnum):
    """The two modes that the studio tells apart."""

    MAJOR = "major"
    MINOR = "minor"


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (pitch class) and a mode."""

    tonic: int
    mode: Mode

    def __str__(self) -> str:
        return f"{PITCH_NAMES[self.tonic % 12]} {self.mode.value}"


@dataclass(frozen=True, slots=True)
class HeardNote:
    """A note as it was sung: seconds in the clip, and the nearest pitch after the singer's tuning was taken out."""

    onset: float
    offset: float
    pitch: int


@dataclass(frozen=True, slots=True)
class Melody:
    """What was heard in a clip.

    `beat_times` are the seconds of every beat, the first of which opens a bar (it may lie before the first note, or
    before the clip), the last of which lies behind the last note; a drifting singer makes them uneven.
    """

    notes: tuple[HeardNote, ...]
    key: Key
    tempo: float
    meter: int                      # beats a bar: 3 or 4
    beat_times: tuple[float, ...]
    tuning_cents: float             # how far the singer stood from A = 440 Hz
    seconds: float                  # how much of the clip was listened to
    cut: bool = False               # the clip was longer than the studio listens


class SectionKind(StrEnum):
    """The parts of a song's form."""

    INTRO = "intro"
    VERSE = "verse"
    CHORUS = "chorus"
    OUTRO = "outro"


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the form. `energy` (0 to 1) sets dynamics and density."""

    kind: SectionKind
    beat: float
    beats: float
    energy: float


@dataclass(frozen=True, slots=True)
class Chord:
    """A triad over a stretch of beats; `root` is a pitch class."""

    beat: float
    beats: float
    root: int
    minor: bool

    def __str__(self) -> str:
        return PITCH_NAMES[self.root % 12] + ("m" if self.minor else "")


@dataclass(frozen=True, slots=True)
class ScoreNote:
    """A note to be played."""

    beat: float
    beats: float
    pitch: int
    velocity: int


@dataclass(frozen=True, slots=True)
class Part:
    """One player: a General MIDI program (0 to 127; the kit number for drums) and its place in the mix.

    `loudness` is the part's integrated loudness in LUFS before mastering, so only differences between parts count;
    `pan` runs from -1 (left) to 1 (right), `room` (0 to 1) is the share of reverb.
    """

    name: str
    program: int
    drums: bool
    loudness: float
    pan: float
    room: float
    notes: tuple[ScoreNote, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """What is done to the sum of all parts. None switches an effect off."""

    low_pass_hz: float | None = None
    crackle_lufs: float | None = None   # loudness of vinyl crackle, relative to the parts' scale
    warmth: float = 0.0                 # 0 to 1: soft saturation


@dataclass(frozen=True, slots=True)
class Score:
    """A finished arrangement. `parts[0]` is the lead, which plays the heard melody."""

    title: str
    style: str
    seed: int
    tempo: float
    meter: int
    key: Key
    transposition: int              # semitones from the heard notes to the lead, the same for every note
    sections: tuple[Section, ...]
    chords: tuple[Chord, ...]
    parts: tuple[Part, ...]
    finish: Finish

    @property
    def lead(self) -> Part:
        """The part that plays the heard melody."""
        return self.parts[0]

    @property
    def beats(self) -> float:
        """Length of the form in beats."""
        last = self.sections[-1]
        return last.beat + last.beats

    @property
    def seconds(self) -> float:
        """Length of the song in seconds, the tail included."""
        return self.seconds_at(self.beats) + TAIL_SECONDS

    def seconds_at(self, beat: float) -> float:
        """When `beat` sounds, in seconds from the start of the song."""
        return beat * 60.0 / self.tempo
