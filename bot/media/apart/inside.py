"""The worker's side of bot.media.apart: it gives way, says what it has to say, and ends when its parent does. Does no work."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Final

import msgspec

NICENESS: Final = 5
"""The bot's heartbeats and the studio go first."""


def begin(part: Path) -> None:
    """Give way to others, and watch the parent: when it dies, however that may be, `part` is removed and the process ends."""
    os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, args=(part,), daemon=True, name="watch the parent").start()


def say(word: msgspec.Struct) -> None:
    """One line of JSON on standard output."""
    sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
    sys.stdout.buffer.flush()


def _end_with_parent(part: Path) -> None:
    while os.read(0, 4096):     # not through sys.stdin, whose lock would make Python abort at its end
        pass
    part.unlink(missing_ok=True)
    os._exit(1)
