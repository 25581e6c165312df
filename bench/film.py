"""How fast films are made: `python bench/film.py [--seconds 60] [--out FOLDER]`.

Prints, for each aspect, the speed of the whole film as a multiple of real time and that of drawing alone in frames/s.
The song is synthetic; nothing is downloaded. The films stay only where `--out` is given.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
import wave
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from studio.film.look import Aspect, Look
from studio.film.make import make_film
from studio.film.scene import Scene
from studio.score import Finish, Key, Mode, Part, Score, ScoreNote, Section, SectionKind

RATE = 48_000
TEMPO = 110.0
SCALE = (57, 60, 62, 64, 65, 67, 69, 72, 74)
NAMES = {kind: kind.value.title() for kind in SectionKind}
DRAWN_FRAMES = 300


def a_score(seconds: float) -> Score:
    chance = np.random.default_rng(3)
    beats = round(seconds * TEMPO / 60 / 16) * 16
    notes, beat, step = [], 4.0, 4
    while beat < beats - 2:
        long = float(chance.choice([0.5, 0.5, 1, 1, 2]))
        step = int(np.clip(step + chance.integers(-2, 3), 0, len(SCALE) - 1))
        notes.append(ScoreNote(beat, long * 0.95, SCALE[step], 90))
        beat += long
    kinds = (SectionKind.INTRO, SectionKind.VERSE, SectionKind.CHORUS, SectionKind.OUTRO)
    sections = tuple(Section(kind, k * beats / 4, beats / 4, 0.5) for k, kind in enumerate(kinds))
    lead = Part("lead", 0, False, -20.0, 0.0, 0.2, tuple(notes))
    return Score("Bench", "pop", 1, TEMPO, 4, Key(0, Mode.MAJOR), 0, sections, (), (lead,), Finish())


def a_sound(score: Score, path: Path) -> None:
    """Harmonic tones over noise bursts on each beat: as busy as music is for bars and encoder."""
    chance = np.random.default_rng(5)
    sound = np.zeros(round(score.seconds * RATE), np.float32)
    for note in score.lead.notes:
        start = round(score.seconds_at(note.beat) * RATE)
        at = np.arange(round(note.beats * 60 / score.tempo * RATE)) / RATE
        pitch = 440 * 2 ** ((note.pitch - 69) / 12)
        tone = sum(np.sin(2 * np.pi * pitch * k * at) / k for k in range(1, 9)) * np.exp(-2 * at)
        sound[start:start + len(at)] += np.float32(0.15) * tone
    for beat in np.arange(0, score.beats, 0.5):
        start = round(score.seconds_at(float(beat)) * RATE)
        at = np.arange(RATE // 5) / RATE
        sound[start:start + len(at)] += 0.2 * chance.standard_normal(len(at)) * np.exp(-25 * at)
    samples = (np.clip(sound, -1, 1) * 32767).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.repeat(samples[:, None], 2, 1).tobytes())


def measure(score: Score, sound: Path, aspect: Aspect, folder: Path) -> str:
    look = Look(aspect, "Urban Dreams", "Pop · C major · 110 BPM", NAMES, None, list(Aspect).index(aspect))
    start = time.perf_counter()
    film = make_film(score, sound, look, folder / f"{aspect.name.lower()}.mp4")
    whole = time.perf_counter() - start
    scene = Scene(score, sound, look)
    canvas = scene.still.copy()
    start = time.perf_counter()
    for frame in range(DRAWN_FRAMES):
        scene.draw(frame, canvas)
    drawn = DRAWN_FRAMES / (time.perf_counter() - start)
    return (f"{aspect.value:>5}  {film.seconds:6.1f} s of film in {whole:5.1f} s = {film.seconds / whole:4.1f} x real"
            f" time, {film.bytes / 1e6:5.1f} MB; drawing alone {drawn:5.0f} frames/s")


def main() -> None:
    parser = argparse.ArgumentParser(description="How fast films are made.")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--out", type=Path, help="keep the films in this folder")
    wanted = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = wanted.out or Path(temporary)
        score, sound = a_score(wanted.seconds), Path(temporary) / "song.wav"
        a_sound(score, sound)
        for aspect in Aspect:
            print(measure(score, sound, aspect, folder), flush=True)
    unit = 1 if sys.platform == "darwin" else 1024
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20:.0f} MiB")


if __name__ == "__main__":
    main()
