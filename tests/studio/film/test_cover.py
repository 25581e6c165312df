"""Members' pictures: what is cut out of good ones, and how bad ones end."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studio.errors import BadImage
from studio.film.cover import open_cover


@pytest.mark.parametrize("ending", ["jpg", "png", "gif", "webp"])
def test_the_middle_square_of_a_picture_becomes_the_cover(tmp_path: Path, ending: str) -> None:
    picture = Image.new("RGB", (300, 100), (255, 255, 255))
    picture.paste((0, 128, 0), (100, 0, 200, 100))
    picture.save(tmp_path / f"cover.{ending}")
    cover = open_cover(tmp_path / f"cover.{ending}", 64)
    assert cover.shape == (64, 64, 3)
    assert np.abs(cover[8:-8, 8:-8].mean((0, 1)) - (0, 128, 0)).max() < 12


def test_an_animation_gives_its_first_frame(tmp_path: Path) -> None:
    red, blue = Image.new("RGB", (80, 80), (220, 0, 0)), Image.new("RGB", (80, 80), (0, 0, 220))
    for name in ("moving.gif", "moving.webp"):
        red.save(tmp_path / name, save_all=True, append_images=[blue, blue])
        assert open_cover(tmp_path / name, 32).mean((0, 1)).argmax() == 0


def test_a_photo_is_turned_as_its_camera_was(tmp_path: Path) -> None:
    picture = Image.new("RGB", (120, 120), (0, 0, 0))
    picture.paste((255, 255, 255), (0, 0, 60, 120))
    exif = Image.Exif()
    exif[0x0112] = 6
    picture.save(tmp_path / "photo.jpg", exif=exif)
    cover = open_cover(tmp_path / "photo.jpg", 60)
    assert cover[:25].mean() > 240
    assert cover[35:].mean() < 15


def test_deep_and_see_through_pictures_keep_their_brightness(tmp_path: Path) -> None:
    Image.fromarray(np.full((40, 40), 32768, np.uint16)).save(tmp_path / "deep.png")
    assert open_cover(tmp_path / "deep.png", 20).mean() == pytest.approx(128, abs=2)
    Image.new("RGBA", (40, 40), (255, 255, 255, 0)).save(tmp_path / "clear.png")
    assert open_cover(tmp_path / "clear.png", 20).mean() < 40


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that claims to be enormous."""
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def truncated(path: Path, kind: str) -> bytes:
    Image.effect_noise((400, 400), 90).convert("RGB").save(path, kind)
    return path.read_bytes()[:9000]


def test_bad_pictures_are_refused(tmp_path: Path) -> None:
    contents = {
        "empty": b"", "text": b"not a picture", "huge": bomb(10_000, 5_001), "bomb": bomb(60_000, 60_000),
        "png": truncated(tmp_path / "whole.png", "PNG"), "jpg": truncated(tmp_path / "whole.jpg", "JPEG"),
        "gif": truncated(tmp_path / "whole.gif", "GIF")[:30], "webp": truncated(tmp_path / "whole.webp", "WEBP")[:200],
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        "eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    }
    for name, content in contents.items():
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(BadImage):
            open_cover(path, 64)
    with pytest.raises(BadImage):
        open_cover(tmp_path, 64)
    with pytest.raises(BadImage):
        open_cover(tmp_path / "nowhere.png", 64)
