"""Files that mean harm, or that harm befell: made here byte by byte, each named, with the sentences that it may be told by.

Nothing of them is downloaded. `bench/hostile.py` feeds all of them to the bot and to the studio, a test the cheapest ones.
"""

from __future__ import annotations

import math
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.media import Kind
from tests.bot.media.bad_makers import (
    array_of_tone,
    attachment,
    box,
    chapters,
    comments,
    deep,
    deep_ebml,
    endless_ogg,
    film,
    flac_in_ogg,
    flac_with,
    giants,
    id3,
    noise,
    ogg_page,
    patched,
    png,
    silent_flac,
    sound,
    sparse,
    tracks,
    wav,
    zipped,
)
from tests.bot.media.bad_tables import (
    animated_webp,
    clusters,
    constant_sizes,
    edits,
    empty_frames,
    foreign,
    fragments,
    gif_of_frames,
    many_scans,
    nested_tags,
    packed_blocks,
    png_with,
    rf64,
    seek_points,
    small_pages,
    tag_in_the_middle,
    wav_with,
    xing,
)

MEGABYTE: Final = 1_000_000
PASSES: Final = "passes"
"""In the place of a sentence: the file is odd, and a song can be made of it, or the backend tells why not."""
Maker = Callable[[Path], None]


@dataclass(frozen=True, slots=True)
class BadFile:
    """How one is made, and the ends that it may come to: keys of sentences, or PASSES. `cheap`: within a test's time."""

    name: str
    make: Maker
    ends: frozenset[str]
    cheap: bool = False
    wanted: Kind = Kind.SOUND


BAD: dict[str, BadFile] = {}


def bad(name: str, *ends: str, cheap: bool = False, wanted: Kind = Kind.SOUND) -> Callable[[Maker], Maker]:
    """Enter a maker under the file's name."""

    def enter(make: Maker) -> Maker:
        assert name not in BAD
        BAD[name] = BadFile(name, make, frozenset(f"clip.{end}" if end != PASSES else end for end in ends), cheap, wanted)
        return make

    return enter


def written(name: str, data: Callable[[], bytes], *ends: str, cheap: bool = False, wanted: Kind = Kind.SOUND) -> None:
    """Enter a file of these bytes."""

    def make(path: Path) -> None:
        path.write_bytes(data())

    bad(name, *ends, cheap=cheap, wanted=wanted)(make)


BROKEN = ("broken", "not_media")
ODD = ("unusual", "too_demanding", "broken", "not_media")
"""Whichever of them is told: each says that the file is at fault, and what to do."""

# Nothing, words, playlists -----------------------------------------------------------------------------------

