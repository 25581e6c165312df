"""Live: what this process holds of a job that waits or works: its door, its client, its step. Nothing of it is durable."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial
from typing import Any, Final

from bot.flows.account import Access, Speaker
from bot.jobs.door import Door
from bot.jobs.pictures import Pictures
from bot.jobs.progress import Teller
from storage import Job

CHEAP_STEPS: Final = frozenset(("fetch", "prepare", "film"))
"""Steps that cost nothing when they are broken off: the next process takes them up where they were."""
TELL: Final = "tell"
LAST_STEPS: Final = frozenset(("deliver", TELL))


class Live:
    """One job in this process."""

    def __init__(self, job: Job, door: Door, teller: Teller) -> None:
        self.door = door
        self.teller = teller
        self.pictures = Pictures(teller)
        self.turn = asyncio.Lock()          # held where a cancellation and a post, or a start, would race
        self.is_hung_up = False             # by its member
        self.step: str | None = None
        self.client: tuple[Access, Speaker] | None = None
        self._job_id = job.id
        self._work: asyncio.Task[None] | None = None
        self._is_stopped = False

    async def run(self, name: str, work: Coroutine[Any, Any, None]) -> bool:
        """Carry `work` out; False where the member hung up meanwhile. Raises what it raises."""
        task = asyncio.create_task(work, name=f"{name} of job {self._job_id}")
        self._work, self.step = task, name
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait({task})
            raise
        finally:
            self._work, self.step = None, None
        if task.cancelled():
            if self.is_hung_up:
                return False
            if self._is_stopped:
                raise asyncio.CancelledError
            raise RuntimeError(f"{name} was broken off by nobody")      # unnoted, it would hold its place until a restart
        task.result()
        return True

    def hang_up(self) -> bool:
        """Break off the step that runs, for good; False where none does."""
        self.is_hung_up = True
        return self.stop()

    def stop(self) -> bool:
        """Break off the step that runs, for the next process to take it up; False where none does."""
        self._is_stopped = True
        return self._work is not None and self._work.cancel()

    async def hush(self) -> None:
        """Show nothing more; what is being shown is broken off."""
        await self.pictures.stop()
        await self.teller.stop()

    async def close(self) -> None:
        """Let go of everything."""
        await self.hush()
        if self.client is not None:
            _, speaker = self.client
            self.client = None
            await speaker.nemo.aclose()


class LiveJobs:
    """The jobs of this process, by id."""

    def __init__(self) -> None:
        self.is_closing = False
        self.broken_off: set[str] = set()
        """Jobs whose workflow ended, which the engine may not have noted: it takes them for being at work."""
        self._jobs: dict[str, Live] = {}
        self._working: dict[str, asyncio.Task[Any]] = {}
        self._telling: dict[str, asyncio.Task[None]] = {}
        self._idle = asyncio.Event()
        self._idle.set()

    def find(self, job_id: str) -> Live | None:
        """What is held of a job."""
        return self._jobs.get(job_id)

    def keep(self, job_id: str, live: Live) -> Live:
        """Hold `live` from now on."""
        self._jobs[job_id] = live
        return live

    async def let_go(self, job_id: str) -> None:
        """Hold nothing of the job any more."""
        if (live := self._jobs.pop(job_id, None)) is not None:
            await live.close()

    def works(self, job_id: str) -> None:
        """The job is at work until the task that calls this has ended; that is after the engine has noted its outcome."""
        task = asyncio.current_task()
        assert task is not None
        self._working[job_id] = task
        self._idle.clear()
        task.add_done_callback(partial(self._worked, job_id))

    def tell(self, job_id: str, telling: Coroutine[Any, Any, None]) -> None:
        """Have the job's end told beside whatever works, unless that is under way."""
        if job_id in self._telling:
            telling.close()
            return
        task = asyncio.create_task(telling, name=f"tell the end of job {job_id}")
        self._telling[job_id] = task
        self._idle.clear()
        task.add_done_callback(lambda _task: self._rests(self._telling, job_id))

    def may_begin(self, step: str) -> bool:
        """Whether a step is worth beginning: while the process ends, only what brings a job to its end soon."""
        return not self.is_closing or step in LAST_STEPS

    def at_work(self) -> dict[str, str]:
        """The jobs that are at work, and at which step."""
        held = {job_id: self._jobs.get(job_id) for job_id in sorted(self._working)}
        steps = {job_id: (live.step if live is not None else None) or "between two steps" for job_id, live in held.items()}
        return dict.fromkeys(self._telling, TELL) | steps

    def stop(self, job_id: str) -> None:
        """Break off what the job is at, for the next process to take it up."""
        if (live := self._jobs.get(job_id)) is not None:
            live.stop()
        if (telling := self._telling.get(job_id)) is not None:
            telling.cancel()

    def _worked(self, job_id: str, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or task.exception() is not None:
            self.broken_off.add(job_id)
        self._rests(self._working, job_id)

    def _rests(self, among: dict[str, asyncio.Task[Any]], job_id: str) -> None:
        among.pop(job_id, None)
        if not self._working and not self._telling:
            self._idle.set()

    async def idle(self) -> None:
        """Wait until no job is at work, and no end is being told."""
        await self._idle.wait()

    async def close(self) -> None:
        """Let go of all jobs."""
        for job_id in list(self._jobs):
            await self.let_go(job_id)
