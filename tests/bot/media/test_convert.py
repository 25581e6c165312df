"""Convert: what the API does not take becomes an M4A in which every onset stands where it stood."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from bot.media.clip import MAX_CONVERTED_SECONDS
from bot.media.errors import BrokenClip, NotConverted, is_of_disk
from bot.media.inside.convert import convert
from bot.media.inside.look import look

RATE_HZ = 48_000
FULL = Path("/dev/full")
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


def m4a(clip: Path) -> Path:
    to = clip.with_name("converted.m4a")
    convert(clip, to)
    return to


@pytest.mark.parametrize("kind", ["flac", "ogg"])
@pytest.mark.parametrize("layout", ["mono", "stereo"])
def test_onsets_stay_where_they_were(
    kind: str, layout: str, encode: Encode, decode: Decode, taps: Taps, tmp_path: Path,
) -> None:
    sound = taps(8.0)
    converted = look(m4a(encode(tmp_path / f"hum.{kind}", sound, layout=layout)))
    assert (converted.container, converted.codec) == ("m4a", "aac")
    assert converted.seconds == pytest.approx(8.0, abs=0.03)
    heard = decode(converted.path)
    assert abs(lag_ms(heard, sound)) < 10.0
    assert abs(lag_ms(heard[:2 * RATE_HZ], sound[:2 * RATE_HZ])) < 10.0
    assert abs(lag_ms(heard[6 * RATE_HZ:8 * RATE_HZ], sound[6 * RATE_HZ:8 * RATE_HZ])) < 10.0


def test_the_header_stands_in_front_of_the_sound(encode: Encode, taps: Taps, tmp_path: Path) -> None:
    data = m4a(encode(tmp_path / "hum.flac", taps(2.0))).read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_an_odd_rate_becomes_one_that_everybody_plays(decode: Decode, taps: Taps, tmp_path: Path) -> None:
    source = tmp_path / "hum.flac"
    sound = taps(3.0)
    with av.open(str(source), "w") as sink:
        track = sink.add_stream("flac", rate=96_000, layout="mono")
        frame = av.AudioFrame.from_ndarray((sound[None] * 30_000).astype(np.int16), "s16p", "mono")
        frame.sample_rate = RATE_HZ
        for piece in av.AudioResampler("s16", "mono", 96_000).resample(frame):
            sink.mux(track.encode(piece))
        sink.mux(track.encode(None))
    converted = m4a(source)
    with av.open(str(converted)) as made:
        assert made.streams.audio[0].rate == 48_000
    assert abs(lag_ms(decode(converted), sound)) < 10.0


def test_ten_minutes_are_kept_of_a_longer_clip(encode: Encode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_CONVERTED_SECONDS == 600
    monkeypatch.setattr("bot.media.inside.convert.MAX_CONVERTED_SECONDS", 6)
    converted = look(m4a(encode(tmp_path / "long.flac", np.zeros(8 * RATE_HZ, np.float32))))
    assert converted.seconds == pytest.approx(6, abs=0.2)


def test_a_damaged_middle_is_passed_over(encode: Encode, taps: Taps, tmp_path: Path) -> None:
    source = encode(tmp_path / "hum.ogg", taps(6.0))
    data = bytearray(source.read_bytes())
    data[len(data) // 2:len(data) // 2 + 40] = bytes(40)
    source.write_bytes(data)
    converted = look(m4a(source))
    assert converted.seconds is not None
    assert converted.seconds > 3.0


def test_a_folder_that_is_not_there_is_told(encode: Encode, taps: Taps, tmp_path: Path) -> None:
    with pytest.raises(NotConverted):
        convert(encode(tmp_path / "hum.flac", taps(1.0)), tmp_path / "nowhere" / "hum.m4a")


@pytest.mark.skipif(not FULL.exists(), reason="no device here that is always full")
def test_a_full_disk_is_told_as_what_it_is(encode: Encode, taps: Taps, tmp_path: Path) -> None:
    (tmp_path / "full.m4a").symlink_to(FULL)
    with pytest.raises(OSError, match="No space left") as caught:
        convert(encode(tmp_path / "hum.flac", taps(1.0)), tmp_path / "full.m4a")
    assert is_of_disk(caught.value.errno)
    assert FULL.exists()


def test_a_clip_that_breaks_after_the_look_leaves_nothing(encode: Encode, taps: Taps, tmp_path: Path) -> None:
    clip = encode(tmp_path / "hum.flac", taps(1.0))
    clip.write_bytes(clip.read_bytes()[:60])
    with pytest.raises(BrokenClip):
        m4a(clip)
    assert [path.name for path in tmp_path.iterdir()] == ["hum.flac"]
