"""Small scores to perform, one performance that many tests measure, and a sound font built byte by byte."""

from __future__ import annotations

import struct
import wave
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from studio.perform import Performance, perform
from studio.score import Chord, Finish, Key, Mode, Part, Score, ScoreNote, Section, SectionKind

Sound = npt.NDArray[np.float64]

TEMPO = 120.0
LEAD_PITCHES = (72, 76, 79, 74, 71, 67, 69, 76)


def lead_notes(first_beat: float, bars: int, velocity: int) -> tuple[ScoreNote, ...]:
    return tuple(ScoreNote(first_beat + k, 1.0, LEAD_PITCHES[k % 8], velocity) for k in range(4 * bars))


def small_score() -> Score:
    """10 seconds and the tail: intro, verse, chorus, outro of one, one, two and one bars at 120."""
    sections = (Section(SectionKind.INTRO, 0, 4, 0.3), Section(SectionKind.VERSE, 4, 4, 0.5),
                Section(SectionKind.CHORUS, 8, 8, 0.9), Section(SectionKind.OUTRO, 16, 4, 0.3))
    chords = tuple(Chord(4.0 * bar, 4.0, (0, 7, 9, 5)[bar % 4], bar % 4 == 2) for bar in range(5))
    keys, bass, drums, pad = [], [], [], []
    for chord in chords:
        strength = 92 if 8 <= chord.beat < 16 else 66
        triad = (chord.root, chord.root + (3 if chord.minor else 4), chord.root + 7)
        keys += [ScoreNote(chord.beat + half, 2, 60 + tone % 12, strength) for tone in triad for half in (0, 2)]
        if 4 <= chord.beat < 16:
            bass += [ScoreNote(chord.beat + k, 0.9, 36 + chord.root, strength) for k in range(4)]
            drums += [ScoreNote(chord.beat + k, 0.2, (36, 38)[k % 2], strength) for k in range(4)]
            drums += [ScoreNote(chord.beat + k / 2, 0.2, 42, strength - 20) for k in range(8)]
        if 8 <= chord.beat < 16:
            pad += [ScoreNote(chord.beat, 4, 60 + tone % 12, 90) for tone in triad]
    parts = (
        Part("lead", 11, False, -18.0, 0.0, 0.2, (*lead_notes(4, 1, 80), *lead_notes(8, 2, 100))),
        Part("keys", 4, False, -23.0, -0.2, 0.25, tuple(keys)),
        Part("pad", 89, False, -25.0, 0.2, 0.4, tuple(pad)),
        Part("bass", 33, False, -21.0, 0.0, 0.0, tuple(bass)),
        Part("drums", 0, True, -20.0, 0.0, 0.06, tuple(drums)),
    )
    return Score("Test", "pop", 5, TEMPO, 4, Key(0, Mode.MAJOR), 0, sections, chords, parts, Finish())


def samples_of(path: Path) -> npt.NDArray[np.int16]:
    with wave.open(str(path), "rb") as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 2, 2)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2).T


@dataclass(frozen=True)
class Recording:
    """A performance, and what stands in its file: shape (2, samples), full scale 1."""

    score: Score
    performance: Performance
    sound: Sound

    def between(self, first_beat: float, last_beat: float) -> Sound:
        first, last = (round(self.score.seconds_at(beat) * 48_000) for beat in (first_beat, last_beat))
        return self.sound[:, first:last]


@pytest.fixture(scope="session")
def score() -> Score:
    return small_score()


@pytest.fixture
def record(tmp_path: Path) -> Callable[[Score], Recording]:
    """Perform a score into a fresh folder and read the file back."""
    def run(score: Score) -> Recording:
        done = perform(score, tmp_path / "song.wav")
        return Recording(score, done, samples_of(done.path) / 32_768.0)
    return run


@pytest.fixture(scope="session")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Recording:
    """The small score, performed once."""
    score = small_score()
    done = perform(score, tmp_path_factory.mktemp("recording") / "song.wav")
    return Recording(score, done, samples_of(done.path) / 32_768.0)


@pytest.fixture
def solo(score: Score) -> Callable[..., Score]:
    """The small score with a single part of these notes, and no more beats than are given."""
    def build(*notes: ScoreNote, beats: float = 20, **changes: Any) -> Score:
        part = replace(Part("solo", 11, False, -18.0, 0.0, 0.0, notes), **changes)
        sections = [replace(one, beats=min(one.beats, beats - one.beat)) for one in score.sections if one.beat < beats]
        return replace(score, sections=tuple(sections), parts=(part,))
    return build


@pytest.fixture(scope="session")
def true_peak() -> Callable[[Sound], float]:
    """True peak in dBTP by eightfold oversampling through the spectrum, which shares no filter with ours."""
    def measure(sound: Sound) -> float:
        size, margin, highest = 16_384, 2_048, 0.0
        padded = np.pad(sound, ((0, 0), (margin, size)))
        for start in range(0, sound.shape[1], size - 2 * margin):
            finer = np.fft.irfft(np.fft.rfft(padded[:, start:start + size]), 8 * size) * 8
            highest = max(highest, float(np.abs(finer[:, 8 * margin:-8 * margin]).max()))
        return float(20 * np.log10(highest + 1e-12))
    return measure


