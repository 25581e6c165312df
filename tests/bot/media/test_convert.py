"""Convert: what the API does not take becomes an M4A in which every onset stands where it stood."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from bot.media import Clip, probe, to_accepted
from bot.media.convert import MAX_CONVERTED_SECONDS
from bot.media.errors import BrokenClip, NotConverted

RATE_HZ = 48_000
Sound = npt.NDArray[np.float32]
Encode = Callable[..., Path]
Taps = Callable[[float], Sound]
Decode = Callable[[Path], Sound]


def lag_ms(sound: Sound, reference: Sound) -> float:
    """By how much `sound` comes later than `reference`: the peak of their cross-correlation."""
    size = 1 << int(np.ceil(np.log2(len(sound) + len(reference))))
    spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(reference, size))
    lag = int(np.argmax(np.fft.irfft(spectrum, size)))
    return (lag if lag < size // 2 else lag - size) * 1000.0 / RATE_HZ


def wait_for_a_file(folder: Path) -> None:
    deadline = time.monotonic() + 10
    while not any(folder.iterdir()):
        assert time.monotonic() < deadline, "nothing was begun"


@pytest.mark.parametrize("kind", ["flac", "ogg"])
@pytest.mark.parametrize("layout", ["mono", "stereo"])
async def test_onsets_stay_where_they_were(
    kind: str, layout: str, encode: Encode, decode: Decode, taps: Taps, tmp_path: Path,
) -> None:
    sound = taps(8.0)
    clip = probe(encode(tmp_path / f"hum.{kind}", sound, layout=layout))
    converted = probe(await to_accepted(clip, tmp_path))
    assert (converted.container, converted.codec) == ("m4a", "aac")
    assert converted.seconds == pytest.approx(8.0, abs=0.03)
    heard = decode(converted.path)
    assert abs(lag_ms(heard, sound)) < 10.0
    assert abs(lag_ms(heard[:2 * RATE_HZ], sound[:2 * RATE_HZ])) < 10.0
    assert abs(lag_ms(heard[6 * RATE_HZ:8 * RATE_HZ], sound[6 * RATE_HZ:8 * RATE_HZ])) < 10.0


@pytest.mark.parametrize("kind", ["mp3", "wav", "m4a", "aac", "mp4", "webm"])
async def test_what_the_api_takes_is_left_alone(kind: str, encode: Encode, taps: Taps, tmp_path: Path) -> None:
    clip = probe(encode(tmp_path / f"hum.{kind}", taps(1.0)))
    assert await to_accepted(clip, tmp_path) == clip.path


async def test_the_header_stands_in_front_of_the_sound(encode: Encode, taps: Taps, tmp_path: Path) -> None:
    clip = probe(encode(tmp_path / "hum.flac", taps(2.0)))
    data = (await to_accepted(clip, tmp_path)).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


async def test_an_odd_rate_becomes_one_that_everybody_plays(decode: Decode, taps: Taps, tmp_path: Path) -> None:
    source = tmp_path / "hum.flac"
    sound = taps(3.0)
    with av.open(str(source), "w") as sink:
        track = sink.add_stream("flac", rate=96_000, layout="mono")
        frame = av.AudioFrame.from_ndarray((sound[None] * 30_000).astype(np.int16), "s16p", "mono")
        frame.sample_rate = RATE_HZ
        for piece in av.AudioResampler("s16", "mono", 96_000).resample(frame):
            sink.mux(track.encode(piece))
        sink.mux(track.encode(None))
    converted = await to_accepted(probe(source), tmp_path)
    with av.open(str(converted)) as made:
        assert made.streams.audio[0].rate == 48_000
    assert abs(lag_ms(decode(converted), sound)) < 10.0


async def test_ten_minutes_are_kept_of_a_longer_clip(encode: Encode, tmp_path: Path) -> None:
    long = np.zeros((MAX_CONVERTED_SECONDS + 20) * RATE_HZ, np.float32)
    clip = probe(encode(tmp_path / "long.flac", long))
    converted = probe(await to_accepted(clip, tmp_path))
    assert converted.seconds == pytest.approx(MAX_CONVERTED_SECONDS, abs=0.2)


async def test_a_damaged_middle_is_passed_over(encode: Encode, taps: Taps, tmp_path: Path) -> None:
    source = encode(tmp_path / "hum.ogg", taps(6.0))
    data = bytearray(source.read_bytes())
    data[len(data) // 2:len(data) // 2 + 40] = bytes(40)
    source.write_bytes(data)
    converted = probe(await to_accepted(probe(source), tmp_path))
    assert converted.seconds is not None
    assert converted.seconds > 3.0


async def test_a_folder_that_is_not_there_is_told(encode: Encode, taps: Taps, tmp_path: Path) -> None:
    clip = probe(encode(tmp_path / "hum.flac", taps(1.0)))
    with pytest.raises(NotConverted):
        await to_accepted(clip, tmp_path / "nowhere")


async def test_a_clip_that_breaks_after_the_probe_leaves_nothing(encode: Encode, taps: Taps, tmp_path: Path) -> None:
    clip = probe(encode(tmp_path / "hum.flac", taps(1.0)))
    clip.path.write_bytes(clip.path.read_bytes()[:60])
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(BrokenClip):
        await to_accepted(clip, folder)
    assert list(folder.iterdir()) == []


async def test_a_cancelled_conversion_leaves_nothing_behind(encode: Encode, tmp_path: Path) -> None:
    clip: Clip = probe(encode(tmp_path / "long.flac", np.zeros(300 * RATE_HZ, np.float32)))
    folder = tmp_path / "out"
    folder.mkdir()
    work = asyncio.create_task(to_accepted(clip, folder))
    await asyncio.to_thread(wait_for_a_file, folder)
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert list(folder.iterdir()) == []
