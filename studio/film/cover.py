"""Opens a member's picture and cuts a square out of it. It trusts no file, and never returns anything but a square."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from studio.errors import BadImage
from studio.film.planes import Floats

THUMBNAIL = 16
MAX_PIXELS = 25_000_000            # a WebP of that size takes 460 MB while it is opened
MAX_JPEG_PIXELS = 50_000_000        # which is decoded at the size that is needed
FORMATS = ("JPEG", "PNG", "GIF", "WEBP")
PAPER = (24, 22, 30)                # what shows through a transparent picture


def open_cover(path: Path, side: int) -> Floats:
    """The middle square of a picture (of an animation: of its first frame), shape (side, side, 3) of 0 to 255.

    Raises BadImage when the file is no JPEG, PNG, GIF or WebP, is broken, or has more than 25 megapixels (50 as a JPEG).
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _square(path, side)
    # Pillow's decoders raise whatever their format's parser trips over; every one of these means the same here.
    except (OSError, UnidentifiedImageError, SyntaxError, ValueError, EOFError, KeyError, IndexError, TypeError,
            OverflowError, ZeroDivisionError, MemoryError, Image.DecompressionBombError,
            Image.DecompressionBombWarning) as fault:
        raise BadImage(f"{type(fault).__name__}: {fault}") from fault


def look_at_image(path: Path) -> tuple[int, int]:
    """Width and height of a picture that can be opened and decoded; raises BadImage as `open_cover` does."""
    open_cover(path, THUMBNAIL)
    with Image.open(path, formats=FORMATS) as image:
        return image.size


def _square(path: Path, side: int) -> Floats:
    with Image.open(path, formats=FORMATS) as checked:
        if checked.width * checked.height > (MAX_JPEG_PIXELS if checked.format == "JPEG" else MAX_PIXELS):
            raise BadImage(f"{checked.width} x {checked.height} pixels")
        checked.verify()
    with Image.open(path, formats=FORMATS) as image:
        image.draft("RGB", (side * 2, side * 2))
        cut = ImageOps.fit(_in_colour(image), (side, side), Image.Resampling.LANCZOS)
    square = ImageOps.exif_transpose(cut)       # turning a middle square keeps it the middle square, and costs less
    if square.mode == "RGBA":
        paper = Image.new("RGBA", square.size, (*PAPER, 255))
        paper.alpha_composite(square)
        square = paper.convert("RGB")
    return np.asarray(square, np.float32)


def _in_colour(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "RGBA"):
        return image
    if image.mode.startswith("I"):              # 16 bits a sample
        return image.convert("I").point(lambda level: level * (1 / 257)).convert("L").convert("RGB")
    see_through = "A" in image.getbands() or "transparency" in image.info
    return image.convert("RGBA" if see_through else "RGB")
