"""Notes: words that a step leaves for a later one, in the job's folder. Kept out of the engine's tables, gone with the job."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

import msgspec

from bot.speech.song import Song

FILE: Final = "note.json"


class Sent(msgspec.Struct, frozen=True, omit_defaults=True):
    """A clip as it is sent."""

    file: str                           # its name in the folder
    called: str                         # what it is sent as; no two of a job's are called alike
    seconds: float | None = None


class Before(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was in a project before clips were sent to it; without a session there was no project."""

    session_id: str = ""
    files: tuple[str, ...] = ()         # their names, as the project's state has them
    tune: str = ""                      # a mark of the tune that was known then


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known so far."""

    file: str = ""                      # the clip to send, as 0.1.0 noted the only one
    called: str = ""
    links: tuple[str, ...] = ()         # what was found behind the links among the clips is called, in their order
    sent: tuple[Sent, ...] = ()         # the clips to send
    before: Before | None = None
    wish: str = ""                      # what is to be said: the member's words, and names of files that words take in
    reply: str = ""                     # what came of it, for the member
    actions: tuple[str, ...] = ()       # what the backend thought that the member could click
    question: str = ""                  # what the backend wants to know first
    title: str = ""                     # of the song
    seconds: float | None = None        # of the film
    format: str = "mp4"                 # of the file that was made
    song: Song = Song()
    timeline: str = ""
    limit: int | None = None            # bytes that the channel takes after all, where it refused what it had promised to take

    @property
    def clips(self) -> tuple[Sent, ...]:
        """The clips to send, whoever noted them."""
        return self.sent or ((Sent(self.file, self.called),) if self.file else ())


async def read(folder: Path) -> Note:
    """The note in `folder`; an empty one where there is none, or none that can be read."""
    return await asyncio.to_thread(_read, folder / FILE)


async def write(folder: Path, note: Note) -> None:
    """Keep `note`, whole or not at all, on the disk when this returns."""
    await asyncio.to_thread(_write, folder / FILE, msgspec.json.encode(note))


def _read(path: Path) -> Note:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Note)
    except (FileNotFoundError, msgspec.DecodeError):
        return Note()


def _write(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
