"""What can be wrong with the database as a whole; `says` is the key of the sentence that a face shows, `facts` fill it."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final


class StorageError(Exception):
    """The database cannot be used."""

    says = "storage.unusable"

    def __init__(self, detail: str = "", **facts: object) -> None:
        super().__init__(detail or self.says)
        self.facts = facts


class NewerSchema(StorageError):
    """The file was written by a newer version of the program, whose tables this one does not know."""

    says = "storage.newer_schema"

    def __init__(self, found: int, known: int) -> None:
        super().__init__(f"the database has schema {found}, this program knows schemas up to {known}")
        self.found = found
        self.known = known


class DatabaseUnusable(StorageError):
    """No database, a broken one, or one in a place where it cannot be written."""

    says = "storage.unusable"


class DiskFault(DatabaseUnusable):
    """The disk does not take what is written to it, or does not give it back. What was committed before is not changed by it."""

    says = "storage.disk_fails"


class DiskFull(DiskFault):
    """There is no room left, or none for whoever runs the bot."""

    says = "storage.disk_full"


class DiskReadOnly(DiskFault):
    """Nothing can be written there: the disk is mounted for reading alone."""

    says = "storage.disk_read_only"


class WrongKey(StorageError):
    """Something is sealed with a key that is not among those given. Nothing was changed. Facts: ids, of the missing keys."""

    says = "keys.wrong"

    def __init__(self, key_ids: Iterable[bytes]) -> None:
        ids = ", ".join(sorted(key_id.hex() for key_id in key_ids))
        super().__init__(f"no key here opens what was sealed with {ids}", ids=ids)


class KeyFileMissing(StorageError):
    """Something is sealed, and the file with its key is gone. No other was made. Facts: path."""

    says = "keys.missing"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is gone", path=str(path))


class KeyFileBroken(StorageError):
    """The file of keys holds something that is no key, or none at all. Facts: path."""

    says = "keys.broken_file"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} does not hold keys alone", path=str(path))


class SealBroken(StorageError):
    """What was sealed has been changed since, or belongs to another row."""

    says = "keys.damaged"


class UnknownJob(LookupError):
    """A claim for a job that is not there: its member was forgotten, or it was never accepted. Nobody may act for it."""


_BY_CODE: Final[Mapping[int, type[DatabaseUnusable]]] = {
    sqlite3.SQLITE_FULL: DiskFull, sqlite3.SQLITE_READONLY: DiskReadOnly, sqlite3.SQLITE_IOERR: DiskFault,
    sqlite3.SQLITE_CORRUPT: DatabaseUnusable, sqlite3.SQLITE_NOTADB: DatabaseUnusable, sqlite3.SQLITE_CANTOPEN: DatabaseUnusable}
_BY_NUMBER: Final[Mapping[int, type[DatabaseUnusable]]] = {
    errno.ENOSPC: DiskFull, errno.EDQUOT: DiskFull, errno.EROFS: DiskReadOnly, errno.EIO: DiskFault}
_PRIMARY: Final = 0xFF
"""SQLite tells in the higher bits where it happened."""


def kind_of(fault: BaseException | None) -> type[DatabaseUnusable] | None:
    """What a fault of SQLite's or of the system's means for whoever runs the bot; None where it is none of the disk's."""
    if isinstance(fault, sqlite3.Error):
        return _BY_CODE.get(getattr(fault, "sqlite_errorcode", 0) & _PRIMARY)
    return _BY_NUMBER.get(fault.errno or 0) if isinstance(fault, OSError) else None


@contextmanager
def telling(*, writes: bool = True) -> Iterator[None]:
    """Raise what the disk refuses in the block as a fault with a sentence; everything else as it is.

    Without `writes` a refusal to write is left alone: on a connection that only reads it is our own defect.
    """
    try:
        yield
    except (sqlite3.Error, OSError) as fault:
        kind = kind_of(fault)
        if kind is None or (kind is DiskReadOnly and not writes):
            raise
        raise kind(str(fault)) from fault
