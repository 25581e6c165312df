"""A studio as a child process: started on a free loopback port, stopped with the bot, never outliving it.

The bot holds the child's standard input open; the studio ends when it closes, so even a killed bot leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

READY = "studio ready at"
START_SECONDS = 20.0
STOP_SECONDS = 1.2                  # then it is killed: Ctrl-C shall take less than two seconds
KEPT_LINES = 20

log = logging.getLogger(__name__)


class StudioDidNotStart(Exception):
    """The child ended, or said nothing, before it was ready."""

    says = "studio.did_not_start"


@asynccontextmanager
async def running_studio(data: Path, environment: Mapping[str, str]) -> AsyncIterator[str]:
    """Run a studio with its files in `data`; yields its address. Raises StudioDidNotStart with its last words."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "studio", "--with-parent", "--host", "127.0.0.1", "--port", "0", "--data", str(data),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        env={**os.environ, **environment}, start_new_session=True)
    words: deque[str] = deque(maxlen=KEPT_LINES)
    listening = asyncio.create_task(_listen(process, words), name="read the studio's log")
    try:
        yield await _address(process, words)
    finally:
        await _stop(process)
        await listening


async def _address(process: asyncio.subprocess.Process, words: deque[str]) -> str:
    assert process.stdout
    try:
        async with asyncio.timeout(START_SECONDS):
            line = (await process.stdout.readline()).decode(errors="replace")
    except TimeoutError as late:
        raise StudioDidNotStart(f"no word within {START_SECONDS:.0f} s") from late
    if not line.startswith(READY):
        await process.wait()
        raise StudioDidNotStart(words[-1] if words else f"exit code {process.returncode}")
    return line.removeprefix(READY).strip()


async def _listen(process: asyncio.subprocess.Process, words: deque[str]) -> None:
    assert process.stderr
    async for line in process.stderr:
        words.append(line.decode(errors="replace").rstrip())
        log.debug("studio: %s", words[-1])


async def _stop(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await process.wait()
        except TimeoutError:
            log.warning("the studio would not stop within %.1f s and is killed", STOP_SECONDS)
            process.kill()
    await process.wait()
