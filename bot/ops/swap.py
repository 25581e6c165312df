"""The swap: files of a data folder go aside and others come in, all of them or, after a death in between, with the next start.

A note in the folder says what goes and what comes. It is written first and goes last; until then `finish` does what is left.
Nothing that was there before is ever deleted here.
"""

from __future__ import annotations

import logging
import os
import shutil
from pathlib import Path
from typing import Final

import msgspec

from bot.alone import alone
from storage.stable import sync_folder

NOTE: Final = "restore-under-way.json"
ASIDE: Final = "before-restore"
"""How the folder's name begins where that goes which was there."""
STAGED: Final = "restoring"
"""The folder where a backup is made ready."""

log = logging.getLogger(__name__)


class Swap(msgspec.Struct, frozen=True):
    """What is to be done in a folder: names of files and folders in it."""

    aside: str                      # the folder where those go that were there
    staged: str                     # the folder from which the others come
    leaving: tuple[str, ...]
    coming: tuple[str, ...]


def begin(data: Path, swap: Swap) -> None:
    """Note what shall be done, and do it. Raises OSError; what is left then, `finish` does."""
    fresh = data / f"{NOTE}.part"
    with fresh.open("wb") as file:
        file.write(msgspec.json.encode(swap))
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(data / NOTE)
    sync_folder(data)
    finish(data)


def finish(data: Path) -> Path | None:
    """Do what is left of a swap that was begun; the folder where things went, None where there is nothing to do."""
    try:
        swap = msgspec.json.decode((data / NOTE).read_bytes(), type=Swap)
    except FileNotFoundError:
        return None
    aside, staged = data / swap.aside, data / swap.staged
    aside.mkdir(mode=0o700, exist_ok=True)
    for name in swap.leaving:
        is_new = name in swap.coming and not os.path.lexists(staged / name)
        if not is_new and os.path.lexists(data / name) and not os.path.lexists(aside / name):
            (data / name).rename(aside / name)
    sync_folder(aside)
    for name in swap.coming:
        if os.path.lexists(staged / name):
            (staged / name).rename(data / name)
    sync_folder(data)
    (data / NOTE).unlink()
    log.info("a backup has taken the place of what was in %s, which lies in %s", data, aside)
    return aside


def drop_half(data: Path) -> None:
    """Delete what a restore had made ready that was killed before it took its place: a copy of what members may have deleted.

    For whoever holds the folder and has finished what was begun. Blocks.
    """
    shutil.rmtree(data / STAGED, ignore_errors=True)


async def finish_interrupted(data: Path) -> None:
    """The same for whoever does not hold the folder. Raises AnotherBot, OSError."""
    if (data / NOTE).exists():
        async with alone(data):
            finish(data)
