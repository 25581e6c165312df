"""Draws the tune that was heard: notes with their names, bar lines, key and tempo. It never hears anything."""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex

import numpy as np
from PIL import Image

from studio.film.colour import Palette, Rgb, oklch
from studio.film.fonts import BOLD, REGULAR, SEMIBOLD, FontBook
from studio.film.layout import Box
from studio.film.planes import Floats
from studio.film.shapes import blurred, over, pill
from studio.film.text import line_mask
from studio.score import PITCH_NAMES, HeardNote, Melody, Mode

HUES = {Mode.MAJOR: 330.0, Mode.MINOR: 268.0}
LEAST_SPAN = 7                      # semitones shown, at least
GLOW = 0.02                         # reach of a note's glow, of the picture's height
WHITE: Rgb = (255.0, 255.0, 255.0)


def draw_tune(melody: Melody, out: Path, size: tuple[int, int] = (1200, 400)) -> None:
    """Write a PNG of `size` (width, height) pixels to `out`. Raises OSError when `out` cannot be written."""
    picture = _Picture(melody, size)
    part = out.with_name(f".{out.stem[:40]}-{token_hex(4)}.part")
    try:
        Image.fromarray(np.clip(picture.painted() + 0.5, 0, 255).astype(np.uint8)).save(part, "PNG", optimize=True)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)


