"""Waveforms: clips of real bytes, and what a picture of them shows on Discord's backgrounds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from bot.media.inside.loudness import PIECE_SAMPLES, RATE_HZ, Loudness, loudness_of
from bot.media.inside.picture import BAR_PIXELS, GAP_PIXELS, LEVEL_RGB, PEAK_RGB, png_of

Picture = npt.NDArray[np.uint8]
BACKGROUNDS = ("ffffff", "f2f3f5", "313338", "323339", "1a1a1e", "070709")
"""Of Discord's themes, light to darkest."""


def picture_of(png: bytes) -> Picture:
    """Rows, columns, RGBA."""
    codec: Any = av.CodecContext.create("png", "r")
    [frame] = codec.decode(av.Packet(png))
    found: Picture = frame.to_ndarray(format="rgba")
    return found


def heights(picture: Picture) -> list[int]:
    """How tall each bar is, in pixels that are mostly covered."""
    step = BAR_PIXELS + GAP_PIXELS
    columns = (picture[:, :, 3] > 127).sum(axis=0)
    first = int(np.flatnonzero(columns)[0])
    return [int(columns[start:start + BAR_PIXELS].max()) for start in range(first, picture.shape[1] - BAR_PIXELS + 1, step)]


def steps(*loud: float, seconds: float = 1.0) -> npt.NDArray[np.float32]:
    """A tone of 440 Hz, so many seconds at each loudness."""
    at = np.arange(round(seconds * 48_000)) / 48_000
    return np.concatenate([one * np.sin(2 * np.pi * 440 * at) for one in loud]).astype(np.float32)


@pytest.mark.parametrize("kind", ["ogg", "mp3", "mp4"])
def test_a_clip_is_drawn_as_loud_as_it_is_where_it_is(encode: Callable[..., Path], tmp_path: Path, kind: str) -> None:
    clip = encode(tmp_path / f"hum.{kind}", steps(0.0, 0.8, 0.4, 0.0))
    picture = picture_of(png_of(loudness_of(clip), 900, 160))
    assert picture.shape == (160, 900, 4)
    tall = heights(picture)
    assert len(tall) == 150
    assert max(tall[2:34]) == max(tall[-34:-2]) == BAR_PIXELS       # silence is a row of dots
    loud, half = np.median(tall[42:72]), np.median(tall[80:110])
    assert 120 < loud <= 160            # where a tone sets in, some codecs overshoot
    assert loud / half == pytest.approx(2, abs=0.1)


def test_the_size_is_as_asked_for() -> None:
    picture = picture_of(png_of(Loudness([0.5] * 400, [0.3] * 400), 321, 99))
    assert picture.shape == (99, 321, 4)
    assert len(heights(picture)) == 53


def luminance(rgb: tuple[int, ...]) -> float:
    """As WCAG 2.1 has it."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in (one / 255 for one in rgb)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("colour", [PEAK_RGB, LEVEL_RGB])
@pytest.mark.parametrize("background", BACKGROUNDS)
def test_both_colours_stand_out_on_every_theme(colour: tuple[int, int, int], background: str) -> None:
    low, high = sorted((luminance(colour), luminance(tuple(bytes.fromhex(background)))))
    assert (high + 0.05) / (low + 0.05) >= 3


def test_there_is_nothing_behind_the_bars_and_the_level_lies_within_the_peak() -> None:
    picture = picture_of(png_of(Loudness([1.0] * 400, [0.5] * 400), 300, 100))
    column = picture[:, 3]
    assert list(column[50, :3]) == list(LEVEL_RGB)
    assert list(column[5, :3]) == list(PEAK_RGB)
    assert column[5, 3] == column[50, 3] == 255
    assert picture[:, 1 + BAR_PIXELS:1 + BAR_PIXELS + GAP_PIXELS, 3].max() == 0


def test_silence_and_a_faint_hiss_stay_a_line_of_dots_and_one_piece_fills_a_picture() -> None:
    for loud in (0.0, 0.001):
        assert set(heights(picture_of(png_of(Loudness([loud] * 9, [loud] * 9), 300, 100)))) == {BAR_PIXELS}
    assert set(heights(picture_of(png_of(Loudness([0.3], [0.2]), 300, 100)))) == {100}


def test_only_what_a_backend_hears_is_decoded(
        encode: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.media.inside.loudness.MAX_CONVERTED_SECONDS", 1)
    heard = loudness_of(encode(tmp_path / "hum.wav", steps(0.5, 0.5, 0.5)))
    assert heard.seconds == 1.0
    assert len(heard.peaks) == RATE_HZ // PIECE_SAMPLES


def test_of_a_clip_that_breaks_off_what_there_is(encode: Callable[..., Path], tmp_path: Path) -> None:
    whole = encode(tmp_path / "hum.ogg", steps(0.5, 0.5, 0.5, 0.5)).read_bytes()
    (tmp_path / "half.ogg").write_bytes(whole[:len(whole) // 2])
    assert 1.0 < loudness_of(tmp_path / "half.ogg").seconds < 3.0
