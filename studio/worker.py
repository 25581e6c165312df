"""A worker process: reads one task from standard input, does it, tells its steps and its outcome on standard output, ends.

It imports the crafts before the task arrives, so that a spare worker answers at once; and it ends when its standard
input closes, so that no worker outlives the studio.
"""

from __future__ import annotations

import os
import sys
import threading
from typing import BinaryIO

from studio.errors import DiskFull, StudioError, fault_behind
from studio.tasks import Fault, Outcome, Progress, task_of, to_line
from studio.workshop import perform_task


def main() -> None:
    """Serve one task over the standard streams."""
    answers = _own_stdout()
    line = sys.stdin.buffer.readline()
    if not line:
        return
    threading.Thread(target=_end_with_parent, daemon=True, name="watch the parent").start()
    task = task_of(line)

    def tell(said: Progress | Fault | Outcome) -> None:
        answers.write(to_line(said))
        answers.flush()

    try:
        tell(perform_task(task, tell))
    except StudioError as fault:
        tell(_told(fault))
    except OSError as error:
        behind = fault_behind(error)
        if not isinstance(behind, DiskFull):
            raise
        tell(_told(behind))


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