class _Picture:
    """The measures of one picture; every length follows its height, so that it reads well when shown small."""

    def __init__(self, melody: Melody, size: tuple[int, int]) -> None:
        self._melody, self._book = melody, FontBook()
        self._width, self._height = size
        unit = self._height / 400
        self._label_px, self._name_px = round(44 * unit), round(26 * unit)
        self._margin = round(36 * unit)
        self._left, self._right = self._margin, self._width - self._margin
        self._top, self._bottom = round(124 * unit), self._height - round(40 * unit)
        hue = HUES[melody.key.mode]
        self._palette = Palette(hue, 1.0, oklch(0.76, 0.17, hue), oklch(0.80, 0.15, hue + 60))
        self._start, self._end = _span(melody)
        pitches = [note.pitch for note in melody.notes] or [60]
        spare = max(0, LEAST_SPAN - max(pitches) + min(pitches))
        self._high = max(pitches) + (spare + 1) // 2
        self._step = (self._bottom - self._top) / (self._high - min(pitches) + spare // 2 + 1)

        self._taken = [self._place(note) for note in melody.notes]

    def painted(self) -> Floats:
        """The whole picture, shape (height, width, 3) of 0 to 255."""
        picture = self._ground()
        self._rule(picture)
        for note in self._melody.notes:
            self._paint(picture, note)
        for note in self._melody.notes:
            self._name(picture, note, self._place(note))
        self._head(picture)
        return picture

    def _ground(self) -> Floats:
        rise = np.linspace(0, 1, self._height, dtype=np.float32)[:, None, None]
        slant = np.linspace(0, 1, self._width, dtype=np.float32)[None, :, None]
        share = (rise * 0.65 + slant * 0.35).astype(np.float32)
        light, dark = (np.array(self._palette.shade(level, 0.06), np.float32) for level in (0.27, 0.15))
        return np.asarray(light + (dark - light) * share, np.float32)

    def _x(self, second: float) -> float:
        return self._left + (self._right - self._left) * (second - self._start) / (self._end - self._start)

    def _middle(self, pitch: int) -> float:
        return self._top + (self._high - pitch + 0.5) * self._step

    def _rule(self, picture: Floats) -> None:
        """Draw a line for each beat, stronger where a bar begins, and shade the rows of the tonic."""
        for pitch in range(self._high, self._high - 60, -1):
            top = round(self._middle(pitch) - self._step / 2)
            if (pitch - self._melody.key.tonic) % 12 == 0 and top < self._bottom:
                row = picture[max(0, top):round(top + self._step), self._left:self._right]
                row += (255 - row) * 0.05
        for number, second in enumerate(self._melody.beat_times):
            x = round(self._x(second))
            if self._left - 1 <= x < self._right + 2:
                line = picture[self._top - self._margin // 3:self._bottom + self._margin // 3, x - 1:x + 1]
                line += (255 - line) * (0.22 if number % self._melody.meter == 0 else 0.06)

    def _paint(self, picture: Floats, note: HeardNote) -> None:
        place = self._place(note)
        halo = round(self._height * GLOW)
        around = Box(max(0, place.x0 - 3 * halo), max(0, place.y0 - 3 * halo), min(self._width, place.x1 + 3 * halo),
                     min(self._height, place.y1 + 3 * halo))
        mask = pill(place.width, place.height, place.height * 0.32, (around.width, around.height),
                    (place.x0 - around.x0, place.y0 - around.y0))
        share = (note.pitch - self._high) / 14 + 1
        first, second = np.array(self._palette.accent), np.array(self._palette.second)
        red, green, blue = first + (second - first) * np.clip(share, 0, 1)
        over(picture[around.y0:around.y1, around.x0:around.x1], (red, green, blue),
             np.maximum(mask, blurred(mask, halo) * 0.35))

    def _place(self, note: HeardNote) -> Box:
        thick = min(self._step * 0.94, self._height / 10)
        left, top = round(self._x(note.onset)), round(self._middle(note.pitch) - thick / 2)
        long = max(thick, self._x(note.offset) - left - 2)
        return Box(left, top, left + round(long), top + round(thick))

    def _name(self, picture: Floats, note: HeardNote, place: Box) -> None:
        """Write the note's name into it; above it where it is too short; not at all where it would cover another."""
        ink = line_mask(self._book, PITCH_NAMES[note.pitch % 12], self._name_px, SEMIBOLD)
        high, wide = ink.shape
        if wide + self._name_px * 0.4 <= place.width and place.height >= self._name_px:
            x, y = place.x0 + round(self._name_px * 0.36), (place.y0 + place.y1) // 2 - round(self._name_px * 0.71)
            over(picture[y:y + high, x:x + wide], self._palette.shade(0.2, 0.06), ink)
            return
        x, y = (place.x0 + place.x1 - wide) // 2, place.y0 - round(self._name_px * 1.3)
        above = Box(x, y, x + wide, y + high)
        # A glyph's box has empty rows at its top and bottom; only the letters themselves must not touch.
        letters = Box(x - 2, y + high // 4, x + wide + 2, y + high * 3 // 4)
        if above.y0 >= 0 and above.x0 >= 0 and not any(letters.meets(other) for other in self._taken):
            over(picture[above.y0:above.y1, above.x0:above.x1], WHITE, ink[:, :picture.shape[1] - x] * np.float32(0.85))
            self._taken.append(letters)

    def _head(self, picture: Floats) -> None:
        """Write key and tempo at the top left, and how many notes at the right."""
        melody = self._melody
        self._write(picture, f"{melody.key} · {melody.tempo:.0f} BPM · {melody.meter}/4", self._label_px, BOLD, 1.0)
        count = line_mask(self._book, f"{len(melody.notes)} ♪", round(self._label_px * 0.8), REGULAR)
        region = picture[round(self._height * 0.075):][:count.shape[0], self._right - count.shape[1]:self._right]
        over(region, WHITE, count * 0.7)

    def _write(self, picture: Floats, text: str, px: int, weight: int, strength: float) -> None:
        ink = line_mask(self._book, text, px, weight)[:, :self._right - self._left]
        top = round(self._height * 0.06)
        over(picture[top:top + ink.shape[0], self._left:self._left + ink.shape[1]], WHITE, ink * np.float32(strength))


def _span(melody: Melody) -> tuple[float, float]:
    """The seconds that the picture shows: all notes, from the last beat before them to the first beat after."""
    first = min((note.onset for note in melody.notes), default=0.0)
    last = max((note.offset for note in melody.notes), default=max(1.0, melody.seconds))
    start = max((beat for beat in melody.beat_times if beat <= first), default=first)
    end = min((beat for beat in melody.beat_times if beat >= last), default=last)
    return start, max(end, start + 0.5)
