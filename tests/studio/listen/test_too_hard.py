"""Files that ask for more than any clip does are refused at the first look, in one sentence that says what helps."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from PIL import Image

from studio.errors import BadImage, BrokenClip, ClipTooHard
from studio.film import cover
from studio.inspection import inspect_file
from studio.listen.decode import MAX_ATTACHED_BYTES, MAX_CHAPTERS, MAX_STREAMS, MAX_TAG_CHARACTERS

SECONDS = 0.6


def clip_of(path: Path, *, streams: int = 1, chapters: int = 0, comment: str = "", attached: int = 0) -> Path:
    """A Matroska file of silence with so many sound tracks and chapters, and so many bytes of a font."""
    with av.open(str(path), "w", format="matroska") as file:
        file.metadata["comment"] = comment
        file.set_chapters([{"id": number, "start": number, "end": number + 1, "time_base": Fraction(1, 1000), "metadata": {}}
                            for number in range(chapters)])
        tracks = [file.add_stream("pcm_s16le", rate=8000) for _ in range(streams)]
        if attached:
            file.add_attachment("a.ttf", "font/ttf", bytes(attached))
        for track in tracks:
            assert isinstance(track, av.AudioStream)
            frame = av.AudioFrame.from_ndarray(np.zeros((1, int(8000 * SECONDS)), np.int16), format="s16", layout="mono")
            frame.rate, frame.pts = 8000, 0
            file.mux([*track.encode(frame), *track.encode(None)])
    return path


def wav_of(path: Path, rate: int, channels: int) -> Path:
    """A header that tells such a sound, and a little of it."""
    data = bytes(48_000)
    path.write_bytes(b"RIFF" + struct.pack("<I", 36 + len(data)) + b"WAVEfmt " + struct.pack(
        "<IHHIIHH", 16, 1, channels, rate, rate * channels * 2 % 2**32, channels * 2, 16) + b"data"
        + struct.pack("<I", len(data)) + data)
    return path


@pytest.mark.parametrize("more", [{"streams": MAX_STREAMS + 1}, {"chapters": MAX_CHAPTERS + 1},
                                  {"comment": "x" * MAX_TAG_CHARACTERS}, {"attached": MAX_ATTACHED_BYTES + 1}],
                         ids=["streams", "chapters", "tags", "fonts"])
def test_more_than_any_clip_holds_is_refused(more: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ClipTooHard):
        inspect_file(clip_of(tmp_path / "clip.mkv", **more))


def test_as_much_as_long_films_hold_is_fine(tmp_path: Path) -> None:
    clip = clip_of(tmp_path / "clip.mkv", streams=8, chapters=60, comment="x" * 10_000, attached=9999)
    assert inspect_file(clip)["kind"] == "audio"


def test_a_decoder_that_no_recorder_writes_for_is_never_run(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "clip.wav"), "w") as file:
        track = file.add_stream("adpcm_yamaha", rate=8000, layout="mono")
        assert isinstance(track, av.AudioStream)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8192), np.int16), format="s16", layout="mono")
        frame.rate, frame.pts = 8000, 0
        file.mux([*track.encode(frame), *track.encode(None)])
    with pytest.raises(BrokenClip):
        inspect_file(tmp_path / "clip.wav")


@pytest.mark.parametrize(("rate", "channels"), [(1, 1), (2_000_000, 1), (48_000, 255)])
def test_a_rate_and_channels_that_no_recorder_has_are_refused(rate: int, channels: int, tmp_path: Path) -> None:
    with pytest.raises(ClipTooHard):
        inspect_file(wav_of(tmp_path / "clip.wav", rate, channels))


def png_of(path: Path, width: int, height: int) -> Path:
    """A picture of which only the head is there: its size must be enough to refuse it."""
    Image.new("1", (8, 8)).save(path)
    content = bytearray(path.read_bytes())
    content[16:24] = struct.pack(">II", width, height)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("size", [(5_001, 5_000), (40_000, 40_000), (2**31 - 1, 1)])
def test_a_picture_of_too_many_pixels_is_refused_before_one_is_decoded(size: tuple[int, int], tmp_path: Path) -> None:
    with pytest.raises(BadImage) as refused:
        inspect_file(png_of(tmp_path / "p.png", *size))
    assert "CRC" not in str(refused.value)


def test_a_jpeg_may_have_twice_as_many_since_it_is_decoded_small() -> None:
    assert cover.MAX_JPEG_PIXELS == 2 * cover.MAX_PIXELS == 50_000_000
