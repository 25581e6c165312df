"""The file of a backup: a plain tar that is written and read strictly. Knows no folder of the bot's and decides nothing.

Its last member, `manifest.json`, names every other one with its size and SHA-256, and the folders, empty ones too. There
are only plain files in it, with plain relative names: no link, no sparse file, no extended header. So it is read with a
handful of rules, and what breaks one of them is refused. However large the files are, a megabyte of them is in memory.
"""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Annotated, BinaryIO, Final

import msgspec

from bot.ops.faults import BackupDamaged, BackupNewer, BackupUnreadable, NotABackup

FORMAT: Final = "mureka-backup"
VERSION: Final = 1
MANIFEST: Final = "manifest.json"
FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700
PIECE_BYTES: Final = 1024 * 1024
MOST_MANIFEST_BYTES: Final = 256 * PIECE_BYTES      # a million files
MOST_NAME_BYTES: Final = 255                        # of one part: what file systems take
GROWTH_TRIES: Final = 5
_BLOCK: Final = tarfile.BLOCKSIZE
_END: Final = bytes(2 * _BLOCK)

Watch = Callable[[int], None]
"""Is told how many bytes went by, and may raise to stop it all."""


class Entry(msgspec.Struct, frozen=True):
    """One file of a backup."""

    name: str
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds."""

    format: str
    version: int
    made_at: Annotated[datetime, msgspec.Meta(tz=True)]
    program: str            # the version that wrote it
    schema: int             # of the database
    entries: tuple[Entry, ...]
    folders: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        """Of all files together."""
        return sum(one.bytes for one in self.entries)


@dataclass(frozen=True, slots=True)
class Member:
    """A file as it is met in a backup."""

    name: str
    bytes: int
    changed_at: int         # seconds since 1970


class Writer:
    """Adds files to a backup that is open for writing, and remembers their sums."""

    def __init__(self, file: BinaryIO, watch: Watch) -> None:
        self._file = file
        self._watch = watch
        self.entries: list[Entry] = []

    def add(self, name: str, path: Path) -> bool:
        """Add a plain file; False, and nothing is added, where there is none any more. Raises OSError.

        One that somebody still writes to is added as it is now; one that became shorter meanwhile is begun again.
        """
        for _ in range(GROWTH_TRIES):
            try:
                handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            except FileNotFoundError:
                return False
            seen = os.fstat(handle)
            if not stat.S_ISREG(seen.st_mode):
                os.close(handle)
                return False
            with os.fdopen(handle, "rb") as source:
                if self._copied(name, source, seen.st_size, int(seen.st_mtime)):
                    return True
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(path))

    def finish(self, manifest: Manifest) -> None:
        """Add the manifest and the end."""
        text = msgspec.json.encode(manifest)
        self._file.write(_header(MANIFEST, len(text), 0) + text + _padding(len(text)) + _END)

    def _copied(self, name: str, source: BinaryIO, size: int, changed_at: int) -> bool:
        begin, total, left = self._file.tell(), hashlib.sha256(), size
        self._file.write(_header(name, size, changed_at))
        while left:
            piece = source.read(min(left, PIECE_BYTES))
            if not piece:
                self._file.seek(begin)
                self._file.truncate()
                return False
            total.update(piece)
            self._file.write(piece)
            self._watch(len(piece))
            left -= len(piece)
        self._file.write(_padding(size))
        self.entries.append(Entry(name, size, total.hexdigest()))
        return True


def read(path: Path, may_be: Callable[[PurePosixPath], bool], watch: Watch) -> Manifest:
    """The manifest of a backup, each of whose files was read and found to be what it says. Writes nothing.

    `may_be` says of a name whether it belongs into one. Raises NotABackup, BackupUnreadable, BackupNewer, BackupDamaged, OSError.
    """
    found: dict[str, Entry] = {}
    try:
        opened = path.open("rb")
    except OSError as fault:
        raise BackupUnreadable(path, reason=fault.strerror or fault) from fault
    with opened as file:
        for member in _members(path, file, may_be):
            if member.name == MANIFEST:
                return _judged(path, _manifest(path, file, member), found, may_be)
            if member.name in found or any(str(one) in found for one in PurePosixPath(member.name).parents):
                raise BackupDamaged(path, member.name)
            total = hashlib.sha256()
            for piece in _pieces(path, file, member, watch):
                total.update(piece)
            found[member.name] = Entry(member.name, member.bytes, total.hexdigest())
    raise BackupDamaged(path, MANIFEST)


def unpack(path: Path, manifest: Manifest, to: Path, watch: Watch) -> None:
    """Write the files of a backup that was read just now below the empty folder `to`, each held against its sum again."""
    sums = {one.name: one.sha256 for one in manifest.entries}
    for name in manifest.folders:
        _make_folder(to, PurePosixPath(name))
    with path.open("rb") as file:
        for member in _members(path, file, lambda name: str(name) in sums):
            if member.name == MANIFEST:
                return
            target, total = to / member.name, hashlib.sha256()
            _make_folder(to, PurePosixPath(member.name).parent)
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, FILE_MODE)
            with os.fdopen(handle, "wb") as out:
                for piece in _pieces(path, file, member, watch):
                    total.update(piece)
                    out.write(piece)
                out.flush()
                os.fsync(handle)
            os.utime(target, (member.changed_at, member.changed_at))
            if total.hexdigest() != sums[member.name]:
                raise BackupDamaged(path, member.name)


def _members(path: Path, file: BinaryIO, may_be: Callable[[PurePosixPath], bool]) -> Iterator[Member]:
    """The members in their order; whoever reads one's bytes or not, the next one follows."""
    begin, size = 0, os.fstat(file.fileno()).st_size
    while block := file.read(_BLOCK):
        if not begin and block[257:262] != b"ustar":
            raise NotABackup(path)
        if not any(block):
            return
        member = _member(path, block, may_be)
        begin += _BLOCK
        if begin + member.bytes > size:
            raise BackupDamaged(path, member.name)
        yield member
        begin += member.bytes + len(_padding(member.bytes))
        file.seek(begin)


