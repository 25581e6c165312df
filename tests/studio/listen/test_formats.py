"""Every container that a clip may come in gives the notes that its wav gives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from examples.make_hum import HUMMER, TUNE, parse_tune, perform, sing
from studio.listen import listen
from studio.score import Melody

if TYPE_CHECKING:
    from tests.studio.listen.conftest import Encode, NoteF1, Samples

FORMATS = [
    ("clip.mp3", "mp3", "libmp3lame", ""), ("clip.wav", "wav", "pcm_s24le", ""), ("clip.m4a", "ipod", "aac", ""),
    ("clip.aac", "adts", "aac", ""), ("clip.mp4", "mp4", "aac", "libx264"), ("clip.mov", "mov", "pcm_s16be", "mpeg4"),
    ("clip.mov", "mov", "aac", "libx264"), ("clip.avi", "avi", "libmp3lame", "mpeg4"), ("clip.avi", "avi", "aac", ""),
    ("clip.webm", "webm", "libopus", "libvpx"), ("clip.mkv", "matroska", "aac", "libx264"),
    ("clip.mkv", "matroska", "flac", ""), ("clip.flac", "flac", "flac", ""), ("clip.ogg", "ogg", "libopus", ""),
]


@pytest.fixture(scope="module")
def samples() -> Samples:
    steps = parse_tune(TUNE)[:15]
    return sing(perform(steps, 104, HUMMER, seed=2), HUMMER, seed=2)[None, :]


@pytest.fixture(scope="module")
def heard_wav(samples: Samples, encode: Encode, tmp_path_factory: pytest.TempPathFactory) -> Melody:
    return listen(encode(tmp_path_factory.mktemp("wav") / "clip.wav", samples, "wav", "pcm_s16le"))


@pytest.mark.parametrize(("name", "container", "codec", "picture"), FORMATS, ids=lambda value: value or "alone")
def test_a_format_gives_the_notes_of_the_wav(samples: Samples, heard_wav: Melody, encode: Encode, note_f1: NoteF1,
                                             tmp_path: Path, name: str, container: str, codec: str,
                                             picture: str) -> None:
    clip = encode(tmp_path / name, samples, container, codec, picture=picture)
    heard = listen(clip)
    assert note_f1(heard_wav.notes, heard) >= 0.95
    shifts = [abs(a.onset - b.onset) for a, b in zip(heard.notes, heard_wav.notes, strict=False)]
    assert np.median(shifts) <= 0.016


def test_vorbis_in_ogg_is_heard_in_stereo(samples: Samples, heard_wav: Melody, encode: Encode, note_f1: NoteF1,
                                          tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.ogg", np.repeat(samples, 2, axis=0), "ogg", "vorbis", layout="stereo")
    assert note_f1(heard_wav.notes, listen(clip)) >= 0.95


@pytest.mark.parametrize("container", ["mp4", "matroska"])
def test_sound_that_starts_later_than_the_picture_is_timed_from_its_first_sample(
        samples: Samples, heard_wav: Melody, encode: Encode, note_f1: NoteF1, tmp_path: Path, container: str) -> None:
    clip = encode(tmp_path / "clip", samples, container, "aac", picture="mpeg4", start=1.5)
    assert note_f1(heard_wav.notes, listen(clip)) >= 0.95


def test_the_name_does_not_matter(samples: Samples, heard_wav: Melody, encode: Encode, note_f1: NoteF1,
                                  tmp_path: Path) -> None:
    clip = encode(tmp_path / "voice-message.mp3", samples, "ogg", "libopus")
    assert note_f1(heard_wav.notes, listen(clip)) >= 0.95
