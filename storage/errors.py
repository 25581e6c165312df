"""What can be wrong with the database as a whole; `says` is the key of the sentence that a face shows, `facts` fill it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path


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
