"""Worker processes: what becomes of a task whose worker dies, breaks, or finds no room, and that none is left over."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from studio.brief import Brief
from studio.errors import NotSound
from studio.score import Melody
from studio.tasks import Film, Hear, Inspect, Make, Progress
from studio.workers import TaskRefused, WorkerDied, Workers
from studio.workshop import ASIDE_NICENESS


@pytest_asyncio.fixture
async def workers() -> AsyncIterator[Workers]:
    running = Workers(1)
    yield running
    await running.close()
    assert children() == []


@pytest.fixture
def song(tmp_path: Path, melody: Melody) -> Make:
    return Make(tmp_path, Brief(seconds=30.0), "Rain", melody, 1, None)


def children() -> list[int]:
    found = [int(word) for thread in Path("/proc/self/task").iterdir() for word in (thread / "children").read_text().split()]
    lines = {pid: Path(f"/proc/{pid}/cmdline").read_bytes() for pid in found}
    return [pid for pid, line in lines.items() if b"studio.worker" in line or not line]     # dead ones have no line


def unheard(_step: Progress) -> None:
    """Nobody listens."""


def killing(number: int = signal.SIGKILL) -> Callable[[Progress], None]:
    """At the first step, end every worker."""
    def tell(_step: Progress) -> None:
        for pid in children():
            os.kill(pid, number)
    return tell


async def test_a_worker_that_is_killed_is_told_and_the_next_task_is_served(
        workers: Workers, song: Make, tmp_path: Path) -> None:
    with pytest.raises(WorkerDied) as died:
        await workers.run(song, killing())
    assert died.value.says == "studio.worker_died"
    (tmp_path / "x.mp3").write_bytes(b"words")
    async with asyncio.timeout(10):
        while spares := children():                     # the spare has died too, and nobody is told
            os.kill(spares[0], signal.SIGKILL)
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.05)
    with pytest.raises(TaskRefused) as refused:
        await workers.run(Inspect(tmp_path / "x.mp3"), unheard)
    assert (refused.value.says, refused.value.code) == (NotSound.says, NotSound.code)


async def test_a_fault_that_nobody_foresaw_goes_to_the_log_and_not_to_the_member(
        workers: Workers, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    nothing = Film(tmp_path / "no song", tmp_path / "film.mp4", "16:9", "", "", {})
    with caplog.at_level(logging.ERROR), pytest.raises(WorkerDied) as died:
        await workers.run(nothing, unheard)
    assert died.value.facts == {}
    assert "Traceback" in caplog.text
    assert caplog.text.rstrip().endswith("score.json'")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
async def test_a_full_disk_is_told_as_such(workers: Workers, song: Make, tmp_path: Path) -> None:
    (tmp_path / "score.json").symlink_to("/dev/full")
    with pytest.raises(TaskRefused) as refused:
        await workers.run(song, unheard)
    assert (refused.value.says, refused.value.code) == ("studio.disk_full", 507)


async def test_a_task_that_is_cancelled_leaves_only_the_spare(workers: Workers, song: Make) -> None:
    began = asyncio.Event()
    task = asyncio.create_task(workers.run(song, lambda _step: began.set()))
    await began.wait()
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert len(children()) <= 1


async def test_a_look_at_an_upload_and_a_hearing_aside_do_not_wait_behind_a_song(
        workers: Workers, song: Make, tmp_path: Path) -> None:
    clip = tmp_path / "x.mp3"
    clip.write_bytes(b"words")
    began, niceness = asyncio.Event(), set[int]()
    long = asyncio.create_task(workers.run(replace(song, brief=Brief(seconds=240.0)), lambda _step: began.set()))
    await began.wait()
    wish = asyncio.create_task(workers.run(Hear(clip), unheard))
    for task in (Inspect(clip), Hear(clip, aside=True)):
        with pytest.raises(TaskRefused):
            await workers.run(task, lambda _step: niceness.update(os.getpriority(os.PRIO_PROCESS, pid) for pid in children()))
    assert (long.done(), wish.done()) == (False, False)
    assert max(niceness) - min(niceness) == ASIDE_NICENESS      # beside it the song, and the spare
    long.cancel()
    with pytest.raises(TaskRefused):
        await wish
