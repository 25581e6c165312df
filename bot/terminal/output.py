"""The place of a file that is to come: checked before work begins, filled at once at the end, clean after a failure."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.terminal.plain import shown


class OutputUnwritable(Exception):
    """The file cannot be written where it was asked for."""

    says = "output.unwritable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(reason)
        self.facts = {"path": shown(path), "reason": reason}


class OutputIsSource(OutputUnwritable):
    """The file is one of those that the film is made of."""

    says = "output.is_source"


@contextmanager
def reserved(path: Path, sources: Sequence[Path] = ()) -> Iterator[Path]:
    """Yield a place beside `path` to write to; what stands there at the end becomes `path`.

    A link is followed, and never replaced by a file. Raises OutputUnwritable before anything else is done, OutputIsSource
    where one of `sources` would be lost. After a failure neither the file nor a folder that was made
    for it remains, and a file that stood at `path` before is untouched.
    """
    made: list[Path] = []
    place = Path(os.path.realpath(path))
    part = place.with_name(f".{secrets.token_hex(8)}.part")      # any name that fits may be asked for
    try:
        _check(place, path, sources)
        _prepare(place.parent, part, made)
    except OSError as fault:
        _remove(part, made)
        raise OutputUnwritable(path, fault.strerror or str(fault)) from fault
    finished = False
    try:
        yield part
        part.replace(place)
        finished = True
    finally:
        if not finished:
            _remove(part, made)


def _check(place: Path, path: Path, sources: Sequence[Path]) -> None:
    try:
        there = place.stat()
    except FileNotFoundError:
        return
    if stat.S_ISDIR(there.st_mode):
        raise IsADirectoryError(21, "it is a folder")
    if not stat.S_ISREG(there.st_mode):
        raise OSError(22, "it is no ordinary file")
    if any(one.exists() and one.samefile(place) for one in sources):
        raise OutputIsSource(path, "it is a source")


def _prepare(folder: Path, part: Path, made: list[Path]) -> None:
    for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
        missing.mkdir()
        made.append(missing)
    part.touch(exist_ok=False)


def _remove(part: Path, made: list[Path]) -> None:
    try:
        part.unlink(missing_ok=True)
        for folder in reversed(made):
            folder.rmdir()
    except OSError:
        return      # a place that cannot be written cannot be cleaned either, and holds nothing of ours
