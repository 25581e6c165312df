"""The bot as a process of its own: started, killed, frozen, restarted. Never hangs: every wait has a deadline."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from tests.discord_sim.waiting import Bell, DeadlinePassed, until

EXIT_SECONDS = 20.0
LOG_SECONDS = 10.0
TAIL_LINES = 40
PIECE_BYTES = 65536
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV", "OPENBLAS_NUM_THREADS",
             "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG", "COVERAGE_FILE")


class BotProcess:
    """`async with BotProcess([sys.executable, "-m", "bot"], discord.environment | {…}, watched_by=discord) as bot:` starts it.

    `environment` is all that it gets, besides the few names in PASSED_ON; `folder` is where it works (the data of a restart).
    With `watched_by` a Discord, its log stands in that one's reports. At the end it and its children are killed.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, folder: Path | None = None,
                 watched_by: object = None) -> None:
        self.command = list(command)
        self.environment = dict(environment)
        self.folder = folder
        self.starts = 0
        self._process: asyncio.subprocess.Process | None = None
        self._pipe: tuple[int, int] | None = None       # one for all starts, so that a child left behind cannot hold anything up
        self._log = bytearray()
        self._bell = Bell()
        watched = getattr(watched_by, "watched", None)
        if watched is not None:
            watched.append(self)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._started.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; below zero the signal that ended it."""
        return self._started.returncode

    @property
    def log(self) -> str:
        """What it and its children wrote so far, over all starts."""
        self._drain()
        return self._log.decode(errors="replace")

    def log_tail(self, lines: int = TAIL_LINES) -> str:
        """The end of the log."""
        return "\n".join(self.log.splitlines()[-lines:])

    async def start(self) -> None:
        """Start it. Raises AssertionError when it runs already."""
        assert self._process is None or self._process.returncode is not None, "it runs already"
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            *self.command, env={**kept, "PYTHONUNBUFFERED": "1", **self.environment}, cwd=self.folder, start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL, stdout=self._opened(), stderr=asyncio.subprocess.STDOUT)
        self.starts += 1

    async def kill(self) -> None:
        """kill -9 it alone, its children stay; returns when it is gone."""
        self._send(signal.SIGKILL)
        await self.exited()

    async def terminate(self, seconds: float = EXIT_SECONDS) -> int:
        """SIGTERM; its exit code. Raises DeadlinePassed."""
        self._send(signal.SIGTERM)
        return await self.exited(seconds)

    async def restart(self) -> None:
        """kill -9 if it still runs, and start again with the same command, environment and folder."""
        if self.exit_code is None:
            await self.kill()
        await self.start()

    def freeze(self) -> None:
        """SIGSTOP."""
        self._send(signal.SIGSTOP)

    def thaw(self) -> None:
        """SIGCONT."""
        self._send(signal.SIGCONT)

    async def exited(self, seconds: float = EXIT_SECONDS) -> int:
        """Its exit code once it has ended. Raises DeadlinePassed with the log's tail."""
        try:
            return await asyncio.wait_for(self._started.wait(), seconds)
        except TimeoutError:
            raise DeadlinePassed(f"the process has not ended within {seconds:g} s\n\n{self.log_tail()}") from None

    async def says(self, text: str, seconds: float = LOG_SECONDS) -> None:
        """Until its log holds a text. Raises DeadlinePassed with the log's tail."""
        await until(self._bell, lambda: text in self.log, seconds=seconds, what=f"the log holds {text!r}", tell=self.log_tail)

    async def close(self) -> None:
        """Kill it and its children, and let go of its log."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), EXIT_SECONDS)
        if self._pipe is not None:
            self._drain()
            asyncio.get_running_loop().remove_reader(self._pipe[0])
            for end in self._pipe:
                os.close(end)
            self._pipe = None

    @property
    def _started(self) -> asyncio.subprocess.Process:
        assert self._process is not None, "not started"
        return self._process

    def _send(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._started.send_signal(number)

    def _opened(self) -> int:
        """The end of the pipe that the process writes to."""
        if self._pipe is None:
            self._pipe = os.pipe()
            os.set_blocking(self._pipe[0], False)
            asyncio.get_running_loop().add_reader(self._pipe[0], self._drain)
        return self._pipe[1]

    def _drain(self) -> None:
        """Take over what was written so far."""
        with contextlib.suppress(BlockingIOError):
            while self._pipe is not None:
                self._log += os.read(self._pipe[0], PIECE_BYTES)
                self._bell.ring()
