"""What bad files are made of: good ones, byte by byte, in which every field may lie. Writes nothing."""

from __future__ import annotations

import io
import math
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Final

import av

RATE_HZ: Final = 8000


@cache
def sound(kind: str, seconds: float = 1.0, **options: str) -> bytes:
    """A tone in a container."""
    codec, form = {"mp3": ("libmp3lame", "mp3"), "m4a": ("aac", "ipod"), "flac": ("flac", "flac"), "ogg": ("libopus", "ogg"),
                   "webm": ("libopus", "webm"), "avi": ("pcm_s16le", "avi"), "mkv": ("pcm_s16le", "matroska"),
                   "aac": ("aac", "adts"), "wav": ("pcm_s16le", "wav")}[kind]
    out = io.BytesIO()
    with av.open(out, "w", format=form, options=options) as sink:
        track = sink.add_stream(codec, rate=48_000, layout="mono")
        assert isinstance(track, av.AudioStream) and track.format is not None
        samples = array_of_tone(seconds)
        frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples) // 2)
        frame.planes[0].update(samples)
        frame.sample_rate = 48_000
        for piece in av.AudioResampler(track.format.name, "mono", 48_000).resample(frame):
            sink.mux(track.encode(piece))
        sink.mux(track.encode(None))
    return out.getvalue()


def array_of_tone(seconds: float) -> bytes:
    """A tone of 440 Hz at 48 kHz."""
    turn = math.tau * 440 / 48_000
    return b"".join(struct.pack("<h", round(8000 * math.sin(turn * at))) for at in range(int(seconds * 48_000)))


