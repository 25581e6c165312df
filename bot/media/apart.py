"""Apart: hear out a process that works on a foreign file, so that what ends badly ends with it. Knows none of the work.

What such a process may take is bounded on its side, by bot.media.inside.bounds; here, what it may say is.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import msgspec

LINE_BYTES: Final = 64 * 1024
"""Of one word. A process that says more in one breath is no longer ours."""
KEPT_BYTES: Final = 4096
"""Of what it moans, for the log."""
ROOT: Final = Path(__file__).parents[2]     # where the package `bot` lies
_SECRET: Final = re.compile(r"^(DISCORD|MUREKA|NEMO|STUDIO)_|TOKEN|SECRET|PASSWORD|_KEY|PROXY", re.IGNORECASE)

Word = TypeVar("Word")


class WorkerDied(Exception):
    """The process ended without a last word; the text holds its exit code and what it wrote to standard error."""


class WorksApart(Protocol):
    """Has a module's work done somewhere else: `work_apart`."""

    async def __call__(self, module: str, arguments: Sequence[str], hear: Callable[[bytes], Any], /) -> Any:
        """See `work_apart`."""
        ...


async def work_apart(module: str, arguments: Sequence[str], hear: Callable[[bytes], Word | None]) -> Word:
    """Run `python -m module arguments`, pass each of its lines to `hear`, and give the first word that it makes of one.

    The process is killed when that word is there, and when the call is cancelled. Raises WorkerDied, OSError, and
    ValueError for an argument that no process can be given.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env=environment(), start_new_session=True, limit=LINE_BYTES)
    assert process.stderr
    moans = asyncio.create_task(_last_of(process.stderr), name=f"read what {module} moans")
    try:
        word = await _listen(process, hear)
        if word is not None:
            return word
        with suppress(ProcessLookupError):      # it may have more to say, which nobody would read
            if process.stdout and not process.stdout.at_eof():
                process.kill()
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
    while True:
        try:
            line = await process.stdout.readline()
            if not line:
                return None
            word = hear(line)
        except (msgspec.DecodeError, ValueError):       # cut off in the middle of a word, or without end
            return None
        if word is not None:
            return word


async def _last_of(stream: asyncio.StreamReader) -> str:
    kept = b""
    while piece := await stream.read(KEPT_BYTES):
        kept = (kept + piece)[-KEPT_BYTES:]
    return kept.decode(errors="replace").strip()


def environment() -> dict[str, str]:
    """The worker's: it imports this very package, nothing from the current folder, and knows no secrets.

    One arena for all threads: others reserve 64 MB of addresses each, which count against its bound.
    """
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    plain = {name: value for name, value in os.environ.items() if not _SECRET.search(name)}
    return {**plain, "PYTHONSAFEPATH": "1", "PYTHONPATH": path, "MALLOC_ARENA_MAX": "1"}
