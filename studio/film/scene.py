"""Puts a film's picture together: paints once what stands still, then draws what moves. It never encodes."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from studio.film.art import make_art
from studio.film.backdrop import Words, place_cover, wash
from studio.film.bars import Bars
from studio.film.chip import Chip
from studio.film.colour import palette_of
from studio.film.cover import open_cover
from studio.film.fonts import FontBook
from studio.film.layout import FPS, LAYOUTS, bar_boxes
from studio.film.look import Look
from studio.film.planes import Planes, to_planes
from studio.film.progress import Progress
from studio.film.roll import Roll
from studio.film.spectrum import bar_levels, read_mono
from studio.score import Score

PALETTE_PX = 64


class Mover(Protocol):
    """A part of the picture that changes; it draws all of its own place, whatever stood there before."""

    def draw(self, frame: int, onto: Planes) -> None:
        """Draw frame number `frame`."""


class Scene:
    """All frames of one film, in any order: `still` is what every frame holds, `draw` adds what moves."""

    def __init__(self, score: Score, sound: Path, look: Look) -> None:
        """Raises BadImage for a background that cannot be opened, FontsMissing, and av.FFmpegError for a bad sound."""
        layout, book = LAYOUTS[look.aspect], FontBook()
        side = layout.cover.width
        cover = make_art(look.seed, side) if look.background is None else open_cover(look.background, side)
        palette = palette_of(cover[::max(1, side // PALETTE_PX), ::max(1, side // PALETTE_PX)])
        self.width, self.height = layout.width, layout.height
        self.frames = max(1, round(score.seconds * FPS))
        picture = wash(cover, palette, layout)
        place_cover(picture, cover, layout.cover)
        words = Words(book, look.title, look.subtitle, layout)
        words.paint(picture)
        progress = Progress(score, score.seconds, layout, picture, palette, book)
        boxes = bar_boxes(look)
        levels = bar_levels(read_mono(sound), self.frames, len(boxes.columns))
        self._movers: tuple[Mover, ...] = (
            Chip(score, look, layout, words, picture, palette, book),
            Bars(boxes, levels, picture, palette),
            Roll(score, layout.roll, self.frames, picture, palette),
            progress,
        )
        self.still = to_planes(picture, np.random.default_rng(look.seed))

    def draw(self, frame: int, onto: Planes) -> None:
        """Draw the parts that move as they are at frame number `frame`; `onto` holds `still` or any other frame."""
        for mover in self._movers:
            mover.draw(frame, onto)
