"""More that bad files are made of: tables without end, streams that change on their way, pictures within pictures."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

from PIL import Image

from tests.bot.media.bad_makers import box, chunk, ebml, flac_with, id3, mkv_with, noise, ogg_page, png, sound, sparse, synchsafe

MEGABYTE = 1_000_000


def tag_in_the_middle(path: Path) -> None:
    """A sound, 100 MB of tag, the sound again: half of it sparse."""
    half = sound("mp3", 2.0)
    size = 100 * MEGABYTE
    sparse(path, half + b"ID3\x03\0\0" + synchsafe(size - 10), len(half) + size + len(half), half)


def small_pages(count: int) -> bytes:
    """A sound, then so many pages of one byte each."""
    whole = sound("ogg", 1.0)
    serial = int.from_bytes(whole[14:18], "little")
    page = ogg_page(b"\xfc", serial, 0)
    return whole + b"".join(page[:6] + struct.pack("<qII", 48_000 + number, serial, 100 + number) + page[22:]
                            for number in range(count))


def rf64(data: bytes) -> bytes:
    """A sound of nine million terabytes, by its own word."""
    form = struct.pack("<HHIIHH", 1, 1, 48_000, 96_000, 2, 16)
    sizes = struct.pack("<qqqI", (1 << 63) - 1, (1 << 63) - 1, (1 << 62), 0)
    return (b"RF64\xff\xff\xff\xffWAVEds64" + struct.pack("<I", len(sizes)) + sizes + b"fmt " + struct.pack("<I", len(form))
            + form + b"data\xff\xff\xff\xff" + data)


def foreign(kind: str) -> bytes:
    """A second of noise in a container that the bot does not take."""
    data = noise(16_000)
    au = b".snd" + struct.pack(">IIIII", 24, len(data), 3, 8000, 1) + data
    rate = b"\x40\x0b\xfa\0\0\0\0\0\0\0"
    parts = (b"COMM" + struct.pack(">IHIH", 18, 1, 8000, 16) + rate, b"SSND" + struct.pack(">III", len(data) + 8, 0, 0) + data)
    aiff = b"FORM" + struct.pack(">I", 4 + sum(map(len, parts))) + b"AIFF" + b"".join(parts)
    description = struct.pack(">d4sIIIII", 8000.0, b"lpcm", 0, 2, 1, 1, 16)
    caf = (b"caff\0\1\0\0desc" + struct.pack(">q", len(description)) + description + b"data" + struct.pack(">qI", -1, 0) + data)
    return {"au": au, "aiff": aiff, "caf": caf, "amr": b"#!AMR\n" + (b"\x3c" + noise(31)) * 50}[kind]


def clusters(count: int) -> bytes:
    """A sound behind so many empty clusters of unknown size."""
    whole = sound("mkv")
    at = whole.find(bytes.fromhex("1F43B675"))
    segment = whole.find(bytes.fromhex("18538067"))
    head = whole[:segment + 4] + b"\x01" + b"\xff" * 7 + whole[segment + 12:at]
    return head + (bytes.fromhex("1F43B675") + b"\x01" + b"\xff" * 7) * count + whole[at:]


def packed_blocks() -> bytes:
    """A sound whose blocks are packed, by its track's word; the first unpacks to 200 MB."""
    whole = bytearray(mkv_with(b""))
    packing = ebml("6D80", ebml("6240", ebml("5034", ebml("4254", b"\0"))))
    bomb = zlib.compress(bytes(200 * MEGABYTE), 9)
    block = ebml("A3", b"\x81\0\0\x80" + bomb)
    entry = whole.find(b"\xae", whole.find(bytes.fromhex("1654AE6B")))
    tracks = whole.find(bytes.fromhex("1654AE6B"))
    size_at, width = entry + 1, _width(whole[entry + 1])
    inside = bytes(whole[size_at + width:size_at + width + _number(whole[size_at:size_at + width])])
    after = size_at + width + len(inside)
    made = ebml("1654AE6B", ebml("AE", inside + packing))
    cluster = whole.find(bytes.fromhex("1F43B675"), after)
    return bytes(whole[:tracks]) + made + ebml("1F43B675", ebml("E7", b"\0") + block * 5) + bytes(whole[cluster:])


def _width(first: int) -> int:
    return 9 - first.bit_length()


def _number(data: bytes | bytearray) -> int:
    return int.from_bytes(data, "big") & (1 << 7 * len(data)) - 1


