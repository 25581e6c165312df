"""Worker processes: one task each, a spare one always warm, none of them outliving the studio.

A worker (`python -m studio.worker`) reads one task as a line of JSON, writes a line for each step of progress and one
for the outcome, and ends; whatever it did to memory ends with it. It dies when its standard input closes, which
happens when the studio dies, however that may be.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Callable

import msgspec

from studio.errors import StudioError
from studio.limits import FATAL_SIGNALS, PROCESS_ENVIRONMENT, fault_of, limits_of
from studio.tasks import Fault, Hear, Inspect, Outcome, Progress, Task, answer_of, to_line

MOAN_BYTES = 16 * 1024              # of a worker's last words
LINE_BYTES = 4 * 1024 * 1024        # of an answer; the longest, a melody of three minutes, has some 100,000

log = logging.getLogger(__name__)


class WorkerDied(StudioError):
    """A worker ended without an outcome: `code` is its process's, negative for the signal that killed it."""

    says = "studio.worker_died"

    def __init__(self, detail: str = "", returncode: int | None = None) -> None:
        super().__init__(detail)
        self.returncode = returncode


class TaskRefused(StudioError):
    """A worker's own fault, carried over the process boundary with its sentence and its class of code."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.detail)
        self.facts = dict(fault.facts)
        self.says = fault.says
        self.code = fault.code


class Workers:
    """Runs tasks in processes, at most `count` at a time.

    A look at an upload does not wait behind songs and films; a clip that is heard aside takes none of their places. Where
    memory is short (`spare_while_busy` false) it does take one, and no process is kept warm while another works.
    """

    def __init__(self, count: int, *, spare_while_busy: bool = True) -> None:
        self._places = asyncio.Semaphore(count)
        self._glances = asyncio.Semaphore(count)
        self._aside = asyncio.Semaphore(1) if spare_while_busy else self._places
        self._spare_while_busy = spare_while_busy
        self._busy = 0
        self._is_closed = False
        self._spare: asyncio.Task[asyncio.subprocess.Process] | None = None
        self._alive: set[asyncio.subprocess.Process] = set()

    def warm(self) -> None:
        """Start a process that waits for the next task, so that its imports cost nobody time."""
        if self._spare is None:
            self._spare = asyncio.create_task(self._start(), name="warm a worker")

    async def run(self, task: Task, tell: Callable[[Progress], None]) -> Outcome:
        """The outcome of `task`; raises TaskRefused with the reason, also of a task beyond its limits, WorkerDied without one."""
        async with self._place_of(task):
            self._busy += 1
            try:
                return await self._serve(task, tell)
            finally:
                self._busy -= 1
                if not (self._busy or self._is_closed):
                    self.warm()

    async def _serve(self, task: Task, tell: Callable[[Progress], None]) -> Outcome:
        process = await self._take()
        seconds = limits_of(task).seconds
        try:
            async with asyncio.timeout(seconds):
                return await _converse(process, task, tell)
        except TimeoutError as late:
            raise TaskRefused(fault_of(task, f"{type(task).__name__} took over {seconds:.0f} s")) from late
        except WorkerDied as died:
            killed_by = -(died.returncode or 0)
            if killed_by in FATAL_SIGNALS:
                raise TaskRefused(fault_of(task, f"{type(task).__name__} ended with signal {killed_by}")) from died
            raise
        finally:
            await self._end(process)

    async def close(self) -> None:
        """End every worker at once."""
        self._is_closed = True
        if self._spare is not None:
            self._spare.cancel()
            await asyncio.wait([self._spare])
        await asyncio.gather(*(self._end(process) for process in list(self._alive)))

    def _place_of(self, task: Task) -> asyncio.Semaphore:
        if isinstance(task, Inspect):
            return self._glances
        return self._aside if isinstance(task, Hear) and task.aside else self._places

    async def _take(self) -> asyncio.subprocess.Process:
        """The spare process, with the next one being warmed; a spare that has died meanwhile is replaced."""
        while True:
            self.warm()
            assert self._spare is not None
            starting, self._spare = self._spare, None
            process = await starting
            if self._spare_while_busy:
                self.warm()
            if process.returncode is None:
                return process
            log.warning("a spare worker had died with %s", process.returncode)
            self._alive.discard(process)

    async def _start(self) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "studio.worker", limit=LINE_BYTES, stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, env={**os.environ, **PROCESS_ENVIRONMENT})
        self._alive.add(process)
        return process

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is None:
            process.kill()
        await process.wait()
        self._alive.discard(process)


async def _converse(process: asyncio.subprocess.Process, task: Task, tell: Callable[[Progress], None]) -> Outcome:
    assert process.stderr
    moans = asyncio.create_task(_last_lines(process.stderr), name="read a worker's moans")
    try:
        outcome = await _ask(process, task, tell)
        if outcome is not None:
            return outcome
        assert process.stdin
        process.stdin.close()       # whoever still lives ends with it
        await process.wait()
        lines = await moans
    finally:
        moans.cancel()
    log.error("a worker died with %s: %s", process.returncode, "\n".join(lines))
    raise WorkerDied(lines[-1] if lines else "", process.returncode)


async def _ask(process: asyncio.subprocess.Process, task: Task, tell: Callable[[Progress], None]) -> Outcome | None:
    """The outcome, or None where the process ended before it had one."""
    assert process.stdin and process.stdout
    try:
        process.stdin.write(to_line(task))
        await process.stdin.drain()
    except ConnectionError:
        return None
    while line := await _line(process.stdout):
        try:
            said = answer_of(line)
        except msgspec.DecodeError:         # cut off in the middle of a word
            return None
        if isinstance(said, Outcome):
            return said
        if isinstance(said, Fault):
            raise TaskRefused(said)
        tell(said)
    return None


async def _line(stream: asyncio.StreamReader) -> bytes:
    """A line of a worker's; nothing at its end, and nothing for one that has no end."""
    try:
        return await stream.readline()
    except ValueError:
        return b""


async def _last_lines(stream: asyncio.StreamReader) -> list[str]:
    kept = bytearray()
    while piece := await stream.read(MOAN_BYTES):
        kept += piece
        del kept[:-MOAN_BYTES]
    return [line.rstrip() for line in kept.decode(errors="replace").splitlines()]
