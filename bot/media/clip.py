"""Clip: what is known of a local file before it is sent. Plain data, no reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

MAX_CLIP_BYTES = 200_000_000
"""What the API takes at most (nemo-api.md, 7)."""
LEAST_SECONDS = 0.5
"""Less sound than this holds no melody."""
MAX_CLIP_HOURS = 3
"""Of a clip that says how long it is. A backend hears its first minutes."""
MAX_CONVERTED_SECONDS = 600
"""The rest of a longer clip is left out when it is written anew or drawn; no backend listens to that much."""
MAX_PIXELS = 50_000_000
"""Of a picture, told by its header before anything is unpacked: as many as the studio takes."""
MAX_STEM_CHARACTERS = 80

ACCEPTED_CONTAINERS = frozenset((
    "mp4", "mov", "avi", "webm", "mkv", "jpg", "png", "gif", "webp", "mp3", "wav", "m4a", "aac",
))
"""The containers that the API takes (nemo-api.md, 7); others are converted first."""
CONVERTED_CONTAINERS = frozenset(("flac", "ogg"))
KNOWN_TYPES = ", ".join(sorted(ACCEPTED_CONTAINERS | CONVERTED_CONTAINERS | {"opus"}))

# Extensions that already tell the truth about a container; the first is given to a name that lies.
_EXTENSIONS: Mapping[str, tuple[str, ...]] = {
    "jpg": ("jpg", "jpeg"), "mp4": ("mp4", "mov"), "m4a": ("m4a", "mp4", "mov"), "ogg": ("ogg", "oga", "opus", "ogv"),
}


class Kind(StrEnum):
    """What a clip is to its listener."""

    SOUND = "sound"
    VIDEO = "video"
    IMAGE = "image"


@dataclass(frozen=True, slots=True)
class Clip:
    """A file that was looked at and can be used.

    `container` is named by its usual extension, `codec` as FFmpeg names it; `seconds` is None where the file does not
    say; `name` is the file's name with an extension that fits its content.
    """

    path: Path
    kind: Kind
    container: str
    codec: str
    seconds: float | None
    bytes: int
    name: str

    @property
    def is_accepted(self) -> bool:
        """Whether the API takes this clip unconverted."""
        return self.container in ACCEPTED_CONTAINERS


def proper_name(name: str, container: str) -> str:
    """`name` with an extension that fits `container`, its stem at most MAX_STEM_CHARACTERS long and never empty."""
    path = Path(name)
    allowed = _EXTENSIONS.get(container, (container,))
    extension = path.suffix[1:].lower()
    stem = path.stem[:MAX_STEM_CHARACTERS].strip() or "clip"
    return f"{stem}.{extension if extension in allowed else allowed[0]}"