def _member(path: Path, block: bytes, may_be: Callable[[PurePosixPath], bool]) -> Member:
    try:
        info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        name, changed_at = PurePosixPath(info.name), int(info.mtime)
    except (tarfile.TarError, ValueError) as fault:
        raise BackupDamaged(path, "?") from fault
    is_file = block[156:157] == tarfile.REGTYPE and info.size >= 0 and 0 <= changed_at < 1 << 40
    if not is_file or not is_plain(info.name) or not (info.name == MANIFEST or may_be(name)):
        raise BackupDamaged(path, info.name)
    return Member(info.name, info.size, changed_at)


def is_plain(name: str) -> bool:
    """Whether a name leads to one visible place below a folder, and to no other on any system."""
    parts = name.split("/")
    return name.isprintable() and "\\" not in name and ":" not in name and all(
        part and not part.startswith(".") and len(part.encode()) <= MOST_NAME_BYTES for part in parts)


def _pieces(path: Path, file: BinaryIO, member: Member, watch: Watch) -> Iterator[bytes]:
    left = member.bytes
    while left:
        piece = file.read(min(left, PIECE_BYTES))
        if not piece:
            raise BackupDamaged(path, member.name)
        watch(len(piece))
        yield piece
        left -= len(piece)


def _manifest(path: Path, file: BinaryIO, member: Member) -> Manifest:
    if member.bytes > MOST_MANIFEST_BYTES:
        raise BackupDamaged(path, MANIFEST)
    text = file.read(member.bytes)
    try:
        head = msgspec.json.decode(text, type=_Head)
        if head.format != FORMAT:
            raise NotABackup(path)
        if head.version > VERSION:
            raise BackupNewer(path)
        return msgspec.json.decode(text, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as fault:
        raise BackupDamaged(path, MANIFEST) from fault


class _Head(msgspec.Struct, frozen=True):
    """What every format's manifest begins with."""

    format: str
    version: int


def _judged(path: Path, manifest: Manifest, found: dict[str, Entry], may_be: Callable[[PurePosixPath], bool]) -> Manifest:
    told = {one.name: one for one in manifest.entries}
    wrong = sorted(name for name in told.keys() | found.keys() if told.get(name) != found.get(name))
    for name in manifest.folders:
        place = PurePosixPath(name)
        if not is_plain(name) or not may_be(place / "file") or any(str(one) in told for one in (place, *place.parents)):
            wrong.append(name)
    if wrong or len(told) != len(manifest.entries):
        raise BackupDamaged(path, wrong[0] if wrong else MANIFEST)
    return manifest


def _make_folder(to: Path, name: PurePosixPath) -> None:
    """Make the folder and those above it, below `to`, for their owner alone."""
    for one in reversed((name, *name.parents)):
        (to / one).mkdir(mode=FOLDER_MODE, exist_ok=True)


def _header(name: str, size: int, changed_at: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.mtime = size, FILE_MODE, max(changed_at, 0)
    try:
        return info.tobuf(tarfile.USTAR_FORMAT, "utf-8", "strict")
    except ValueError as fault:         # a name beyond 255 bytes, a file beyond 8 GiB
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG), name) from fault


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)
