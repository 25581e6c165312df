"""Paints what stands still in a film: the wash of the cover's colours, the cover and the words. It never moves."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from studio.film.colour import Palette, from_oklab, shade_hue, to_oklab
from studio.film.fonts import BOLD, REGULAR, FontBook
from studio.film.layout import Box, Layout
from studio.film.planes import Floats
from studio.film.shapes import blurred, over, pill, resized
from studio.film.text import LEADING, Setting, fit_title, line_mask, line_width, shortened

WASH_PX = 8                         # the wash is painted at an eighth of the size
DARKEST, LIGHTEST = 0.17, 0.45      # lightness of the wash: white words stay readable on any picture
BASE, LIFT, CONTRAST = 0.19, 0.17, 0.5      # of the cover's mean lightness, and of what differs from it
ACROSS = 0.4
RIM = 0.6
SCRIM_PX = 250
CHIP_GAP, SUBTITLE_GAP = 0.30, 0.20     # of the title's size
WHITE, PALE = (255.0, 255.0, 255.0), (222.0, 220.0, 234.0)


def wash(cover: Floats, palette: Palette, layout: Layout) -> Floats:
    """The background, shape (height, width, 3): the cover out of focus, its hues drawn towards the leading one.

    Mixed hues would blur to mud, so in OKLab the part of the colour along the leading hue is kept and lifted, the part
    across is more than halved, and the lightness is pressed into a dark range.
    """
    small = (layout.width // WASH_PX, layout.height // WASH_PX)
    side = max(small)
    image = Image.fromarray(np.round(cover).astype(np.uint8)).resize((side, side), Image.Resampling.LANCZOS)
    soft = image.filter(ImageFilter.GaussianBlur(side / 11))
    left, top = (side - small[0]) // 2, (side - small[1]) // 2
    lab = to_oklab(np.asarray(soft.crop((left, top, left + small[0], top + small[1])), np.float32))
    turn = np.radians(palette.hue)
    along = lab[..., 1] * np.cos(turn) + lab[..., 2] * np.sin(turn)
    across = lab[..., 2] * np.cos(turn) - lab[..., 1] * np.sin(turn)
    along = palette.chroma * (0.065 + 0.6 * np.clip(along, 0, 0.14))
    across = across * ACROSS * palette.chroma
    mean = float(lab[..., 0].mean())
    lightness = np.clip(BASE + LIFT * mean + CONTRAST * (lab[..., 0] - mean), DARKEST, LIGHTEST)
    turn = np.radians(shade_hue(palette.hue))
    lab = np.stack([lightness, along * np.cos(turn) - across * np.sin(turn),
                    along * np.sin(turn) + across * np.cos(turn)], -1).astype(np.float32)
    rgb = from_oklab(lab)
    picture = np.stack([resized(rgb[..., k], (layout.width, layout.height)) for k in range(3)], -1)
    _darken_rim(picture)
    _calm_roll(picture, palette, layout)
    return picture


def _darken_rim(picture: Floats) -> None:
    height, width = picture.shape[:2]
    x = ((np.arange(width, dtype=np.float32) + 0.5) / width - 0.5)[None, :]
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height - 0.5)[:, None]
    picture *= (1 - RIM * np.clip(x * x + y * y, 0, 0.5))[..., None]


def _calm_roll(picture: Floats, palette: Palette, layout: Layout) -> None:
    """Let the wash sink into a plain dark, the same along each row, where the roll's strips scroll over it."""
    rows = np.arange(layout.height, dtype=np.float32)
    rise = np.clip((rows - layout.roll.top + SCRIM_PX) / SCRIM_PX, 0, 1)
    share = np.minimum(rise, np.clip((layout.roll.bottom + 2 * SCRIM_PX - rows) / (2 * SCRIM_PX), 0.35, 1))
    share = share * share * (3 - 2 * share)
    fall = np.clip((rows - layout.roll.top) / (layout.height - layout.roll.top), 0, 1)[:, None]
    plain = np.array(palette.shade(0.19, 0.05)) * (1 - fall) + np.array(palette.shade(0.12, 0.03)) * fall
    picture += (plain[:, None, :].astype(np.float32) - picture) * share[:, None, None]


def place_cover(picture: Floats, cover: Floats, box: Box) -> None:
    """Put the cover with round corners, a soft shadow and a thin light rim into the picture."""
    height, width = picture.shape[:2]
    side, radius = float(box.width), box.width * 0.05
    shadow = pill(side, side, radius, (width, height), (box.x0, box.y0 + 14))
    small = blurred(shadow[::4, ::4], 9)
    picture *= (1 - 0.6 * resized(small, (width, height)).clip(0, 1))[..., None]
    shape = pill(side, side, radius, (box.width, box.width), (0, 0))
    inner = pill(side - 3, side - 3, radius - 1.5, (box.width, box.width), (1.5, 1.5))
    lit = cover + (255 - cover) * (0.16 * (shape - inner))[..., None]
    region = picture[box.y0:box.y1, box.x0:box.x1]
    region += (lit - region) * shape[..., None]


class Words:
    """The block of chip, title and subtitle: where each line goes. The chip itself is drawn by who changes it."""

    def __init__(self, book: FontBook, title: str, subtitle: str, layout: Layout) -> None:
        self._book, self._layout = book, layout
        column = layout.text
        least = round(layout.subtitle_px * 1.25)
        self._title = (fit_title(book, book.readable(title), column.width, layout.title_px, least, BOLD)
                       if book.readable(title) else Setting((), layout.title_px))
        self._subtitle = shortened(book, book.readable(subtitle), column.width, layout.subtitle_px, REGULAR)
        chip = round(layout.label_px * 1.9)
        gaps = round(self._title.px * CHIP_GAP), round(self._title.px * SUBTITLE_GAP)
        height = chip + gaps[0] + self._title.height + gaps[1] + round(layout.subtitle_px * LEADING)
        top = column.y0 + max(0, column.height - height) // 2
        self.chip = Box(column.x0, top, column.x1, top + chip).even
        self._title_y = top + chip + gaps[0]
        self._subtitle_y = self._title_y + self._title.height + gaps[1]

    def paint(self, picture: Floats) -> None:
        """Set title and subtitle, over a soft shadow that parts them from a light background."""
        ink = np.zeros(picture.shape[:2], np.float32)
        for number, line in enumerate(self._title.lines):
            self._set(ink, line, self._title.px, BOLD, self._title_y + round(number * self._title.px * LEADING))
        title_end = self._subtitle_y - round(self._title.px * SUBTITLE_GAP / 2)
        self._set(ink, self._subtitle, self._layout.subtitle_px, REGULAR, self._subtitle_y)
        picture *= (1 - 0.5 * blurred(ink, 7))[..., None]
        over(picture[:title_end], WHITE, ink[:title_end])
        over(picture[title_end:], PALE, ink[title_end:])

    def _set(self, ink: Floats, line: str, px: int, weight: int, top: int) -> None:
        if not line:
            return
        column = self._layout.text
        spare = column.width - line_width(self._book, line, px, weight)
        mask = line_mask(self._book, line, px, weight)
        left = column.x0 + (round(spare / 2) if self._layout.centred else 0)
        # A glyph's box is taller than the line: the ascent of CJK and the descent of Latin share it.
        y = top - round(px * 0.14)
        mask = mask[:, :ink.shape[1] - left]
        region = ink[y:y + mask.shape[0], left:left + mask.shape[1]]
        np.maximum(region, mask, out=region)
