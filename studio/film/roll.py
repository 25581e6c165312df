"""Draws the lead's notes running through a playhead. It never decides what is played.

Two long strips are painted once, one of notes to come and one of notes played; a frame copies the part of each that is
in sight. They move a whole, even number of pixels a frame, so the encoder finds the motion without an error to code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studio.film.colour import Palette, Rgb
from studio.film.layout import FPS, Box, RollGeometry
from studio.film.planes import Alpha, Floats, Planes, Yuv, to_planes, to_yuv
from studio.film.shapes import blurred, pill
from studio.score import Score

LEAST_NOTE_PX, MOST_NOTE_PX = 12, 26
LEAST_SPAN = 9                      # semitones between the lowest and the highest row, at least
NOTE_GAP_PX = 4                     # taken off a note's end, so that repeated notes stay apart
HALO_PX = 10
BLOOM_PX = 56
GUIDE = 0.055                       # strength of the lines at the tonic and the fifth


@dataclass(frozen=True, slots=True)
class Rows:
    """Which height a pitch has, measured from the top of the roll."""

    top_pitch: int
    step: float
    margin: float

    @classmethod
    def of(cls, score: Score, height: int) -> Rows:
        """Rows for all notes of the lead, the middle of their range in the middle of the roll."""
        pitches = [note.pitch for note in score.lead.notes] or [60]
        low, high = min(pitches), max(pitches)
        spare = max(0, LEAST_SPAN - (high - low))
        low, high = low - spare // 2, high + (spare + 1) // 2
        margin = MOST_NOTE_PX / 2 + HALO_PX / 2
        return cls(high, (height - 2 * margin) / (high - low), margin)

    @property
    def note_px(self) -> int:
        """How thick a note is drawn."""
        return int(np.clip(self.step * 1.5, LEAST_NOTE_PX, MOST_NOTE_PX)) & ~1

    def middle(self, pitch: int) -> int:
        """The height of a note's middle, in pixels from the top of the roll."""
        return round(self.margin + (self.top_pitch - pitch) * self.step)


@dataclass(frozen=True, slots=True)
class Bar:
    """A note as it is drawn: its ends in frames (fractions count) and its colour."""

    start: float
    end: float
    middle: int
    colour: Rgb


