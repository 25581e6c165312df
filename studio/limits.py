"""What a worker may take for each kind of task: memory, time, bytes on the disk. A task that wants more ends.

Memory is address space, counted from what the process holds once its crafts are imported (470 MB, of which it fills 80:
NumPy, onnxruntime and FFmpeg reserve more than they touch), since that differs from machine to machine. Measured beyond
it: a look at a sound 0, at a picture of 25 megapixels 550 MB as WebP; a hearing of three minutes 270; a song of four
minutes 630, its stems 710; its film with such a picture 600. What a sound asks for beyond a look's share are attachments
and tables, of which FFmpeg keeps several copies.
"""

from __future__ import annotations

import os
import resource
import signal
from dataclasses import dataclass
from pathlib import Path

from studio.errors import ClipTooHard, TooMuch
from studio.marks import is_picture
from studio.tasks import Fault, Film, Hear, Inspect, Make, Save, Task

MB = 1_000_000
A_CORE_BYTES = 24 * MB              # of stacks and pools for the threads that libraries start on each core
MOST_CORES = 64
MOST_OPEN_FILES = 256
KILLED_AFTER_SECONDS = 5            # beyond its time; a signal before that tells it apart from any other end
_TAKEN_FIRST = "500"                # when memory runs out: before the studio and the bot, of 1000

PROCESS_ENVIRONMENT = {"MALLOC_ARENA_MAX": "2"}
"""Else glibc reserves 64 MB for each thread, and keeps what one has freed from the others."""

FATAL_SIGNALS = frozenset((signal.SIGXCPU, signal.SIGXFSZ, signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE,
                           signal.SIGILL))
"""How a process ends that a file, and not somebody else, has killed."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`memory_bytes` is beyond what an idle worker has; `seconds` are by the wall's clock, `cpu_seconds` of all threads."""

    memory_bytes: int
    cpu_seconds: int
    seconds: float
    file_bytes: int                 # of each file that is written


LIMITS: dict[type[Task], Limits] = {
    Inspect: Limits(120 * MB, 20, 60.0, 0),
    Hear: Limits(450 * MB, 120, 300.0, 16 * MB),
    Make: Limits(1_100 * MB, 900, 900.0, 500 * MB),
    Film: Limits(1_100 * MB, 1_800, 900.0, 2_000 * MB),
    Save: Limits(1_100 * MB, 900, 900.0, 2_000 * MB),
}

PICTURE_BYTES = 700 * MB
"""The memory of a look at a picture, which is unpacked whole."""


def limits_of(task: Task) -> Limits:
    """The limits of a task."""
    return LIMITS[type(task)]


def _memory_bytes(task: Task) -> int:
    try:
        return PICTURE_BYTES if isinstance(task, Inspect) and is_picture(task.path) else limits_of(task).memory_bytes
    except OSError:                 # for the task to tell
        return limits_of(task).memory_bytes


def fault_of(task: Task, detail: str) -> Fault:
    """The fault of a task that wanted more than it may have: with a file that somebody sent, the file's."""
    kind = ClipTooHard if isinstance(task, Inspect | Hear) else TooMuch
    return Fault(kind.says, kind.code, detail)


def prepare() -> None:
    """For a process that will do one task: no dumps of what members sent, and the first to go when memory runs out."""
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_NOFILE, MOST_OPEN_FILES)
    try:
        Path("/proc/self/oom_score_adj").write_text(_TAKEN_FIRST, encoding="ascii")
    except OSError:                 # no Linux, or a cautious one
        return


def confine(task: Task) -> None:
    """Hold this process to the limits of `task`, for good."""
    limits = limits_of(task)
    held = _held_bytes()
    if held is not None:
        _limit(resource.RLIMIT_AS, held + _memory_bytes(task) + _thread_bytes() + _font_bytes(task))
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds, KILLED_AFTER_SECONDS)
    _limit(resource.RLIMIT_FSIZE, limits.file_bytes)


def _limit(what: int, most: int, more: int = 0) -> None:
    """Not to be lifted again. For `more` than the first limit, where there is a second, there is no appeal."""
    _, hard = resource.getrlimit(what)
    last = most + more if hard == resource.RLIM_INFINITY else min(most + more, hard)
    resource.setrlimit(what, (min(most, last), last))


def _held_bytes() -> int | None:
    """The address space that this process has now; None where only Linux could tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except OSError:
        return None
    return pages * resource.getpagesize()


def _thread_bytes() -> int:
    return A_CORE_BYTES * min(os.cpu_count() or 1, MOST_CORES)


def _font_bytes(task: Task) -> int:
    """A sound font is mapped into memory whole; some have gigabytes, of which a song touches little."""
    font = task.soundfont if isinstance(task, Make | Save) else None
    try:
        return font.stat().st_size if font else 0
    except OSError:
        return 0
