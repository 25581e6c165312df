"""Sends files from disk as multipart, in small pieces, with progress. Never holds a file in memory, nor sends half of one.

What the API would refuse for its name or its size is refused here, before anything is sent.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from bot.nemo.answers import number, whole
from bot.nemo.envelope import Payload, reason_in
from bot.nemo.errors import FileTooLarge, FileTypeRefused, NemoError
from bot.nemo.files.filetypes import MAX_FILE_BYTES, MEDIA_TYPES, NAMED_TYPES, ending_of, is_accepted, travel_name

FIELD: Final = "files"
UPLOAD_ANSWER_SECONDS: Final = 5 * 60.0
"""What arrives is looked at, converted, or first fetched from where it is, before the answer comes."""
Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all; neither ever falls, even when everything is sent once more."""
_UNTRUE: Final = ("false", "0")


class TypeNotTaken(FileTypeRefused):
    """The name speaks of a type that the API does not take; nothing was sent. Facts: name, types."""

    says = "upload.type"

    @property
    def facts(self) -> Mapping[str, object]:
        """`name` is the file's, `types` those that are taken."""
        return {"name": self.reason, "types": NAMED_TYPES, **self._facts}


class BeyondLimit(FileTooLarge):
    """More than MAX_FILE_BYTES; nothing was sent. Facts: name, megabytes, limit_megabytes (both of 10⁶ bytes)."""

    says = "upload.too_large"

    @property
    def facts(self) -> Mapping[str, object]:
        """`name` is the file's."""
        limit = MAX_FILE_BYTES // 1_000_000
        return {"name": self.reason, "megabytes": limit, "limit_megabytes": limit, **self._facts}


class FileChanged(NemoError):
    """The file grew or shrank while it was being sent; the server has got no whole request. Facts: name."""

    says = "upload.changed"

    @property
    def facts(self) -> Mapping[str, object]:
        """`name` is the file's."""
        return {"name": self.reason, **self._facts}


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file to send, and the name to send it under where that is not the path's own."""

    path: Path
    name: str | None = None

    @property
    def called(self) -> str:
        """The name that it goes by."""
        return self.name or self.path.name


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the server knows it."""

    filename: str
    file_type: str | None = None        # video, image or audio
    cdn_url: str | None = None
    seconds: float | None = None
    width: int | None = None            # pixels, as the height
    height: int | None = None
    fps: float | None = None
    hash: str | None = None
    id: str | None = None               # the second gateway's

    @classmethod
    def of(cls, item: dict[str, Any]) -> RemoteFile:
        """Read one item of `files`, or the second gateway's reply."""
        return cls(
            _word(item, "filename", "file_name", "name") or "", _word(item, "file_type"), _word(item, "cdn_url", "url"),
            number(item.get("duration")), whole(item.get("width")), whole(item.get("height")), number(item.get("fps")),
            _word(item, "hash"), _word(item, "file_id"),
        )


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What the server took. `applied` is False when the files are stored but not yet in the project: name them then."""

    files: tuple[RemoteFile, ...]
    applied: bool

    @classmethod
    def of(cls, payload: Payload) -> Uploaded:
        """Read the reply; no word about the project counts as applied. NemoError for an error instead of files."""
        files = tuple(map(RemoteFile.of, _items(payload)))
        if not files and (reason := reason_in(payload.value("error"))):
            raise NemoError(reason)
        return cls(files, str(payload.value("session_state_applied")).strip().lower() not in _UNTRUE)

    @property
    def names(self) -> tuple[str, ...]:
        """The files' names as the server knows them."""
        return tuple(file.filename for file in self.files if file.filename)

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where the server keeps the files, as far as it tells. They may be signed: not for logs."""
        return tuple(file.cdn_url for file in self.files if file.cdn_url)


class Parts:
    """The form of an upload: checked at once, opened anew for each sending, counted as it is read.

    Raises TypeNotTaken, BeyondLimit, and OSError for a path that is no readable ordinary file.
    """

    def __init__(self, files: Sequence[Path | LocalFile], progress: Progress | None) -> None:
        if not files:
            raise ValueError("an upload without files")
        self._files = tuple(_Checked.of(file if isinstance(file, LocalFile) else LocalFile(file)) for file in files)
        self._meter = _Meter(sum(file.bytes for file in self._files), progress)

    @contextmanager
    def opened(self) -> Iterator[Callable[[], list[tuple[str, tuple[str, Any, str]]]]]:
        """A maker of httpx's `files`; everything that it opened is closed at the end."""
        with ExitStack() as stack:
            yield lambda: self._form(stack)

    def _form(self, stack: ExitStack) -> list[tuple[str, tuple[str, Any, str]]]:
        self._meter.begin()
        return [(FIELD, (file.name, file.opened(stack, self._meter), MEDIA_TYPES[ending_of(file.name)]))
                for file in self._files]


