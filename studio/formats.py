"""The formats of a render: how each file is named and told to others, and what one that is too large becomes. Makes none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

FILM = "mp4"


@dataclass(frozen=True, slots=True)
class Format:
    """A kind of file. `smaller` is the format that takes its place where it would be larger than is allowed."""

    ending: str             # of the file's name, without its dot
    content_type: str
    is_played: bool         # by browsers, in place; what they cannot play is saved
    smaller: str | None = None


FORMATS: Mapping[str, Format] = MappingProxyType({
    FILM: Format("mp4", "video/mp4", is_played=True),
    "mp3": Format("mp3", "audio/mpeg", is_played=True),
    "wav": Format("wav", "audio/wav", is_played=True, smaller="flac"),
    "flac": Format("flac", "audio/flac", is_played=True, smaller="mp3"),
    "midi": Format("mid", "audio/midi", is_played=False),
    "stems": Format("zip", "application/zip", is_played=False),
})
"""Every format that can be ordered, by the name that `output.format` has for it."""
