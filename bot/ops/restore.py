"""The way back: a backup takes the place of what is in the data folder, which goes aside. Deletes nothing that was there.

Everything is looked at and made ready in a folder of its own, beside what is there; only then, in a few renames, it takes its
place. Jobs that were under way in the backup end as uncertain, because nobody knows what was done since: their members are
asked, and nothing is done twice. Who asked to be forgotten since is forgotten in it too.
"""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bot.alone import LOCK, AnotherBot, alone
from bot.jobs.workbench import ENGINE_FILE
from bot.ops import archive, swap
from bot.ops.archive import Manifest
from bot.ops.backup import FOLDERS, STUDIO, belongs, in_thread
from bot.ops.faults import Mounted, NoRoom
from bot.ops.mend import Mended, Place, mend
from bot.settings import DATABASE
from bot.studio_child import ours_alone
from storage import snapshot

SPARE_BYTES: Final = 50_000_000
"""What shall be free afterwards."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done."""

    manifest: Manifest              # of the backup that is here now
    mended: Mended
    aside: Path | None              # where that lies which was there; None: nothing was there


async def look_at(backup: Path) -> Manifest:
    """Read all of a backup and find it whole; touches nothing. Raises NotABackup and its kin, OSError."""
    return await in_thread(lambda watch: archive.read(backup, belongs, watch))


async def restore(backup: Path, place: Place) -> Restored:
    """Let `backup` take the place of what is in the data folder.

    Raises AnotherBot, StudioTrouble, NotABackup and its kin, NoRoom, Mounted, StorageError for keys that are missing, OSError.
    After any of them the folder is as it was.
    """
    async with _held(place.data):
        swap.finish(place.data)
        manifest = await look_at(backup)
        _check(place.data, manifest.bytes)
        async with _staged(place.data) as staged:
            await in_thread(lambda watch: archive.unpack(backup, manifest, staged, watch))
            mended = await mend(staged, place)
            await asyncio.to_thread(_give, staged, place.data)
            aside = _swapped(place.data, staged)
            _give(place.data / LOCK, place.data)
            if aside is not None:
                _give(aside, place.data, inside=False)
            return Restored(manifest, mended, aside)


@asynccontextmanager
async def _held(data: Path) -> AsyncIterator[None]:
    """The data folder and its studio's, while nobody else works in them."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(alone(data, patience=0.0))
        if (data / STUDIO).exists():
            stack.enter_context(ours_alone(data / STUDIO))
        yield


@asynccontextmanager
async def _staged(data: Path) -> AsyncIterator[Path]:
    """An empty folder, gone at the end; that of a process which was killed goes first."""
    staged = data / swap.STAGED
    swap.drop_half(data)
    staged.mkdir(mode=0o700)
    try:
        yield staged
    finally:
        if not (data / swap.NOTE).exists():
            shutil.rmtree(staged, ignore_errors=True)


def _check(data: Path, needed: int) -> None:
    for name in _there(data):
        if (data / name).is_mount():
            raise Mounted(data / name)
    free = shutil.disk_usage(data).free
    if free < needed + SPARE_BYTES:
        raise NoRoom(data, needed + SPARE_BYTES, free)


def _give(made: Path, data: Path, *, inside: bool = True) -> None:
    """Whoever restores as root does it for the user whose folder it is."""
    owner = data.stat()
    if os.geteuid() == 0 != owner.st_uid:
        for one in (made, *(made.rglob("*") if inside else ())):
            os.chown(one, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _there(data: Path) -> tuple[str, ...]:
    """What would go aside."""
    ours = [name + side for name in (DATABASE, ENGINE_FILE) for side in snapshot.SIDE_FILES] + list(FOLDERS)
    return tuple(name for name in ours if os.path.lexists(data / name))


def _swapped(data: Path, staged: Path) -> Path | None:
    """Change places; where that lies now which was there, if anything was."""
    if snapshot.is_in_use(data / DATABASE):
        raise AnotherBot(data)
    leaving = _there(data)
    aside = _unused(data, f"{swap.ASIDE}-{datetime.now(UTC):%Y%m%dT%H%M%S}")
    swap.begin(data, swap.Swap(aside, staged.name, leaving, tuple(sorted(one.name for one in staged.iterdir()))))
    if not leaving:
        (data / aside).rmdir()
    return data / aside if leaving else None


def _unused(data: Path, name: str) -> str:
    """The name, or the next one like it that nothing has."""
    names = (name, *(f"{name}-{number}" for number in range(2, 1000)))
    return next(one for one in names if not os.path.lexists(data / one))
