"""What a film shall look like, as far as the one who orders it decides. It never draws."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from studio.score import SectionKind


class Aspect(StrEnum):
    """The three shapes of a film."""

    LANDSCAPE = "16:9"      # desktop, YouTube
    PORTRAIT = "9:16"       # Shorts, Reels, TikTok
    SQUARE = "1:1"          # feeds

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return {"16:9": (1920, 1080), "9:16": (1080, 1920), "1:1": (1080, 1080)}[self.value]


@dataclass(frozen=True, slots=True)
class Look:
    """The words and the picture of a film; `seed` chooses the art that is made when there is no `background`."""

    aspect: Aspect
    title: str
    subtitle: str
    section_names: Mapping[SectionKind, str]    # as the viewer shall read them
    background: Path | None
    seed: int
