"""`backup` and `restore` in the terminal: the settings' folders in, sentences out."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from rich.console import Console

from bot.ops import backup
from bot.ops import restore as way_back
from bot.ops.archive import Manifest
from bot.ops.faults import MEGABYTE
from bot.ops.mend import Place
from bot.ops.swap import finish_interrupted
from bot.settings import DATABASE, Settings
from bot.terminal.signals import run_until_stopped
from bot.texts import say
from storage import key_file

Sentence = tuple[str, dict[str, object]]


def back_up(chosen: argparse.Namespace, language: str, paper: Console) -> int:
    """Write the backup and say what is in it, and what is not."""
    settings = Settings.read()
    return _told(_of_backup(run_until_stopped(_backed_up(settings, chosen.path)), settings), language, paper)


def restore(chosen: argparse.Namespace, language: str, paper: Console) -> int:
    """Put the backup in the place of what is there, or only look at it, and say what was done."""
    if chosen.check:
        manifest = run_until_stopped(way_back.look_at(chosen.path))
        return _told(iter([("restore.whole", {"path": chosen.path, **_facts(manifest)})]), language, paper)
    settings = Settings.read()
    place = Place(settings.data, settings.keys, settings.environment, forget_lost=chosen.forget_lost)
    return _told(_of_restore(run_until_stopped(way_back.restore(chosen.path, place))), language, paper)


async def _backed_up(settings: Settings, path: Path) -> backup.BackedUp:
    await finish_interrupted(settings.data)
    return await backup.back_up(settings.data, path)


def _of_backup(made: backup.BackedUp, settings: Settings) -> Iterator[Sentence]:
    yield "backup.done", {"path": made.path, "files": made.files, "megabytes": _megabytes(made.bytes)}
    if settings.keys:
        yield "backup.key_setting", {}
    else:
        yield "backup.key_file", {"path": key_file.beside(settings.data / DATABASE)}
    if settings.studio_url is not None:
        yield "backup.studio_elsewhere", {"url": settings.studio_url}


def _of_restore(done: way_back.Restored) -> Iterator[Sentence]:
    yield "restore.done", _facts(done.manifest)
    if done.mended.asked:
        yield "restore.asked", {"count": done.mended.asked}
    if done.mended.forgotten is None:
        yield "restore.unknown", {}
    elif done.mended.forgotten:
        yield "restore.forgotten", {"count": done.mended.forgotten}
    if done.aside is not None:
        yield "restore.aside", {"path": done.aside}


def _facts(manifest: Manifest) -> dict[str, object]:
    made = f"{manifest.made_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return {"made": made, "files": len(manifest.entries), "megabytes": _megabytes(manifest.bytes)}


def _megabytes(size: int) -> str:
    return f"{size / MEGABYTE:.1f}"


def _told(sentences: Iterator[Sentence], language: str, paper: Console) -> int:
    for key, facts in sentences:
        paper.print(say(key, language, **facts), markup=False, soft_wrap=True)
    return 0
