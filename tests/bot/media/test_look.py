"""Look: what a clip is, by its bytes and not by its name, and what is wrong with it, before it is sent."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from bot.media import MAX_CLIP_BYTES, Clip, Kind, MediaError
from bot.media import errors as wrong
from bot.media.inside.look import look
from bot.media.inside.pixels import size_of

Sound = npt.NDArray[np.float32]
Encode = Callable[..., Path]
Taps = Callable[[float], Sound]
SOUNDS = ("mp3", "wav", "m4a", "aac", "flac", "ogg")
VIDEOS = ("mp4", "mov", "avi", "webm", "mkv")


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory, encode: Encode, taps: Taps) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    return {kind: encode(folder / f"hum.{kind}", taps(2.0)) for kind in (*SOUNDS, *VIDEOS)}


def picture(path: Path) -> Path:
    Image.linear_gradient("L").convert("RGB").save(path)
    return path


@pytest.mark.parametrize("kind", SOUNDS)
def test_a_sound_is_known(kind: str, clips: dict[str, Path]) -> None:
    clip = look(clips[kind])
    assert (clip.kind, clip.container, clip.name) == (Kind.SOUND, kind, f"hum.{kind}")
    assert clip.bytes == clips[kind].stat().st_size
    assert clip.seconds is None if kind == "aac" else clip.seconds == pytest.approx(2.0, abs=0.06)


@pytest.mark.parametrize("kind", VIDEOS)
def test_a_video_with_sound_is_known(kind: str, clips: dict[str, Path]) -> None:
    clip = look(clips[kind])
    assert (clip.kind, clip.container, clip.name) == (Kind.VIDEO, kind, f"hum.{kind}")
    assert clip.seconds == pytest.approx(2.0, abs=0.15)


@pytest.mark.parametrize(("kind", "extension"), [
    ("jpg", "jpg"), ("jpg", "jpeg"), ("png", "png"), ("gif", "gif"), ("webp", "webp"),
])
def test_an_image_is_known(kind: str, extension: str, tmp_path: Path) -> None:
    clip = look(picture(tmp_path / f"cover.{extension}"))
    assert (clip.kind, clip.container, clip.name, clip.seconds) == (Kind.IMAGE, kind, f"cover.{extension}", None)


@pytest.mark.parametrize("kind", [*SOUNDS, *VIDEOS])
@pytest.mark.parametrize("name", ["hum.txt", "hum.mp3", "hum", "a|b:c.wav", "http:hum.mp4"])
def test_the_bytes_decide_and_the_name_is_put_right(
    kind: str, name: str, clips: dict[str, Path], tmp_path: Path,
) -> None:
    if os.name == "nt" and set(name) & set("|:"):
        pytest.skip("no such names there")
    copy = tmp_path / name
    copy.write_bytes(clips[kind].read_bytes())
    clip = look(copy)
    assert clip.container == kind
    assert clip.name.startswith(Path(name).stem)
    assert look(copy.rename(tmp_path / clip.name)).name == clip.name


@pytest.mark.parametrize(("kind", "name"), [
    ("ogg", "hum.opus"), ("ogg", "hum.oga"), ("m4a", "hum.mp4"), ("mp4", "HUM.MP4"),
])
def test_a_name_that_fits_is_kept(kind: str, name: str, clips: dict[str, Path], tmp_path: Path) -> None:
    copy = tmp_path / name
    copy.write_bytes(clips[kind].read_bytes())
    assert look(copy).name.lower() == name.lower()


def test_a_song_with_a_cover_is_a_sound_and_no_video(clips: dict[str, Path], tmp_path: Path) -> None:
    cover = picture(tmp_path / "c.jpg").read_bytes()
    frame = b"\0image/jpeg\0\x03\0" + cover
    body = b"APIC" + struct.pack(">I", len(frame)) + b"\0\0" + frame
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    song = tmp_path / "song.mp3"
    song.write_bytes(b"ID3\x03\0\0" + size + body + clips["mp3"].read_bytes())
    assert look(song).kind is Kind.SOUND


def refusal(path: Path) -> MediaError:
    with pytest.raises(MediaError) as caught:
        look(path)
    return caught.value


def test_a_missing_file_a_folder_and_an_empty_file(tmp_path: Path) -> None:
    assert isinstance(refusal(tmp_path / "none.mp3"), wrong.ClipMissing)
    assert isinstance(refusal(tmp_path), wrong.ClipIsFolder)
    (tmp_path / "empty.mp3").touch()
    assert isinstance(refusal(tmp_path / "empty.mp3"), wrong.ClipEmpty)
    assert isinstance(refusal(Path("nul\0name.mp3")), wrong.ClipUnreadable)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_a_pipe_is_refused_without_waiting_for_a_writer(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.mp3")
    assert isinstance(refusal(tmp_path / "pipe.mp3"), wrong.ClipUnreadable)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser reads everything")
def test_a_file_that_may_not_be_read(clips: dict[str, Path], tmp_path: Path) -> None:
    locked = tmp_path / "locked.wav"
    locked.write_bytes(clips["wav"].read_bytes())
    locked.chmod(0)
    assert isinstance(refusal(locked), wrong.ClipUnreadable)


def test_the_limit_itself_is_taken_and_one_byte_more_is_too_large(clips: dict[str, Path], tmp_path: Path) -> None:
    large = tmp_path / "large.flac"
    large.write_bytes(clips["flac"].read_bytes())
    with large.open("r+b") as file:     # sparse: takes no room on the disk
        file.truncate(MAX_CLIP_BYTES)
    assert look(large).bytes == MAX_CLIP_BYTES
    with large.open("r+b") as file:
        file.truncate(MAX_CLIP_BYTES + 1)
    fault = refusal(large)
    assert isinstance(fault, wrong.ClipTooLarge)
    assert fault.facts == {"name": "large.flac", "megabytes": 200.1, "limit_megabytes": 200}


@pytest.mark.parametrize("text", [
    "Dear diary, this is no sound.\n", "{}", "<html><body>404</body></html>", "这不是声音。\n" * 900, "\ufeffhello",
    "x" * 100_000, "ffconcat version 1.0\nfile 'secret.wav'\n",
    "#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:2,\nsecret.wav\n#EXT-X-ENDLIST\n",
    "[playlist]\nFile1=secret.wav\n", "v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n",
])
@pytest.mark.parametrize("extension", ["mp3", "wav", "m4a", "png"])
def test_text_is_no_sound_whatever_it_is_called(
    text: str, extension: str, clips: dict[str, Path], tmp_path: Path,
) -> None:
    (tmp_path / "secret.wav").write_bytes(clips["wav"].read_bytes())
    (tmp_path / f"hum.{extension}").write_text(text, encoding="utf-8")
    fault = refusal(tmp_path / f"hum.{extension}")
    assert isinstance(fault, wrong.NotMedia)
    assert "mp3" in str(fault.facts["types"])


def test_a_playlist_with_a_byte_that_is_no_text_opens_no_other_file(clips: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "secret.wav").write_bytes(clips["wav"].read_bytes())
    (tmp_path / "hum.mp3").write_bytes(b"ffconcat version 1.0\n# \x00\xff\xfe\nfile 'secret.wav'\n")
    assert isinstance(refusal(tmp_path / "hum.mp3"), wrong.NotMedia)


def test_a_picture_in_the_place_of_a_clip_is_not_even_opened(clips: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / "hum.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    with pytest.raises(wrong.NotAVoice):
        look(tmp_path / "hum.png", Kind.SOUND)
    with pytest.raises(wrong.NotAnImage):
        look(clips["wav"], Kind.IMAGE)


@pytest.mark.parametrize("kind", ["png", "jpg", "gif", "webp"])
def test_the_size_of_a_picture_stands_in_its_header(kind: str, tmp_path: Path) -> None:
    ways: tuple[dict[str, Any], ...] = ({}, {"lossless": True}, {"progressive": True})
    for number, options in enumerate(ways):
        for mode in ("RGB", "RGBA") if kind in ("png", "webp") else ("RGB",):
            path = tmp_path / f"{number}{mode}.{kind}"
            Image.new(mode, (301, 77)).save(path, **options)
            assert size_of(path, kind) == (301, 77)
            path.write_bytes(path.read_bytes()[:9])
            assert size_of(path, kind) is None


def test_noise_and_foreign_files_are_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(7).integers(0, 256, 300_000, np.uint8).tobytes()
    for name, head in {"noise.mp3": b"\x01", "page.pdf": b"%PDF-1.7\n\x00\x01", "a.zip": b"PK\x03\x04"}.items():
        (tmp_path / name).write_bytes(head + noise)
        assert isinstance(refusal(tmp_path / name), wrong.NotMedia)


def test_a_bitmap_is_no_image_that_the_api_takes(tmp_path: Path) -> None:
    assert isinstance(refusal(picture(tmp_path / "cover.bmp")), wrong.NotMedia)


@pytest.mark.parametrize("faststart", [False, True])
@pytest.mark.parametrize("kept", [0.3, 0.9])
def test_a_truncated_m4a_is_broken(faststart: bool, kept: float, encode: Encode, taps: Taps, tmp_path: Path) -> None:
    options = {"movflags": "+faststart"} if faststart else {}
    whole = encode(tmp_path / "whole.m4a", taps(5.0), **options).read_bytes()
    (tmp_path / "hum.m4a").write_bytes(whole[:int(len(whole) * kept)])
    assert isinstance(refusal(tmp_path / "hum.m4a"), wrong.BrokenClip)


@pytest.mark.parametrize("kind", ["mp4", "webm", "mkv", "mov", "avi", "flac", "ogg", "wav", "mp3"])
def test_a_beginning_alone_is_broken(kind: str, clips: dict[str, Path], tmp_path: Path) -> None:
    (tmp_path / f"hum.{kind}").write_bytes(clips[kind].read_bytes()[:40])
    assert isinstance(refusal(tmp_path / f"hum.{kind}"), wrong.BrokenClip)


def test_a_broken_image_is_broken(tmp_path: Path) -> None:
    for name in ("a.png", "a.jpg", "a.webp"):
        whole = picture(tmp_path / name).read_bytes()
        (tmp_path / name).write_bytes(whole[:30])
        assert isinstance(refusal(tmp_path / name), wrong.BrokenClip)


def test_an_image_that_unpacks_to_gigabytes_is_refused_at_once(tmp_path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 40_000, 40_000, 8, 6, 0, 0, 0))
    packed = zlib.compress(bytes(4_000_000))
    (tmp_path / "bomb.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", packed) + chunk(b"IEND", b""))
    fault = refusal(tmp_path / "bomb.png")
    assert isinstance(fault, wrong.TooManyPixels)
    assert fault.facts["limit_megapixels"] == 50


@pytest.mark.parametrize("kind", VIDEOS)
def test_a_silent_film_has_no_sound_track(kind: str, encode: Encode, tmp_path: Path) -> None:
    assert isinstance(refusal(encode(tmp_path / f"film.{kind}", None)), wrong.NoSoundTrack)


@pytest.mark.parametrize("kind", ["wav", "flac", "mp3", "m4a", "ogg"])
def test_a_third_of_a_second_is_too_short(kind: str, encode: Encode, taps: Taps, tmp_path: Path) -> None:
    fault = refusal(encode(tmp_path / f"hum.{kind}", taps(0.3)))
    assert isinstance(fault, wrong.ClipTooShort)
    assert fault.facts["seconds"] == pytest.approx(0.3, abs=0.06)
    assert fault.facts["least_seconds"] == 0.5


def test_ffmpeg_writes_nothing_of_its_own(
    clips: dict[str, Path], tmp_path: Path, capfd: pytest.CaptureFixture[str],
) -> None:
    for kind, path in clips.items():
        data = path.read_bytes()
        middle = len(data) // 2
        (tmp_path / f"hum.{kind}").write_bytes(data[:middle] + bytes(200) + data[middle + 200:])
        with suppress(MediaError):
            look(tmp_path / f"hum.{kind}")
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_every_fault_names_its_sentence() -> None:
    faults = [fault for fault in vars(wrong).values() if isinstance(fault, type) and issubclass(fault, MediaError)]
    assert len({fault.says for fault in faults if fault is not MediaError}) == len(faults) - 1
    assert all(fault.says.startswith("clip.") for fault in faults)


def test_a_clip_is_a_plain_value(clips: dict[str, Path]) -> None:
    assert look(clips["wav"]) == look(clips["wav"])
    assert isinstance(hash(look(clips["wav"])), int)
    assert isinstance(look(clips["wav"]), Clip)