class Roll:
    """The piano roll of a whole film."""

    def __init__(self, score: Score, geometry: RollGeometry, frames: int, picture: Floats, palette: Palette) -> None:
        """`picture` is the still background, of 0 to 255; along the roll its rows are of one colour each."""
        self._geometry = geometry
        width = picture.shape[1]
        self._box = Box(0, geometry.top, width, geometry.bottom)
        self._rows = Rows.of(score, self._box.height)
        self._bars = _bars(score, self._rows, palette)
        ground = picture[geometry.top:geometry.bottom].mean(1, keepdims=True)
        self._rule(ground, score)
        self._length = (frames * geometry.step_px + width + 64) & ~1
        self._coming = self._strip(ground, palette, played=False)
        self._played = self._strip(ground, palette, played=True)
        self._head_box, self._head_alpha = self._playhead()
        self._bloom = _bloom()
        self._bloom_colours = [to_yuv(_brighter(bar.colour, 0.45)) for bar in self._bars]
        self._white = to_yuv((255, 255, 255))

    def draw(self, frame: int, onto: Planes) -> None:
        """Draw frame number `frame`."""
        head, shift = self._geometry.playhead_x, frame * self._geometry.step_px
        region = onto.crop(self._box)
        past, rest = Box(0, 0, head, self._box.height), Box(head, 0, self._box.width, self._box.height)
        region.crop(past).put(self._played.crop(Box(shift, 0, shift + head, self._box.height)))
        region.crop(rest).put(self._coming.crop(Box(shift + head, 0, shift + self._box.width, self._box.height)))
        for bar, colour in zip(self._bars, self._bloom_colours, strict=True):
            if bar.start <= frame < bar.end:
                self._shine(region, bar, colour, max(0.4, 1 - (frame - bar.start) / FPS * 1.5))
        onto.crop(self._head_box).tint(self._white, self._head_alpha)

    def _rule(self, ground: Floats, score: Score) -> None:
        """Draw thin lines where the tonic and the fifth stand, into the ground (height, 1, 3)."""
        for pitch in range(128):
            y = self._rows.middle(pitch)
            if (pitch - score.key.tonic) % 12 in (0, 7) and y >= 1 and y + 1 <= len(ground):
                strength = GUIDE if (pitch - score.key.tonic) % 12 == 0 else GUIDE / 2
                ground[y - 1:y + 1] += (255 - ground[y - 1:y + 1]) * strength

    def _strip(self, ground: Floats, palette: Palette, *, played: bool) -> Planes:
        column = to_planes(np.repeat(ground, 2, 1))
        halves = self._length // 2
        strip = Planes(np.repeat(column.y[:, :1], self._length, 1), np.repeat(column.u, halves, 1),
                       np.repeat(column.v, halves, 1))
        for bar in self._bars:
            if played:
                self._paint(strip, bar, _brighter(bar.colour, 0.08), glow=0.5)
            else:
                dark = np.array(palette.shade(0.2))
                red, green, blue = dark + (np.array(bar.colour) - dark) * 0.42
                self._paint(strip, bar, (red, green, blue), glow=0.0)
        return strip

    def _paint(self, strip: Planes, bar: Bar, colour: Rgb, glow: float) -> None:
        step, thick = self._geometry.step_px, self._rows.note_px
        left = self._geometry.playhead_x + bar.start * step
        long = max(thick, (bar.end - bar.start) * step - NOTE_GAP_PX)
        top = bar.middle - thick // 2
        box = Box(int(left) - HALO_PX, top - HALO_PX, int(left + long) + HALO_PX + 1, top + thick + HALO_PX).even
        mask = pill(long, thick, thick / 2, (box.width, box.height), (left - box.x0, top - box.y0))
        if glow:
            mask = np.maximum(mask, blurred(mask, HALO_PX / 2) * glow)
        kept = Box(box.x0, max(0, box.y0), min(box.x1, self._length), min(box.y1, self._box.height))
        mask = mask[kept.y0 - box.y0:kept.y1 - box.y0, :kept.width]
        strip.crop(kept).tint(to_yuv(colour), Alpha(mask))

    def _shine(self, region: Planes, bar: Bar, colour: Yuv, strength: float) -> None:
        x, y = self._geometry.playhead_x, bar.middle & ~1
        top, bottom = max(0, y - BLOOM_PX), min(self._box.height, y + BLOOM_PX)
        coverage = self._bloom[top - y + BLOOM_PX:bottom - y + BLOOM_PX] * np.float32(strength)
        region.crop(Box(x - BLOOM_PX, top, x + BLOOM_PX, bottom)).tint(colour, Alpha(coverage))

    def _playhead(self) -> tuple[Box, Alpha]:
        """A bright line two pixels wide whose left edge is `playhead_x`, in a narrow glow, fading at both ends."""
        reach = 36
        x = np.abs(np.arange(-reach, reach, dtype=np.float32))
        across = np.where((x == 0) | (np.arange(-reach, reach) == 1), 0.95, 0.26 * np.exp(-(x / 12) ** 2))
        rows = np.linspace(0, np.pi, self._box.height, dtype=np.float32)
        fade = np.clip(np.sin(rows) * 4, 0, 1)
        box = Box(self._geometry.playhead_x - reach, self._box.y0, self._geometry.playhead_x + reach, self._box.y1)
        return box, Alpha((fade[:, None] * across[None, :]).astype(np.float32))


def _bars(score: Score, rows: Rows, palette: Palette) -> list[Bar]:
    notes = score.lead.notes
    low, high = min((n.pitch for n in notes), default=0), max((n.pitch for n in notes), default=1)
    first, second = np.array(palette.accent), np.array(palette.second)
    bars = []
    for note in notes:
        red, green, blue = first + (second - first) * ((note.pitch - low) / max(1, high - low))
        bars.append(Bar(score.seconds_at(note.beat) * FPS, score.seconds_at(note.beat + note.beats) * FPS,
                        rows.middle(note.pitch), (float(red), float(green), float(blue))))
    return bars


def _brighter(colour: Rgb, share: float) -> Rgb:
    red, green, blue = (level + (255 - level) * share for level in colour)
    return red, green, blue


def _bloom() -> Floats:
    axis = (np.arange(-BLOOM_PX, BLOOM_PX, dtype=np.float32) + 0.5) / BLOOM_PX
    away = np.hypot(axis[:, None], axis[None, :])
    return np.asarray(0.72 * np.clip(1 - away, 0, 1) ** 2.4, np.float32)
