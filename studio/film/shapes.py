"""Coverage masks of simple shapes with soft edges, and blurs of them. It never knows a colour or a place in a frame."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from studio.film.planes import Floats


def pill(width: float, height: float, radius: float, canvas: tuple[int, int], corner: tuple[float, float]) -> Floats:
    """Coverage of a rectangle with round corners whose top left is at `corner` (x, y) of a canvas (width, height)."""
    x = np.abs(np.arange(canvas[0], dtype=np.float32) + 0.5 - corner[0] - width / 2) - (width / 2 - radius)
    y = np.abs(np.arange(canvas[1], dtype=np.float32) + 0.5 - corner[1] - height / 2) - (height / 2 - radius)
    outside = np.hypot(np.maximum(x, 0)[None, :], np.maximum(y, 0)[:, None])
    inside = np.minimum(np.maximum(x[None, :], y[:, None]), 0)
    return np.asarray(np.clip(radius - outside - inside + 0.5, 0, 1), np.float32)


def blurred(mask: Floats, radius: float) -> Floats:
    """A mask of 0 to 1, blurred."""
    image = Image.fromarray(np.round(mask * 255).astype(np.uint8))
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), np.float32) / np.float32(255)


def resized(plane: Floats, size: tuple[int, int]) -> Floats:
    """A plane of any range brought smoothly to (width, height), without rounding."""
    return np.asarray(Image.fromarray(plane).resize(size, Image.Resampling.BICUBIC), np.float32)


def over(picture: Floats, colour: tuple[float, float, float], coverage: Floats) -> None:
    """Lay a colour over (height, width, 3) in place."""
    picture += (np.array(colour, np.float32) - picture) * coverage[..., None]
