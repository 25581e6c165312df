"""What a backup or a restore may be refused for; `says` is the key of the sentence, `facts` fill it. Does nothing itself."""

from __future__ import annotations

from pathlib import Path

MEGABYTE = 1_000_000


class KeepingFault(Exception):
    """Nothing was written and nothing was changed."""

    says = "restore.not_a_backup"

    def __init__(self, path: Path, **facts: object) -> None:
        super().__init__(f"{self.says}: {path}")
        self.facts = {"path": str(path), **facts}


class BackupExists(KeepingFault):
    """Something stands where the backup shall be written. Facts: path."""

    says = "backup.exists"


class NothingToBackUp(KeepingFault):
    """The data folder holds no database. Facts: path, name of the database."""

    says = "backup.nothing"


class NotABackup(KeepingFault):
    """The file is something else. Facts: path."""

    says = "restore.not_a_backup"


class BackupUnreadable(KeepingFault):
    """The file cannot be opened, or is not there. Facts: path, reason."""

    says = "restore.unreadable"


class BackupNewer(KeepingFault):
    """The file was written by a later version, in a format that this one does not know. Facts: path."""

    says = "restore.newer"


class BackupDamaged(KeepingFault):
    """The file is not what was written. Facts: path, name of the member that shows it."""

    says = "restore.damaged"

    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, name=name)


class NoRoom(KeepingFault):
    """The backup does not fit beside what is there. Facts: path, needed and free in MB."""

    says = "restore.no_room"

    def __init__(self, data: Path, needed: int, free: int) -> None:
        super().__init__(data, needed=-(-needed // MEGABYTE), free=free // MEGABYTE)


class Mounted(KeepingFault):
    """A part of the data folder lies on another disk and cannot be moved. Facts: path."""

    says = "restore.mounted"
