"""The place of a file that is to come: checked before work begins, filled at once at the end, clean after a failure."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class OutputUnwritable(Exception):
    """The file cannot be written where it was asked for."""

    says = "output.unwritable"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(reason)
        self.facts = {"path": str(path), "reason": reason}


@contextmanager
def reserved(path: Path) -> Iterator[Path]:
    """Yield a place beside `path` to write to; what stands there at the end becomes `path`.

    Raises OutputUnwritable before anything else is done. After a failure neither the file nor a folder that was made
    for it remains, and a file that stood at `path` before is untouched.
    """
    made: list[Path] = []
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        _prepare(path, part, made)
    except OSError as fault:
        _remove(part, made)
        raise OutputUnwritable(path, fault.strerror or str(fault)) from fault
    finished = False
    try:
        yield part
        part.replace(path)
        finished = True
    finally:
        if not finished:
            _remove(part, made)


def _prepare(path: Path, part: Path, made: list[Path]) -> None:
    if path.is_dir():
        raise IsADirectoryError(21, "it is a folder")
    folder = path.parent
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
