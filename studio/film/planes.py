"""A picture as the encoder wants it: Y, U and V planes, BT.709, limited range, 4:2:0. It never chooses colours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from studio.film.layout import Box

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]
Yuv = tuple[int, int, int]

LUMA = (0.2126, 0.7152, 0.0722)     # ITU-R BT.709
U_SCALE = 224 / 255 / 1.8556
V_SCALE = 224 / 255 / 1.5748


def halved(plane: Floats) -> Floats:
    """Means of 2 x 2 samples: (height, width) of even lengths -> (height / 2, width / 2)."""
    height, width = plane.shape
    return np.asarray(plane.reshape(height // 2, 2, width // 2, 2).mean((1, 3)), np.float32)


class Alpha:
    """How much of a layer covers each sample, 0 (nothing) to 1: for the luma, and halved for the chroma planes."""

    def __init__(self, coverage: Floats) -> None:
        self.luma = np.round(coverage * 256).astype(np.int32)
        self.chroma = np.round(halved(coverage) * 256).astype(np.int32)

    def __iter__(self) -> Iterator[npt.NDArray[np.int32]]:
        return iter((self.luma, self.chroma, self.chroma))


@dataclass(frozen=True, slots=True)
class Planes:
    """Three views of uint8: `y` (height, width), `u` and `v` (height / 2, width / 2)."""

    y: Bytes
    u: Bytes
    v: Bytes

    def __iter__(self) -> Iterator[Bytes]:
        return iter((self.y, self.u, self.v))

    def crop(self, box: Box) -> Planes:
        """The same memory, only what lies in `box` (of even coordinates)."""
        half = np.s_[box.y0 // 2:box.y1 // 2, box.x0 // 2:box.x1 // 2]
        return Planes(self.y[box.y0:box.y1, box.x0:box.x1], self.u[half], self.v[half])

    def copy(self) -> Planes:
        """The same picture in memory of its own."""
        return Planes(self.y.copy(), self.u.copy(), self.v.copy())

    def put(self, other: Planes) -> None:
        """Take over every sample of `other`, which has the same size."""
        for mine, theirs in zip(self, other, strict=True):
            mine[:] = theirs

    def mix(self, first: Planes, second: Planes, share: float) -> None:
        """Become a blend of two pictures of the same size; `share` (0 to 1) is the second's."""
        weight = round(share * 256)
        for mine, one, two in zip(self, first, second, strict=True):
            mine[:] = (one.astype(np.uint16) * (256 - weight) + two.astype(np.uint16) * weight) >> 8

    def tint(self, colour: Yuv, alpha: Alpha) -> None:
        """Lay one colour over the picture, as strong as `alpha` (of the same size) says."""
        for mine, level, weight in zip(self, colour, alpha, strict=True):
            under = mine.astype(np.int32)
            mine[:] = under + ((level - under) * weight >> 8)


def to_planes(rgb: Floats, grain: np.random.Generator | None = None) -> Planes:
    """Convert (height, width, 3) of 0 to 255, lengths even; `grain` dithers, so that dark gradients show no bands."""
    luma = rgb @ np.array(LUMA, np.float32)
    y = 16 + luma * np.float32(219 / 255)
    u = 128 + halved(rgb[..., 2] - luma) * np.float32(U_SCALE)
    v = 128 + halved(rgb[..., 0] - luma) * np.float32(V_SCALE)
    return Planes(*(_quantised(plane, grain) for plane in (y, u, v)))


def _quantised(plane: Floats, grain: np.random.Generator | None) -> Bytes:
    offset = np.float32(0.5) if grain is None else grain.random(plane.shape, np.float32)
    return np.asarray(np.clip(plane + offset, 0, 255), np.uint8)


def to_yuv(rgb: tuple[float, float, float]) -> Yuv:
    """Convert one colour of 0 to 255."""
    planes = to_planes(np.full((2, 2, 3), rgb, np.float32))
    return int(planes.y[0, 0]), int(planes.u[0, 0]), int(planes.v[0, 0])