@dataclass(frozen=True, slots=True)
class _Checked:
    """A file that may be sent, with the size that it shall keep."""

    path: Path
    name: str
    bytes: int

    @classmethod
    def of(cls, file: LocalFile) -> _Checked:
        name = travel_name(file.name or file.path.name)
        if not is_accepted(name):
            raise TypeNotTaken(name)
        status = file.path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), name)
        if not stat.S_ISREG(status.st_mode):    # opening a pipe would wait for somebody to write
            raise OSError(errno.EINVAL, "not an ordinary file", name)
        if status.st_size > MAX_FILE_BYTES:
            megabytes = -(-status.st_size // 100_000) / 10      # rounded up: one byte too many is not "200 of 200"
            raise BeyondLimit(name, facts={"megabytes": megabytes})
        return cls(file.path, name, status.st_size)

    def opened(self, stack: ExitStack, meter: _Meter) -> _Pieces:
        return _Pieces(stack.enter_context(self.path.open("rb", buffering=0)), self, meter)


class _Meter:
    """Adds up what was read of all files. A second sending is silent until it is further than the first was."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total = total
        self._progress = progress
        self._done = 0
        self._told = 0

    def begin(self) -> None:
        self._done = 0

    def add(self, size: int) -> None:
        self._done += size
        if self._progress is not None and self._done > self._told:
            self._told = self._done
            self._progress(self._done, self._total)


class _Pieces:
    """A file as httpx reads it. It has as many bytes as were announced, or FileChanged is raised: Content-Length is out."""

    def __init__(self, raw: BinaryIO | io.RawIOBase, file: _Checked, meter: _Meter) -> None:
        self._raw = raw
        self._file = file
        self._meter = meter
        self._at = 0

    def tell(self) -> int:
        """Where the next piece begins."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place; the end is where it was when the file was checked, whatever the disk says now."""
        self._at = offset + {io.SEEK_CUR: self._at, io.SEEK_END: self._file.bytes}.get(whence, 0)
        return self._raw.seek(self._at)

    def read(self, size: int = -1) -> bytes:
        """The next piece; empty at the end."""
        left = self._file.bytes - self._at
        piece = self._raw.read(left if size < 0 else min(size, left)) or b""
        if (left and size and not piece) or (not left and self._raw.read(1)):
            raise FileChanged(self._file.name)
        self._at += len(piece)
        self._meter.add(len(piece))
        return piece


def _items(payload: Payload) -> list[dict[str, Any]]:
    """The files of a reply: a list, one alone, or (second gateway) the reply itself."""
    found = payload.value("files")
    if found is None:
        found = payload.value("data") if not payload.data else None
    if found is None:
        whole_reply = payload.parsed()
        found = whole_reply if any(name in whole_reply for name in ("file_id", "filename")) else None
    if isinstance(found, dict):
        found = [found]
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _word(item: dict[str, Any], *names: str) -> str | None:
    """The first of these members that is text, or a whole number (an id) as text."""
    for name in names:
        value = item.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value:
            return value
    return None
