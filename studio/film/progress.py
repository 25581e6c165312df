"""Draws how far the song has come: a line, ticks where sections begin, a knob, two times. It never keeps time."""

from __future__ import annotations

import numpy as np

from studio.film.colour import Palette, Rgb
from studio.film.fonts import SEMIBOLD, FontBook
from studio.film.layout import FPS, Box, Layout
from studio.film.planes import Alpha, Floats, Planes, to_planes, to_yuv
from studio.film.shapes import over, pill
from studio.film.text import line_mask
from studio.score import Score

LINE_PX, TICK_PX, KNOB_PX = 6, 16, 18
TIMES_BELOW_PX = 10
WHITE: Rgb = (255.0, 255.0, 255.0)
PALE: Rgb = (214.0, 212.0, 226.0)


class Progress:
    """The line at the bottom, filled up to now, and the seconds gone by."""

    def __init__(self, score: Score, seconds: float, layout: Layout, picture: Floats, palette: Palette,
                 book: FontBook) -> None:
        """`picture` is the still background, of 0 to 255: the empty line and the whole time are painted into it."""
        self._left, right = layout.progress
        self._width, self._frames = right - self._left, seconds * FPS
        middle = layout.progress_y
        self._box = Box(self._left - KNOB_PX, middle - KNOB_PX, right + KNOB_PX, middle + KNOB_PX).even
        region = picture[self._box.y0:self._box.y1, self._box.x0:self._box.x1]
        filled = region.copy()
        marks = [self._x_at(score.seconds_at(section.beat) * FPS) for section in score.sections[1:]]
        self._rule(region, marks, WHITE, 0.2)
        self._rule(filled, marks, palette.accent, 1.0)
        self._empty, self._full = to_planes(region), to_planes(filled)
        self._label_box, self._labels = self._times(picture, middle + TIMES_BELOW_PX, right, layout.label_px, book)
        knob = pill(KNOB_PX, KNOB_PX, KNOB_PX / 2, (KNOB_PX, KNOB_PX), (0, 0))
        self._knob, self._white = Alpha(knob), to_yuv(WHITE)

    def draw(self, frame: int, onto: Planes) -> None:
        """Draw frame number `frame`."""
        region, reached = onto.crop(self._box), self._x_at(frame) & ~1
        region.put(self._empty)
        gone = Box(0, 0, reached - self._box.x0, self._box.height)
        region.crop(gone).put(self._full.crop(gone))
        y = (self._box.y0 + self._box.height // 2 - KNOB_PX // 2) & ~1
        x = (reached - KNOB_PX // 2) & ~1
        onto.crop(Box(x, y, x + KNOB_PX, y + KNOB_PX)).tint(self._white, self._knob)
        onto.crop(self._label_box).put(self._labels[min(frame // FPS, len(self._labels) - 1)])

    def _x_at(self, frame: float) -> int:
        return self._left + round(self._width * min(1.0, frame / self._frames))

    def _rule(self, region: Floats, marks: list[int], colour: Rgb, strength: float) -> None:
        height, width = region.shape[:2]
        line = pill(self._width, LINE_PX, LINE_PX / 2, (width, height),
                    (self._left - self._box.x0, (height - LINE_PX) / 2))
        for mark in marks:
            x = mark - self._box.x0
            line = np.maximum(line, pill(3, TICK_PX, 1.5, (width, height), (x - 1.5, (height - TICK_PX) / 2)))
        over(region, colour, line * np.float32(strength))

    def _times(self, picture: Floats, top: int, right: int, px: int, book: FontBook) -> tuple[Box, list[Planes]]:
        """Paint the whole time, and prepare a label for each second gone by."""
        seconds = int(self._frames / FPS)
        whole = line_mask(book, _clock(seconds), px, SEMIBOLD)
        over(picture[top:top + whole.shape[0], right - whole.shape[1]:right], PALE, whole)
        box = Box(self._left, top, self._left + whole.shape[1] + px, top + whole.shape[0]).even
        labels = []
        for second in range(seconds + 1):
            label = picture[box.y0:box.y1, box.x0:box.x1].copy()
            mask = line_mask(book, _clock(second), px, SEMIBOLD)[:, :box.width]
            over(label[top - box.y0:top - box.y0 + mask.shape[0], :mask.shape[1]], PALE, mask)
            labels.append(to_planes(label))
        return box, labels


def _clock(seconds: int) -> str:
    return f"{seconds // 60}:{seconds % 60:02d}"
