"""A worker process: reads one task from standard input, does it, tells its steps and its outcome on standard output, ends.

It imports the crafts before the task arrives, so that a spare worker answers at once; and it ends when its standard
input closes, so that no worker outlives the studio.
"""

from __future__ import annotations

import errno
import os
import sys
import threading
from collections.abc import Callable
from typing import BinaryIO

from studio.errors import DISK_FAULTS, StudioError, fault_behind
from studio.limits import confine, fault_of, prepare
from studio.tasks import Fault, Outcome, Progress, Task, task_of, to_line
from studio.workshop import perform_task


def main() -> None:
    """Serve one task over the standard streams."""
    prepare()
    answers = _own_stdout()
    line = sys.stdin.buffer.readline()
    if not line:
        return
    threading.Thread(target=_end_with_parent, daemon=True, name="watch the parent").start()
    task = task_of(line)

    def tell(said: Progress | Fault | Outcome) -> None:
        answers.write(to_line(said))
        answers.flush()

    confine(task)
    tell(_outcome(task, tell))


def _outcome(task: Task, tell: Callable[[Progress], None]) -> Outcome | Fault:
    """What becomes of a task. What it held is given back before its fault is told, which takes memory too."""
    try:
        return perform_task(task, tell)
    except StudioError as fault:
        return _told(fault)
    except MemoryError as error:
        return fault_of(task, f"{type(task).__name__}: {error}")
    except OSError as error:
        if error.errno == errno.EFBIG:      # beyond its share of the disk: Python does not let the signal end it
            return fault_of(task, f"{type(task).__name__}: {error}")
        if error.errno not in DISK_FAULTS:
            raise
        return _told(fault_behind(error))


def _told(fault: StudioError) -> Fault:
    facts = {name: value for name, value in fault.facts.items() if isinstance(value, str | int | float)}
    return Fault(fault.says, fault.code, str(fault), facts)


def _own_stdout() -> BinaryIO:
    """The answers' own stream; whatever a library prints goes to standard error instead."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _end_with_parent() -> None:
    while os.read(0, 4096):     # not through sys.stdin, whose lock would make Python abort at its end
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
