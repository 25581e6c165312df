"""Finds the fonts among the installed packages, and picks one for each character. It never draws."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

from fontTools.ttLib import TTFont
from PIL import ImageFont

from studio.errors import StudioError

REGULAR, SEMIBOLD, BOLD = 400, 600, 700
WANTED = (
    ("Outfit", "fontpkg_outfit", "files/Outfit[wght].ttf"),
    ("Noto Sans SC", "justmytype_intl_cjk", "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"),
    ("Noto Sans TC", "justmytype_intl_cjk", "fonts/ofl/notosanstc/NotoSansTC[wght].ttf"),
    ("Noto Sans JP", "justmytype_intl_cjk", "fonts/ofl/notosansjp/NotoSansJP[wght].ttf"),
    ("Noto Sans KR", "justmytype_intl_cjk", "fonts/ofl/notosanskr/NotoSansKR[wght].ttf"),
)
"""Family, package and place in it: in the order in which they are asked for a character."""


class FontsMissing(StudioError):
    """No font was found: the packages of the `studio` extra are not installed."""

    says = "studio.no_fonts"


@dataclass(frozen=True, slots=True)
class FontFile:
    """A font that films use, and where it was found; None: it is not installed."""

    family: str
    package: str
    path: Path | None


def find_fonts() -> tuple[FontFile, ...]:
    """Every wanted font in the order of preference, found or not."""
    return tuple(FontFile(family, package, _found(package, place)) for family, package, place in WANTED)


def _found(package: str, place: str) -> Path | None:
    if find_spec(package) is None:
        return None
    path = Path(str(resources.files(package).joinpath(place)))
    return path if path.is_file() else None


class FontBook:
    """Fonts opened at most once each, and only when a character needs them. Made for one film, not shared."""

    def __init__(self) -> None:
        self._paths = tuple(font.path for font in find_fonts() if font.path is not None)
        if not self._paths:
            raise FontsMissing
        self._characters: dict[Path, frozenset[int]] = {}
        self._sizes: dict[tuple[Path, int, int], ImageFont.FreeTypeFont] = {}

    def readable(self, text: str) -> str:
        """`text` on one line, without the characters that no font has (emoji, control characters)."""
        composed = unicodedata.normalize("NFC", " ".join(text.split()))
        kept = (c for c in composed if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co") and self._home(c))
        return " ".join("".join(kept).split())

    def runs(self, text: str, px: int, weight: int) -> Iterator[tuple[ImageFont.FreeTypeFont, str]]:
        """`text` (readable) cut where the font changes."""
        for path, characters in groupby(text, self._home):
            if path is not None:
                yield self._font(path, px, weight), "".join(characters)

    def _home(self, character: str) -> Path | None:
        return next((path for path in self._paths if ord(character) in self._covered(path)), None)

    def _covered(self, path: Path) -> frozenset[int]:
        if path not in self._characters:
            with TTFont(path, lazy=True) as font:
                self._characters[path] = frozenset(font.getBestCmap())
        return self._characters[path]

    def _font(self, path: Path, px: int, weight: int) -> ImageFont.FreeTypeFont:
        key = (path, px, weight)
        if key not in self._sizes:
            font = ImageFont.truetype(path, px)
            font.set_variation_by_axes([weight])
            self._sizes[key] = font
        return self._sizes[key]
