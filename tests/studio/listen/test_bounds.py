"""Long and hostile input: bounded in time and memory, and never anything but a fault that the user can be told."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from studio.errors import ClipError
from studio.listen import listen

if TYPE_CHECKING:
    from tests.studio.listen.conftest import Encode, Samples

HEAR_AND_MEASURE = """
import json, resource, sys, time
from pathlib import Path
from studio.listen import listen
short = listen(Path(sys.argv[1]))
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
long = listen(Path(sys.argv[2]))
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps({"seconds": long.seconds, "cut": long.cut, "short_cut": short.cut, "notes": len(long.notes),
                  "megabytes": (after - before) / 1024, "took": time.perf_counter() - began}))
"""


def test_of_an_hour_three_minutes_are_heard_in_bounded_memory(short_samples: Samples, encode: Encode,
                                                                  tmp_path: Path) -> None:
    short = encode(tmp_path / "short.mp3", short_samples[None], "mp3", "libmp3lame",
                   options={"write_xing": "0", "id3v2_version": "0"})
    hour = tmp_path / "hour.mp3"
    hour.write_bytes(short.read_bytes() * round(3600 / (len(short_samples) / 48_000)))
    ran = subprocess.run([sys.executable, "-c", HEAR_AND_MEASURE, str(short), str(hour)], capture_output=True,
                         text=True, cwd=Path(__file__).parents[3], check=True)
    told = json.loads(ran.stdout)
    assert (told["seconds"], told["cut"], told["short_cut"]) == (180.0, True, False)
    assert told["notes"] > 150
    assert told["megabytes"] < 250


KINDS = {"mp3": ("mp3", "libmp3lame"), "m4a": ("ipod", "aac"), "aac": ("adts", "aac"), "ogg": ("ogg", "libopus"),
         "mkv": ("matroska", "flac"), "flac": ("flac", "flac"), "wav": ("wav", "pcm_s16le"), "avi": ("avi", "aac")}


@pytest.fixture(scope="module")
def whole_files(short_samples: Samples, encode: Encode, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    return {kind: encode(folder / f"clip.{kind}", short_samples[None, :60_000], *how).read_bytes()
            for kind, how in KINDS.items()}


def fails_only_with_a_sentence(clip: Path) -> None:
    began = time.monotonic()
    try:
        melody = listen(clip)
    except ClipError:
        pass
    else:
        assert melody.seconds <= 180
    assert time.monotonic() - began < 20


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(sorted(KINDS)), keep=st.floats(0.02, 1.0),
       spots=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=12)), max_size=8),
       early=st.booleans())
def test_a_spoiled_file_never_raises_anything_else(whole_files: dict[str, bytes], tmp_path: Path, kind: str, keep: float,
                                                   spots: list[tuple[float, bytes]], early: bool) -> None:
    data = bytearray(whole_files[kind])
    reach = 400 if early else len(data)      # headers are where a parser trusts too much
    for place, written in spots:
        start = round(place * (reach - 1))
        data[start:start + len(written)] = written
    clip = tmp_path / f"clip.{kind}"
    clip.write_bytes(data[: round(keep * len(data))])
    fails_only_with_a_sentence(clip)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(head=st.sampled_from([b"", b"RIFF", b"OggS", b"fLaC", b"ID3\x03\x00", b"\xff\xfb\x90", b"\xff\xf1\x50\x80",
                             b"\x1aE\xdf\xa3", b"\x00\x00\x00\x18ftypmp42", b"\x00\x00\x00\x08moov"]),
       body=st.binary(max_size=3000), suffix=st.sampled_from([".mp3", ".wav", ".aac", ".m4a", ""]))
@example(head=b"", body=b"a\x00b", suffix=".mp3")
def test_random_bytes_never_raise_anything_else(tmp_path: Path, head: bytes, body: bytes, suffix: str) -> None:
    clip = tmp_path / f"clip{suffix}"
    clip.write_bytes(head + body)
    fails_only_with_a_sentence(clip)


def test_a_wav_that_claims_absurd_numbers_is_refused_or_heard_within_bounds(tmp_path: Path) -> None:
    for channels, rate, bits in ((1, 1, 16), (65535, 48_000, 16), (2, 4_000_000_000, 16), (1, 48_000, 1), (0, 0, 0)):
        head = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\x00\x00\x00\x01\x00" + channels.to_bytes(2, "little")
        head += rate.to_bytes(4, "little") + (min(rate * channels, 2**32 - 1)).to_bytes(4, "little")
        head += (channels * bits // 8 % 65536).to_bytes(2, "little") + bits.to_bytes(2, "little")
        clip = tmp_path / "clip.wav"
        clip.write_bytes(head + b"data\xff\xff\xff\xff" + bytes(range(256)) * 400)
        with pytest.raises(ClipError):
            listen(clip)
