"""Notes: words that a step leaves for a later one, in the job's folder. Kept out of the engine's tables, gone with the job."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import Final

import msgspec

FILE: Final = "note.json"


class Note(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is known so far."""

    file: str = ""                      # the clip to send, by its name in the folder; none where there is no clip
    called: str = ""                    # what it is sent as
    wish: str = ""                      # what is to be said: the member's words, and names of files that words take in
    reply: str = ""                     # what came of it, for the member
    question: str = ""                  # what the backend wants to know first
    title: str = ""                     # of the song
    seconds: float | None = None        # of the film


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
