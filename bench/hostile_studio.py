"""A studio that is sent bad files: what its workers take for each, and what it says. Part of bench/hostile.py."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import bot.texts
from bot.jobs.ending import reason_of
from bot.nemo import Clock, Nemo, NemoError
from bot.nemo.files.upload import LocalFile

ROOT: Final = Path(__file__).parents[1]
HEARD_SECONDS: Final = 150.0
LOOK_SECONDS: Final = 0.1
ANSWER_SECONDS: Final = 2.0
"""How long the studio may take to say who is asking, whatever its workers are at."""
WISH: Final = "lo-fi, 12 seconds long"


@dataclass(frozen=True, slots=True)
class Met:
    """What became of a file in the studio."""

    sentence: str
    seconds: float
    peak_mib: float         # of the largest of its workers
    lag_seconds: float      # the slowest answer to a plain question meanwhile

    def faults(self, most_mib: float) -> Iterator[str]:
        """What is wrong with that."""
        if not self.sentence or "\n" in self.sentence.strip() or "Traceback" in self.sentence:
            yield f"the studio has no clear sentence: {self.sentence!r}"
        if self.peak_mib > most_mib:
            yield f"a worker of the studio took {self.peak_mib:.0f} MiB, {most_mib:.0f} are the most"
        if self.seconds > HEARD_SECONDS:
            yield f"the studio took {self.seconds:.0f} s"
        if self.lag_seconds > ANSWER_SECONDS:
            yield f"the studio was silent for {self.lag_seconds:.1f} s"


class StudioUnderFire:
    """A studio as a process of its own."""

    def __init__(self, pid: int, url: str) -> None:
        self._pid = pid
        self._url = url

    @classmethod
    @contextmanager
    def started(cls, data: Path) -> Iterator[StudioUnderFire]:
        """From its first word until it has ended."""
        command = [sys.executable, "-m", "studio", "--with-parent", "--port", "0", "--data", str(data)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              cwd=ROOT) as process:
            assert process.stdin and process.stdout
            yield cls(process.pid, process.stdout.readline().decode().split()[-1])
            process.stdin.close()

    async def met(self, path: Path, name: str, *, is_picture: bool) -> Met:
        """Send a file, have it heard, and ask what is wrong with it where it was not."""
        gauge = Gauge(self._pid)
        nemo = Nemo(self._url, clock=Clock(1.0), environ={}, client_id=str(uuid.uuid4()))
        lags: list[float] = []
        with gauge.reading():
            asking = asyncio.create_task(_ask(nemo, lags))
            began = time.monotonic()
            try:
                sentence = await _heard(nemo, path, name, is_picture)
            except NemoError as refused:
                key, facts = reason_of(refused)
                sentence = bot.texts.say(key, "en", **facts)
            seconds = time.monotonic() - began
            asking.cancel()
            await asyncio.wait([asking])
        await nemo.aclose()
        return Met(sentence, seconds, gauge.peak_mib, max(lags, default=0.0))


async def _ask(nemo: Nemo, lags: list[float]) -> None:
    while True:
        before = time.monotonic()
        await nemo.credits()
        lags.append(time.monotonic() - before)
        await asyncio.sleep(LOOK_SECONDS)


async def _heard(nemo: Nemo, path: Path, name: str, is_picture: bool) -> str:
    """`heard`, `kept` of a picture, or what the studio answers to a wish about it."""
    session = await nemo.create_session("bench", "en")
    await nemo.upload(session.session_id, [LocalFile(path, name)])
    if is_picture:
        return "kept"
    asking = asyncio.create_task(_answer(nemo, session.session_id))
    try:
        while not asking.done():
            media = (await nemo.state(session.session_id)).generated_media
            if isinstance(media, dict) and "melody" in media:
                return "heard"
            await asyncio.wait([asking], timeout=LOOK_SECONDS)
        return asking.result()
    finally:
        asking.cancel()
        await asyncio.wait([asking])


async def _answer(nemo: Nemo, session_id: str) -> str:
    async with asyncio.timeout(HEARD_SECONDS), aclosing(nemo.say(session_id, WISH)) as said:
        return "".join([str(getattr(one, "text", "")) async for one in said]).strip()


class Gauge:
    """The most that any child of a process takes, by the kernel's own mark."""

    def __init__(self, pid: int) -> None:
        self._tasks = Path(f"/proc/{pid}/task")
        self._over = threading.Event()
        self.peak_mib = 0.0

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Meanwhile."""
        thread = threading.Thread(target=self._read, daemon=True)
        thread.start()
        yield
        self._over.set()
        thread.join()

    def _read(self) -> None:
        while not self._over.wait(0.02):
            for task in self._tasks.iterdir():
                with suppress(OSError):
                    for pid in (task / "children").read_text().split():
                        self.peak_mib = max(self.peak_mib, _peak_mib(pid))


def _peak_mib(pid: str) -> float:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    return 0.0
