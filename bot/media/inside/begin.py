"""The beginning of each process of bot.media.inside, and how it speaks. Does no work.

It gives way, keeps within its bounds, and ends when its parent does.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Final

import msgspec

from bot.media.inside.bounds import Bounds

NICENESS: Final = 5
"""The bot's heartbeats and the studio go first."""
MAX_DETAIL_CHARACTERS: Final = 500


def begin(bounds: Bounds, *parts: Path) -> None:
    """Give way to others, stay within `bounds`, and watch the parent.

    When it dies, however that may be, `parts` are removed and the process ends.
    """
    os.nice(NICENESS)
    threading.Thread(target=_end_with_parent, args=(parts,), daemon=True, name="watch the parent").start()
    bounds.keep()


def say(word: msgspec.Struct) -> None:
    """One line of JSON on standard output."""
    sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
    sys.stdout.buffer.flush()


def told(fault: BaseException) -> str:
    """What a fault says of itself, short and in letters that JSON can carry: a file's name may hold others."""
    words = f"{type(fault).__name__}: {fault}"[:MAX_DETAIL_CHARACTERS]
    return words.encode(errors="replace").decode()


def _end_with_parent(parts: tuple[Path, ...]) -> None:
    while os.read(0, 4096):     # not through sys.stdin, whose lock would make Python abort at its end
        pass
    for part in parts:
        part.unlink(missing_ok=True)
    os._exit(1)
