"""Draws the name of the section that sounds, in a small frame. It never decides where sections begin."""

from __future__ import annotations

from bisect import bisect_right

from studio.film.backdrop import Words
from studio.film.colour import Palette
from studio.film.fonts import SEMIBOLD, FontBook
from studio.film.layout import FPS, Layout
from studio.film.look import Look
from studio.film.planes import Floats, Planes, to_planes
from studio.film.shapes import over, pill
from studio.film.text import line_mask, shortened
from studio.score import Score, SectionKind

FADE_FRAMES = 9
TRACKING = 0.08                     # of the size, between letters
RIM_PX = 2


class Chip:
    """One picture for each kind of section, faded over at each change."""

    def __init__(self, score: Score, look: Look, layout: Layout, words: Words, picture: Floats, palette: Palette,
                 book: FontBook) -> None:
        """`picture` is the still background, of 0 to 255."""
        self._box = words.chip
        self._starts = [score.seconds_at(section.beat) * FPS for section in score.sections]
        behind = picture[self._box.y0:self._box.y1, self._box.x0:self._box.x1]
        pictures: dict[SectionKind, Planes] = {}
        for kind in {section.kind for section in score.sections}:
            name = book.readable(look.section_names.get(kind, kind.value)).upper()
            pictures[kind] = to_planes(_painted(behind.copy(), name, layout, palette, book))
        self._pictures = [pictures[section.kind] for section in score.sections]

    def draw(self, frame: int, onto: Planes) -> None:
        """Draw frame number `frame`."""
        now = max(0, bisect_right(self._starts, frame + 1e-6) - 1)
        region, age = onto.crop(self._box), frame - self._starts[now]
        if now and age < FADE_FRAMES:
            region.mix(self._pictures[now - 1], self._pictures[now], age / FADE_FRAMES)
        else:
            region.put(self._pictures[now])


def _painted(behind: Floats, name: str, layout: Layout, palette: Palette, book: FontBook) -> Floats:
    height, width = behind.shape[:2]
    px = layout.label_px
    ink = line_mask(book, shortened(book, name, width - 3 * px, px, SEMIBOLD), px, SEMIBOLD, px * TRACKING)
    long = min(width, ink.shape[1] + round(px * 1.6))
    left = (width - long) // 2 if layout.centred else 0
    shape = pill(long, height, height / 2, (width, height), (left, 0))
    inner = pill(long - 2 * RIM_PX, height - 2 * RIM_PX, height / 2 - RIM_PX, (width, height), (left + RIM_PX, RIM_PX))
    over(behind, palette.accent, shape * 0.16 + (shape - inner) * 0.5)
    x, y = left + round(px * 0.84), round(height / 2 - px * 0.72)
    ink = ink[:height - y, :width - x]
    over(behind[y:y + ink.shape[0], x:x + ink.shape[1]], palette.accent, ink)
    return behind
