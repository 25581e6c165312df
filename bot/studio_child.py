"""A studio as a child process: started on a free loopback port, stopped with the bot, never outliving it.

The bot holds the child's standard input open; the studio ends when it closes, so even a killed bot leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
import sys
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bot.nemo import NemoError

READY = "studio ready at"
LOCK = ".in-use"
START_SECONDS = 20.0
STOP_SECONDS = 1.2                  # then it is killed: Ctrl-C shall take less than two seconds
LAST_BREATH_SECONDS = 0.3           # how much later than its connections a dying process may end
KEPT_LINES = 20
LINE_BYTES = 1024 * 1024
THE_BOTS_OWN = ("DISCORD_", "MUREKA_", "NEMO_")
ROOT = Path(__file__).parents[1]    # where the package `studio` lies beside `bot`

log = logging.getLogger(__name__)


class StudioTrouble(Exception):
    """The bot's own studio is of no use."""

    says = "studio.did_not_start"


class StudioDidNotStart(StudioTrouble):
    """The child ended, or said nothing, before it was ready."""

    says = "studio.did_not_start"


class StudioBusy(StudioTrouble):
    """Another bot runs a studio on the same files."""

    says = "studio.busy"


class StudioEnded(StudioTrouble):
    """The child ended while it was needed."""

    says = "studio.ended"


@asynccontextmanager
async def running_studio(data: Path, environment: Mapping[str, str], *, port: int = 0) -> AsyncIterator[str]:
    """Run a studio with its files in `data`, on any free port unless one is named; yields its address.

    One that others shall reach (STUDIO_PUBLIC_URL) listens where STUDIO_HOST and STUDIO_PORT say, so that a web server in
    front of it finds it.
    Raises StudioBusy, StudioDidNotStart with its last words, and StudioEnded in the body as soon as the child is gone.
    """
    with ours_alone(data):
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "studio", "--with-parent", *_place(environment, port), "--data", str(data),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            limit=LINE_BYTES, env=child_environment(environment), start_new_session=True)
        words: deque[str] = deque(maxlen=KEPT_LINES)
        listening = asyncio.create_task(_listen(process, words), name="read the studio's log")
        try:
            url = await _address(process, words)
            async with _while_it_lives(process, words):
                yield url
        finally:
            await _stop(process)
            await listening


def _place(environment: Mapping[str, str], port: int) -> list[str]:
    return [] if environment.get("STUDIO_PUBLIC_URL", "").strip() else ["--host", "127.0.0.1", "--port", str(port)]


def child_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment of a studio: it imports what stands beside the bot and nothing from the current folder, and it is
    told none of the bot's own settings, which hold its secrets."""
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    found = {**os.environ, **environment}
    if "MUREKA_KEEP_DAYS" in found:     # the bot forgets a project when the studio forgets its session
        found.setdefault("STUDIO_KEEP_DAYS", found["MUREKA_KEEP_DAYS"])
    plain = {name: value for name, value in found.items() if not name.startswith(THE_BOTS_OWN)}
    return {**plain, "PYTHONSAFEPATH": "1", "PYTHONPATH": path}


@contextmanager
def ours_alone(data: Path) -> Iterator[None]:
    """Two studios on the same files would undo each other's work. The lock ends with the process, however it ends."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data / LOCK).open("ab")
    except OSError as fault:
        raise StudioDidNotStart(f"{data}: {fault.strerror}") from fault
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as taken:
            raise StudioBusy(str(data)) from taken
        yield


async def _address(process: asyncio.subprocess.Process, words: deque[str]) -> str:
    assert process.stdout
    try:
        async with asyncio.timeout(START_SECONDS):
            async for line in process.stdout:
                if line.startswith(READY.encode()):
                    return line.decode().removeprefix(READY).strip()
            await process.wait()
    except TimeoutError as late:
        raise StudioDidNotStart(f"no word within {START_SECONDS:.0f} s") from late
    raise StudioDidNotStart(words[-1] if words else f"exit code {process.returncode}")


async def _listen(process: asyncio.subprocess.Process, words: deque[str]) -> None:
    assert process.stderr
    while True:
        try:
            line = await process.stderr.readline()
        except ValueError:      # longer than LINE_BYTES, and dropped; where nobody reads on, the studio stops at its next line
            continue
        if not line:
            return
        words.append(line.decode(errors="replace").rstrip())
        log.debug("studio: %s", words[-1])


@asynccontextmanager
async def _while_it_lives(process: asyncio.subprocess.Process, words: deque[str]) -> AsyncIterator[None]:
    """Cancels the body when the process ends, so that nobody polls a dead studio; raises StudioEnded then."""
    body = asyncio.current_task()
    assert body
    ended = asyncio.create_task(process.wait(), name="watch the studio")
    cancelled: list[int] = []

    def cancel(_: asyncio.Task[int]) -> None:
        if not ended.cancelled():
            cancelled.append(ended.result())
            body.cancel()

    ended.add_done_callback(cancel)
    try:
        yield
    except asyncio.CancelledError:
        if not cancelled or body.uncancel():
            raise
        raise StudioEnded("\n".join(words)) from None
    except NemoError as fault:
        try:
            await asyncio.wait([ended], timeout=LAST_BREATH_SECONDS)
        except asyncio.CancelledError:
            if not cancelled or body.uncancel():
                raise
        if not ended.done():
            raise
        raise StudioEnded("\n".join(words)) from fault
    finally:
        ended.remove_done_callback(cancel)
        ended.cancel()


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