def _chunk(name: bytes, body: bytes) -> bytes:
    return name + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def _list(name: bytes, *chunks: bytes) -> bytes:
    return _chunk(b"LIST", name + b"".join(chunks))


@dataclass(frozen=True)
class FontZone:
    """A zone of the built font: generator numbers and their amounts, before the sample's."""

    generators: tuple[tuple[int, int], ...] = ()


def build_font(samples: bytes, head: tuple[int, ...], zones: tuple[FontZone, ...], bank: int = 0) -> bytes:
    """A sound font of one preset, one instrument and one sample. `head`: start, end, loop, rate, key, cents, kind."""
    generators: list[tuple[int, int]] = []
    bags: list[tuple[int, int]] = []
    for zone in zones:
        bags.append((len(generators), 0))
        generators += [*zone.generators, (53, 0)]
    bags.append((len(generators), 0))
    start, end, loop_start, loop_end, rate, key, cents, kind = head
    name = b"Test".ljust(20, b"\0")
    tables = (
        _chunk(b"phdr", struct.pack("<20sHHHIII", name, 0, bank, 0, 0, 0, 0)
               + struct.pack("<20sHHHIII", b"EOP".ljust(20, b"\0"), 0, 0, 1, 0, 0, 0)),
        _chunk(b"pbag", struct.pack("<4H", 0, 0, 1, 0)),
        _chunk(b"pmod", bytes(10)),
        _chunk(b"pgen", struct.pack("<4H", 41, 0, 0, 0)),
        _chunk(b"inst", struct.pack("<20sH", name, 0) + struct.pack("<20sH", b"EOI".ljust(20, b"\0"), len(zones))),
        _chunk(b"ibag", b"".join(struct.pack("<HH", *bag) for bag in bags)),
        _chunk(b"imod", bytes(10)),
        _chunk(b"igen", b"".join(struct.pack("<HH", number, amount & 0xFFFF) for number, amount in generators)
               + bytes(4)),
        _chunk(b"shdr", struct.pack("<20sIIIIIBbHH", name, start, end, loop_start, loop_end, rate, key, cents, 0, kind)
               + struct.pack("<20sIIIIIBbHH", b"EOS".ljust(20, b"\0"), 0, 0, 0, 0, 0, 0, 0, 0, 0)),
    )
    info = _list(b"INFO", _chunk(b"ifil", struct.pack("<HH", 2, 4)))
    body = b"sfbk" + info + _list(b"sdta", _chunk(b"smpl", samples)) + _list(b"pdta", *tables)
    return _chunk(b"RIFF", body)


SINE_RATE_HZ = 44_100
SINE_PERIOD = 100               # samples: 441 Hz, which is A4 and 4 cents
SINE_SAMPLES = 20 * SINE_PERIOD


@pytest.fixture
def sine_font(tmp_path: Path) -> Callable[..., Path]:
    """A font whose one sample is a twentieth of a second of 441 Hz, looped, with the given zones."""
    def build(*zones: FontZone, bank: int = 0) -> Path:
        tone = 0.5 * np.sin(2 * np.pi * np.arange(SINE_SAMPLES + 46) / SINE_PERIOD)
        head = (0, SINE_SAMPLES, SINE_PERIOD, SINE_SAMPLES - SINE_PERIOD, SINE_RATE_HZ, 69, 0, 1)
        path = tmp_path / "sine.sf2"
        path.write_bytes(build_font((tone * 32_767).astype("<i2").tobytes(), head, zones or (looped(),), bank))
        return path
    return build


def looped(*generators: tuple[int, int]) -> FontZone:
    return FontZone((*generators, (54, 1)))


@pytest.fixture
def zone() -> Callable[..., FontZone]:
    """A looped zone with these generators."""
    return looped


@pytest.fixture
def unlooped() -> Callable[..., FontZone]:
    return lambda *generators: FontZone(generators)


@pytest.fixture
def font_bytes() -> Callable[..., bytes]:
    return build_font


@pytest.fixture
def aac() -> Callable[[Sound], Sound]:
    """A sound after AAC at 192 kbit/s, without the encoder's noise substitution and intensity stereo."""
    import io

    import av

    def through(sound: Sound) -> Sound:
        file = io.BytesIO()
        with av.open(file, "w", format="mp4") as sink:
            stream = sink.add_stream("aac", rate=48_000, options={
                "aac_coder": "fast", "aac_pns": "0", "aac_tns": "0", "aac_is": "0"})
            stream.bit_rate = 192_000
            stream.layout = "stereo"
            for start in range(0, sound.shape[1], 1_024):
                piece = np.ascontiguousarray(sound[:, start:start + 1_024], np.float32)
                frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
                frame.sample_rate, frame.pts = 48_000, start
                sink.mux(stream.encode(frame))
            sink.mux(stream.encode(None))
        file.seek(0)
        with av.open(file, "r") as source:
            return np.concatenate([frame.to_ndarray() for frame in source.decode(audio=0)], axis=1).astype(np.float64)
    return through
