"""A memory cage: a cgroup with a limit, version 1 or 2, that a process is started in. Where none can be made there is none."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

V1: Final = Path("/sys/fs/cgroup/memory")
V2: Final = Path("/sys/fs/cgroup")
EMPTY_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Cage:
    """A cgroup. All figures are bytes."""

    folder: Path
    is_first: bool              # version 1

    @property
    def command(self) -> tuple[str, ...]:
        """What stands before a command that shall run in it."""
        return ("/bin/sh", "-c", f'echo $$ > "{self.folder / "cgroup.procs"}" && exec "$@"', "sh")

    @property
    def pids(self) -> list[int]:
        """The processes in it."""
        return [int(line) for line in self._read("cgroup.procs").split()]

    @property
    def peak(self) -> int | None:
        """The most that was ever charged to it, with the page cache of files that it read and wrote; None: not told."""
        told = self._read("memory.max_usage_in_bytes" if self.is_first else "memory.peak").strip()
        return int(told) if told else None

    @property
    def now(self) -> tuple[int, int]:
        """Memory of its processes, and page cache, which is given back before anybody is killed."""
        told = dict(line.split() for line in self._read("memory.stat").splitlines())
        return int(told["total_rss" if self.is_first else "anon"]), int(told["total_cache" if self.is_first else "file"])

    @property
    def killed(self) -> int:
        """How many of its processes were killed for memory."""
        told = self._read("memory.oom_control" if self.is_first else "memory.events")
        return next((int(line.split()[1]) for line in told.splitlines() if line.startswith("oom_kill ")), 0)

    def _read(self, name: str) -> str:
        try:
            return (self.folder / name).read_text(encoding="ascii")
        except FileNotFoundError:       # of an older kernel
            return ""


@contextmanager
def cage(limit_bytes: int) -> Iterator[Cage | None]:
    """A new cage, gone at the end; None where this machine lets us make none."""
    is_first = (V1 / "memory.limit_in_bytes").exists()
    folder = (V1 if is_first else V2) / f"mureka-bench-{os.getpid()}"
    try:
        folder.mkdir()
        _limit(folder, limit_bytes, is_first=is_first)
    except OSError:
        with suppress(OSError):
            folder.rmdir()
        yield None
        return
    made = Cage(folder, is_first)
    try:
        yield made
    finally:
        deadline = time.monotonic() + EMPTY_SECONDS
        while made.pids and time.monotonic() < deadline:
            time.sleep(0.05)
        with suppress(OSError):
            folder.rmdir()


def _limit(folder: Path, limit_bytes: int, *, is_first: bool) -> None:
    """Limit memory, and swap with it, where that is counted."""
    (folder / ("memory.limit_in_bytes" if is_first else "memory.max")).write_text(str(limit_bytes), encoding="ascii")
    name, swap = ("memory.memsw.limit_in_bytes", str(limit_bytes)) if is_first else ("memory.swap.max", "0")
    with suppress(OSError):
        (folder / name).write_text(swap, encoding="ascii")
