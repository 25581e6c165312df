"""The backup: whole while the bot writes, without keys, for its owner alone, never over anything."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest

from bot.ops import archive
from bot.ops.backup import back_up, belongs, in_thread
from bot.ops.faults import BackupExists, NothingToBackUp
from storage import Database, DatabaseUnusable
from tests.bot.ops.conftest import job, listed, mode, put, raw


def names(path: Path) -> list[str]:
    with tarfile.open(path) as found:
        return found.getnames()


async def test_it_holds_what_members_would_miss_and_no_key_no_lock_no_half_file_and_nothing_behind_a_link(
        data: Path, backup: Path) -> None:
    assert names(backup) == [
        "mureka.db", "jobs/100/clip.wav", "jobs/101/clip.wav", "studio/sessions/1000000000000000000/session.json",
        "studio/films/a.mp4", "manifest.json"]
    assert mode(backup) == 0o600
    assert raw(data / "mureka.keys").splitlines()[-1] not in raw(backup)
    assert listed(backup.parent) == ["data", "mureka.tar"]


async def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(data: Path, tmp_path: Path) -> None:
    async with Database.open(data / "mureka.db") as database:
        async def write() -> None:
            for number in range(200, 10_000):
                await database.jobs.accept_all([job(f"{number}-0", "ada"), job(f"{number}-1", "ada")])

        writing = asyncio.create_task(write())
        made = [await back_up(data, tmp_path / f"{number}.tar") for number in range(3)]
        writing.cancel()
        await asyncio.wait([writing])
    for one in made:
        manifest = archive.read(one.path, belongs, lambda _bytes: None)
        (tmp_path / one.path.stem).mkdir()
        archive.unpack(one.path, manifest, tmp_path / one.path.stem, lambda _bytes: None)
        with closing(sqlite3.connect(tmp_path / one.path.stem / "mureka.db")) as found:
            assert found.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            halves = dict(found.execute("SELECT substr(id, -2), count(*) FROM jobs WHERE id LIKE '%-_' GROUP BY 1"))
            assert halves.get("-0", 0) == halves.get("-1", 0)


async def test_a_file_that_becomes_shorter_while_it_is_read_is_begun_again(tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    source.write_bytes(b"x" * 3 * archive.PIECE_BYTES)
    seen: list[int] = []

    def cut(size: int) -> None:
        seen.append(size)
        if len(seen) == 1:
            os.truncate(source, archive.PIECE_BYTES // 2)

    with (tmp_path / "made.tar").open("w+b") as file:
        writer = archive.Writer(file, cut)
        assert writer.add("studio/films/film.mp4", source)
        assert not writer.add("studio/films/gone.mp4", tmp_path / "gone.mp4")
        assert not writer.add("studio/films", tmp_path)
    assert [(one.name, one.bytes) for one in writer.entries] == [("studio/films/film.mp4", archive.PIECE_BYTES // 2)]
    with tarfile.open(tmp_path / "made.tar") as found:
        assert [(one.name, one.size) for one in found] == [("studio/films/film.mp4", archive.PIECE_BYTES // 2)]


async def test_nothing_is_written_over_and_nothing_is_left_of_a_failed_one(data: Path, backup: Path, tmp_path: Path) -> None:
    before = raw(backup)
    with pytest.raises(BackupExists):
        await back_up(data, backup)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    with pytest.raises(BackupExists):
        await back_up(data, tmp_path / "dangling")
    with pytest.raises(NothingToBackUp):
        await back_up(tmp_path / "elsewhere", tmp_path / "new.tar")
    put(data / "jobs.db", b"this is no database at all" * 100)
    with pytest.raises(DatabaseUnusable):
        await back_up(data, tmp_path / "new.tar")
    with pytest.raises(FileNotFoundError):
        await back_up(data, tmp_path / "no-folder" / "new.tar")
    assert raw(backup) == before
    assert listed(tmp_path) == ["dangling", "data", "mureka.tar"]


async def test_one_that_is_broken_off_leaves_nothing(data: Path, tmp_path: Path) -> None:
    os.truncate(data / "studio/films/a.mp4", 400_000_000)
    making = asyncio.create_task(back_up(data, tmp_path / "new.tar"))
    while not (tmp_path / "new.tar.part").exists():      # noqa: ASYNC110 - a thread has no event to wait for
        await asyncio.sleep(0)
    making.cancel()
    with pytest.raises(asyncio.CancelledError):
        await making
    assert listed(tmp_path) == ["data"]


async def test_work_beside_the_loop_tells_its_own_faults() -> None:
    def fails(_watch: object) -> None:
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="gone"):
        await in_thread(fails)
