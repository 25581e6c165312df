"""How fast a song is performed: seconds per stage for a synthetic score of two minutes, and the multiple of real time.

    python bench/perform.py [--soundfont FONT] [--seconds 120]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from studio.perform import find_soundfont, mixer, perform
from studio.perform.bank import Bank
from studio.perform.finish import finished
from studio.perform.master import mastered
from studio.perform.reverb import reverberated
from studio.perform.sampler import play
from studio.perform.wav import write_wav
from studio.score import TAIL_SECONDS, Finish, Key, Mode, Part, Score, ScoreNote, Section, SectionKind

TEMPO = 100.0
TRIADS = ((0, 4, 7), (7, 11, 14), (9, 12, 16), (5, 9, 12))


def two_minutes(seconds: float) -> Score:
    """Six parts that all play throughout: denser than what the studio composes."""
    bars = round((seconds - TAIL_SECONDS) * TEMPO / 60.0 / 4.0)
    lead, keys, pad, bass, drums = [], [], [], [], []
    for bar in range(bars):
        triad, start = TRIADS[bar % 4], 4.0 * bar
        lead += [ScoreNote(start + k / 2, 0.5, 72 + triad[k % 3] % 12, 80 + 2 * k) for k in range(8)]
        keys += [ScoreNote(start + k, 1.0, 60 + tone % 12, 70) for k in range(4) for tone in triad]
        pad += [ScoreNote(start, 4.0, 60 + tone % 12, 70) for tone in triad]
        bass += [ScoreNote(start + k / 2, 0.45, 36 + triad[0], 85) for k in range(8)]
        drums += [ScoreNote(start + k / 4, 0.1, (36, 42, 42, 42, 38, 42, 46, 42)[k % 8], 80) for k in range(16)]
    parts = (
        Part("lead", 11, False, -18.0, 0.0, 0.25, tuple(lead)), Part("keys", 4, False, -23.0, -0.2, 0.25, tuple(keys)),
        Part("piano", 0, False, -24.0, 0.3, 0.2, tuple(keys)), Part("pad", 48, False, -26.0, 0.1, 0.4, tuple(pad)),
        Part("bass", 33, False, -21.0, 0.0, 0.0, tuple(bass)), Part("drums", 0, True, -20.0, 0.0, 0.06, tuple(drums)),
    )
    section = Section(SectionKind.CHORUS, 0.0, 4.0 * bars, 0.9)
    return Score("Bench", "lo-fi", 1, TEMPO, 4, Key(0, Mode.MAJOR), 0, (section,), (), parts,
                 Finish(9_000.0, -45.0, 0.3))


@contextmanager
def timed(name: str, song_seconds: float) -> Iterator[None]:
    began, worked = time.perf_counter(), time.process_time()
    yield
    took = time.perf_counter() - began
    print(f"{name:22} {took:6.2f} s  {time.process_time() - worked:6.2f} s CPU  {song_seconds / took:7.0f} x real time")


def stage_by_stage(score: Score, font: Path, folder: Path) -> None:
    samples = round(score.seconds * 48_000)
    dry, send = np.zeros((2, samples), np.float32), np.zeros((2, samples), np.float32)
    with timed("open the font", score.seconds):
        bank = Bank(font)
    for part in score.parts:
        with timed(f"play {part.name}", score.seconds):
            stem = play(part, score, bank, samples)
        with timed(f"mix {part.name}", score.seconds):
            mixer.add([mixer.channel(part, stem, score)], dry, send)
    with timed("room", score.seconds):
        dry += reverberated(send)
    with timed("finish", score.seconds):
        dry = finished(dry, score.finish, score.seed)
    with timed("master", score.seconds):
        master = mastered(dry)
    with timed("write", score.seconds):
        write_wav(folder / "stages.wav", master.sound, score.seed)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--soundfont", type=Path)
    parser.add_argument("--seconds", type=float, default=120.0)
    wanted = parser.parse_args()
    font, score = find_soundfont(wanted.soundfont), two_minutes(wanted.seconds)
    with tempfile.TemporaryDirectory() as folder:
        with timed("perform, as a whole", score.seconds):
            done = perform(score, Path(folder) / "song.wav", soundfont=font)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
        print(f"{done.loudness_lufs:.2f} LUFS, {done.true_peak_dbtp:.2f} dBTP, {done.soundfont}, peak memory "
              f"{memory:.0f} MB\n\none stage after the other, in one thread:")
        stage_by_stage(score, font, Path(folder))


if __name__ == "__main__":
    main()
