"""Mending: what has to be put right in a backup before it is taken for the present. Touches nothing but its copy."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.jobs import emptied
from bot.jobs.ending import RESTORED
from bot.jobs.folders import Folders
from bot.jobs.workbench import ENGINE_FILE
from bot.nemo import Nemo
from bot.ops.backup import JOBS, STUDIO
from bot.settings import DATABASE
from bot.studio_child import running_studio
from storage import Database, DatabaseUnusable, JobState, Key, KeyFileMissing, StorageError, key_file, snapshot
from storage.carrying import carry_forgotten, carry_usage, forgotten_since

PRESENT: Final = "present"
PUBLIC: Final = "STUDIO_PUBLIC_URL"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a backup shall come to, and what opens it."""

    data: Path
    keys: Sequence[Key] = field(default=(), repr=False)     # none: those of the key file there
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    forget_lost: bool = False       # drop what no key opens any more

    @property
    def database(self) -> Path:
        """The database that is there, or was."""
        return self.data / DATABASE


@dataclass(frozen=True, slots=True)
class Mended:
    """What was put right."""

    asked: int                      # jobs that were ended, and whose members are asked
    forgotten: int | None           # members who were forgotten again; None: nobody can tell any more who asked for it


async def mend(staged: Path, place: Place) -> Mended:
    """Put the unpacked backup in `staged` right. Raises StorageError, StudioTrouble, NemoError, OSError."""
    keys = place.keys or key_file.read(key_file.beside(place.database)) or ()
    try:
        async with Database.open(staged / DATABASE, keys=keys, forget_lost=place.forget_lost) as database:
            forgotten = await _forget_again(database, staged, place, keys)
            asked = await _end_unfinished(database)
    except KeyFileMissing as fault:         # it names the copy
        raise KeyFileMissing(key_file.beside(place.database)) from fault
    except sqlite3.Error as fault:
        raise DatabaseUnusable(f"{staged / DATABASE}: {fault}") from fault
    if (staged / ENGINE_FILE).exists():
        _empty(staged / ENGINE_FILE)
    return Mended(asked, forgotten)


def _empty(path: Path) -> None:
    try:
        emptied.empty(path)
    except sqlite3.Error as fault:
        raise DatabaseUnusable(f"{path}: {fault}") from fault


async def _end_unfinished(database: Database) -> int:
    jobs = await database.jobs.unfinished()
    for job in jobs:
        await database.jobs.ended(job.id, JobState.UNCERTAIN, reason=RESTORED)
    return len(jobs)


async def _forget_again(database: Database, staged: Path, place: Place, keys: Sequence[Key]) -> int | None:
    """Forget whoever asked for it since, here and in the studio's files; how many those were.

    None where that is not all there may be: no database is there, or one that was made after the backup's was lost.
    """
    if not place.database.exists():
        return None
    copy = staged / PRESENT
    copy.mkdir(mode=0o700)
    try:
        snapshot.take(place.database, copy / DATABASE)
        async with Database.open(copy / DATABASE, keys=keys) as present:
            goes_on_from_it = await carry_forgotten(present, database)
            if goes_on_from_it:
                await carry_usage(present, database)
            found = await forgotten_since(database, present)
    except (StorageError, sqlite3.Error):
        return None
    finally:
        shutil.rmtree(copy, ignore_errors=True)
    await _forget_in_studio(found, database, staged / STUDIO, place.environment)
    for member_id in found:
        await database.members.forget(member_id)
    folders = Folders(staged / JOBS)
    for job_id in await folders.ids():
        if await database.jobs.get(job_id) is None:
            await folders.clear(job_id)
    return len(found) if goes_on_from_it else None


async def _forget_in_studio(found: Sequence[str], database: Database, files: Path, environment: Mapping[str, str]) -> None:
    """Let a studio on the backup's files delete what is theirs: it knows them by the client id that they always had."""
    if not found or not await asyncio.to_thread(files.exists):
        return
    quiet = {name: value for name, value in environment.items() if name != PUBLIC}     # it is nobody's place to look for films
    async with running_studio(files, quiet) as url:
        for member_id in found:
            member = await database.members.get(member_id)
            async with Nemo(url, client_id=member.client_id, environ=environment) as nemo:
                await nemo.delete_all()
