"""Makes `hum.ogg`, the clip that the first song is made of, and `hum_notes.csv`, what is hummed in it.

The tune is ours, the voice is computed: harmonics of a gliding pitch under the formants of a closed mouth, with
vibrato, scoops into notes, breath, and human unevenness. Everything follows from the seed, so a second run writes the
same sound. The singer is at the disposal of tests and benchmarks too, with other tunes, tempi and voices; it is never
part of the studio.

    python examples/make_hum.py
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]
Curve = npt.NDArray[np.float64]

RATE_HZ = 48_000
BITS_A_SECOND = 48_000
TOP_HZ = 5_000                  # a closed mouth lets nothing through above
CONTROL_HZ = 1_000              # pitch and loudness are drawn at this rate, then interpolated
SEMITONES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
TUNE = ("g4/1.5 b4/.5 d5 b4   a4 b4/.5 a4/.5 e4/2   g4/1.5 b4/.5 d5/.5 e5/.5 d5/.5 b4/.5   a4/3 r "
        "e5/1.5 d5/.5 c5 a4   d5/1.5 c5/.5 b4/2     g4/1.5 b4/.5 a4 f#4                    g4/3 r")
TEMPO_BPM = 96.0
SEED = 96


class SungNote(NamedTuple):
    """A note of a performance: seconds, and the MIDI pitch that the singer means."""

    onset: float
    offset: float
    pitch: int


class Step(NamedTuple):
    """A note of a written tune; `pitch` None is a rest."""

    pitch: int | None
    beats: float


@dataclass(frozen=True, slots=True)
class Singer:
    """How somebody sings. Spreads are standard deviations; formants are (Hz, gain, width in Hz)."""

    formants: tuple[tuple[float, float, float], ...] = ((260, 1.0, 110), (1050, 0.14, 220), (2300, 0.05, 350))
    tilt_db: float = -7.0               # an octave
    detune_cents: float = 0.0
    vibrato_cents: float = 18.0
    vibrato_hz: float = 5.3
    scoop_cents: float = 90.0
    pitch_spread_cents: float = 8.0
    onset_spread_seconds: float = 0.010
    drift: float = 0.0                  # share by which the tempo swings around its mean, once over the clip
    closure_seconds: float = 0.06       # the lips' closing before the next note
    closure_gain: float = 0.04
    breath: float = 0.012               # noise within the voice, relative to its level
    room: float = 0.0004                # noise of the room


HUMMER = Singer(detune_cents=11.0)
WHISTLER = Singer(formants=((1400, 1.0, 2500),), tilt_db=-26.0, vibrato_cents=10.0, breath=0.03, scoop_cents=60.0)


def parse_tune(written: str) -> list[Step]:
    """Read notes such as `g4/1.5` (pitch, beats; one beat when not said), `f#4`, `bb3/2`, and rests `r/2`."""
    steps = []
    for word in written.split():
        name, _, beats = word.partition("/")
        steps.append(Step(None if name == "r" else _midi(name), float(beats or 1)))
    return steps


def _midi(name: str) -> int:
    sign = {"#": 1, "b": -1}.get(name[1:-1], 0)
    return 12 * (int(name[-1]) + 1) + SEMITONES[name[0]] + sign


def perform(steps: Sequence[Step], bpm: float, singer: Singer, *, seed: int, lead_in: float = 0.6) -> list[SungNote]:
    """When `singer` would sing each note of a tune that begins `lead_in` seconds into the clip."""
    rng = np.random.default_rng(seed)
    edges = np.concatenate([[0.0], np.cumsum([step.beats for step in steps])])
    fine = np.linspace(0.0, edges[-1], 2000)
    pace = 60.0 / bpm / (1.0 + singer.drift * np.sin(2 * np.pi * fine / edges[-1]))
    elapsed = np.concatenate([[0.0], np.cumsum((pace[1:] + pace[:-1]) / 2 * np.diff(fine))])
    times = lead_in + np.interp(edges, fine, elapsed) + singer.onset_spread_seconds * rng.standard_normal(len(edges))
    return [SungNote(round(float(start), 4), round(float(end) - singer.closure_seconds, 4), step.pitch)
            for step, start, end in zip(steps, times, times[1:], strict=False) if step.pitch is not None]


def sing(notes: Sequence[SungNote], singer: Singer, *, seed: int, tail: float = 0.7) -> Samples:
    """The sound of `notes`, float32 of shape (n,) at RATE_HZ, peak 0.5, ending `tail` seconds after the last one."""
    rng = np.random.default_rng(seed)
    seconds = notes[-1].offset + tail
    at = np.arange(round(seconds * CONTROL_HZ)) / CONTROL_HZ
    time = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    hertz = np.interp(time, at, 440.0 * 2 ** ((_pitch_curve(notes, singer, at, rng) - 69) / 12))
    level = np.interp(time, at, _level_curve(notes, singer, at, rng))
    voice = _harmonics(time, hertz, at, singer)
    breath = np.convolve(rng.standard_normal(len(time)), np.ones(12) / np.sqrt(12), "same")
    sound = level * (voice + singer.breath * breath)
    sound = 0.5 * sound / np.abs(sound).max() + singer.room * rng.standard_normal(len(time))
    return np.asarray(sound, np.float32)


def _pitch_curve(notes: Sequence[SungNote], singer: Singer, at: Curve, rng: np.random.Generator) -> Curve:
    """Pitch over time in MIDI numbers: held notes, joined by glides, with scoops, vibrato and a slow wander."""
    pitch = np.full(len(at), float(notes[0].pitch))
    vibrato = np.sin(2 * np.pi * np.cumsum(singer.vibrato_hz * (1 + 0.1 * _wander(len(at), rng))) / CONTROL_HZ)
    for note in notes:
        since = at - note.onset
        meant = note.pitch + (singer.detune_cents + singer.pitch_spread_cents * rng.standard_normal()) / 100
        scoop = singer.scoop_cents / 100 * rng.uniform(0.3, 1.0) * np.exp(-np.maximum(since, 0) / 0.025)
        depth = singer.vibrato_cents / 100 * np.clip((since - 0.2) / 0.3, 0, 1)
        pitch = np.where(since >= 0, meant - scoop + depth * vibrato, pitch)
    smooth = np.hanning(32)
    padded = np.pad(pitch, 16, mode="edge")
    glided: Curve = np.convolve(padded, smooth / smooth.sum(), "same")[16:-16]
    return glided + 0.05 * _wander(len(at), rng)


def _level_curve(notes: Sequence[SungNote], singer: Singer, at: Curve, rng: np.random.Generator) -> Curve:
    level = np.zeros(len(at))
    for note, later in zip(notes, [*notes[1:], None], strict=True):
        since, left = at - note.onset, note.offset - at
        shape = np.clip(since / 0.03, 0, 1) * np.clip(left / 0.06, 0, 1) * rng.uniform(0.75, 1.0)
        shape *= 1 - 0.25 * np.clip(since / max(0.3, note.offset - note.onset), 0, 1)
        level = np.maximum(level, shape)
        if later is not None and later.onset - note.offset < 0.2:
            level = np.maximum(level, singer.closure_gain * ((since > 0) & (at < later.onset)))
    return level


def _harmonics(time: Curve, hertz: Curve, at: Curve, singer: Singer) -> Curve:
    """The voice at constant loudness: every harmonic below TOP_HZ, shaped by tilt and formants at the control rate."""
    turn = np.exp(2j * np.pi * np.cumsum(hertz) / RATE_HZ)
    pitch = np.interp(at, time, hertz)
    voice, power, partial = np.zeros(len(time)), np.zeros(len(at)), np.ones(len(time), complex)
    for number in range(1, int(TOP_HZ / hertz.min()) + 1):
        gain = number ** (singer.tilt_db / 6.02) * np.clip((TOP_HZ - number * pitch) / 200, 0, 1)
        gain *= sum(g / (1 + ((number * pitch - centre) / width) ** 2) for centre, g, width in singer.formants)
        partial *= turn
        voice += np.interp(time, at, gain) * partial.imag
        power += gain**2
    return voice / np.interp(time, at, np.sqrt(np.maximum(power, 1e-12)))


def _wander(length: int, rng: np.random.Generator) -> Curve:
    """Slow random movement of about unit size, a new direction every 0.4 s."""
    knots = rng.standard_normal(length * 5 // (2 * CONTROL_HZ) + 2)
    return np.interp(np.arange(length) / (0.4 * CONTROL_HZ), np.arange(len(knots)), knots)


def transposed(steps: Sequence[Step], semitones: int) -> list[Step]:
    """The same tune, higher or lower."""
    return [Step(None if step.pitch is None else step.pitch + semitones, step.beats) for step in steps]


def write_sound(path: Path, samples: Samples, *, container: str = "ogg", codec: str = "libopus") -> None:
    """Encode mono `samples` at RATE_HZ."""
    with av.open(str(path), "w", format=container, options={"fflags": "+bitexact"}) as file:
        stream = file.add_stream(codec, rate=RATE_HZ)
        assert isinstance(stream, av.AudioStream)
        wanted = stream.codec_context
        wanted.layout = "mono"
        wanted.bit_rate = BITS_A_SECOND
        wanted.options = {"flags": "+bitexact"}
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE_HZ, 0, Fraction(1, RATE_HZ)
        pieces = av.AudioResampler(wanted.format.name, "mono", RATE_HZ, frame_size=wanted.frame_size or 1024)
        for piece in (*pieces.resample(frame), *pieces.resample(None)):
            file.mux(stream.encode(piece))
        file.mux(stream.encode(None))


def write_notes(path: Path, notes: Sequence[SungNote]) -> None:
    """Write the truth beside a clip, one note a line."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("onset_s", "offset_s", "midi"))
        table.writerows((f"{note.onset:.4f}", f"{note.offset:.4f}", note.pitch) for note in notes)


def main() -> None:
    """Write both files beside this script."""
    here = Path(__file__).parent
    notes = perform(parse_tune(TUNE), TEMPO_BPM, HUMMER, seed=SEED)
    write_sound(here / "hum.ogg", sing(notes, HUMMER, seed=SEED))
    write_notes(here / "hum_notes.csv", notes)
    print(f"hum.ogg: {len(notes)} notes, {notes[-1].offset:.1f} s")


if __name__ == "__main__":
    main()
