"""What the studio asks of its workers, and what they answer: plain data that crosses a process boundary as JSON."""

from __future__ import annotations

from pathlib import Path

import msgspec

from studio.brief import Brief
from studio.score import Melody


class Inspect(msgspec.Struct, frozen=True, tag=True):
    """Look at a file that has just been sent: what is it, and can it be used?"""

    path: Path


class Hear(msgspec.Struct, frozen=True, tag=True):
    """Hear the melody of a clip and draw it; `aside` while nobody waits for it, and behind whatever somebody waits for."""

    clip: Path
    picture: Path | None = None
    aside: bool = False


class Make(msgspec.Struct, frozen=True, tag=True):
    """Arrange and play a song into a new folder, of a melody or, without one, of an invented tune."""

    folder: Path
    brief: Brief
    title: str
    melody: Melody | None
    tune_seed: int                  # chooses the tune that is invented
    soundfont: Path | None


class Film(msgspec.Struct, frozen=True, tag=True):
    """Film a song."""

    song: Path                      # its folder
    out: Path
    aspect: str
    title: str
    subtitle: str
    section_names: dict[str, str]
    image: Path | None = None
    max_bytes: int | None = None


class Save(msgspec.Struct, frozen=True, tag=True):
    """Save a song as a file without pictures, in one of the formats of `studio.formats`."""

    song: Path                      # its folder
    base: Path                      # the file, without the ending that its format gives it
    format: str
    title: str
    max_bytes: int | None = None
    soundfont: Path | None = None


Task = Inspect | Hear | Make | Film | Save


class Progress(msgspec.Struct, frozen=True, tag=True):
    """How far a stage has come, 0 to 1."""

    stage: str
    fraction: float


class Fault(msgspec.Struct, frozen=True, tag=True):
    """Why a task cannot be done: a key of the texts, its facts, and the API's code."""

    says: str
    code: int
    detail: str = ""
    facts: dict[str, str | int | float] = msgspec.field(default_factory=dict)


class Outcome(msgspec.Struct, frozen=True, tag=True):
    """A task's result; which fields are set depends on the task."""

    stages: dict[str, float] = msgspec.field(default_factory=dict)     # seconds of work
    facts: dict[str, str | int | float] = msgspec.field(default_factory=dict)
    melody: Melody | None = None
    form: tuple[tuple[str, float, float], ...] = ()


def to_line(said: Task | Progress | Fault | Outcome) -> bytes:
    """One line of JSON."""
    return msgspec.json.encode(said, enc_hook=str) + b"\n"


def task_of(line: bytes) -> Task:
    """The task of a line that `to_line` made."""
    task: Task = msgspec.json.decode(line, type=Task, dec_hook=lambda kind, value: kind(value))
    return task


def answer_of(line: bytes) -> Progress | Fault | Outcome:
    """The answer of a line that `to_line` made."""
    return msgspec.json.decode(line, type=Progress | Fault | Outcome)
