"""What the tests of listening share: sung clips, their encoding in any container, note scores."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import mir_eval
import numpy as np
import numpy.typing as npt
import pytest

from examples.make_hum import (
    HUMMER,
    RATE_HZ,
    Singer,
    SungNote,
    parse_tune,
    perform,
    sing,
    transposed,
    write_sound,
)
from studio.listen import listen
from studio.score import HeardNote, Melody

EXAMPLES = Path(__file__).parents[3] / "examples"
SHORT_TUNE = "c4 e4 g4 e4 f4/.5 e4/.5 d4 c4/2"

Samples = npt.NDArray[np.float32]
Encode = Callable[..., Path]
Sing = Callable[..., "Sung"]
NoteF1 = Callable[[Sequence[SungNote | HeardNote], Melody], float]


@dataclass(frozen=True, slots=True)
class Sung:
    """A clip and the notes that were sung in it."""

    path: Path
    notes: list[SungNote]


@pytest.fixture(scope="session")
def note_f1() -> NoteF1:
    def score(truth: Sequence[SungNote | HeardNote], heard: Melody) -> float:
        spans = [np.array([(note.onset, note.offset) for note in notes]) for notes in (truth, heard.notes)]
        hertz = [440.0 * 2 ** ((np.array([note.pitch for note in notes]) - 69) / 12) for notes in (truth, heard.notes)]
        return float(mir_eval.transcription.precision_recall_f1_overlap(
            spans[0], hertz[0], spans[1], hertz[1], onset_tolerance=0.05, pitch_tolerance=50.0, offset_ratio=None)[2])
    return score


@pytest.fixture(scope="session")
def hum() -> Sung:
    with (EXAMPLES / "hum_notes.csv").open(encoding="utf-8") as file:
        rows = list(csv.reader(file))[1:]
    return Sung(EXAMPLES / "hum.ogg", [SungNote(float(start), float(end), int(pitch)) for start, end, pitch in rows])


@pytest.fixture(scope="session")
def heard_hum(hum: Sung) -> Melody:
    return listen(hum.path)


@pytest.fixture(scope="session")
def sing_tune(tmp_path_factory: pytest.TempPathFactory) -> Sing:
    """Sing a written tune into a wav: `sing_tune(written, bpm, singer=..., semitones=...)`."""
    def make(written: str, bpm: float, singer: Singer = HUMMER, semitones: int = 0, seed: int = 1) -> Sung:
        notes = perform(transposed(parse_tune(written), semitones), bpm, singer, seed=seed)
        path = tmp_path_factory.mktemp("sung") / "clip.wav"
        write_sound(path, sing(notes, singer, seed=seed), container="wav", codec="pcm_s16le")
        return Sung(path, notes)
    return make


@pytest.fixture(scope="session")
def short_samples() -> Samples:
    """Five seconds of humming, mono at RATE_HZ."""
    return sing(perform(parse_tune(SHORT_TUNE), 110, HUMMER, seed=5), HUMMER, seed=5, tail=0.4)


@pytest.fixture(scope="session")
def encode() -> Encode:
    """Write samples of shape (channels, n) into any container, if wished beside a moving picture."""
    return _encode


def _encode(path: Path, samples: Samples, container: str, codec: str, *, rate: int = RATE_HZ, layout: str = "mono",
            picture: str = "", start: float = 0.0, options: dict[str, str] | None = None) -> Path:
    with av.open(str(path), "w", format=container, options=options or {}) as file:
        sound = file.add_stream(codec, rate=rate)
        assert isinstance(sound, av.AudioStream)
        sound.codec_context.layout = layout
        sound.codec_context.options = {"strict": "-2"}
        if picture:
            _draw(file, picture, samples.shape[1] / rate)
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        cut = av.AudioResampler(sound.codec_context.format.name, layout, rate,
                                frame_size=sound.codec_context.frame_size or 1024)
        for piece in (*cut.resample(frame), *cut.resample(None)):
            if start and piece.pts is not None:
                piece.pts += round(start * rate)
            file.mux(sound.encode(piece))
        file.mux(sound.encode(None))
    return path


def _draw(file: av.container.OutputContainer, codec: str, seconds: float) -> None:
    film = file.add_stream(codec, rate=10)
    assert isinstance(film, av.VideoStream)
    film.width, film.height, film.pix_fmt = 64, 64, "yuv420p"
    for number in range(round(seconds * 10)):
        frame = av.VideoFrame.from_ndarray(np.full((96, 64), number % 200, np.uint8), format="yuv420p")
        frame.pts = number
        file.mux(film.encode(frame))
    file.mux(film.encode(None))
