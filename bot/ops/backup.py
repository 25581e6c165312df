"""The backup: all that members would miss, in one file, while the bot runs or not. Takes no key, no lock and no half file.

Databases come first, each as it stood between two transactions, then the jobs' folders and the studio's. So whatever a row
names is there as well, unless it was deleted meanwhile; in a folder its own files come before those of folders in it, and
so does the record of a session before what it names.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final, TypeVar

from bot.jobs.workbench import ENGINE_FILE
from bot.ops.archive import FILE_MODE, FORMAT, VERSION, Manifest, Writer, is_plain
from bot.ops.faults import BackupExists, NothingToBackUp
from bot.settings import DATABASE
from bot.version import version
from storage import DatabaseUnusable, snapshot
from storage.stable import sync_folder

JOBS, STUDIO = "jobs", "studio"
DATABASES: Final = (DATABASE, ENGINE_FILE)
FOLDERS: Final = (JOBS, STUDIO)
ORDER: Final = ("accounts", "renders", "sessions", "films")
"""The studio's folders: what names something comes before what it names. Others come first."""
PART: Final = ".part"

Outcome = TypeVar("Outcome")
log = logging.getLogger(__name__)


class Interrupted(Exception):
    """Whoever asked for it does not want it any more."""


@dataclass(frozen=True, slots=True)
class BackedUp:
    """A backup that was written."""

    path: Path
    files: int
    bytes: int


def belongs(name: PurePosixPath) -> bool:
    """Whether a file of that name stands in backups."""
    return (str(name) in DATABASES) if len(name.parts) == 1 else name.parts[0] in FOLDERS


async def back_up(data: Path, to: Path) -> BackedUp:
    """Write all of `data` into the new file `to`, for its owner alone: beside it first, and then there as a whole.

    Raises BackupExists, NothingToBackUp, DatabaseUnusable, OSError.
    """
    return await in_thread(lambda watch: _back_up(data, to, watch))


async def in_thread(work: Callable[[Callable[[int], None]], Outcome]) -> Outcome:
    """Let `work` go on beside the loop; it calls what it is given, which ends it when this task is cancelled."""
    stopped = threading.Event()

    def watch(_bytes: int) -> None:
        if stopped.is_set():
            raise Interrupted

    working = asyncio.create_task(asyncio.to_thread(work, watch), name="files")
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        stopped.set()
        with suppress(Interrupted):
            await working
        raise


def _back_up(data: Path, to: Path, watch: Callable[[int], None]) -> BackedUp:
    if os.path.lexists(to):
        raise BackupExists(to)
    if not (data / DATABASE).is_file():
        raise NothingToBackUp(data, name=DATABASE)
    part = to.with_name(to.name + PART)
    handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, FILE_MODE)
    try:
        with os.fdopen(handle, "r+b") as file, TemporaryDirectory(prefix=".mureka-", dir=to.parent) as folder:
            writer = Writer(file, watch)
            schema = _databases(writer, data, Path(folder))
            folders: list[str] = []
            for name in FOLDERS:
                for inside, path in _found(data / name, PurePosixPath(name)):
                    if path is None:
                        folders.append(str(inside))
                    else:
                        writer.add(str(inside), path)
            writer.finish(Manifest(FORMAT, VERSION, datetime.now(UTC), version("?"), schema,
                                   tuple(writer.entries), tuple(folders)))
            file.flush()
            os.fsync(handle)
        part.rename(to)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    sync_folder(to.parent)
    return BackedUp(to, len(writer.entries), sum(one.bytes for one in writer.entries))


def _databases(writer: Writer, data: Path, folder: Path) -> int:
    """Add the databases that there are; the schema of the bot's own."""
    for name in DATABASES:
        if not (data / name).exists():
            continue
        try:
            snapshot.take(data / name, folder / name)
        except sqlite3.Error as fault:
            raise DatabaseUnusable(f"{data / name}: {fault}") from fault
        writer.add(name, folder / name)
    return snapshot.schema_of(folder / DATABASE)


def _found(folder: Path, name: PurePosixPath) -> Iterator[tuple[PurePosixPath, Path | None]]:
    """The folder (None), and the files below it that are whole, each folder's own before those deeper. Follows no link."""
    try:
        found = sorted(os.scandir(folder), key=_rank)
    except FileNotFoundError:
        return
    yield name, None
    folders: list[os.DirEntry[str]] = []
    for one in found:
        if one.name.startswith(".") or one.name.endswith(PART):
            continue
        if not is_plain(one.name):
            log.warning("%s is left out: no backup takes such a name", one.path)
        elif one.is_dir(follow_symlinks=False):
            folders.append(one)
        elif one.is_file(follow_symlinks=False):
            yield name / one.name, Path(one.path)
    for one in folders:
        yield from _found(Path(one.path), name / one.name)


def _rank(one: os.DirEntry[str]) -> tuple[int, str]:
    return (ORDER.index(one.name) + 1 if one.name in ORDER else 0), one.name
