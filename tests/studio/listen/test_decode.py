"""Decoding keeps time, level and bounds."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from examples.make_hum import RATE_HZ
from studio.errors import BrokenClip, ClipTooShort
from studio.listen.decode import MAX_HEARD_SECONDS, decode

if TYPE_CHECKING:
    from tests.studio.listen.conftest import Encode, Samples


def tone(seconds: float, hertz: float = 330.0, rate: int = RATE_HZ) -> Samples:
    return np.asarray(0.4 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate), np.float32)


def level(samples: Samples) -> float:
    return float(np.sqrt(np.mean(samples[2000:-2000] ** 2)))


@pytest.mark.parametrize(("left", "right"), [(1, 1), (1, -1), (1, 0), (0, 1), (1, -0.5)])
def test_no_wiring_of_two_channels_silences_the_voice(encode: Encode, tmp_path: Path,
                                                      left: float, right: float) -> None:
    voice = tone(1)
    clip = encode(tmp_path / "clip.wav", np.stack([left * voice, right * voice]), "wav", "pcm_s16le", layout="stereo")
    assert level(decode(clip, 16_000).samples) == pytest.approx(level(voice), rel=0.3)


def many_channels(path: Path, channels: int) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(np.repeat((tone(1) * 32767).astype("<i2")[:, None], channels, axis=1).tobytes())
    return path


@pytest.mark.parametrize("channels", [3, 4, 6, 7, 8])
def test_many_channels_become_one(tmp_path: Path, channels: int) -> None:
    sound = decode(many_channels(tmp_path / "clip.wav", channels), 16_000)
    assert sound.seconds == pytest.approx(1, abs=0.01)
    assert level(sound.samples) > 0.1


def test_more_than_eight_channels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BrokenClip):
        decode(many_channels(tmp_path / "clip.wav", 16), 16_000)


@pytest.mark.parametrize("rate", [8_000, 22_050, 96_000])
def test_any_rate_becomes_the_wanted_one(encode: Encode, tmp_path: Path, rate: int) -> None:
    clip = encode(tmp_path / "clip.wav", tone(1, rate=rate)[None], "wav", "pcm_s16le", rate=rate)
    sound = decode(clip, 16_000)
    assert (sound.rate, str(sound.samples.dtype), sound.cut) == (16_000, "float32", False)
    assert sound.seconds == pytest.approx(1, abs=0.01)
    assert np.abs(np.fft.rfft(sound.samples[:16_000])).argmax() == pytest.approx(330, abs=1)


def test_rate_and_channels_may_change_in_mid_stream(encode: Encode, tmp_path: Path) -> None:
    first = encode(tmp_path / "1.mp3", tone(1, rate=44_100)[None], "mp3", "libmp3lame", rate=44_100)
    second = encode(tmp_path / "2.mp3", np.repeat(tone(1)[None], 2, axis=0), "mp3", "libmp3lame", layout="stereo",
                    options={"write_xing": "0", "id3v2_version": "0"})
    both = tmp_path / "both.mp3"
    both.write_bytes(first.read_bytes() + second.read_bytes())
    sound = decode(both, 16_000)
    assert sound.seconds == pytest.approx(2, abs=0.2)
    assert level(sound.samples[20_000:30_000]) > 0.1


def test_a_hole_between_packets_becomes_silence(encode: Encode, tmp_path: Path) -> None:
    whole = encode(tmp_path / "whole.mkv", tone(3)[None], "matroska", "pcm_s16le")
    holed = tmp_path / "holed.mkv"
    with av.open(str(whole)) as source, av.open(str(holed), "w", format="matroska") as target:
        stream = target.add_stream_from_template(source.streams.audio[0])
        for packet in source.demux(audio=0):
            if packet.pts is not None and not 1.0 <= float(packet.pts * packet.time_base) < 1.5:
                packet.stream = stream
                target.mux(packet)
    samples = decode(holed, 16_000).samples
    assert len(samples) / 16_000 == pytest.approx(3, abs=0.05)
    assert level(samples[16_800:23_200]) < 1e-3
    assert level(samples[26_000:]) > 0.1


def test_a_file_that_breaks_off_is_heard_as_far_as_it_goes(encode: Encode, tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.mp3", tone(4)[None], "mp3", "libmp3lame")
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    assert decode(clip, 16_000).seconds == pytest.approx(2, abs=0.3)


def test_spoiled_packets_are_skipped(encode: Encode, tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.aac", tone(4)[None], "adts", "aac")
    data = bytearray(clip.read_bytes())
    third = len(data) // 3
    data[third:third + 300] = bytes(300)
    clip.write_bytes(data)
    assert 3 < decode(clip, 16_000).seconds < 4.2


def test_three_minutes_exactly_are_not_cut(encode: Encode, tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.flac", tone(MAX_HEARD_SECONDS, rate=16_000)[None], "flac", "flac", rate=16_000)
    sound = decode(clip, 16_000)
    assert (sound.seconds, sound.cut) == (MAX_HEARD_SECONDS, False)


def test_the_deadline_ends_decoding_with_what_there_is(encode: Encode, tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.wav", tone(30)[None], "wav", "pcm_s16le")
    ticks = iter(range(0, 10_000))
    sound = decode(clip, 16_000, clock=lambda: float(next(ticks)))
    assert sound.cut
    assert sound.seconds < 3


def test_half_a_second_is_enough_and_less_is_not(encode: Encode, tmp_path: Path) -> None:
    assert decode(encode(tmp_path / "a.wav", tone(0.5)[None], "wav", "pcm_s16le"), 16_000).seconds >= 0.5
    with pytest.raises(ClipTooShort):
        decode(encode(tmp_path / "b.wav", tone(0.3)[None], "wav", "pcm_s16le"), 16_000)
