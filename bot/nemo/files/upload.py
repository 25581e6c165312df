"""Sends files from disk as multipart, in small pieces, with progress. Never holds a file in memory."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

from bot.nemo import jsontext
from bot.nemo.answers import number, whole
from bot.nemo.envelope import Payload

FIELD: Final = "files"
Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the server knows it."""

    filename: str
    file_type: str | None = None
    cdn_url: str | None = None
    seconds: float | None = None
    width: int | None = None
    height: int | None = None

    @classmethod
    def of(cls, item: dict[str, Any]) -> RemoteFile:
        """Read one item of `files`."""
        return cls(
            str(item.get("filename") or ""), _word(item.get("file_type")), _word(item.get("cdn_url")),
            number(item.get("duration")), whole(item.get("width")), whole(item.get("height")),
        )


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What the server took. `applied` is False when the files are stored but not yet in the project."""

    files: tuple[RemoteFile, ...]
    applied: bool

    @classmethod
    def of(cls, payload: Payload) -> Uploaded:
        """Read the reply; no word about the project counts as applied."""
        files = payload.value("files")
        items = files if isinstance(files, list) else []
        return cls(tuple(RemoteFile.of(item) for item in items if isinstance(item, dict)),
                   payload.value("session_state_applied") is not False)


class Parts:
    """The form of an upload: opened anew for each sending, counted as it is read."""

    def __init__(self, paths: Sequence[Path], progress: Progress | None) -> None:
        self._paths = tuple(paths)
        self._progress = progress

    @contextmanager
    def opened(self) -> Iterator[Callable[[], list[tuple[str, tuple[str, BinaryIO]]]]]:
        """A maker of httpx's `files`; everything that it opened is closed at the end."""
        with ExitStack() as stack:
            yield lambda: self._files(stack)

    def _files(self, stack: ExitStack) -> list[tuple[str, tuple[str, BinaryIO]]]:
        sizes = [path.stat().st_size for path in self._paths]
        meter = _Meter(sum(sizes), self._progress)
        files: list[tuple[str, tuple[str, BinaryIO]]] = []
        for path in self._paths:
            raw = stack.enter_context(path.open("rb", buffering=0))
            files.append((FIELD, (_name(path), stack.enter_context(_Counted(raw, meter)))))
        return files


class _Meter:
    """Adds up what was read of all files."""

    def __init__(self, total: int, progress: Progress | None) -> None:
        self._total = total
        self._done = 0
        self._progress = progress

    def add(self, size: int) -> None:
        self._done += size
        if self._progress is not None and size:
            self._progress(min(self._done, self._total), self._total)


class _Counted(io.BufferedReader):
    """A file that tells the meter what was read of it."""

    def __init__(self, raw: io.RawIOBase, meter: _Meter) -> None:
        super().__init__(raw)
        self._meter = meter

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self._meter.add(len(piece))
        return piece


def _name(path: Path) -> str:
    """The file's name as text: bytes that are no UTF-8 become question marks (httpx escapes quotes and newlines)."""
    return jsontext.sendable(path.name) or "clip"


def _word(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
