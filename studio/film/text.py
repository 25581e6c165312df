"""Sets lines of text as masks, and finds the size and the line break that fit a column. It never chooses colours."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from PIL import Image, ImageDraw

from studio.film.fonts import FontBook
from studio.film.planes import Floats

ASCENT, DESCENT = 1.06, 0.34        # of the size: room above and below the base line
LEADING = 1.16
WORD_SHARE = 0.6                    # a shortened line ends with a whole word unless that costs more than the rest
AFTER_STOP = 0.8                    # a break after a stop may leave lines so much less even
STOPS = frozenset("，。、；：？！…,.;:?!)）》」』】-–—|")
NEVER_FIRST = frozenset("，。、；：？！）》」』】’”…,.;:?!)]}%·")
NEVER_LAST = frozenset("（《「『【‘“([{")


@dataclass(frozen=True, slots=True)
class Setting:
    """Lines that fit, and their size."""

    lines: tuple[str, ...]
    px: int

    @property
    def height(self) -> int:
        """From the first line's top to the last line's bottom, in pixels."""
        return round(self.px * LEADING * len(self.lines))


def line_width(book: FontBook, text: str, px: int, weight: int, tracking: float = 0.0) -> float:
    """How wide a line is, in pixels."""
    return sum(font.getlength(run) for font, run in book.runs(text, px, weight)) + tracking * len(text)


def line_mask(book: FontBook, text: str, px: int, weight: int, tracking: float = 0.0) -> Floats:
    """Coverage (0 to 1) of a line, shape (1.4 px, width + 1); the base line is at 1.06 px."""
    size = (ceil(line_width(book, text, px, weight, tracking)) + 1, round(px * (ASCENT + DESCENT)))
    image = Image.new("L", size)
    draw = ImageDraw.Draw(image)
    x, baseline = 0.0, round(px * ASCENT)
    for font, run in book.runs(text, px, weight):
        for piece in run if tracking else (run,):
            draw.text((x, baseline), piece, font=font, fill=255, anchor="ls")
            x += font.getlength(piece) + tracking
    return np.asarray(image, np.float32) / np.float32(255)


def fit_title(book: FontBook, text: str, width: int, px: int, least_px: int, weight: int) -> Setting:
    """Set `text` at `px` on one line if it fits; else smaller, on two; else cut, but never below `least_px`."""
    def fits(lines: tuple[str, ...], size: int) -> bool:
        return all(line_width(book, line, size, weight) <= width for line in lines)

    for size in range(px, round(px * 0.84), -2):
        if fits((text,), size):
            return Setting((text,), size)
    for size in range(round(px * 0.82), least_px - 1, -2):
        lines = _two_lines(book, text, width, size, weight)
        if fits(lines, size):
            return Setting(lines, size)
    first, rest = _greedy(book, text, width, least_px, weight)
    return Setting((first, shortened(book, rest, width, least_px, weight)), least_px)


def shortened(book: FontBook, text: str, width: int, px: int, weight: int) -> str:
    """`text`, or as much of its beginning as fits before an ellipsis."""
    if line_width(book, text, px, weight) <= width:
        return text
    kept = text
    while kept and line_width(book, kept + "…", px, weight) > width:
        kept = kept[:-1]
    whole_words = max((cut for cut in _breaks(text) if len(kept) * WORD_SHARE < cut <= len(kept)), default=len(kept))
    return kept[:whole_words].rstrip(" ,;:-–—·，、；：") + "…"


def _breaks(text: str) -> list[int]:
    """Indices before which a line may begin: after a space, and beside a Chinese, Japanese or Korean character."""
    return [i for i in range(1, len(text)) if _may_part(text[i - 1], text[i])]


def _may_part(last: str, first: str) -> bool:
    if " " in (last, first):
        return last == " "
    return (_is_wide(last) or _is_wide(first)) and first not in NEVER_FIRST and last not in NEVER_LAST


def _is_wide(character: str) -> bool:
    return "\u2e80" <= character <= "\uffef" and not "\ufb00" <= character <= "\ufdff"


def _two_lines(book: FontBook, text: str, width: int, px: int, weight: int) -> tuple[str, ...]:
    """`text` broken where its longer line is shortest; a break after a stop that fits counts as shorter than it is."""
    def length(pair: tuple[str, ...]) -> float:
        longer = max(line_width(book, line, px, weight) for line in pair)
        return longer * AFTER_STOP if longer <= width and pair[0][-1] in STOPS else longer

    halves: list[tuple[str, ...]] = [(text[:i].rstrip(), text[i:]) for i in _breaks(text)]
    return min(halves, key=length) if halves else (text,)


def _greedy(book: FontBook, text: str, width: int, px: int, weight: int) -> tuple[str, str]:
    """As much of `text` as fits on a line, broken inside a word where there is no other way, and the rest."""
    fitting = [i for i in range(1, len(text)) if line_width(book, text[:i].rstrip(), px, weight) <= width]
    allowed = set(_breaks(text)).intersection(fitting)
    cut = max(allowed or fitting or [1])
    return text[:cut].rstrip(), text[cut:].lstrip()
