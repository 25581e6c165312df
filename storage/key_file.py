"""The file of keys beside the database, for who sets none: made once, whole or not at all, and never written again.

`make` is called by one process at a time, which holds the database's write lock; a process that is killed in the middle
leaves no file, or the whole one.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from storage.errors import KeyFileBroken
from storage.keys import BadKeys, Key, new_key, read_keys
from storage.stable import sync_folder

FILE_MODE: Final = 0o600
_COMMENT: Final = re.compile(r"#.*")
_WORDS: Final = """\
# Mureka seals the stored tokens with this key. The first key of this file seals, all of them open.
# Back it up, apart from the database: without it every member has to link their account again.
"""


@dataclass(frozen=True, slots=True)
class KeyFileMade:
    """A key file that was made just now: what the operator is to be told once. Facts: path."""

    path: Path
    says = "keys.made"

    @property
    def facts(self) -> dict[str, object]:
        """What fills the sentence."""
        return {"path": str(self.path)}


def beside(database: Path) -> Path:
    """Where the key file of a database stands: `mureka.keys` for `mureka.db`."""
    return database.with_suffix(".keys")


def read(path: Path) -> tuple[Key, ...] | None:
    """The keys in the file, which is closed to others; None where there is no file. Raises KeyFileBroken, OSError."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as fault:
        raise KeyFileBroken(path) from fault
    if path.stat().st_mode & 0o077:
        path.chmod(FILE_MODE)
    try:
        return read_keys(_COMMENT.sub("", text))
    except BadKeys as fault:
        raise KeyFileBroken(path) from fault


def make(path: Path) -> tuple[Key, ...]:
    """Make the file with one new key, on stable storage before this returns."""
    key = new_key()
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)            # of a process that was killed here: nothing is sealed with its key
    _write(part, f"{_WORDS}{key}\n")
    part.rename(path)
    sync_folder(path.parent)
    return read_keys(key)


def _write(path: Path, text: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
