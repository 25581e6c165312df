"""The disk of the data folder: how much room there is, and a warning in time."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from pathlib import Path

import pytest

from bot.nemo import Clock
from bot.ops.disk import LEAST_FREE_BYTES, DiskWatch, Room, bytes_below, room_of
from bot.texts import say


async def test_the_room_is_that_of_the_folders_disk(tmp_path: Path) -> None:
    found, usage = await room_of(tmp_path), shutil.disk_usage(tmp_path)
    assert found.size == usage.total
    assert abs(found.free - usage.free) < 500_000_000


@pytest.mark.parametrize(("free", "enough"), [(LEAST_FREE_BYTES, True), (LEAST_FREE_BYTES - 1, False), (0, False)])
def test_two_hundred_megabytes_are_enough(free: int, enough: bool) -> None:
    assert Room(free, 10**9).is_enough is enough


async def test_what_a_folder_holds_is_counted_once_and_links_lead_nowhere(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "one").write_bytes(b"x" * 100)
    (tmp_path / "a" / "b" / "two").write_bytes(b"x" * 23)
    (tmp_path / "a" / "around").symlink_to(tmp_path)
    assert await bytes_below(tmp_path) == 123 + (tmp_path / "a" / "around").lstat().st_size
    assert await bytes_below(tmp_path / "nowhere") == 0


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="there is no /proc here")
async def test_a_disk_without_room_is_an_alert_at_the_start_and_every_hour(caplog: pytest.LogCaptureFixture) -> None:
    watch = DiskWatch(Path("/proc/self/net"), Clock(1_000_000), 30)        # a file system of no size
    task = asyncio.create_task(watch.run())
    async with asyncio.timeout(10):
        while caplog.text.count("ALERT: only 0 MB are free") < 2:       # noqa: ASYNC110 - a log has no event
            await asyncio.sleep(0)
    task.cancel()
    assert {record.levelname for record in caplog.records} == {"WARNING"}


async def test_a_folder_that_is_gone_is_an_alert_and_no_end(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    await DiskWatch(tmp_path / "gone", Clock(), 30).look()
    assert "ALERT: the disk of the data folder cannot be looked at" in caplog.text


async def test_enough_room_is_no_news_and_what_is_used_is_kept_for_the_metrics(
        tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "film").write_bytes(b"x" * 77)
    watch = DiskWatch(tmp_path, Clock(), 30)
    await watch.look()
    assert watch.used == 77
    assert caplog.text == "" or not Room(shutil.disk_usage(tmp_path).free, 0).is_enough


async def test_what_a_restore_put_aside_longer_ago_than_backups_are_kept_is_an_alert(
        tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name, days in (("before-restore-1", 8), ("before-restore-2", 6), ("jobs", 8)):
        (tmp_path / name).mkdir()
        os.utime(tmp_path / name, (0, time.time() - days * 86_400))
    await DiskWatch(tmp_path, Clock(), 7).look()
    assert [line for line in caplog.messages if "has lain" in line] == [
        say("watch.aside", "en", path=tmp_path / "before-restore-1", days=7)]
