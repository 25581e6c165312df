"""Each thing that can be wrong with a clip is told by its own fault."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import numpy.typing as npt
import pytest

from examples.make_hum import RATE_HZ
from studio.errors import BrokenClip, ClipTooShort, NoMelody, NoSoundTrack, NotSound, SilentClip
from studio.listen import listen

if TYPE_CHECKING:
    from tests.studio.listen.conftest import Encode, Samples, Sing

Curve = npt.NDArray[np.float64]

SECONDS = 8
TIMES = np.arange(SECONDS * RATE_HZ) / RATE_HZ


@pytest.mark.parametrize("content", [
    b"", b"just some words, named like music\n" * 200, b"ffconcat version 1.0\nfile clip.wav\n",
    b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:9,\nclip.wav\n#EXT-X-ENDLIST\n", b"[playlist]\nFile1=clip.wav\n",
    b"\x89PNG\r\n\x1a\n" + bytes(500), b"%PDF-1.7\n" + b"x" * 500, bytes(5000),
], ids=["empty", "text", "ffconcat", "hls", "pls", "png", "pdf", "zeros"])
def test_what_is_no_sound_is_not_opened_whatever_its_name(content: bytes, short_samples: Samples, encode: Encode,
                                                          tmp_path: Path) -> None:
    encode(tmp_path / "clip.wav", short_samples[None], "wav", "pcm_s16le")
    clip = tmp_path / "song.mp3"
    clip.write_bytes(content)
    with pytest.raises(NotSound):
        listen(clip)


@pytest.mark.parametrize("name", ["nowhere.wav", "."])
def test_no_file_and_a_folder_are_no_sound(tmp_path: Path, name: str) -> None:
    with pytest.raises(NotSound):
        listen(tmp_path / name)


def test_an_m4a_whose_index_is_cut_off_is_broken(short_samples: Samples, encode: Encode, tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.m4a", short_samples[None], "ipod", "aac")
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 2 // 3])
    with pytest.raises(BrokenClip):
        listen(clip)


@pytest.mark.parametrize("head", [b"RIFF\xff\xff\xff\xffWAVE", b"OggS\x00\x02", b"fLaC\x00\x00", b"ID3\x04\x00\x00",
                                  b"\x1aE\xdf\xa3\x01\x00", b"\x00\x00\x00\x20ftypM4A "])
def test_a_file_that_only_begins_like_sound_is_broken(head: bytes, tmp_path: Path) -> None:
    clip = tmp_path / "clip"
    clip.write_bytes(head + np.random.default_rng(1).bytes(3000))
    with pytest.raises(BrokenClip):
        listen(clip)


def test_a_film_without_sound_says_so(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    with av.open(str(clip), "w") as file:
        stream = file.add_stream("mpeg4", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width = stream.height = 64
        for _ in range(10):
            file.mux(stream.encode(av.VideoFrame(64, 64, "yuv420p")))
        file.mux(stream.encode(None))
    with pytest.raises(NoSoundTrack):
        listen(clip)


def test_three_tenths_of_a_second_are_too_short(short_samples: Samples, encode: Encode, tmp_path: Path) -> None:
    with pytest.raises(ClipTooShort):
        listen(encode(tmp_path / "clip.wav", short_samples[None, :14_400], "wav", "pcm_s16le"))


def test_a_wav_of_no_samples_is_too_short(encode: Encode, tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.wav", np.zeros((1, 1024), np.float32), "wav", "pcm_s16le")
    clip.write_bytes(clip.read_bytes()[:-2048])
    with pytest.raises(ClipTooShort):
        listen(clip)


SILENT = {"zeros": np.zeros_like(TIMES), "offset": np.full_like(TIMES, 0.3),
          "hiss": 1e-4 * np.random.default_rng(2).standard_normal(len(TIMES))}


@pytest.mark.parametrize(("sound", "container", "codec"), [
    ("zeros", "wav", "pcm_s16le"), ("offset", "wav", "pcm_s16le"), ("hiss", "wav", "pcm_s24le"),
    ("zeros", "mp3", "libmp3lame"), ("hiss", "ogg", "libopus"),
])
def test_silence_is_silence(sound: str, container: str, codec: str, encode: Encode, tmp_path: Path) -> None:
    with pytest.raises(SilentClip):
        listen(encode(tmp_path / "clip", SILENT[sound][None].astype(np.float32), container, codec))


def noise(colour: float) -> Curve:
    spectrum = np.fft.rfft(np.random.default_rng(3).standard_normal(len(TIMES)))
    spectrum /= np.maximum(np.arange(len(spectrum)), 1) ** (colour / 2)
    return np.fft.irfft(spectrum, len(TIMES))


def mains(hertz: float) -> Curve:
    overtones = [np.sin(2 * np.pi * hertz * number * TIMES + number) / number for number in range(1, 8)]
    return np.asarray(np.sum(overtones, axis=0))


def clicks() -> Curve:
    sound = np.zeros_like(TIMES)
    sound[:: RATE_HZ // 2] = 1.0
    return sound


def drums() -> Curve:
    sound = np.zeros(len(TIMES) + RATE_HZ)
    since = np.arange(RATE_HZ // 4) / RATE_HZ
    hiss = np.random.default_rng(4).standard_normal(len(since))
    hits = (np.sin(2 * np.pi * (50 * since - 3 * np.exp(-since / 0.05))) * np.exp(-since / 0.12),
            0.2 * hiss * np.exp(-since / 0.02),
            0.5 * hiss * np.exp(-since / 0.06) + 0.4 * np.sin(2 * np.pi * 185 * since) * np.exp(-since / 0.05),
            0.2 * hiss * np.exp(-since / 0.02))
    for number in range(SECONDS * 4):
        start = number * RATE_HZ // 4
        sound[start:start + len(since)] += hits[number % 4]
    return sound[: len(TIMES)]


@pytest.mark.parametrize("sound", [noise(0), noise(1), noise(2), mains(50), mains(60), mains(60) + noise(0), clicks(),
                                   drums()],
                         ids=["white", "pink", "brown", "mains50", "mains60", "mains and hiss", "clicks", "drums"])
def test_sound_without_a_tune_is_no_melody(sound: Curve, encode: Encode, tmp_path: Path) -> None:
    loud = (0.5 * sound / np.abs(sound).max())[None].astype(np.float32)
    with pytest.raises(NoMelody):
        listen(encode(tmp_path / "clip.flac", loud, "flac", "flac"))


def test_two_notes_are_no_melody(sing_tune: Sing) -> None:
    with pytest.raises(NoMelody):
        listen(sing_tune("c4/2 e4/2", 100).path)
