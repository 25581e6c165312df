"""Draws the spectrum: bars with round heads, and their reflection. It never measures the sound."""

from __future__ import annotations

import numpy as np

from studio.film.colour import Palette
from studio.film.layout import BarBoxes, Box
from studio.film.planes import Floats, Planes, to_planes

GAP_PX = 4                          # between the bars' feet and their reflection
REFLECTION = 0.28                   # of a bar's height
REFLECTION_STRENGTH = 0.24


class Bars:
    """Copies, column by column, as much of a picture of full bars as each bar is high."""

    def __init__(self, boxes: BarBoxes, levels: Floats, picture: Floats, palette: Palette) -> None:
        """`levels` (0 to 1) has the shape (frames, bars); `picture` is the still background, of 0 to 255."""
        below = GAP_PX + round(boxes.max_height * REFLECTION)
        self.box = Box(boxes.columns[0][0], boxes.base_y - boxes.max_height, boxes.columns[-1][1],
                       boxes.base_y + below).even
        self._boxes, self._levels = boxes, levels
        self._foot = boxes.base_y - self.box.y0
        self._rows = np.arange(self.box.height, dtype=np.float32)[:, None] + 0.5
        behind = picture[self.box.y0:self.box.y1, self.box.x0:self.box.x1]
        self._bare = to_planes(behind)
        self._full = to_planes(self._painted(behind, palette))
        self._bar_of, self._round = self._columns()

    def _columns(self) -> tuple[np.ndarray, Floats]:
        """For each column of the box the bar it belongs to, and how far the bar's round head falls short there."""
        bar_of = np.zeros(self.box.width, np.intp)
        short = np.full(self.box.width, np.inf, np.float32)
        for bar, (x0, x1) in enumerate(self._boxes.columns):
            radius = (x1 - x0) / 2
            across = np.arange(x1 - x0) + 0.5 - radius
            bar_of[x0 - self.box.x0:x1 - self.box.x0] = bar
            short[x0 - self.box.x0:x1 - self.box.x0] = radius - np.sqrt(radius ** 2 - across ** 2)
        return bar_of, short

    def _painted(self, behind: Floats, palette: Palette) -> Floats:
        """The box with every bar at full height, as if there were no gaps."""
        along = np.linspace(0, 1, self.box.width, dtype=np.float32)[None, :, None]
        up = np.clip((self._foot - self._rows) / self._foot, 0, 1)[..., None]
        colour = np.array(palette.accent) * (1 - along) + np.array(palette.second) * along
        colour = colour * (0.82 + 0.18 * up) + 26 * up
        depth = self._rows[:, 0] - self._foot
        fade = REFLECTION_STRENGTH * np.clip(1 - (depth - GAP_PX) / (self.box.height - self._foot - GAP_PX), 0, 1)
        strength = np.where(depth < 0, 1, np.where(depth < GAP_PX, 0, fade))[:, None, None]
        return np.clip(behind + (colour - behind) * strength, 0, 255).astype(np.float32)

    def draw(self, frame: int, onto: Planes) -> None:
        """Draw frame number `frame`; the last one holds on."""
        boxes = self._boxes
        level = self._levels[min(frame, len(self._levels) - 1)]
        heights = np.round(boxes.min_height + level * (boxes.max_height - boxes.min_height))
        tops = (self._foot - heights)[self._bar_of] + self._round
        ends = (self._foot + GAP_PX + heights * REFLECTION)[self._bar_of] - self._round
        shown = (self._rows > tops) & (self._rows < ends)
        region = onto.crop(self.box)
        region.put(self._bare)
        np.copyto(region.y, self._full.y, where=shown)
        self._soften(region, tops)
        np.copyto(region.u, self._full.u, where=shown[1::2, ::2])
        np.copyto(region.v, self._full.v, where=shown[1::2, ::2])

    def _soften(self, region: Planes, tops: Floats) -> None:
        """Blend the sample that a bar's head covers in part."""
        columns = np.flatnonzero(np.isfinite(tops))
        rows = tops[columns].astype(np.intp)
        share = 1 - (tops[columns] - rows)
        bare, full = self._bare.y[rows, columns].astype(np.float32), self._full.y[rows, columns].astype(np.float32)
        region.y[rows, columns] = (bare + (full - bare) * share + 0.5).astype(np.uint8)