def edits(count: int, length: int) -> bytes:
    """A sound cut into so many pieces of that length, which may be less than nothing."""
    entry = struct.pack(">IiHH", length & 0xFFFFFFFF, -1 if length < 0 else 0, 1, 0)
    return with_box(box(b"edts", box(b"elst", struct.pack(">II", 0, count) + entry * count)))


def with_box(inside: bytes) -> bytes:
    """A sound with a box more in its track, in the place of its own edit list."""
    whole = sound("m4a")
    at = whole.find(b"moov") - 4
    moov = whole[at + 8:at + int.from_bytes(whole[at:at + 4], "big")]
    place = moov.find(b"trak") - 4
    size = int.from_bytes(moov[place:place + 4], "big")
    track = moov[place + 8:place + size]
    edit = track.find(b"edts") - 4
    if edit > 0:
        track = track[:edit] + track[edit + int.from_bytes(track[edit:edit + 4], "big"):]
    return whole[:at] + box(b"moov", moov[:place], box(b"trak", track[:92], inside, track[92:]), moov[place + size:]
                            ) + whole[at + 8 + len(moov):]


def constant_sizes(count: int) -> bytes:
    """A sound of so many packets of one byte each, all of the same length, by its own word."""
    data = bytearray(sound("m4a"))
    sizes, chunks = data.find(b"stsz") + 8, data.find(b"stsc") + 12
    data[sizes:sizes + 8] = struct.pack(">II", 1, count)
    data[chunks + 4:chunks + 8] = struct.pack(">I", count)
    return bytes(data)


def fragments(count: int, samples: int) -> bytes:
    """A film in so many fragments, of which each says that it has so many samples of no size."""
    whole = sound("m4a", movflags="frag_keyframe+empty_moov+default_base_moof")
    at = whole.find(b"moof") - 4
    run = box(b"trun", struct.pack(">II", 0, samples))
    piece = box(b"moof", box(b"mfhd", bytes(8)), box(b"traf", box(b"tfhd", struct.pack(">III", 0x20008, 1, 1024)), run))
    return whole[:at] + piece * count + whole[at:]


def seek_points(count: int) -> bytes:
    """A FLAC with so many."""
    return flac_with(3, b"".join(struct.pack(">QQH", number, number, 1) for number in range(count)))


def empty_frames(count: int) -> bytes:
    """AAC of frames that hold nothing."""
    return b"\xff\xf1\x4c\x40\0\xff\xfc" * count


def gif_of_frames(count: int) -> bytes:
    """An animation of dots."""
    frame = b"!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0"
    return b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff" + frame * count + b";"


def animated_webp(side: int) -> bytes:
    """Two large pictures of one colour."""
    out = io.BytesIO()
    first, second = (Image.new("RGB", (side, side), (level, 0, 0)) for level in (10, 200))
    first.save(out, "WEBP", save_all=True, append_images=[second], lossless=True, method=0, quality=0)
    return out.getvalue()


def many_scans(side: int, count: int) -> bytes:
    """A large JPEG that is told again and again, each time by a hardly finer scan."""
    out = io.BytesIO()
    Image.new("L", (side, side)).save(out, "JPEG", progressive=True, quality=10)
    whole = out.getvalue()
    scan = whole.rfind(b"\xff\xda")
    return whole[:scan] + whole[scan:-2] * count + b"\xff\xd9"


def png_with(kind: bytes, size: int) -> bytes:
    """A dot with so many bytes of words or colours, packed."""
    whole = png(10, 10)
    return whole[:33] + chunk(kind, b"name\0\0" + zlib.compress(bytes(size), 9)) + whole[33:]


def wav_with(kind: bytes, size: int) -> bytes:
    """A sound behind a chunk of that kind."""
    form = struct.pack("<HHIIHH", 1, 1, 48_000, 96_000, 2, 16)
    return (b"RIFF\xff\xff\xff\x7fWAVEfmt " + struct.pack("<I", 16) + form + kind + struct.pack("<I", size) + bytes(size)
            + b"data" + struct.pack("<I", 96_000) + noise(96_000))


def xing() -> bytes:
    """A sound that says that it has four thousand million frames."""
    data = bytearray(sound("mp3"))
    at = max(data.find(b"Xing"), data.find(b"Info"))
    data[at + 8:at + 12] = b"\xff\xff\xff\xf0"
    return bytes(data)


def nested_tags(count: int) -> bytes:
    """A sound behind so many empty tags."""
    return id3() * count + sound("mp3")
