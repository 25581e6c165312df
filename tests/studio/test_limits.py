"""What a task may take: a process that wants more ends in one sentence, and never takes the studio along."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from studio import limits
from studio.brief import Brief
from studio.score import Melody
from studio.tasks import Fault, Hear, Inspect, Make, Progress, answer_of, to_line
from studio.workers import TaskRefused, Workers

HUM = Path(__file__).parents[2] / "examples" / "hum.ogg"
CONFINED = """
from pathlib import Path
from studio import limits
from studio.tasks import Inspect
limits.prepare()
limits.LIMITS[Inspect] = limits.Limits(50_000_000, 7, 9.0, 10)
limits.confine(Inspect(Path('x')))
"""
TRY_ALL = """
import resource
for wanted in (lambda: bytearray(2**31), lambda: Path('big').write_bytes(bytes(100))):
    try:
        wanted()
    except (MemoryError, OSError) as error:
        print(type(error).__name__, error)
print(resource.getrlimit(resource.RLIMIT_CPU), resource.getrlimit(resource.RLIMIT_CORE))
print(Path('/proc/self/oom_score_adj').read_text().strip())
"""


def test_a_process_gets_no_more_than_its_task_may_have_leaves_no_dump_and_is_the_first_to_go(tmp_path: Path) -> None:
    ended = subprocess.run([sys.executable, "-c", CONFINED + TRY_ALL], cwd=tmp_path, capture_output=True, text=True, timeout=30,
                           env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}, check=True)
    memory, file, rest, first = ended.stdout.splitlines()
    assert memory.startswith("MemoryError")
    assert file == "OSError [Errno 27] File too large"
    assert rest == "(7, 12) (0, 0)"
    assert first == "500"


def worker_with(kind: str, memory_mb: int, task: Inspect | Hear, file_bytes: int = 10**9) -> Fault:
    """What a worker answers that has so much memory for such a task, and so much disk."""
    words = (f"from studio import limits, worker; from studio.tasks import *; limits.LIMITS[{kind}] = "
             f"limits.Limits({memory_mb} * limits.MB, 60, 60.0, {file_bytes}); worker.main()")
    with subprocess.Popen([sys.executable, "-c", words], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          env={**os.environ, **limits.PROCESS_ENVIRONMENT}) as worker:
        assert worker.stdin and worker.stdout
        worker.stdin.write(to_line(task))
        worker.stdin.flush()
        said = [answer_of(line) for line in worker.stdout][-1]
    assert isinstance(said, Fault), said
    return said


def test_a_picture_is_unpacked_whole_and_may_take_more_than_a_sound_that_is_looked_at(tmp_path: Path) -> None:
    sound, picture = tmp_path / "a.mp3", tmp_path / "a.webp"
    sound.write_bytes(b"ID3\3")
    picture.write_bytes(b"RIFF\0\0\0\0WEBPVP8 ")
    words = ("import resource, sys; from pathlib import Path; from studio import limits; from studio.tasks import Inspect; "
             "held = limits._held_bytes(); limits.confine(Inspect(Path(sys.argv[1]))); "
             "print(resource.getrlimit(resource.RLIMIT_AS)[0] - held - limits._thread_bytes())")
    more = [int(subprocess.run([sys.executable, "-c", words, str(path)], capture_output=True, text=True, check=True,
                               env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}).stdout)
            for path in (sound, picture)]
    assert 0 < more[0] < 150 * limits.MB < 600 * limits.MB < more[1]


def test_a_task_that_writes_more_than_its_share_is_told_so(tmp_path: Path) -> None:
    fault = worker_with("Hear", 600, Hear(HUM, tmp_path / "tune.png"), file_bytes=100)
    assert (fault.says, fault.code) == ("clip.too_hard", 4003)


def test_a_clip_that_needs_more_memory_than_it_may_have_is_told_so() -> None:
    threads_mb = limits.A_CORE_BYTES * (os.cpu_count() or 1) // limits.MB
    fault = worker_with("Hear", 30 - threads_mb, Hear(HUM))
    assert (fault.says, fault.code) == ("clip.too_hard", 4003)


@pytest_asyncio.fixture
async def workers() -> AsyncIterator[Workers]:
    running = Workers(1)
    yield running
    await running.close()


def killing(number: signal.Signals) -> Callable[[Progress], None]:
    def tell(_step: Progress) -> None:
        for pid in children():
            os.kill(pid, number)
    return tell


def children() -> list[int]:
    found = [int(word) for thread in Path("/proc/self/task").iterdir() for word in (thread / "children").read_text().split()]
    return [pid for pid in found if b"studio.worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_a_clip_that_kills_its_worker_is_the_clips_fault(workers: Workers) -> None:
    with pytest.raises(TaskRefused) as refused:
        await workers.run(Hear(HUM), killing(signal.SIGSEGV))
    assert (refused.value.says, refused.value.code) == ("clip.too_hard", 4003)


async def test_a_song_that_takes_too_much_is_told_with_what_helps(workers: Workers, melody: Melody, tmp_path: Path) -> None:
    song = Make(tmp_path, Brief(seconds=30.0), "Rain", melody, 1, None)
    with pytest.raises(TaskRefused) as refused:
        await workers.run(song, killing(signal.SIGXCPU))
    assert (refused.value.says, refused.value.code) == ("studio.too_much", 500)


async def test_a_hearing_without_an_end_is_ended(workers: Workers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(limits.LIMITS, Hear, replace(limits.LIMITS[Hear], seconds=0.0))
    with pytest.raises(TaskRefused) as refused:
        await workers.run(Hear(HUM), lambda _step: None)
    assert (refused.value.says, refused.value.code) == ("clip.too_hard", 4003)


async def test_where_memory_is_short_nothing_waits_warm_while_a_song_is_made_and_no_clip_is_heard_beside_it(
        melody: Melody, tmp_path: Path) -> None:
    small = Workers(1, spare_while_busy=False)
    began = asyncio.Event()
    long = Make(tmp_path, Brief(seconds=240.0), "Rain", melody, 1, None)
    song = asyncio.create_task(small.run(long, lambda _step: began.set()))
    await began.wait()
    aside = asyncio.create_task(small.run(Hear(HUM, aside=True), lambda _step: None))
    await asyncio.sleep(0)
    assert len(children()) == 1
    for task in (aside, song):
        task.cancel()
    await asyncio.wait([aside, song])
    await small.close()
    assert children() == []
