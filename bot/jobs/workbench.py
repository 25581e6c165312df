"""Workbench: the live parts that jobs work with, handed to them by a face. Holds no rule of a job's life."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.flows.account import Access, client_for
from bot.jobs.door import Doors
from bot.jobs.folders import Folders
from bot.jobs.live import Live, LiveJobs
from bot.jobs.progress import Teller
from bot.media.fetch import Progress as Fetched
from bot.media.fetch import fetch
from bot.media.fetch.public import fetch_public
from bot.media.waveform import draw
from bot.nemo import Clock, Nemo
from storage import Job, Stores

ENGINE_FILE = "jobs.db"


class Fetch(Protocol):
    """Brings an attachment to a file: `bot.media.fetch.fetch`, with a proxy bound to it where there is one."""

    async def __call__(self, link: str, to: Path, *, limit_bytes: int, clock: Clock, progress: Fetched | None = None) -> int:
        """See `bot.media.fetch.fetch`."""
        ...


class FetchPublic(Protocol):
    """Brings what lies behind a link of the public internet to a file: `bot.media.fetch.public.fetch_public`, likewise."""

    async def __call__(self, link: str, to: Path, *, limit_bytes: int, clock: Clock, progress: Fetched | None = None) -> str:
        """The file's name. See `bot.media.fetch.public.fetch_public`."""
        ...


class Draw(Protocol):
    """Draws the waveform of a clip: `bot.media.waveform.draw`."""

    async def __call__(self, clip: Path, to: Path) -> None:
        """See `bot.media.waveform.draw`."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Workbench:
    """What jobs need. Shows nothing of it: a proxy's address may hold a password.

    `access` tells how the backend is reached now: a studio that was started again may have another address. `data` is the
    folder of the engine's tables (`jobs.db`) and of the jobs' files (`jobs/`).
    """

    stores: Stores
    access: Callable[[], Access]
    environment: Mapping[str, str]
    doors: Doors
    clock: Clock
    data: Path
    fetch: Fetch = fetch
    fetch_public: FetchPublic = fetch_public
    draw: Draw = draw
    live: LiveJobs = field(default_factory=LiveJobs)
    conversion: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """One clip is written anew at a time: several would keep the loop from whoever wants an answer within a second."""
    drawing: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))
    """So is one waveform drawn: each is a process of its own, and a picture may wait."""

    @property
    def folders(self) -> Folders:
        """Where jobs keep their files."""
        return Folders(self.data / "jobs")

    @property
    def engine_file(self) -> Path:
        """Where the engine keeps its tables."""
        return self.data / ENGINE_FILE

    def live_of(self, job: Job) -> Live:
        """What this process holds of `job`, from now on if not yet."""
        live = self.live.find(job.id)
        if live is None:
            door = self.doors.of(job)
            live = self.live.keep(job.id, Live(job, door, Teller(job, door, self.stores.jobs, self.clock)))
        live.teller.job = job
        return live

    async def client_of(self, job: Job) -> Nemo:
        """The client that speaks for the job's member, kept until the job is let go or the backend moves."""
        live, access = self.live_of(job), self.access()
        if live.client is not None:
            earlier, nemo = live.client
            if earlier == access:
                return nemo
            live.client = None
            await nemo.aclose()
        nemo = await client_for(job.member_id, access, members=self.stores.members, accounts=self.stores.accounts,
                                environment=self.environment)
        live.client = access, nemo
        return nemo
