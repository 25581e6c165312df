"""How much this machine can do at once: its memory and its cores, as far as we may use them. Starts nothing.

A container's limits are those of its control group (v1 or v2) and of every group above it; elsewhere the memory counts
that is free now.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SYSTEM = Path("/")
GIB = 1024**3
SMALL_BYTES = int(1.5 * GIB)
"""Below it there is room for one song: a worker takes 450 MB at most times, 800 for the longest song (measured)."""
MOST_WORKERS = 2                # where nobody names a number; each of them has threads for two cores


@dataclass(frozen=True, slots=True)
class Machine:
    """What may be used of this machine; None where it does not tell."""

    memory_bytes: int | None
    cores: int

    @property
    def is_small(self) -> bool:
        """Whether a process that only waits takes memory that a song needs."""
        return self.memory_bytes is not None and self.memory_bytes < SMALL_BYTES

    def workers(self) -> int:
        """How many songs and films this machine bears at the same time."""
        return 1 if self.is_small else min(self.cores, MOST_WORKERS)

    def __str__(self) -> str:
        memory = "memory of unknown size" if self.memory_bytes is None else f"{self.memory_bytes / GIB:.1f} GiB of memory"
        return f"{memory} and {self.cores} core{'s' if self.cores > 1 else ''}"


def this_machine(root: Path = SYSTEM) -> Machine:
    """The machine that we run on, as the files below `root` tell."""
    folders = list(_groups(root))
    limits = [limit for folder in folders for limit in _memory_limits(folder)]
    free = _available(root)
    memory = min((one for one in (*limits, free) if one is not None), default=None)
    granted = [share for folder in folders for share in _core_limits(folder)]
    return Machine(memory, max(1, math.floor(min([float(_own_cores()), *granted]))))


def _own_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _available(root: Path) -> int | None:
    for line in _text(root / "proc/meminfo").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return None


def _groups(root: Path) -> Iterator[Path]:
    """The folders of our control groups, each with all that are above it. In a container ours often is the top itself."""
    top = root / "sys/fs/cgroup"
    for line in _text(root / "proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        for name in controllers.split(",") if controllers else ("", "unified"):
            if name not in ("", "unified", "memory", "cpu"):
                continue
            here = top / name / path.lstrip("/")
            while here != top.parent and top in (here, *here.parents):
                if here != top or not name:
                    yield here
                here = here.parent


def _memory_limits(folder: Path) -> Iterator[int]:
    for name in ("memory.max", "memory.high", "memory.limit_in_bytes"):
        text = _text(folder / name).strip()
        if text.isdecimal() and 0 < int(text) < 2**60:          # v1 says "no limit" by a number close to 2⁶³
            yield int(text)


def _core_limits(folder: Path) -> Iterator[float]:
    quota, _, period = _text(folder / "cpu.max").strip().partition(" ")
    if not quota:
        quota, period = (_text(folder / f"cpu.cfs_{name}_us").strip() for name in ("quota", "period"))
    if quota.isdecimal() and period.isdecimal() and int(period) > 0:
        yield int(quota) / int(period)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
