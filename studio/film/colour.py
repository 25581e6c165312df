"""Colours that suit a picture. It never opens a file.

They are chosen in OKLCh, where equal steps look equal (B. Ottosson, "A perceptual color space for image processing").
Lightness runs from 0 to 1, chroma from 0 (grey) to about 0.3, hue in degrees (30 red, 90 yellow, 145 green, 260 blue).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin

import numpy as np

from studio.film.planes import Floats

Rgb = tuple[float, float, float]

TO_LMS = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                   [0.0883024619, 0.2817188376, 0.6299787005]])
TO_LAB = np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                   [0.0259040371, 0.7827717662, -0.8086757660]])
FROM_LMS, FROM_LAB = np.linalg.inv(TO_LMS), np.linalg.inv(TO_LAB)
HUE_BINS = 36
GAMUT_SLACK = 1e-4
GREY_CHROMA = 0.02                  # below this mean a picture counts as black and white
SECOND_HUE_DEGREES = 40             # two accents are at least so far apart
DEFAULT_HUE = 275.0
FAVOURED_HUE, FAVOUR = 300.0, 0.7   # of many colours let a violet lead rather than a yellow green, the poorest of darks


def to_oklab(rgb: Floats) -> Floats:
    """sRGB of 0 to 255, shape (..., 3), to lightness, a and b."""
    share = rgb.astype(np.float64) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(np.cbrt(linear @ TO_LMS.T) @ TO_LAB.T, np.float32)


def from_oklab(lab: Floats) -> Floats:
    """Back to sRGB of 0 to 255; what no screen can show is clipped."""
    linear = np.clip(((lab.astype(np.float64) @ FROM_LAB.T) ** 3) @ FROM_LMS.T, 0, 1)
    share = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return (share * 255).astype(np.float32)


def oklch(lightness: float, chroma: float, hue: float) -> Rgb:
    """A colour of 0 to 255; the chroma shrinks until a screen can show it."""
    strengths = np.linspace(chroma, 0, 24)[:, None]
    labs = np.array([lightness, 0, 0]) + strengths * np.array([0, cos(radians(hue)), sin(radians(hue))])
    linear = ((labs @ FROM_LAB.T) ** 3) @ FROM_LMS.T
    shown = (linear.min(1) >= -GAMUT_SLACK) & (linear.max(1) <= 1 + GAMUT_SLACK)
    red, green, blue = from_oklab(labs[shown.argmax()].astype(np.float32))
    return float(red), float(green), float(blue)


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a film: two accents, and the hue and strength of its shades."""

    hue: float
    chroma: float                   # 1: as colourful as can be; 0: black and white
    accent: Rgb
    second: Rgb

    def shade(self, lightness: float, chroma: float = 0.05) -> Rgb:
        """A dark of the main hue. Dark yellow would be mud, so it leans towards amber or green."""
        return oklch(lightness, chroma * self.chroma, shade_hue(self.hue))


def shade_hue(hue: float) -> float:
    """The hue that a dark of this hue shall have."""
    if not 70 < hue < 125:
        return hue
    return 60.0 if hue < 110 else 145.0


def palette_of(rgb: Floats) -> Palette:
    """Read the colours off a picture, shape (height, width, 3) of 0 to 255: the hue with most of the colour leads."""
    lab = to_oklab(rgb).reshape(-1, 3)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    hue = np.degrees(np.arctan2(lab[:, 2], lab[:, 1])) % 360
    if float(chroma.mean()) < GREY_CHROMA:
        return _palette(DEFAULT_HUE, DEFAULT_HUE - 50, 0.25)
    votes = np.histogram(hue, HUE_BINS, (0, 360), weights=chroma ** 1.5)[0]
    votes = np.convolve(np.concatenate([votes[-1:], votes, votes[:1]]), [0.25, 0.5, 0.25], "valid")
    centres = (np.arange(HUE_BINS) + 0.5) * 360 / HUE_BINS
    votes *= 1 + FAVOUR * np.cos(np.radians(centres - FAVOURED_HUE))
    first = float(centres[votes.argmax()])
    apart = np.abs((centres - first + 180) % 360 - 180)
    others = np.where(apart >= SECOND_HUE_DEGREES, votes, 0)
    found = others.max() >= 0.12 * votes.max()
    return _palette(first, float(centres[others.argmax()]) if found else first + 55, 1.0)


def _palette(hue: float, second: float, chroma: float) -> Palette:
    return Palette(hue, chroma, oklch(0.76, 0.17 * chroma, hue), oklch(0.78, 0.16 * chroma, second))
