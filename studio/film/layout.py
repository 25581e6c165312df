"""Where everything stands in a frame, for each aspect. It never draws.

Pixels count from the top left corner. Every x, y and step is even, because a chroma sample covers 2 x 2 pixels. In 9:16
words keep out of what the apps cover: 250 px at the top, 460 at the bottom, 180 at the right.
"""

from __future__ import annotations

from dataclasses import dataclass

from studio.film.look import Aspect, Look

FPS = 30
BAR_PITCH_PX = 20
BAR_WIDTH_PX = 12


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle from (x0, y0) up to, not including, (x1, y1)."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        return self.y1 - self.y0

    @property
    def even(self) -> Box:
        """The smallest box of even coordinates around this one."""
        return Box(self.x0 & ~1, self.y0 & ~1, (self.x1 + 1) & ~1, (self.y1 + 1) & ~1)

    def meets(self, other: Box) -> bool:
        """Whether the two have a pixel in common."""
        return self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1


@dataclass(frozen=True, slots=True)
class BarBoxes:
    """The spectrum: bar k fills columns[k] = (x0, x1) up from `base_y`, `min_height` to `max_height` pixels high."""

    columns: tuple[tuple[int, int], ...]
    base_y: int
    max_height: int
    min_height: int


@dataclass(frozen=True, slots=True)
class RollGeometry:
    """The piano roll: at second t a note of onset s has its left edge at `playhead_x + (s - t) * pixels_per_second`."""

    top: int
    bottom: int
    playhead_x: int
    step_px: int                    # pixels a frame

    @property
    def pixels_per_second(self) -> int:
        return self.step_px * FPS


@dataclass(frozen=True, slots=True)
class Layout:
    """The places of one aspect."""

    width: int
    height: int
    cover: Box
    text: Box                       # section chip, title and subtitle; the block is centred upright in it
    centred: bool                   # are the lines centred, or flush left?
    title_px: int
    subtitle_px: int
    label_px: int                   # chip and times
    bars_base: int
    bars_height: int
    roll: RollGeometry
    progress_y: int                 # middle of the line, which is as wide as the column or the frame's margins allow
    progress: tuple[int, int]


LAYOUTS = {
    Aspect.LANDSCAPE: Layout(
        1920, 1080, cover=Box(150, 116, 690, 656), text=Box(758, 116, 1770, 396), centred=False, title_px=86,
        subtitle_px=40, label_px=24, bars_base=656, bars_height=232, roll=RollGeometry(736, 960, 576, 12),
        progress_y=1002, progress=(150, 1770)),
    Aspect.PORTRAIT: Layout(
        1080, 1920, cover=Box(250, 196, 830, 776), text=Box(184, 800, 896, 1056), centred=True, title_px=76,
        subtitle_px=38, label_px=26, bars_base=1196, bars_height=124, roll=RollGeometry(1232, 1384, 324, 8),
        progress_y=1412, progress=(184, 896)),
    Aspect.SQUARE: Layout(
        1080, 1080, cover=Box(80, 84, 464, 468), text=Box(508, 84, 1000, 326), centred=False, title_px=60,
        subtitle_px=32, label_px=22, bars_base=468, bars_height=128, roll=RollGeometry(600, 876, 324, 8),
        progress_y=950, progress=(80, 1000)),
}


def bar_boxes(look: Look) -> BarBoxes:
    """Where the spectrum's bars stand in a film of this look."""
    layout = LAYOUTS[look.aspect]
    count = (layout.text.width - BAR_WIDTH_PX) // BAR_PITCH_PX + 1
    lefts = range(layout.text.x0, layout.text.x0 + count * BAR_PITCH_PX, BAR_PITCH_PX)
    return BarBoxes(tuple((x, x + BAR_WIDTH_PX) for x in lefts), layout.bars_base, layout.bars_height, BAR_WIDTH_PX)


def roll_geometry(look: Look) -> RollGeometry:
    """Where the piano roll stands in a film of this look, and how fast it runs."""
    return LAYOUTS[look.aspect].roll
