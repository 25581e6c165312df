"""What benches read off a running bot: memory, threads, the loop's lag, and how figures are told. Changes nothing of it."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.trips.probe import lags

SAMPLE_SECONDS: Final = 0.5
MEGABYTE: Final = 1_000_000


@asynccontextmanager
async def repeated(sample: Callable[[], Awaitable[None]], seconds: float) -> AsyncIterator[None]:
    """Have `sample` done again and again for the length of the block, with so many seconds in between."""
    async def repeat() -> None:
        while True:
            await sample()
            await asyncio.sleep(seconds)

    task = asyncio.create_task(repeat(), name="samples")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@dataclass(slots=True)
class Samples:
    """Of a process and its children, one of each every half second."""

    memory: list[int] = field(default_factory=list)     # bytes
    threads: list[int] = field(default_factory=list)

    @asynccontextmanager
    async def taken(self, pid: Callable[[], int]) -> AsyncIterator[None]:
        """Take them for the length of the block, of whatever process `pid` names at the time."""
        async def sample() -> None:
            memory, threads = process(pid())
            self.memory.append(memory)
            self.threads.append(threads)

        async with repeated(sample, SAMPLE_SECONDS):
            yield

    def clear(self) -> None:
        """Forget those of the start."""
        self.memory.clear()
        self.threads.clear()


def process(pid: int) -> tuple[int, int]:
    """Bytes of memory and threads of a process and its children."""
    memory = threads = 0
    for number in (pid, *_children(pid)):
        with suppress(OSError, KeyError):       # one that is over has no memory
            fields = dict(line.split(":", 1) for line in Path(f"/proc/{number}/status").read_text(encoding="ascii").splitlines())
            memory += int(fields["VmRSS"].split()[0]) * 1024
            threads += int(fields["Threads"])
    return memory, threads


def cuts(seconds: Sequence[float]) -> str:
    """The median, the 99th percentile and the worst of some times, in milliseconds."""
    half, most = percentiles(seconds)
    return f"p50 {half * 1000:.1f} ms, p99 {most * 1000:.1f} ms, worst {max(seconds, default=0.0) * 1000:.0f} ms"


def percentiles(found: Sequence[float]) -> tuple[float, float]:
    """The 50th and the 99th; 0 of nothing."""
    if len(found) < 2:
        return (found[0], found[0]) if found else (0.0, 0.0)
    quantiles = statistics.quantiles(found, n=100, method="inclusive")
    return quantiles[49], quantiles[98]


def late(path: Path, span: tuple[float, float]) -> str:
    """How late the timers of a probe came between two moments (seconds since 1970)."""
    return cuts(lags(path, *span))


def descendants(pid: int) -> list[int]:
    """The children of a process, and theirs."""
    return [one for child in _children(pid) for one in (child, *descendants(child))]


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in task.read_text(encoding="ascii").split()]
    return found
