"""Makes a picture for a song that has none: one of five scenes in one of six palettes, its details drawn by chance.

Neighbouring seeds differ in scene and palette; the same seed gives the same picture. It never reads a file.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from studio.film.planes import Floats

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Tones:
    """A sky from zenith to horizon, the light in it, and the silhouettes before it."""

    zenith: Rgb
    middle: Rgb
    horizon: Rgb
    light: Rgb
    near: Rgb


TONES = (
    Tones((20, 14, 62), (126, 44, 146), (255, 128, 100), (255, 214, 120), (18, 8, 42)),         # dusk
    Tones((4, 26, 58), (10, 96, 128), (120, 222, 196), (252, 244, 190), (3, 18, 36)),           # lagoon
    Tones((44, 8, 26), (168, 34, 44), (255, 150, 66), (255, 226, 160), (28, 6, 16)),            # ember
    Tones((10, 16, 60), (44, 82, 190), (168, 208, 255), (255, 250, 236), (8, 12, 40)),          # glacier
    Tones((14, 40, 44), (26, 124, 96), (216, 224, 120), (255, 246, 176), (6, 26, 28)),          # meadow
    Tones((34, 12, 76), (196, 48, 140), (255, 176, 190), (255, 232, 214), (26, 8, 52)),         # orchid
)


class Canvas:
    """A square of colours in which x and y run from 0 to 1, y downwards; shapes have soft edges one pixel wide."""

    def __init__(self, side: int, seed: int) -> None:
        self.side = side
        self.chance = np.random.default_rng(seed)
        axis = (np.arange(side, dtype=np.float32) + 0.5) / side
        self.x, self.y = axis[None, :], axis[:, None]
        self.rgb: Floats = np.zeros((side, side, 3), np.float32)

    def sky(self, *stops: tuple[float, Rgb]) -> None:
        """A gradient from top to bottom through colours at heights."""
        heights = [height for height, _ in stops]
        for channel in range(3):
            column = np.interp(self.y[:, 0], heights, [colour[channel] for _, colour in stops])
            self.rgb[..., channel] = column[:, None]

    def lay(self, colour: Rgb, coverage: Floats) -> None:
        """Cover with a colour."""
        share = np.clip(coverage, 0, 1)[..., None]
        self.rgb += (np.array(colour, np.float32) - self.rgb) * share

    def shine(self, colour: Rgb, strength: Floats) -> None:
        """Add light."""
        self.rgb += np.array(colour, np.float32) * strength[..., None]

    def inside(self, distance: Floats) -> Floats:
        """Coverage of a shape, given how far each point lies inside its edge."""
        return np.asarray(np.clip(distance * self.side + 0.5, 0, 1), np.float32)

    def from_centre(self, x: float, y: float, flattening: float = 1.0) -> Floats:
        """Distance of every point from (x, y); `flattening` stretches it upright."""
        return np.hypot(self.x - x, (self.y - y) * flattening).astype(np.float32)

    def curve(self, waves: tuple[float, ...], steepness: float = 1.0) -> Floats:
        """A line of hills, shape (1, side), about -1 to 1: waves so often a picture, the quicker the lower."""
        phases = self.chance.random(len(waves)) * 2 * np.pi
        heights = sum(self.chance.uniform(0.5, 1) * np.sin(self.x * 2 * np.pi * wave + phase) / wave ** steepness
                      for wave, phase in zip(waves, phases, strict=True))
        return np.asarray(heights, np.float32)

    def stars(self, count: int, lowest: float) -> None:
        """Dots of light, most of them high up."""
        for _ in range(count):
            x, y = self.chance.random(), self.chance.random() ** 1.5 * lowest
            size = 0.0006 + 0.0017 * self.chance.random() ** 4
            reach = max(2, int(size * self.side * 3))
            column, row = int(x * self.side), int(y * self.side)
            spot = np.s_[max(0, row - reach):row + reach + 1, max(0, column - reach):column + reach + 1]
            away = np.hypot(self.x[0, spot[1]][None, :] - x, self.y[spot[0], 0][:, None] - y)
            self.rgb[spot] += (np.exp(-(away / size) ** 2) * self.chance.uniform(90, 210))[..., None]


def make_art(seed: int, side: int) -> Floats:
    """The picture of a seed, shape (side, side, 3) of 0 to 255."""
    canvas = Canvas(side, seed)
    SCENES[seed % len(SCENES)](canvas, TONES[seed % len(TONES)])
    return np.clip(canvas.rgb, 0, 255)


def _between(first: Rgb, second: Rgb, share: float) -> Rgb:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def _sun(canvas: Canvas, tones: Tones, x: float, y: float, radius: float) -> None:
    away = canvas.from_centre(x, y)
    canvas.shine(tones.horizon, 0.34 * np.exp(-np.maximum(away - radius, 0) * 6.5))
    canvas.lay(_between(tones.light, tones.horizon, 0.1), canvas.inside(radius - away))
    canvas.lay(tones.horizon, canvas.inside(radius - away) * np.clip((canvas.y - y) / radius * 0.6 + 0.3, 0, 0.75))


def ridges(canvas: Canvas, tones: Tones) -> None:
    """A sun behind ridges that fade into the distance."""
    canvas.sky((0, tones.zenith), (0.42, tones.middle), (0.72, tones.horizon), (1, tones.horizon))
    canvas.stars(150, 0.5)
    _sun(canvas, tones, canvas.chance.uniform(0.34, 0.66), 0.52, canvas.chance.uniform(0.15, 0.2))
    for depth in range(5):
        crest = 0.62 + 0.085 * depth - (0.05 + 0.008 * depth) * canvas.curve((1.1, 2.3, 4.7, 9.1, 17.0))
        canvas.lay(_between(_between(tones.middle, tones.horizon, 0.22), tones.near, (depth + 1) / 5),
                   canvas.inside(canvas.y - crest))


def sea(canvas: Canvas, tones: Tones) -> None:
    """A low moon, and its light on the waves."""
    horizon, x = 0.6, canvas.chance.uniform(0.36, 0.64)
    canvas.sky((0, tones.zenith), (0.34, tones.middle), (horizon, tones.horizon), (1, tones.horizon))
    canvas.stars(120, 0.4)
    _sun(canvas, tones, x, horizon - 0.13, 0.16)
    below = canvas.inside((canvas.y - horizon + 0 * canvas.x).astype(np.float32))
    depth = np.clip((canvas.y - horizon) / (1 - horizon), 0, 1).astype(np.float32)
    canvas.lay(_between(tones.middle, tones.zenith, 0.35), below)
    canvas.lay(tones.near, below * depth * 0.85)
    for row in np.geomspace(0.006, 0.34, 26):
        spread = 0.09 + row * canvas.chance.uniform(0.1, 0.7)
        middle = x + canvas.chance.normal(0, 0.012 + row * 0.08)
        thick = 0.0016 + row * 0.016
        inside = thick - np.hypot((canvas.x - middle) / spread * thick, canvas.y - horizon - row)
        canvas.lay(tones.light, canvas.inside(inside.astype(np.float32)) * (0.85 - row * 1.5))
    for step in range(2):
        crest = 0.88 + 0.06 * step + 0.012 * canvas.curve((1.6, 3.1, 6.2))
        canvas.lay(_between(tones.zenith, tones.near, 0.4 + 0.5 * step), canvas.inside(canvas.y - crest))


def skyline(canvas: Canvas, tones: Tones) -> None:
    """A town before a great sun, some of its windows lit."""
    canvas.sky((0, tones.zenith), (0.45, tones.middle), (0.85, tones.horizon), (1, tones.horizon))
    canvas.stars(90, 0.35)
    _sun(canvas, tones, canvas.chance.uniform(0.38, 0.62), 0.5, 0.25)
    for row in range(3):
        colour = _between(_between(tones.middle, tones.horizon, 0.15), tones.near, (0.3, 0.65, 1.0)[row])
        x = -0.02
        while x < 1:
            wide = canvas.chance.uniform(0.045, 0.11)
            high = canvas.chance.uniform(0.18, 0.46) - 0.07 * row
            _house(canvas, colour, tones, (x, 1 - high, x + wide, row))
            x += wide + canvas.chance.choice((0.0, 0.004, 0.016))


def _house(canvas: Canvas, colour: Rgb, tones: Tones, place: tuple[float, float, float, int]) -> None:
    left, top, right, row = place
    inside = np.minimum(np.minimum(canvas.x - left, right - canvas.x), canvas.y - top)
    canvas.lay(colour, canvas.inside(inside))
    if row == 0:
        return
    pitch = 0.0165
    for y in np.arange(top + 0.02, 0.985, pitch * 1.25):
        for x in np.arange(left + 0.011, right - 0.016, pitch):
            if canvas.chance.random() < 0.26:
                rows = slice(int(y * canvas.side), int((y + 0.0105) * canvas.side))
                columns = slice(max(0, int(x * canvas.side)), max(0, int((x + 0.0075) * canvas.side)))
                canvas.rgb[rows, columns] = _between(tones.light, tones.horizon, canvas.chance.random() * 0.6)


def aurora(canvas: Canvas, tones: Tones) -> None:
    """Northern lights over firs."""
    canvas.sky((0, _between(tones.zenith, tones.near, 0.5)), (0.75, tones.zenith), (1, tones.middle))
    canvas.stars(260, 0.85)
    for number, colour in enumerate((tones.middle, tones.horizon, tones.light)):
        hem = 0.44 + 0.1 * number + 0.05 * canvas.curve((0.6, 1.3, 2.6))
        rays = 0.65 + 0.35 * canvas.curve((7, 13, 23, 41), steepness=0.35) / 1.6
        above = hem - canvas.y
        veil = np.exp(-np.maximum(above, 0) / (0.16 + 0.07 * rays)) * np.exp(-(np.maximum(-above, 0) / 0.035) ** 2)
        canvas.shine(colour, (veil * np.clip(rays, 0.15, 1.2) * (0.72, 0.5, 0.22)[number]).astype(np.float32))
    for row in range(3):
        colour = _between(_between(tones.zenith, tones.middle, 0.3), tones.near, (row + 1) / 3)
        ground = 0.8 + 0.06 * row + 0.02 * canvas.curve((1.2, 2.7))
        canvas.lay(colour, canvas.inside(canvas.y - ground))
        for x in np.arange(-0.01, 1.02, 0.034 + 0.008 * row):
            x += canvas.chance.uniform(-0.012, 0.012)
            _fir(canvas, colour, x, float(ground[0, min(max(int(x * canvas.side), 0), canvas.side - 1)]),
                 canvas.chance.uniform(0.06, 0.115) * (1 + 0.25 * row))


def _fir(canvas: Canvas, colour: Rgb, x: float, foot: float, high: float) -> None:
    down = (canvas.y - (foot - high)) / high
    tiers = 0.55 + 0.45 * np.modf(np.clip(down, 0, 1) * 5)[0]
    half = high * 0.24 * np.clip(down, 0, 1) * tiers
    inside = np.minimum(half - np.abs(canvas.x - x), np.minimum(canvas.y - (foot - high), foot + 0.03 - canvas.y))
    canvas.lay(colour, canvas.inside(inside.astype(np.float32)))


def orbits(canvas: Canvas, tones: Tones) -> None:
    """A ringed planet and its moons."""
    canvas.sky((0, tones.zenith), (1, _between(tones.zenith, tones.near, 0.7)))
    glow = canvas.from_centre(canvas.chance.uniform(0.2, 0.8), canvas.chance.uniform(0.1, 0.4))
    canvas.shine(tones.middle, 0.55 * np.exp(-(glow / 0.42) ** 2))
    canvas.stars(330, 1.0)
    x, y, radius = canvas.chance.uniform(0.44, 0.56), canvas.chance.uniform(0.46, 0.56), 0.23
    tilt = canvas.chance.uniform(-0.5, 0.5)
    along = (canvas.x - x) * np.cos(tilt) + (canvas.y - y) * np.sin(tilt)
    across = (canvas.y - y) * np.cos(tilt) - (canvas.x - x) * np.sin(tilt)
    orbit = np.hypot(along, across * 3.6)
    rings = sum(canvas.inside(np.minimum(orbit - inner, outer - orbit)) * shade
                for inner, outer, shade in ((0.3, 0.34, 0.55), (0.348, 0.395, 0.9), (0.405, 0.43, 0.4)))
    canvas.lay(tones.light, np.asarray(rings, np.float32) * (across < 0))
    away = canvas.from_centre(x, y)
    ball = canvas.inside(radius - away)
    canvas.shine(tones.horizon, 0.3 * np.exp(-np.maximum(away - radius, 0) * 16))
    bands = 0.5 + 0.5 * np.sin(across * 46 + 1.6 * np.sin(along * 9))
    canvas.lay(tones.horizon, ball)
    canvas.lay(tones.middle, ball * (0.25 + 0.5 * bands.astype(np.float32)))
    night = np.clip((canvas.from_centre(x - 0.1, y - 0.1) - 0.12) / 0.24, 0, 0.9)
    canvas.lay(tones.near, ball * night)
    canvas.lay(tones.light, np.asarray(rings, np.float32) * (across >= 0))
    for distance, size in ((0.36, 0.028), (0.43, 0.017)):
        turn = canvas.chance.uniform(0, 2 * np.pi)
        moon_x, moon_y = 0.5 + distance * np.cos(turn), 0.5 + distance * np.sin(turn)
        moon = canvas.inside(size - canvas.from_centre(moon_x, moon_y))
        canvas.lay(tones.light, moon)
        dark = np.clip(canvas.from_centre(moon_x - size * 0.5, moon_y - size * 0.5) / size - 0.6, 0, 0.85)
        canvas.lay(tones.near, moon * dark)


SCENES: tuple[Callable[[Canvas, Tones], None], ...] = (ridges, sea, skyline, aurora, orbits)