@cache
def film(kind: str = "mp4", *, has_sound: bool = True) -> bytes:
    """Half a second of grey pictures, with a tone."""
    out = io.BytesIO()
    with av.open(out, "w", format=kind) as sink:
        picture = sink.add_stream("mpeg4", rate=10)
        assert isinstance(picture, av.VideoStream)
        picture.width, picture.height, picture.pix_fmt = 64, 48, "yuv420p"
        track = sink.add_stream("aac", rate=48_000, layout="mono") if has_sound else None
        for count in range(10):
            grey = av.VideoFrame(64, 48, "yuv420p")
            for plane in grey.planes:
                plane.update(bytes([128]) * plane.buffer_size)
            grey.pts = count
            sink.mux(picture.encode(grey))
        sink.mux(picture.encode(None))
        if isinstance(track, av.AudioStream):
            samples = array_of_tone(1.0)
            frame = av.AudioFrame(format="s16", layout="mono", samples=len(samples) // 2)
            frame.planes[0].update(samples)
            frame.sample_rate = 48_000
            for piece in av.AudioResampler("fltp", "mono", 48_000).resample(frame):
                sink.mux(track.encode(piece))
            sink.mux(track.encode(None))
    return out.getvalue()


def wav(data: bytes, *, form: int = 1, channels: int = 1, rate: int = RATE_HZ, bits: int = 16, align: int | None = None,
        riff: int | None = None, size: int | None = None, fmt: int = 16) -> bytes:
    """A WAV file; every field may lie."""
    align = channels * bits // 8 & 0xFFFF if align is None else align
    head = struct.pack("<HHIIHH", form, channels, rate, rate * align & 0xFFFFFFFF, align, bits)
    body = b"WAVEfmt " + struct.pack("<I", fmt) + head + b"data" + struct.pack("<I", len(data) if size is None else size) + data
    return b"RIFF" + struct.pack("<I", len(body) if riff is None else riff) + body


def chunk(kind: bytes, data: bytes) -> bytes:
    """Of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, bits: int = 8, colour: int = 0, rows: int | None = None) -> bytes:
    """Of one colour, packed as tightly as that goes."""
    packer, row = zlib.compressobj(9), bytes(1 + (width * bits * {0: 1, 2: 3, 6: 4}[colour] + 7) // 8)
    packed = b"".join(packer.compress(row) for _ in range(height if rows is None else rows)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def box(kind: bytes, *inside: bytes) -> bytes:
    """Of an MP4."""
    data = b"".join(inside)
    return struct.pack(">I", len(data) + 8) + kind + data


def synchsafe(size: int) -> bytes:
    """A size of ID3v2."""
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3(*frames: tuple[bytes, bytes]) -> bytes:
    """A tag of version 2.3."""
    body = b"".join(kind + struct.pack(">I", len(data)) + b"\0\0" + data for kind, data in frames)
    return b"ID3\x03\0\0" + synchsafe(len(body)) + body


def ebml(identity: str, data: bytes) -> bytes:
    """An element of Matroska, its size in eight bytes."""
    return bytes.fromhex(identity) + (len(data) | 1 << 56).to_bytes(8, "big") + data


def ogg_page(data: bytes, serial: int, number: int, kind: int = 0, granule: int = 0) -> bytes:
    """A page with a checksum of zero, which FFmpeg does not look at."""
    laces = [255] * (len(data) // 255) + [len(data) % 255]
    return b"OggS" + struct.pack("<BBqIIIB", 0, kind, granule, serial, number, 0, len(laces)) + bytes(laces) + data


def comments(entries: list[bytes]) -> bytes:
    """Tags as Vorbis writes them."""
    told = b"".join(struct.pack("<I", len(one)) + one for one in entries)
    return struct.pack("<I", 1) + b"x" + struct.pack("<I", len(entries)) + told


def flac_with(block: int, data: bytes) -> bytes:
    """A FLAC with one more block of metadata, behind its first."""
    whole = sound("flac")
    first = 4 + 4 + int.from_bytes(whole[5:8], "big")
    head = bytearray(whole[:first])
    head[4] &= 0x7F
    more = bytes([block]) + len(data).to_bytes(3, "big") + data
    return bytes(head) + more + whole[first:]


def silent_flac(frames: int, *, rate_code: int = 10, rate_tail: bytes = b"", declared: int = 0, rate: int = 48_000) -> bytes:
    """A FLAC of whole frames of one value each: fourteen bytes for 65,535 samples."""
    sizes, shape = struct.pack(">HH", 65535, 65535) + bytes(6), (rate << 44 | 15 << 36 | declared).to_bytes(8, "big")
    info = sizes + shape + bytes(16)
    return b"fLaC" + b"\x80" + len(info).to_bytes(3, "big") + info + b"".join(_flac_frames(frames, rate_code, rate_tail))


def _flac_frames(count: int, rate_code: int, rate_tail: bytes) -> Iterator[bytes]:
    for number in range(count):
        head = b"\xff\xf8" + bytes([7 << 4 | rate_code, 0 << 4 | 4 << 1]) + utf8(number) + struct.pack(">H", 65534) + rate_tail
        frame = head + bytes([crc(head, 8, 0x07)]) + b"\x00" + struct.pack(">h", 100)
        yield frame + struct.pack(">H", crc(frame, 16, 0x8005))


def utf8(number: int) -> bytes:
    """A frame's number, as FLAC codes it."""
    return bytes([number]) if number < 0x80 else chr(number if not 0xD800 <= number < 0xE000 else 0xE000).encode()


@cache
def crc_table(bits: int, polynomial: int) -> tuple[int, ...]:
    """Of each byte."""
    table = []
    for byte in range(256):
        value = byte << bits - 8
        for _ in range(8):
            value = value << 1 ^ (polynomial if value >> bits - 1 & 1 else 0)
        table.append(value & (1 << bits) - 1)
    return tuple(table)


def crc(data: bytes, bits: int, polynomial: int) -> int:
    """The checksums of a FLAC's frames."""
    value, table = 0, crc_table(bits, polynomial)
    for byte in data:
        value = (value << 8 & (1 << bits) - 1) ^ table[value >> bits - 8 ^ byte]
    return value


def noise(size: int, seed: int = 1) -> bytes:
    """The same each time."""
    return random.Random(seed).randbytes(size)


def sparse(path: Path, head: bytes, size: int, tail: bytes = b"") -> None:
    """A file of zeros behind `head`, which takes no room on the disk."""
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size - len(tail))
        file.seek(0, 2)
        file.write(tail)


