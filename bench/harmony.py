"""Trains and scores the harmoniser on POP909, packed as one JSON object a line. Never part of the studio's work.

    python bench/harmony.py --corpus train.jsonl.gz --score     # cross-validated agreement of half-bar triads
    python bench/harmony.py --corpus train.jsonl.gz --write     # trains on all, writes studio/compose/harmony.json

Agreement is the mean over songs of the share of half bars, with melody and an annotated chord, whose major or minor
triad (root) is the annotated one, the annotated key given. Songs that change key are left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from studio.compose import harmony
from studio.score import Mode

Floats32 = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]

STATES = harmony.STATES + 1
NO_CHORD = harmony.STATES
LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
LEAST_BEATS, LEAST_NOTES, LEAST_SCORED = 32, 40, 8
STEPS, RATE, RIDGE = 150, 0.08, 30.0


@dataclass(frozen=True, slots=True)
class Song:
    """One song: features (half bars, 135), the annotated state of each half bar, and where there is melody."""

    rows: Floats32
    states: Ints
    sung: npt.NDArray[np.bool_]
    mode: Mode


@dataclass(slots=True)
class Weights:
    """What is trained: the shapes are (135, 25), (2, 25, 25) and (25,)."""

    emission: npt.NDArray[np.float64]
    flow: npt.NDArray[np.float64]
    opening: npt.NDArray[np.float64]

    def model(self) -> harmony.Model:
        """What the studio would read of these weights."""
        return harmony.Model(table_of(self))


def pitch_class(name: str) -> int:
    return (LETTERS[name[0]] + name.count("#") - name[1:].count("b")) % 12


def state_of(label: str, home: int) -> int:
    """The state of a chord label such as `Eb:min7/b3`; whatever is neither minor nor diminished counts as major."""
    if label.startswith("N"):
        return NO_CHORD
    root, quality = label.split(":")
    return 2 * ((pitch_class(root) - home) % 12) + quality.startswith(("min", "dim", "hdim"))


def song_of(record: dict[str, Any]) -> Song | None:
    """One line of the corpus, or None where it changes key or is too short."""
    names = {key[2] for key in record["key"]}
    opening = next((i for i, beat in enumerate(record["beats"]) if beat[2] == 1), 0)
    times = np.array([beat[0] for beat in record["beats"][opening:]])
    if len(names) != 1 or len(times) < LEAST_BEATS or len(record["melody"]) < LEAST_NOTES:
        return None
    tonic, quality = names.pop().split(":")
    mode = Mode.MINOR if quality.startswith("min") else Mode.MAJOR
    home = (pitch_class(tonic) + (3 if mode is Mode.MINOR else 0)) % 12

    def beat_at(seconds: float) -> float:
        return float(np.interp(seconds, times, np.arange(len(times))))

    notes = [(beat_at(a), beat_at(b), pitch - home) for a, b, pitch in record["melody"] if a >= times[0]]
    stretches = len(times) // 2
    sung = np.zeros(stretches, dtype=np.bool_)
    for onset, offset, _ in notes:
        sung[int(onset // 2):int(np.ceil(offset / 2))] = True
    chords = [(beat_at(a), beat_at(b), state_of(label, home)) for a, b, label in record["chords"]]
    rows = harmony.features(notes, stretches, minor=mode is Mode.MINOR).astype(np.float32)
    return Song(rows, annotated(chords, stretches), sung, mode)


def annotated(chords: Sequence[tuple[float, float, int]], stretches: int) -> Ints:
    """The state that holds longest in each half bar."""
    held = np.zeros((stretches, STATES))
    held[:, NO_CHORD] = 1e-6
    for start, end, state in chords:
        for at in range(int(start // 2), min(stretches, int(end // 2) + 1)):
            held[at, state] += max(0.0, min(end, 2 * at + 2) - max(start, 2 * at))
    return np.asarray(held.argmax(axis=1), dtype=np.int64)


class Batch:
    """Songs side by side, padded: rows (time, songs, 135), live (time, songs), and what the annotation counts."""

    def __init__(self, songs: Sequence[Song]) -> None:
        longest = max(len(song.states) for song in songs)
        self.rows = np.zeros((longest, len(songs), harmony.FEATURES), dtype=np.float32)
        self.live = np.zeros((longest, len(songs)), dtype=np.bool_)
        truth = np.zeros((longest, len(songs), STATES), dtype=np.float32)
        for column, song in enumerate(songs):
            size = len(song.states)
            self.rows[:size, column], self.live[:size, column] = song.rows, True
            truth[np.arange(size), column, song.states] = 1.0
        self.flat = self.rows.reshape(-1, harmony.FEATURES)
        flow = np.zeros((2, STATES, STATES))
        for at in range(1, longest):
            flow[at % 2] += truth[at - 1].T @ truth[at]
        self.counted = (self.flat.T @ truth.reshape(-1, STATES), flow, truth[0].sum(axis=0))

    def expected(self, weights: Weights) -> tuple[Floats32, npt.NDArray[np.float64], Floats32]:
        """The same counts as the model believes them (forward-backward, scaled at each step)."""
        shape = (*self.live.shape, STATES)
        scores = (self.flat @ weights.emission.astype(np.float32)).reshape(shape)
        lifted = np.exp(scores - scores.max(axis=2, keepdims=True))
        moves = np.exp(weights.flow).astype(np.float32)
        ahead, behind = np.zeros(shape, np.float32), np.ones(shape, np.float32)
        scale = np.ones((*self.live.shape, 1), np.float32)
        first = lifted[0] * np.exp(weights.opening).astype(np.float32)
        scale[0] = first.sum(axis=1, keepdims=True)
        ahead[0] = first / scale[0]
        for at in range(1, len(lifted)):
            live, now = self.live[at][:, None], (ahead[at - 1] @ moves[at % 2]) * lifted[at]
            scale[at] = np.where(live, now.sum(axis=1, keepdims=True), 1.0)
            ahead[at] = np.where(live, now / scale[at], ahead[at - 1])
        flow = np.zeros((2, STATES, STATES))
        for at in range(len(lifted) - 1, 0, -1):
            coming = lifted[at] * behind[at] / scale[at] * self.live[at][:, None]
            flow[at % 2] += (ahead[at - 1].T @ coming) * moves[at % 2]
            behind[at - 1] = np.where(self.live[at][:, None], coming @ moves[at % 2].T, 1.0)
        shares = ahead * behind * self.live[:, :, None]
        return self.flat.T @ shares.reshape(-1, STATES), flow, shares[0].sum(axis=0)


def train(songs: Sequence[Song]) -> Weights:
    """Climbs the conditional likelihood with a ridge, by Adam (Kingma and Ba, ICLR 2015) on the whole batch."""
    batch = Batch(songs)
    count = float(batch.live.sum())
    values = [np.zeros((harmony.FEATURES, STATES)), np.zeros((2, STATES, STATES)), np.zeros(STATES)]
    means, squares = [np.zeros_like(v) for v in values], [np.zeros_like(v) for v in values]
    for step in range(STEPS):
        rate = RATE * 0.5 * (1.0 + np.cos(np.pi * step / STEPS))
        believed = batch.expected(Weights(*values))
        for i, (have, want) in enumerate(zip(believed, batch.counted, strict=True)):
            slope = (have - want + RIDGE * values[i]) / count
            means[i] = 0.9 * means[i] + 0.1 * slope
            squares[i] = 0.99 * squares[i] + 0.01 * slope**2
            lift = means[i] / (1.0 - 0.9 ** (step + 1))
            values[i] = values[i] - rate * lift / (np.sqrt(squares[i] / (1.0 - 0.99 ** (step + 1))) + 1e-10)
    return Weights(*values)


def table_of(weights: Weights) -> harmony.Table:
    """The weights with two decimals, as the studio stores them."""
    across, within = (np.round(flow, 2).tolist() for flow in weights.flow)
    return harmony.Table(np.round(weights.emission, 2).tolist(), within, across)


def agreement(songs: Sequence[Song], model: harmony.Model) -> npt.NDArray[np.float64]:
    """For each song: triad and root agreement of the likeliest chords, then of those that a song would get."""
    found = []
    for song in songs:
        scored = (song.states < NO_CHORD) & song.sung
        if scored.sum() < LEAST_SCORED:
            continue
        shares = harmony.belief(model, song.rows.astype(np.float64))
        guesses = (shares.argmax(axis=1), harmony.chosen_states(shares, model, song.mode, bars_of_one=False))
        truth = song.states[scored]
        found.append([float(np.mean(guess[scored] // over == truth // over)) for guess in guesses for over in (1, 2)])
    return np.array(found)


def score(songs: Sequence[Song], folds: int) -> None:
    order = np.random.default_rng(0).permutation(len(songs))
    results = []
    for fold in range(folds):
        held = set(order[fold::folds].tolist())
        model = train([song for i, song in enumerate(songs) if i not in held]).model()
        results.append(agreement([song for i, song in enumerate(songs) if i in held], model))
    triad, root, song_triad, song_root = np.concatenate(results).mean(axis=0)
    print(f"{len(songs)} songs, {folds} folds, half-bar triads (roots)")
    print(f"likeliest chord  {triad:.3f} ({root:.3f})\nas in a song     {song_triad:.3f} ({song_root:.3f})")


def write(songs: Sequence[Song]) -> None:
    """Writes one row of numbers a line, so that a change can be read."""
    table = table_of(train(songs))
    blocks = []
    for name in ("emission", "within", "across"):
        rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in getattr(table, name))
        blocks.append(f'"{name}": [\n{rows}\n]')
    harmony.TABLE.write_text("{\n" + ",\n".join(blocks) + "\n}\n")
    print(f"wrote {harmony.TABLE.name}, {harmony.TABLE.stat().st_size} bytes, of {len(songs)} songs")


def main() -> None:
    parser = argparse.ArgumentParser(description="Train or score the harmoniser.")
    parser.add_argument("--corpus", type=Path, required=True, help="the packed POP909 (.jsonl.gz)")
    parser.add_argument("--score", action="store_true", help="cross-validate")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="train on everything and write the table")
    wanted = parser.parse_args()
    with gzip.open(wanted.corpus, "rt", encoding="utf-8") as lines:
        songs = [song for line in lines if (song := song_of(json.loads(line))) is not None]
    if wanted.score:
        score(songs, wanted.folds)
    if wanted.write:
        write(songs)


if __name__ == "__main__":
    main()
