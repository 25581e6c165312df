"""Measures how well the studio hears: notes, tempo, meter and key of clips whose truth is known. Never part of a test.

    python bench/notes.py --clips DIR       every X.wav (or X.ogg) of DIR that has an X_notes.csv beside it
    python bench/notes.py --synthetic       folk tunes, sung by our own synthesiser in several voices and tempi

Notes are scored by mir_eval: an onset within 50 ms and a pitch within 50 cents count, offsets do not. The csv has a
head line and the columns onset s, offset s, MIDI pitch.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import mir_eval
import numpy as np

from examples.make_hum import HUMMER, WHISTLER, Singer, parse_tune, perform, sing, transposed, write_sound
from studio.errors import ClipError
from studio.listen import listen
from studio.score import Melody

Note = tuple[float, float, float]       # onset s, offset s, MIDI pitch
ONSET_TOLERANCE_SECONDS, PITCH_TOLERANCE_CENTS = 0.05, 50.0
TEMPO_TOLERANCE, DOWNBEAT_TOLERANCE_SECONDS = 0.04, 0.12


@dataclass(frozen=True, slots=True)
class Folk:
    """A tune in the public domain, as notation for `parse_tune`; `upbeat` in beats."""

    name: str
    meter: int
    key: str
    bpm: float
    upbeat: float
    written: str


FOLK = (
    Folk("twinkle", 4, "C major", 100, 0, "c4 c4 g4 g4 a4 a4 g4/2 f4 f4 e4 e4 d4 d4 c4/2 g4 g4 f4 f4 e4 e4 d4/2 "
         "g4 g4 f4 f4 e4 e4 d4/2 c4 c4 g4 g4 a4 a4 g4/2 f4 f4 e4 e4 d4 d4 c4/2"),
    Folk("ode to joy", 4, "G major", 112, 0, "b4 b4 c5 d5 d5 c5 b4 a4 g4 g4 a4 b4 b4/1.5 a4/.5 a4/2 "
         "b4 b4 c5 d5 d5 c5 b4 a4 g4 g4 a4 b4 a4/1.5 g4/.5 g4/2"),
    Folk("frère jacques", 4, "F major", 108, 0, "f4 g4 a4 f4 f4 g4 a4 f4 a4 bb4 c5/2 a4 bb4 c5/2 "
         "c5/.5 d5/.5 c5/.5 bb4/.5 a4 f4 c5/.5 d5/.5 c5/.5 bb4/.5 a4 f4 f4 c4 f4/2 f4 c4 f4/2"),
    Folk("auld lang syne", 4, "F major", 92, 1, "c4 f4/1.5 f4/.5 f4 a4 g4/1.5 f4/.5 g4 a4 f4/1.5 f4/.5 a4 c5 d5/3 "
         "d5 c5/1.5 a4/.5 a4 f4 g4/1.5 f4/.5 g4 a4 f4/1.5 d4/.5 d4 c4 f4/3"),
    Folk("aura lee", 4, "G major", 88, 0, "d4 g4 f#4 g4 a4 e4 a4/2 g4 f#4 e4 f#4 g4/4 d4 g4 f#4 g4 a4 e4 a4/2 "
         "g4 f#4 e4 f#4 g4/4 b4/4 b4/4 b4 a4 g4 a4 b4/4"),
    Folk("the saints", 4, "F major", 132, 3, "f4 a4 bb4 c5/4 r f4 a4 bb4 c5/4 r f4 a4 bb4 c5/2 a4/2 f4/2 a4/2 g4/4 r "
         "a4 a4 g4 f4/3 f4 a4/2 c5 c5 bb4/4 r/2 a4 bb4 c5/2 a4/2 f4/2 g4/2 f4/4"),
    Folk("a lament", 4, "D minor", 76, 0, "d4 f4 a4/2 bb4 a4 g4/2 f4 e4 d4 e4 f4 g4 a4/2 a4 d5 c5/2 bb4 a4 g4/2 "
         "a4 g4/.5 f4/.5 e4 c#4 d4/4"),
    Folk("amazing grace", 3, "F major", 92, 1, "c4 f4/2 a4/.5 f4/.5 a4/2 g4 f4/2 d4 c4/2 c4 f4/2 a4/.5 f4/.5 a4/2 g4 "
         "c5/5 a4 c5/2 a4/.5 f4/.5 a4/2 g4 f4/2 d4 c4/2 c4 f4/2 a4/.5 f4/.5 a4/2 g4 f4/4"),
    Folk("greensleeves", 3, "A minor", 120, 1, "a4 c5/2 d5 e5/1.5 f5/.5 e5 d5/2 b4 g4/1.5 a4/.5 b4 c5/2 a4 "
         "a4/1.5 g#4/.5 a4 b4/2 g#4 e4/2 a4 c5/2 d5 e5/1.5 f5/.5 e5 d5/2 b4 g4/1.5 a4/.5 b4 c5/1.5 b4/.5 a4 "
         "g#4/1.5 f#4/.5 g#4 a4/5"),
    Folk("silent night", 3, "C major", 84, 0, "g4/1.5 a4/.5 g4 e4/3 g4/1.5 a4/.5 g4 e4/3 d5/2 d5 b4/3 c5/2 c5 g4/3 "
         "a4/2 a4 c5/1.5 b4/.5 a4 g4/1.5 a4/.5 g4 e4/3 a4/2 a4 c5/1.5 b4/.5 a4 g4/1.5 a4/.5 g4 e4/3"),
    Folk("clementine", 3, "F major", 120, 1, "f4/.75 f4/.25 f4 c4 a4/.75 a4/.25 a4 f4 f4/.75 a4/.25 c5/1.5 c5/.5 "
         "bb4/.5 a4/.5 g4/2 g4/.75 a4/.25 bb4 bb4 a4/.75 g4/.25 a4 f4 f4/.75 a4/.25 g4/1.5 c4/.5 e4/.75 g4/.25 f4/2"),
    Folk("augustin", 3, "C major", 144, 0, "g4/1.5 a4/.5 g4/.5 f4/.5 e4 c4 c4 d4 g3 g3 e4 c4 c4 g4/1.5 a4/.5 "
         "g4/.5 f4/.5 e4 c4 c4 d4 g3 g3 c4/3 d4 g3 g3 e4 c4 c4 d4 g3 g3 e4 c4 c4 g4/1.5 a4/.5 g4/.5 f4/.5 e4 c4 c4 "
         "d4 g3 g3 c4/3"),
    Folk("god save the king", 3, "G major", 90, 0, "g4 g4 a4 f#4/1.5 g4/.5 a4 b4 b4 c5 b4/1.5 a4/.5 g4 a4 g4 f#4 g4/3 "
         "d5 d5 d5 d5/1.5 c5/.5 b4 c5 c5 c5 c5/1.5 b4/.5 a4 b4 c5/.5 b4/.5 a4/.5 g4/.5 b4/1.5 c5/.5 d5 "
         "e5/.5 c5/.5 b4 a4 g4/3"),
)

VOICES: tuple[tuple[str, Singer, int], ...] = (
    ("hum", HUMMER, 0),
    ("deep, drifting", replace(HUMMER, drift=0.06, detune_cents=-35.0), -19),
    ("high, vibrato", replace(HUMMER, vibrato_cents=60.0, closure_gain=0.25, room=0.004), 5),
    ("uneven", replace(HUMMER, pitch_spread_cents=25.0, onset_spread_seconds=0.02, scoop_cents=200.0), -7),
    ("whistle", WHISTLER, 15),
)


def note_scores(truth: Sequence[Note], heard: Melody) -> tuple[float, float, float]:
    """F1, precision and recall of the notes of `heard`."""
    found = [(note.onset, note.offset, float(note.pitch)) for note in heard.notes]
    spans = [np.array([note[:2] for note in notes]) for notes in (truth, found)]
    hertz = [440.0 * 2 ** ((np.array([note[2] for note in notes]) - 69) / 12) for notes in (truth, found)]
    precision, recall, f1, _ = mir_eval.transcription.precision_recall_f1_overlap(
        spans[0], hertz[0], spans[1], hertz[1], onset_tolerance=ONSET_TOLERANCE_SECONDS,
        pitch_tolerance=PITCH_TOLERANCE_CENTS, offset_ratio=None)
    return float(f1), float(precision), float(recall)


def read_notes(path: Path) -> list[Note]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return [(float(onset), float(offset), float(pitch)) for onset, offset, pitch in rows]


def measure_clips(folder: Path) -> None:
    print(f"{'clip':40} {'F1':>5} {'prec':>5} {'rec':>5}  notes   tempo meter key       tuning  seconds")
    scores = []
    for truth_path in sorted(folder.glob("*_notes.csv")):
        stem = truth_path.name.removesuffix("_notes.csv")
        clip = next((path for kind in ("wav", "ogg") if (path := folder / f"{stem}.{kind}").exists()), None)
        if clip is None:
            continue
        truth, began = read_notes(truth_path), time.perf_counter()
        heard = listen(clip)
        took = time.perf_counter() - began
        f1, precision, recall = note_scores(truth, heard)
        scores.append((f1, precision, recall))
        print(f"{stem:40} {f1:5.3f} {precision:5.3f} {recall:5.3f}  {len(heard.notes):2}/{len(truth):2}"
              f"  {heard.tempo:6.1f}  {heard.meter}    {heard.key!s:9} {heard.tuning_cents:+5.0f} c  {took:.2f}")
    mean = np.mean(scores, axis=0) if scores else np.zeros(3)
    print(f"{'mean of ' + str(len(scores)):40} {mean[0]:5.3f} {mean[1]:5.3f} {mean[2]:5.3f}")


@dataclass(frozen=True, slots=True)
class Case:
    """A sung folk tune and what is true of it."""

    folk: Folk
    semitones: int
    bpm: float
    clip: Path
    notes: list[Note]


def sung(singer: Singer, semitones: int, folder: Path) -> Iterator[Case]:
    for number, folk in enumerate(FOLK):
        bpm = folk.bpm * (0.9, 1.0, 1.08)[number % 3]
        steps = transposed(parse_tune(folk.written), semitones)
        notes = perform(steps, bpm, singer, seed=number)
        clip = folder / "clip.wav"
        write_sound(clip, sing(notes, singer, seed=number), container="wav", codec="pcm_s16le")
        yield Case(folk, semitones, bpm, clip, [(note.onset, note.offset, float(note.pitch)) for note in notes])


def judge(case: Case) -> tuple[float, float, float, float, float]:
    """F1 of the notes, and whether tempo, meter, bar lines and key are right (1 or 0)."""
    try:
        heard = listen(case.clip)
    except ClipError:
        return (0.0,) * 5
    name, mode = case.folk.key.split()
    tonic = (parse_tune(f"{name.lower()}4")[0].pitch or 0) + case.semitones
    key_right = heard.key.tonic == tonic % 12 and heard.key.mode.value == mode
    meter_right = heard.meter == case.folk.meter
    return (note_scores(case.notes, heard)[0], float(abs(heard.tempo / case.bpm - 1) < TEMPO_TOLERANCE),
            float(meter_right), float(meter_right and bars_right(case, heard)), float(key_right))


def bars_right(case: Case, heard: Melody) -> bool:
    """Whether four in five of the true bar lines are heard as such."""
    steps = parse_tune(case.folk.written)
    starts = np.cumsum([0.0, *(step.beats for step in steps)])[:-1] - case.folk.upbeat
    sung_at = np.array([start for start, step in zip(starts, steps, strict=True) if step.pitch is not None])
    bars = np.arange(0, sung_at[-1] + 1e-6, case.folk.meter)
    true = np.interp(bars, sung_at, [note[0] for note in case.notes])
    heard_at = np.array(heard.beat_times[::heard.meter])
    near = [np.abs(heard_at - line).min() < DOWNBEAT_TOLERANCE_SECONDS for line in true]
    return float(np.mean(near)) >= 0.8


def measure_synthetic() -> None:
    print(f"{'voice':16} {'tunes':>5} {'note F1':>8} {'tempo':>6} {'meter':>6} {'bars':>6} {'key':>6}")
    for name, singer, semitones in VOICES:
        with tempfile.TemporaryDirectory() as folder:
            results = [judge(case) for case in sung(singer, semitones, Path(folder))]
        means = np.mean(results, axis=0)
        print(f"{name:16} {len(results):5} {means[0]:8.3f} " + " ".join(f"{mean:6.2f}" for mean in means[1:]))


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure how well the studio hears.")
    parser.add_argument("--clips", type=Path, help="a folder of X.wav with X_notes.csv")
    parser.add_argument("--synthetic", action="store_true", help="folk tunes sung by our own synthesiser")
    wanted = parser.parse_args()
    if not (wanted.clips or wanted.synthetic):
        parser.error("say --clips DIR, --synthetic, or both")
    if wanted.clips:
        measure_clips(wanted.clips)
    if wanted.synthetic:
        measure_synthetic()


if __name__ == "__main__":
    main()