def flac_in_ogg(rate: int) -> bytes:
    """A second of noise at any rate."""
    out = io.BytesIO()
    with av.open(out, "w", format="ogg") as sink:
        track = sink.add_stream("flac", rate=rate, layout="mono")
        assert isinstance(track, av.AudioStream)
        frame = av.AudioFrame(format="s16", layout="mono", samples=rate)
        frame.planes[0].update(noise(rate * 2))
        frame.sample_rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
        sink.mux([*track.encode(frame), *track.encode(None)])
    return out.getvalue()


def zipped(method: int, size: int) -> bytes:
    """An archive of zeros."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr("a.wav", bytes(size))
    return out.getvalue()


def endless_ogg() -> bytes:
    """Its last page over and over, later each time, never an end."""
    whole = bytearray(sound("ogg", 1.0))
    last = bytearray(whole[whole.rfind(b"OggS"):])
    last[5] = 0
    return bytes(whole) + b"".join(bytes(last[:6]) + struct.pack("<q", (1 << 40) + number * 48_000) + bytes(last[14:])
                                   for number in range(3000))


def giants() -> bytes:
    """A film whose pictures are a thousand million pixels large, by its own word."""
    data = bytearray(film())
    at = data.find(b"mp4v", data.find(b"stsd"))
    data[at + 28:at + 32] = struct.pack(">HH", 32_000, 32_000)
    at = data.find(b"tkhd")
    data[at + 80:at + 88] = struct.pack(">II", 32_000 << 16, 32_000 << 16)
    return bytes(data)


def chapters(count: int) -> bytes:
    """A sound with so many chapters before it."""
    atoms = b"".join(ebml("B6", ebml("73C4", number.to_bytes(4, "big")) + ebml("91", number.to_bytes(5, "big")))
                     for number in range(count))
    return mkv_with(ebml("1043A770", ebml("45B9", atoms)))


def attachment(size: int = 120_000_000) -> bytes:
    """A sound with so much of a font before it."""
    font = ebml("466E", b"a.ttf") + ebml("4660", b"font/ttf") + ebml("46AE", b"\1") + ebml("465C", bytes(size))
    return mkv_with(ebml("1941A469", ebml("61A7", font)))


def mkv_with(element: bytes) -> bytes:
    """A Matroska whose segment begins with `element`, and has no size any more."""
    whole = sound("mkv")
    segment, info = bytes.fromhex("18538067"), whole.find(bytes.fromhex("1549A966"))
    return whole[:whole.find(segment)] + segment + b"\x01" + b"\xff" * 7 + element + whole[info:]


def tracks(count: int) -> bytes:
    """A sound with so many copies of its own track."""
    whole = sound("m4a")
    at = whole.find(b"moov") - 4
    size = int.from_bytes(whole[at:at + 4], "big")
    moov = whole[at + 8:at + size]
    track = moov.find(b"trak") - 4
    one = moov[track:track + int.from_bytes(moov[track:track + 4], "big")]
    return whole[:at] + box(b"moov", moov, one * count) + whole[at + size:]


def deep(depth: int) -> bytes:
    """Boxes within boxes."""
    data = b""
    for _ in range(depth):
        data = box(b"moov", data)
    return box(b"ftyp", b"M4A \0\0\0\0") + data


def deep_ebml() -> bytes:
    """Chapters within chapters."""
    data = b""
    for _ in range(2000):
        data = ebml("1043A770", ebml("45B9", ebml("B6", data)))[-60_000:]
    return sound("mkv")[:40] + ebml("18538067", data)


def patched(kind: bytes, offset: int, value: int, container: str = "m4a", form: str = ">I") -> bytes:
    """A sound with one number replaced, `offset` bytes behind the name of a box."""
    data = bytearray(sound(container))
    at = data.find(kind) + 4 + offset
    data[at:at + 4] = struct.pack(form, value)
    return bytes(data)
