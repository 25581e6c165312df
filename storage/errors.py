"""What can be wrong with the database as a whole; `says` is the key of the sentence that a face shows."""

from __future__ import annotations


class StorageError(Exception):
    """The database cannot be used."""

    says = "storage.unusable"


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
