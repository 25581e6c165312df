"""A small file of each format that a song can be had in, whole by its own measures, and a picture. Nothing worth hearing."""

from __future__ import annotations

import io
import struct
import wave
import zipfile
import zlib

from tests.nemo_server.server import FILM

STEPS = {"wav": "flac", "flac": "mp3"}
STEMS = ("01 lead.flac", "02 chords.flac", "03 bass.flac", "song.mid")


def _wave() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setparams((2, 2, 48_000, 0, "NONE", ""))
        file.writeframes(bytes(4 * 4800))
    return out.getvalue()


def _stems() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in STEMS:
            file.writestr(zipfile.ZipInfo(name), MIDI if name.endswith(".mid") else FLAC)
    return out.getvalue()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 12, height: int = 4) -> bytes:
    """A picture of one colour, `width` by `height` pixels."""
    rows = (b"\0" + b"\x80\x20\x60" * width) * height
    return (b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b""))


PNG = png()
MIDI = b"MThd\0\0\0\x06\0\0\0\x01\0\x60" + b"MTrk\0\0\0\x04" + b"\0\xff\x2f\0"
FLAC = b"fLaC\x80\0\0\x22" + bytes(34) + bytes(range(256)) * 40
MP3 = b"ID3\4\0\0\0\0\0\0" + (b"\xff\xfb\x90\x64" + bytes(413)) * 12
FILES = {"mp4": FILM, "mp3": MP3, "wav": _wave(), "flac": FLAC, "midi": MIDI, "stems": _stems()}
TYPES = {"mp4": "video/mp4", "mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac", "midi": "audio/midi",
         "stems": "application/zip"}
SUFFIXES = {"mp4": "mp4", "mp3": "mp3", "wav": "wav", "flac": "flac", "midi": "mid", "stems": "zip"}
DISPOSED = {name: f'inline; filename="Dusk.{suffix}"' for name, suffix in SUFFIXES.items()}


def lighter(wanted: str, limit_bytes: int | None) -> str:
    """What is made of an order with a limit: the first format, from `wanted` down, whose file fits; else the last."""
    while limit_bytes is not None and len(FILES[wanted]) > limit_bytes and wanted in STEPS:
        wanted = STEPS[wanted]
    return wanted
