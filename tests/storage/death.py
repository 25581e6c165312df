"""How tests order deaths of `dying.py`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL


@dataclass(frozen=True)
class Ended:
    """How a child ended, and after how many seconds."""

    status: int
    seconds: float


class Death:
    """A process whose children die as ordered."""

    def __init__(self, orders: IO[str], ends: IO[str]) -> None:
        self._orders, self._ends = orders, ends

    def order(self, act: str, path: Path, **when: float) -> Ended:
        """`statement=n`: before its n-th statement; `after=s`: after s seconds; neither: it may live."""
        order: dict[str, Any] = {"act": act, "path": str(path), **when}
        self._orders.write(json.dumps(order) + "\n")
        self._orders.flush()
        return Ended(**json.loads(self._ends.readline()))


@contextmanager
def dying() -> Iterator[Death]:
    """The process, ended with the block."""
    with subprocess.Popen([sys.executable, "-m", "tests.storage.dying"], cwd=ROOT, text=True, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}) as process:
        assert process.stdin
        assert process.stdout
        yield Death(process.stdin, process.stdout)
