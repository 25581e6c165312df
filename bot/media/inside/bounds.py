"""Bounds: what a process may take of the machine while it works on a foreign file. The kernel keeps them, nobody asks."""

from __future__ import annotations

import resource
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MIB: Final = 1024 * 1024
USUAL_START_BYTES: Final = 256 * MIB
"""What a process has mapped before it begins, where the kernel does not tell; on Linux it is 100 MiB."""
OPEN_FILES: Final = 32
"""The clip, what is written of it, the three streams; FFmpeg opens some for a moment."""
HARD_CPU_SECONDS: Final = 5
"""Between the signal that ends a process and the one that does so in any case."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """`memory_bytes`: addresses beyond those that the process has when it begins; `cpu_seconds`: of all its threads together,
    `look_seconds` of them before `go_on` is called; `file_bytes`: of each file that it writes."""

    memory_bytes: int
    cpu_seconds: int
    file_bytes: int
    look_seconds: int | None = None

    def keep(self) -> None:
        """From now on. What goes beyond fails with MemoryError or OSError, or ends the process with a signal."""
        _most(resource.RLIMIT_CORE, 0)
        _most(resource.RLIMIT_NOFILE, OPEN_FILES)
        _most(resource.RLIMIT_FSIZE, self.file_bytes)
        _most(resource.RLIMIT_CPU, self.look_seconds or self.cpu_seconds, self.cpu_seconds + HARD_CPU_SECONDS)
        _most(resource.RLIMIT_AS, _mapped_bytes() + self.memory_bytes)

    def go_on(self) -> None:
        """The file is what it says: the work on it may take all of its time."""
        _most(resource.RLIMIT_CPU, self.cpu_seconds, self.cpu_seconds + HARD_CPU_SECONDS)


def _most(what: int, soft: int, hard: int | None = None) -> None:
    """Lower a limit, never beyond what was set for us already."""
    _, allowed = resource.getrlimit(what)
    most = soft if hard is None else hard
    if allowed != resource.RLIM_INFINITY:
        most = min(most, allowed)
    resource.setrlimit(what, (min(soft, most), most))


def _mapped_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    except OSError:     # no Linux
        return USUAL_START_BYTES
