"""Unpacking: the single files of an archive that is too large for a channel. Believes no name, size or count in it.

An archive is what a backend made; it comes over the network all the same, so that it may hold anything.
"""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import stat
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Final

MAX_FILES: Final = 10
"""As many as one message of Discord's holds."""
TAKEN: Final = frozenset((".flac", ".wav", ".mp3", ".mid", ".txt", ".json"))
PIECE_BYTES: Final = 256 * 1024
MAX_NAME_CHARACTERS: Final = 80
ENCRYPTED: Final = 0x1
PACKINGS: Final = frozenset((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
MAX_ENTRIES, MAX_INDEX_BYTES = 64, 64 * 1024
"""Of the index at the archive's end, which is read into memory whole."""
TAIL_BYTES: Final = 22 + 0xFFFF     # the end record, with the longest comment
_END: Final = b"PK\x05\x06"
_LARGE: Final = b"PK\x06\x07"

log = logging.getLogger(__name__)


class NotUnpacked(Exception):
    """The archive is none, or holds what does not go into one message."""


async def unpacked(archive: Path, to: Path, limit_bytes: int) -> tuple[Path, ...] | None:
    """The files of `archive`, in their order, each of at most `limit_bytes`, in the new folder `to`.

    None where they would not fit into one message, or are not what an archive of a song holds.
    """
    try:
        return await asyncio.to_thread(_unpack, archive, to, limit_bytes)
    except (NotUnpacked, zipfile.BadZipFile, zlib.error, struct.error, NotImplementedError, EOFError, ValueError) as fault:
        log.info("%s is not unpacked: %s", archive.name, fault)
        return None


def _unpack(archive: Path, to: Path, limit_bytes: int) -> tuple[Path, ...]:
    shutil.rmtree(to, ignore_errors=True)
    _check_index(archive)
    with zipfile.ZipFile(archive) as packed:
        entries = [entry for entry in packed.infolist() if not entry.filename.endswith("/")]     # no is_dir: it wants a name
        _check(entries, limit_bytes, archive.stat().st_size)
        to.mkdir(mode=0o700)
        return tuple(_extract(packed, entry, to / entry.filename, limit_bytes) for entry in entries)


def _check_index(archive: Path) -> None:
    with archive.open("rb") as file:
        file.seek(-min(TAIL_BYTES, archive.stat().st_size), os.SEEK_END)
        tail = file.read()
    end = tail.rfind(_END)
    count, size = int.from_bytes(tail[end + 10:end + 12], "little"), int.from_bytes(tail[end + 12:end + 16], "little")
    if end < 0 or _LARGE in tail or count > MAX_ENTRIES or size > MAX_INDEX_BYTES:
        raise NotUnpacked("no index, or one that is too large")


def _check(entries: list[zipfile.ZipInfo], limit_bytes: int, size: int) -> None:
    if not 0 < len(entries) <= MAX_FILES:
        raise NotUnpacked(f"{len(entries)} files")
    if len({entry.filename.casefold() for entry in entries}) < len(entries):
        raise NotUnpacked("two files of one name")
    for entry in entries:
        kind = stat.S_IFMT(entry.external_attr >> 16)
        is_packed_so = entry.compress_type in PACKINGS and not entry.flag_bits & ENCRYPTED
        if not _is_plain(entry.filename) or kind not in (0, stat.S_IFREG) or not is_packed_so:
            raise NotUnpacked("a file that is no file of a song")
        if not 0 <= entry.header_offset < size:
            raise NotUnpacked("a file that is not there")
        if entry.file_size > limit_bytes:
            raise NotUnpacked(f"a file of {entry.file_size} bytes")


def _is_plain(name: str) -> bool:
    """Whether it is the name of a file, and of nothing else on any system."""
    return (name.isprintable() and not set(name) & set('/\\:*?"<>|') and not name.startswith(".")
            and len(name) <= MAX_NAME_CHARACTERS and Path(name).suffix.lower() in TAKEN)


def _extract(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, to: Path, limit_bytes: int) -> Path:
    """Write one file; what is longer than it said is given up before it fills the disk."""
    written = 0
    with packed.open(entry) as source, to.open("xb") as sink:
        while piece := source.read(PIECE_BYTES):
            written += len(piece)
            if written > limit_bytes:
                raise NotUnpacked("a file that is longer than it said")
            sink.write(piece)
    if not written:
        raise NotUnpacked("an empty file")
    return to
