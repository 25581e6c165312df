"""Apart: hear out a process that works on a foreign file, so that what ends badly ends with it. Knows none of the work."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

import msgspec

KEPT_LINES: Final = 20
ROOT: Final = Path(__file__).parents[3]     # where the package `bot` lies
_SECRET: Final = ("DISCORD_", "MUREKA_", "NEMO_")

Word = TypeVar("Word")


class WorkerDied(Exception):
    """The process ended without a last word; the text holds its exit code and what it wrote to standard error."""


async def work_apart(module: str, arguments: Sequence[str], hear: Callable[[bytes], Word | None]) -> Word:
    """Run `python -m module arguments`, pass each of its lines to `hear`, and give the first word that it makes of one.

    The process is killed when that word is there, and when the call is cancelled. Raises WorkerDied, OSError.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env=_environment(), start_new_session=True)
    assert process.stderr
    moans = asyncio.create_task(_last_lines(process.stderr), name=f"read what {module} moans")
    try:
        word = await _listen(process, hear)
        if word is not None:
            return word
        await process.wait()
        raise WorkerDied(f"the worker died with {process.returncode}: {await moans}")
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        moans.cancel()


async def _listen(process: asyncio.subprocess.Process, hear: Callable[[bytes], Word | None]) -> Word | None:
    """The worker's last word, or None where it ended without one."""
    assert process.stdout
    async for line in process.stdout:
        try:
            word = hear(line)
        except msgspec.DecodeError:         # cut off in the middle of a word
            return None
        if word is not None:
            return word
    return None


async def _last_lines(stream: asyncio.StreamReader) -> str:
    kept: deque[str] = deque(maxlen=KEPT_LINES)
    async for line in stream:
        kept.append(line.decode(errors="replace").rstrip())
    return "\n".join(kept)


def _environment() -> dict[str, str]:
    """The worker's: it imports this very package, nothing from the current folder, and knows no secrets."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    plain = {name: value for name, value in os.environ.items() if not name.startswith(_SECRET)}
    return {**plain, "PYTHONSAFEPATH": "1", "PYTHONPATH": path}
