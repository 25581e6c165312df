"""What the frames show, measured from decoded films against the sound and the score."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from studio.film.backdrop import Words
from studio.film.fonts import FontBook
from studio.film.layout import LAYOUTS, Box, bar_boxes, roll_geometry
from studio.film.look import Aspect, Look
from studio.film.make import Film
from studio.film.progress import TIMES_BELOW_PX
from studio.film.roll import Rows
from studio.film.spectrum import HIGHEST_HZ, LOWEST_HZ
from studio.score import Score

FPS = 30
Bytes = npt.NDArray[np.uint8]
Watch = Callable[..., list[Bytes]]


def band_levels(music: npt.NDArray[np.float32], frames: int, bands: int) -> npt.NDArray[np.float64]:
    """Band energies in dB by other means than the film's: shorter Blackman windows, whole bins."""
    window = 3072
    padded = np.pad(music.astype(np.float64), window)
    hertz = np.fft.rfftfreq(8192, 1 / 48_000)
    edges = np.geomspace(LOWEST_HZ, HIGHEST_HZ, bands + 1)
    levels = np.empty((frames, bands))
    for frame in range(frames):
        middle = frame * 1600 + window
        power = np.abs(np.fft.rfft(padded[middle - window // 2:middle + window // 2] * np.blackman(window), 8192)) ** 2
        levels[frame] = [10 * np.log10(power[(hertz >= low) & (hertz < high)].sum() + 1e-3) if
                         ((hertz >= low) & (hertz < high)).any() else np.nan
                         for low, high in pairwise(edges)]
    return levels


@pytest.fixture(scope="module")
def shown(films: dict[Aspect, Film], looks: dict[Aspect, Look], score: Score, watch: Watch) -> dict[Aspect, dict[str, Bytes]]:
    """What the tests look at, of each film that is decoded once: the area of the bars, and the row of each pitch."""
    told = {}
    for aspect, look in looks.items():
        roll, layout = roll_geometry(look), LAYOUTS[aspect]
        rows = Rows.of(score, roll.bottom - roll.top)
        boxes = {"bars": bars_area(look)}
        for pitch in {note.pitch for note in score.lead.notes}:
            row = roll.top + rows.middle(pitch)
            boxes[f"row of {pitch}"] = Box(0, row, layout.width, row + 1)
        if aspect is Aspect.LANDSCAPE:
            chip = Words(FontBook(), look.title, look.subtitle, layout).chip
            left, right = layout.progress
            boxes |= {"chip": Box(chip.x0, chip.y0, chip.x0 + 260, chip.y1),
                      "progress": Box(left, layout.progress_y - 1, right, layout.progress_y + 1)}
        told[aspect] = dict(zip(boxes, watch(films[aspect].path, list(boxes.values())), strict=True))
    return told


def bars_area(look: Look) -> Box:
    boxes = bar_boxes(look)
    return Box(boxes.columns[0][0], boxes.base_y - boxes.max_height, boxes.columns[-1][1] + 8, boxes.base_y)


@pytest.mark.parametrize("aspect", Aspect)
def test_the_bars_are_as_high_as_the_bands_are_loud(
        shown: dict[Aspect, dict[str, Bytes]], looks: dict[Aspect, Look], music: npt.NDArray[np.float32],
        aspect: Aspect) -> None:
    boxes, area = bar_boxes(looks[aspect]), bars_area(looks[aspect])
    seen = shown[aspect]["bars"].astype(int)
    heights = np.empty((len(seen), len(boxes.columns)))
    for bar, (x0, x1) in enumerate(boxes.columns):
        inside = seen[:, :, (x0 + x1) // 2 - area.x0]
        beside = seen[:, :, x1 + 4 - area.x0]
        heights[:, bar] = (inside - beside > (inside - beside)[:, -6:].mean(1, keepdims=True) / 2).sum(1)
    levels = band_levels(music, len(seen), len(boxes.columns))
    measured = ~np.isnan(levels)
    top = np.nanpercentile(levels, 99.5)
    likeness = np.corrcoef(heights[measured], np.clip(levels[measured], top - 60, top))[0, 1]
    assert likeness >= 0.95
    assert heights.max() <= boxes.max_height
    assert heights.min() >= boxes.min_height - 2


@pytest.mark.parametrize("aspect", Aspect)
def test_a_note_reaches_the_playhead_when_it_sounds(
        shown: dict[Aspect, dict[str, Bytes]], looks: dict[Aspect, Look], score: Score, aspect: Aspect) -> None:
    roll = roll_geometry(looks[aspect])
    for note in score.lead.notes:
        onset = score.seconds_at(note.beat) * FPS
        frame = round(onset) - 6
        row = shown[aspect][f"row of {note.pitch}"][:, 0].astype(int)
        line = row[frame, roll.playhead_x + 40:]
        ground = np.median(row[frame])
        edge = roll.playhead_x + 40 + int(np.argmax(line > ground + 12))
        crossing = frame + (edge - roll.playhead_x) / roll.pixels_per_second * FPS
        assert crossing == pytest.approx(onset, abs=1)
        lit = row[round(onset) - 10:round(onset) + 11, roll.playhead_x - 2 * roll.step_px]
        turned = round(onset) - 10 + int(np.argmax(np.diff(lit))) + 1
        assert turned - 2 == pytest.approx(onset, abs=2)


def test_the_scroll_step_and_the_playhead_are_even(looks: dict[Aspect, Look]) -> None:
    for look in looks.values():
        roll = roll_geometry(look)
        assert roll.step_px % 2 == roll.playhead_x % 2 == roll.top % 2 == roll.bottom % 2 == 0


def test_the_chip_changes_with_the_section_and_only_then(
        shown: dict[Aspect, dict[str, Bytes]], score: Score) -> None:
    seen = shown[Aspect.LANDSCAPE]["chip"].astype(int)
    change = round(score.seconds_at(score.sections[1].beat) * FPS)
    assert np.abs(seen[change - 1] - seen[5]).max() < 30
    assert np.abs(seen[change + 12] - seen[-1]).max() < 30
    assert (np.abs(seen[change + 12] - seen[change - 1]) > 60).sum() > 200


def test_the_progress_line_fills_evenly(shown: dict[Aspect, dict[str, Bytes]], score: Score) -> None:
    left, right = LAYOUTS[Aspect.LANDSCAPE].progress
    line = shown[Aspect.LANDSCAPE]["progress"]
    for frame in (45, 90, 150):
        bright = line[frame].mean(0) > 115
        filled = int(np.flatnonzero(bright[:-2])[-1])
        assert filled / (right - left) == pytest.approx(frame / (score.seconds * FPS), abs=0.012)


def test_a_chinese_title_is_written(films: dict[Aspect, Film], watch: Watch) -> None:
    column = LAYOUTS[Aspect.PORTRAIT].text
    seen = watch(films[Aspect.PORTRAIT].path, [column], 61)[0][60]
    ink = seen > 200
    assert ink.sum() > 4000
    # Four characters side by side, and none of them an empty box: each has strokes in its middle.
    columns = np.flatnonzero(ink[40:160].any(0))
    quarters = np.linspace(columns[0], columns[-1], 5).astype(int)
    for start, end in pairwise(quarters):
        third = (end - start) // 3
        assert ink[60:150, start + third:end - third].sum() > 150


def test_words_keep_out_of_what_the_apps_cover_in_portrait() -> None:
    layout = LAYOUTS[Aspect.PORTRAIT]
    for title in ("Hm", "星河漫游" * 12, "An Uncommonly Long Title That Never Seems to Come to Its End, Until It Does"):
        ink = np.zeros((layout.height, layout.width, 3), np.float32)
        words = Words(FontBook(), title, "A subtitle that is also much longer than it should have been, by far", layout)
        words.paint(ink)
        rows, columns = np.flatnonzero(ink.any((1, 2))), np.flatnonzero(ink.any((0, 2)))
        assert min(words.chip.y0, rows[0]) >= 250
        assert max(rows[-1], layout.progress_y + TIMES_BELOW_PX + 1.4 * layout.label_px) < 1920 - 460
        assert columns[-1] < 1080 - 180
        assert layout.progress[1] <= 1080 - 180


def test_two_seeds_give_two_pictures(score: Score, sound: Path, looks: dict[Aspect, Look],
                                     films: dict[Aspect, Film], first_frame: Callable[[Path], Bytes]) -> None:
    frames = {aspect: first_frame(films[aspect].path) for aspect in films}
    covers = []
    for aspect, frame in frames.items():
        box = LAYOUTS[aspect].cover
        covers.append(frame[box.y0:box.y1, box.x0:box.x1][::8, ::8][:45, :45].astype(int))
    for first, second in ((0, 1), (1, 2), (0, 2)):
        assert np.abs(covers[first] - covers[second]).mean() > 12
