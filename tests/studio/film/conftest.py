"""A short song with known bands and notes, its film in each aspect, and ways to look at decoded frames."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from studio.film.layout import Box
from studio.film.look import Aspect, Look
from studio.film.make import Film, make_film
from studio.score import Finish, Key, Mode, Part, Score, ScoreNote, Section, SectionKind

RATE = 48_000
Floats = npt.NDArray[np.float32]
Watch = Callable[..., list[npt.NDArray[np.uint8]]]
NAMES = {SectionKind.INTRO: "Intro", SectionKind.CHORUS: "Refrain"}


@pytest.fixture(scope="session")
def score() -> Score:
    """6.5 s: two bars at 120 BPM and the tail; eight notes at uneven distances; the chorus begins at 2 s."""
    starts = (1.0, 1.45, 2.0, 3.1, 4.0, 4.77, 6.0, 6.9)
    pitches = (60, 64, 67, 62, 72, 65, 69, 60)
    notes = tuple(ScoreNote(beat, 0.5, pitch, 90) for beat, pitch in zip(starts, pitches, strict=True))
    sections = (Section(SectionKind.INTRO, 0, 4, 0.4), Section(SectionKind.CHORUS, 4, 4, 0.9))
    lead = Part("lead", 0, False, -20.0, 0.0, 0.2, notes)
    return Score("Test", "pop", 1, 120.0, 4, Key(0, Mode.MAJOR), 0, sections, (), (lead,), Finish())


@pytest.fixture(scope="session")
def music(score: Score) -> Floats:
    """Noise whose level changes every quarter of a second, in each of twelve ranges by itself, by up to 40 dB."""
    chance = np.random.default_rng(7)
    samples = round(score.seconds * RATE)
    hertz = np.fft.rfftfreq(samples, 1 / RATE)
    edges = np.geomspace(45, 14_000, 13)
    sound = 1e-4 * chance.standard_normal(samples)
    for low, high in pairwise(edges):
        noise = np.fft.irfft(np.fft.rfft(chance.standard_normal(samples)) * ((hertz >= low) & (hertz < high)), samples)
        steps = 10 ** (chance.uniform(-40, 0, samples // (RATE // 4) + 1) / 20)
        sound += noise / noise.std() * np.repeat(steps, RATE // 4)[:samples]
    return np.asarray(sound / np.abs(sound).max() * 0.8, np.float32)


@pytest.fixture(scope="session")
def sound(music: Floats, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The music as a WAV of 16 bits, stereo."""
    return _wav(music, tmp_path_factory.mktemp("sound") / "song.wav")


def _wav(music: Floats, path: Path) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.repeat(music[:, None], 2, 1) * 32767).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="session")
def looks() -> dict[Aspect, Look]:
    """One look for each aspect: a short, a Chinese and a long title."""
    return {
        Aspect.LANDSCAPE: Look(Aspect.LANDSCAPE, "Urban Dreams", "Pop · C major", NAMES, None, 0),
        Aspect.PORTRAIT: Look(Aspect.PORTRAIT, "星河漫游", "民谣", NAMES, None, 7),
        Aspect.SQUARE: Look(Aspect.SQUARE, "A Title Too Long for One Line of a Square", "Lo-fi", NAMES, None, 3),
    }


@pytest.fixture(scope="session")
def told() -> list[float]:
    """The progress of the square one of `films`."""
    return []


@pytest.fixture(scope="session")
def films(score: Score, sound: Path, looks: dict[Aspect, Look], told: list[float],
          tmp_path_factory: pytest.TempPathFactory) -> dict[Aspect, Film]:
    """The film of each look."""
    folder = tmp_path_factory.mktemp("films")
    listeners: dict[Aspect, Callable[[float], None]] = {Aspect.SQUARE: told.append}
    return {aspect: make_film(score, sound, look, folder / f"{aspect.name}.mp4", progress=listeners.get(aspect, lambda _: None))
            for aspect, look in looks.items()}


@pytest.fixture(scope="session")
def short(score: Score, music: Floats, tmp_path_factory: pytest.TempPathFactory) -> tuple[Score, Path]:
    """Three seconds of that song, where a film is wanted for what does not take longer to be seen."""
    beat = replace(score, sections=(Section(SectionKind.INTRO, 0, 1, 0.4),))
    return beat, _wav(music[:round(beat.seconds * RATE)], tmp_path_factory.mktemp("short") / "song.wav")


@pytest.fixture(scope="session")
def watch() -> Watch:
    """Decodes a film and returns the luma of each box in every frame, or the first so many; shape (frames, height, width)."""
    def decode(path: Path, boxes: list[Box], frames: int | None = None) -> list[npt.NDArray[np.uint8]]:
        seen: list[list[npt.NDArray[np.uint8]]] = [[] for _ in boxes]
        with av.open(path) as container:
            height = container.streams.video[0].height
            for frame in islice(container.decode(video=0), frames):
                luma = np.asarray(frame.to_ndarray()[:height], np.uint8)
                for pile, box in zip(seen, boxes, strict=True):
                    pile.append(luma[box.y0:box.y1, box.x0:box.x1].copy())
        return [np.stack(pile) for pile in seen]
    return decode


@pytest.fixture(scope="session")
def first_frame() -> Callable[[Path], npt.NDArray[np.uint8]]:
    """Decodes the first frame of a film, shape (height, width, 3)."""
    def decode(path: Path) -> npt.NDArray[np.uint8]:
        with av.open(path) as container:
            return np.asarray(next(container.decode(video=0)).to_ndarray(format="rgb24"), np.uint8)
    return decode