written("empty.mp3", lambda: b"", "empty", cheap=True)
written("one-byte.wav", lambda: b"R", *BROKEN, cheap=True)
bad("zeros.mp3", *BROKEN)(lambda path: sparse(path, b"", 10 * MEGABYTE))
written("words.mp3", lambda: b"la la la\n" * 100, "not_media")
written("page.wav", lambda: b"<html><body>404</body></html>", "not_media")
written("drawing.png", lambda: b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>", "not_media")
written("list.mp3", lambda: b"ffconcat version 1.0\nfile '/etc/passwd'\nduration 1\n", "not_media", cheap=True)
written("binary-list.mp3", lambda: b"ffconcat version 1.0\n# \x00\xff\xfe\nfile '/etc/passwd'\n", *BROKEN, cheap=True)
written("list.m3u8", lambda: b"#EXTM3U\n#EXT-X-TARGETDURATION:5\n#EXTINF:2,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n", "not_media")
written("masked.m3u8.mp3", lambda: b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#\x00\x80\xff\n#EXTINF:2,\nhttp://169.254.169.254/\n",
        *BROKEN, cheap=True)
written("list-behind-a-tag.mp3", lambda: id3((b"TIT2", b"\0x")) + b"#EXTM3U\n#EXTINF:2,\nfile:///etc/passwd\n", *BROKEN)
written("manifest.mpd", lambda: b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><Period><BaseURL>file:///etc/"
        b"</BaseURL></Period></MPD>", "not_media")
written("disc.cue", lambda: b'FILE "/etc/passwd" WAVE\n  TRACK 01 AUDIO\n    INDEX 01 00:00:00\n', "not_media")
written("radio.pls", lambda: b"[playlist]\nFile1=http://127.0.0.1/\nNumberOfEntries=1\n", "not_media")
written("call.sdp", lambda: b"v=0\no=- 0 0 IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n", "not_media")

# Something else under a sound's name -------------------------------------------------------------------------

written("archive.mp3", lambda: zipped(zipfile.ZIP_STORED, MEGABYTE), *BROKEN)
written("zip-bomb.wav", lambda: zipped(zipfile.ZIP_DEFLATED, 200 * MEGABYTE), *BROKEN)
written("gzip-bomb.m4a", lambda: zlib.compress(bytes(100 * MEGABYTE), 9, 31), *BROKEN)
written("program.mp3", lambda: b"\x7fELF\x02\x01\x01" + noise(5000), *BROKEN)
written("document.mp3", lambda: b"%PDF-1.7\n\x00\x01" + noise(5000), *BROKEN)
written("picture.mp3", lambda: png(10, 10), "not_a_voice", cheap=True)
written("sound.png", lambda: sound("mp3"), PASSES)

# Noise behind a good beginning, beginnings alone, ends that are missing --------------------------------------

for _kind, _head in {"mp3": b"ID3\x03\0\0\0\0\x10\0", "flac": b"fLaC", "ogg": b"OggS", "wav": b"RIFF\xff\xff\xff\x7fWAVE",
                     "mkv": b"\x1aE\xdf\xa3", "m4a": b"\0\0\0\x18ftypM4A \0\0\0\0", "avi": b"RIFF\xff\xff\xff\x7fAVI "}.items():
    written(f"noise.{_kind}", lambda head=_head: head + noise(300_000), *ODD, cheap=_kind in ("ogg", "mkv"))   # type: ignore[misc]
for _kind in ("mp3", "flac", "ogg", "wav", "m4a", "webm", "avi"):
    written(f"beginning.{_kind}", lambda kind=_kind: sound(kind)[:60], *BROKEN)                               # type: ignore[misc]
written("pure-noise.mp3", lambda: noise(300_000), *ODD)
written("torn.m4a", lambda: sound("m4a", 2.0)[:9000], *BROKEN, cheap=True)
written("torn.mp4", lambda: film()[:len(film()) * 2 // 3], *BROKEN)
written("torn.webm", lambda: sound("webm", 2.0)[:300], *BROKEN)
written("short.wav", lambda: wav(array_of_tone(0.02)), "too_short")
written("mute.mp4", lambda: film(has_sound=False), "no_sound_track")

# Bombs -------------------------------------------------------------------------------------------------------

written("a-day.flac", lambda: silent_flac(70_000, declared=(1 << 36) - 1), "too_long", PASSES)
written("a-day-that-says-nothing.flac", lambda: silent_flac(70_000), PASSES, "too_long")
written("frames-of-1-hz.flac", lambda: silent_flac(50, rate_code=13, rate_tail=b"\0\1"), *ODD, "not_converted", cheap=True)
written("endless.ogg", endless_ogg, PASSES, "too_long")

# Pictures: as a clip they are refused unopened, in their own place by their header ---------------------------

_JPEG = b"\xff\xd8\xff\xc0\0\x11\x08%b\3\1\"\0\2\x11\1\3\x11\1"
for _kind in ("zTXt", "iCCP"):
    written(f"{_kind}-that-unpacks.png", lambda kind=_kind: png_with(kind.encode(), 800 * MEGABYTE), PASSES,  # type: ignore[misc]
            "broken_image", wanted=Kind.IMAGE)
written("a-hundred-thousand-frames.gif", lambda: gif_of_frames(100_000), PASSES, wanted=Kind.IMAGE)
written("two-frames.webp", lambda: animated_webp(4900), PASSES, "broken_image", wanted=Kind.IMAGE)
written("scans.jpg", lambda: many_scans(7000, 200), PASSES, "broken_image", wanted=Kind.IMAGE)
written("giant.png.mp3", lambda: png(31_623, 31_623, bits=1), "not_a_voice")
written("a-thousand-million-pixels.png", lambda: png(31_623, 31_623, bits=1), "too_many_pixels", wanted=Kind.IMAGE)
written("giant.jpg", lambda: _JPEG % b"\xff\xdc\xff\xdc" + bytes(500), "too_many_pixels", wanted=Kind.IMAGE, cheap=True)
written("giant.gif", lambda: b"GIF89a\xff\xff\xff\xff\x80\0\0" + bytes(6) + b",\0\0\0\0\xff\xff\xff\xff\0\x08" + bytes(500),
        "too_many_pixels", wanted=Kind.IMAGE)
written("giant.webp", lambda: b"RIFF\x00\x10\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\xff\xff\xff\xff\xff\xff" + bytes(4000),
        "too_many_pixels", wanted=Kind.IMAGE)
written("second-frame.jpg", lambda: _JPEG % b"\0\x10\0\x10" + _JPEG[2:] % b"\xff\xdc\xff\xdc" + bytes(5000), "broken_image",
        PASSES, cheap=True, wanted=Kind.IMAGE)
written("more-rows-than-said.png", lambda: png(5000, 10, colour=6, rows=40_000), "broken_image", PASSES, wanted=Kind.IMAGE)
written("no-rows.png", lambda: png(5000, 5000, colour=6, rows=0), "broken_image", wanted=Kind.IMAGE)
written("just-so-large.png", lambda: png(7000, 7000, colour=6), PASSES, wanted=Kind.IMAGE)
written("words.png", lambda: b"ffconcat version 1.0\nfile '/etc/passwd'\n", "not_an_image", cheap=True, wanted=Kind.IMAGE)
written("film.png", film, "not_an_image", wanted=Kind.IMAGE)

written("film-of-giants.mp4", giants, "unusual", PASSES)


# Chapters, tags, covers, tracks, atoms without end -----------------------------------------------------------

written("a-million-chapters.mkv", lambda: chapters(1_000_000), *ODD)
written("chapters.mkv", lambda: chapters(3000), *ODD, cheap=True)
written("chapters.mp3", lambda: id3(*((b"CHAP", b"%d\0" % number + struct.pack(">IIII", number, number + 1, 0, 0))
                                      for number in range(200_000))) + sound("mp3"), *ODD)
written("chapters.flac", lambda: flac_with(4, comments([b"CHAPTER%05d=00:00:00.%03d" % (number, number % 1000)
                                                         for number in range(100_000)])), *ODD)
written("a-million-tags.flac", lambda: flac_with(4, comments([b"T%d=x" % number for number in range(1_000_000)])), *ODD)
written("tags.flac", lambda: flac_with(4, comments([b"T%d=x" % number for number in range(3000)])), *ODD, cheap=True)
written("a-long-tag.mp3", lambda: id3((b"TIT2", b"\0" + b"x" * 20 * MEGABYTE)) + sound("mp3"), PASSES, *ODD)
written("huge-cover.mp3", lambda: id3((b"APIC", b"\0image/png\0\3\0" + png(20_000, 20_000, rows=100) + bytes(150 * MEGABYTE)))
        + sound("mp3"), PASSES, *ODD)
written("huge-cover.flac", lambda: flac_with(6, struct.pack(
    ">II9sIIIIII", 3, 9, b"image/png", 0, 30_000, 30_000, 8, 0, 16_000_000) + bytes(16_000_000)), PASSES, *ODD)
written("covers.mp3", lambda: id3(*((b"APIC", b"\0image/png\0\3\0" + png(4, 4)) for _ in range(5000))) + sound("mp3"),
        *ODD, cheap=True)
written("tracks.ogg", lambda: b"".join(ogg_page(b"OpusHead\1\1\0\0" + struct.pack("<I", 48_000) + b"\0\0\0", serial, 0, 2)
                                       for serial in range(100_000)), *ODD)
written("tracks.mp4", lambda: tracks(5000), *ODD)
written("deep.mp4", lambda: deep(20_000), *BROKEN)
written("deep.mkv", deep_ebml, *BROKEN)
written("attachment.mkv", attachment, *ODD)
written("a-million-empty-tags.mp3", lambda: nested_tags(1_000_000), PASSES, *ODD)
written("seek-points.flac", lambda: seek_points(900_000), PASSES, *ODD)
written("a-million-clusters.mkv", lambda: clusters(1_000_000), PASSES, *ODD)
written("pages-of-one-byte.ogg", lambda: small_pages(1_000_000), PASSES, *ODD)
written("frames-of-nothing.aac", lambda: empty_frames(3_000_000), *ODD)
written("a-million-cuts.m4a", lambda: edits(1_000_000, 1), PASSES, *ODD)
written("cuts-of-less-than-nothing.m4a", lambda: edits(100_000, -5), PASSES, *ODD)
written("fragments.mp4", lambda: fragments(100_000, 1), PASSES, *ODD)
written("a-fragment-of-millions.mp4", lambda: fragments(1, 0x0FFFFFFF), *ODD, cheap=True)
written("packed-blocks.mkv", packed_blocks, PASSES, *ODD)
for _kind in ("LIST", "bext", "id3 "):
    written(f"large-{_kind.strip()}.wav", lambda kind=_kind: wav_with(kind.encode(), 60 * MEGABYTE), PASSES, *ODD)   # type: ignore[misc]
bad("tag-in-the-middle.mp3", PASSES, "too_long")(tag_in_the_middle)


# Sizes and numbers that lie ----------------------------------------------------------------------------------

_TONE = array_of_tone(0.2)
written("negative.wav", lambda: wav(_TONE, size=0xFFFFFFFE, riff=0x80000000), PASSES, *ODD, "too_short", cheap=True)
written("fmt-of-4-gb.wav", lambda: wav(_TONE, fmt=0xFFFFFFFF), *ODD, "no_sound_track")
written("no-channels.wav", lambda: wav(_TONE, channels=0), *ODD)
written("255-channels.wav", lambda: wav(noise(255 * 2 * 8000), channels=255), *ODD, cheap=True)
written("65535-channels.wav", lambda: wav(noise(MEGABYTE), channels=65535), *ODD)
written("1-hz.wav", lambda: wav(noise(60_000), rate=1), "unusual", cheap=True)
written("0-hz.wav", lambda: wav(noise(60_000), rate=0), *ODD)
written("4-ghz.wav", lambda: wav(noise(60_000), rate=4_000_000_000), *ODD, cheap=True)
written("no-bits.wav", lambda: wav(_TONE, bits=0, align=0), *ODD, PASSES)
written("not-a-number.wav", lambda: wav(struct.pack("<f", math.nan) * 16_000, form=3, bits=32), PASSES)
written("infinite.wav", lambda: wav(struct.pack("<ff", math.inf, -math.inf) * 8000, form=3, bits=32), PASSES)
bad("chunks-without-end.wav", *ODD, PASSES, "too_long")(lambda path: sparse(path, wav(b""), 199 * MEGABYTE))
bad("void-without-end.mkv", *ODD, "no_sound_track")(
    lambda path: sparse(path, sound("mkv")[:60] + b"\xec\x01" + b"\xfe" * 7, 50 * MEGABYTE))
bad("tag-alone.mp3", *ODD)(lambda path: sparse(path, b"ID3\x03\0\0\x5f\x7f\x7f\x7f", 199 * MEGABYTE))
bad("too-large.wav", "too_large")(lambda path: sparse(path, wav(_TONE), 200 * MEGABYTE + 1))
written("negative-box.mp4", lambda: box(b"ftyp", b"isom\0\0\0\0") + b"\0\0\0\1moov" + b"\xff" * 8 + noise(5000), *BROKEN,
        cheap=True)
written("table-of-4000-million.m4a", lambda: patched(b"stsz", 8, 0xFFFFFFF0), PASSES, *ODD)
written("times-of-4000-million.m4a", lambda: patched(b"stts", 4, 0x0FFFFFFF), PASSES, *ODD)
written("a-sound-of-centuries.m4a", lambda: patched(b"stts", 12, 0x7FFFFFFF), PASSES, "too_long", "too_short", *ODD)
written("offsets-beyond-the-end.m4a", lambda: patched(b"stco", 8, 0xFFFFFF00), *BROKEN)
written("negative.avi", lambda: patched(b"strl", -4, 0xFFFFFFFF, "avi", "<I"), PASSES, *ODD, "no_sound_track")
written("negative-packets.webm", lambda: sound("webm").replace(b"\x1f\x43\xb6\x75", b"\x1f\x43\xb6\x75\x01" + b"\xff" * 7),
        PASSES, *ODD)
written("packets-of-one-byte.m4a", lambda: constant_sizes(0x0FFFFFFF), *ODD)
written("nine-million-terabytes.wav", lambda: rf64(noise(96_000)), PASSES, "too_long")
written("frames-of-4000-million.mp3", xing, PASSES, "too_long")
for _kind in ("au", "aiff", "caf", "amr"):
    written(f"{_kind}.wav", lambda kind=_kind: foreign(kind), "not_media", cheap=_kind == "caf")               # type: ignore[misc]
written("changing-rates.ogg", lambda: b"".join(flac_in_ogg(rate) for rate in (48_000, 8000, 96_000, 4000)), PASSES, *ODD,
        "not_converted")
