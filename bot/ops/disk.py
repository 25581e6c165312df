"""The disk of the data folder: how much room there is, what lies aside for too long, a warning in time. Deletes nothing."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.nemo import Clock
from bot.ops.swap import ASIDE
from bot.texts import say

LEAST_FREE_BYTES: Final = 200_000_000
LOOK_SECONDS: Final = 3600.0
DAY_SECONDS: Final = 86_400.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Room:
    """What a disk holds, in bytes."""

    free: int       # for whoever runs the bot
    size: int

    @property
    def is_enough(self) -> bool:
        """Whether a few songs still fit."""
        return self.free >= LEAST_FREE_BYTES


async def room_of(folder: Path) -> Room:
    """The room on the disk of a folder. Raises OSError."""
    usage = await asyncio.to_thread(shutil.disk_usage, folder)
    return Room(usage.free, usage.total)


async def bytes_below(folder: Path) -> int:
    """How much the files below a folder take on the disk; one that goes meanwhile takes nothing."""
    return await asyncio.to_thread(_bytes_below, folder)


class DiskWatch:
    """Looks at the disk at the start and every hour; what it saw of the folder last is kept for the metrics.

    `backup_days`: how long members are told that backups are kept. What a restore has put aside is nothing else.
    """

    def __init__(self, folder: Path, clock: Clock, backup_days: int) -> None:
        self._folder = folder
        self._clock = clock
        self._backup_days = backup_days
        self.used = 0       # bytes below the folder, at the last look

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self) -> None:
        """Warn where there is too little room, and of what lies aside for too long."""
        try:
            for path in await asyncio.to_thread(self._aside_for_too_long):
                log.warning(say("watch.aside", "en", path=path, days=self._backup_days))
            room = await room_of(self._folder)
            self.used = await bytes_below(self._folder)
        except OSError as fault:
            log.warning("ALERT: the disk of the data folder cannot be looked at: %s", fault)
            return
        if not room.is_enough:
            log.warning(say("watch.disk_low", "en", megabytes=room.free // 1_000_000, path=self._folder))

    def _aside_for_too_long(self) -> list[Path]:
        """The folders that a restore made longer ago; nobody adds to one later."""
        before = self._clock.wall() - self._backup_days * DAY_SECONDS
        return sorted(one for one in self._folder.glob(f"{ASIDE}-*") if one.stat().st_mtime < before)


def _bytes_below(folder: Path) -> int:
    found, waiting = 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        found += entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
    return found
