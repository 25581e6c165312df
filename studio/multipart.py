"""Multipart bodies straight to disk: flat memory, a bound on every file, nothing left behind when one is too large."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import AsyncIterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from email.message import Message
from io import BufferedWriter
from pathlib import Path
from typing import TYPE_CHECKING

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser

from studio.wire import BAD_TYPE, TOO_LARGE, Refusal

MAX_FILE_BYTES = 200_000_000        # the limit that most clients of the API name
MAX_FILES = 10
MAX_PARTS = 2 * MAX_FILES           # with other fields of the form
MAX_HEADER_BYTES = 8192             # of one part
MAX_BODY_BYTES = MAX_FILES * MAX_FILE_BYTES + 64 * 1024     # what boundaries and headers may add to the files
NAME_CHARACTERS = 120

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

    from python_multipart.multipart import MultipartCallbacks


@dataclass(slots=True)
class Received:
    """A file that has arrived, under a name of our own."""

    name: str
    path: Path
    bytes: int = 0
    sum: Hash = field(default_factory=hashlib.sha256)


class _Writer:
    """Callbacks of the parser: headers are collected, the data of parts named `files` is written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files: list[Received] = []
        self.complete = False
        self._out: BufferedWriter | None = None
        self._headers: dict[str, str] = {}
        self._field = b""
        self._value = b""
        self._header_bytes = 0
        self._parts = 0

    def on_part_begin(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise Refusal(400, 400, "upload.too_many", most=MAX_FILES)
        self._headers = {}
        self._header_bytes = 0

    def on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._bound(end - start)
        self._field += data[start:end]

    def on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._bound(end - start)
        self._value += data[start:end]

    def _bound(self, more_bytes: int) -> None:
        self._header_bytes += more_bytes
        if self._header_bytes > MAX_HEADER_BYTES:
            raise Refusal(400, 400, "upload.broken")

    def on_header_end(self) -> None:
        self._headers[self._field.decode("latin-1").lower()] = self._value.decode("utf-8", "replace")
        self._field = self._value = b""

    def on_headers_finished(self) -> None:
        self._out = None
        disposition = Message()
        disposition["content-disposition"] = self._headers.get("content-disposition", "")
        field = disposition.get_param("name", header="content-disposition")
        name = disposition.get_filename()
        if field != "files" or name is None:
            return
        if len(self.files) == MAX_FILES:
            raise Refusal(400, 400, "upload.too_many", most=MAX_FILES)
        path = self.folder / f"{secrets.token_hex(8)}.part"
        self.files.append(Received(Path(name.replace("\\", "/")).name[-NAME_CHARACTERS:] or "clip", path))
        self._out = path.open("xb")

    def on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._out is None:
            return
        file = self.files[-1]
        file.bytes += end - start
        if file.bytes > MAX_FILE_BYTES:
            raise Refusal(413, TOO_LARGE, "upload.too_large", megabytes=MAX_FILE_BYTES // 1_000_000)
        piece = memoryview(data)[start:end]
        file.sum.update(piece)
        self._out.write(piece)

    def on_part_end(self) -> None:
        if self._out is not None:
            self._out.close()
            self._out = None

    def on_end(self) -> None:
        self.complete = True

    def callbacks(self) -> MultipartCallbacks:
        """What the parser shall call."""
        return {"on_part_begin": self.on_part_begin, "on_header_field": self.on_header_field,
                "on_header_value": self.on_header_value, "on_header_end": self.on_header_end,
                "on_headers_finished": self.on_headers_finished, "on_part_data": self.on_part_data,
                "on_part_end": self.on_part_end, "on_end": self.on_end}

    def drop(self) -> None:
        """Remove whatever has been written. A disk that is full still holds bytes back, and takes them no more at the end."""
        with suppress(OSError):
            self.on_part_end()
        for file in self.files:
            file.path.unlink(missing_ok=True)


def check_size(body_bytes: int) -> None:
    """Refuse a body, announced or arrived, that is larger than the most and largest files."""
    if body_bytes > MAX_BODY_BYTES:
        raise Refusal(413, TOO_LARGE, "upload.too_large", megabytes=MAX_FILE_BYTES // 1_000_000)


async def receive(content_type: str, body: AsyncIterable[bytes], folder: Path) -> list[Received]:
    """Write the files of a multipart body into `folder`; raises Refusal for what is broken, too large or no file."""
    header = Message()
    header["content-type"] = content_type
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise Refusal(400, 400, "upload.broken")
    writer = _Writer(folder)
    arrived_bytes = 0
    with ExitStack() as undo:
        undo.callback(writer.drop)
        try:
            parser = MultipartParser(boundary.encode("latin-1", "replace"), writer.callbacks())
            async for piece in body:
                arrived_bytes += len(piece)
                check_size(arrived_bytes)
                parser.write(piece)
            parser.finalize()
        except FormParserError as broken:
            raise Refusal(400, 400, "upload.broken") from broken
        if not writer.complete:
            raise Refusal(400, 400, "upload.broken")
        if not writer.files:
            raise Refusal(400, BAD_TYPE, "upload.nothing")
        undo.pop_all()
    return writer.files
