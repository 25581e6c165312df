"""Workbench: the live parts that jobs work with, handed to them by a face. Holds no rule of a job's life."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from bot.flows.account import Access, Speaker, speaker_for
from bot.flows.alerts import Alerts
from bot.flows.budget import Budget
from bot.jobs.door import Doors
from bot.jobs.folders import Folders
from bot.jobs.live import Live, LiveJobs
from bot.jobs.progress import Teller
from bot.jobs.tally import Tally
from bot.media.fetch import Progress as Fetched
from bot.media.fetch import fetch
from bot.media.fetch.public import fetch_public
from bot.media.intake import Intake, TakesIn
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


@dataclass(frozen=True, slots=True)
class Studio:
    """The studio beside a cloud, which goes on where credits are spent."""

    backend: str                                # what its projects are kept under
    reach: Callable[[], Awaitable[Access]]      # starts it where nobody has needed it yet. Raises NoStudio
    files: Path | None = None                   # of one that sleeps until it is needed; None: it is always awake

    def keeps_from_before(self, seconds: float) -> bool:
        """Whether it has files that nobody touched since that moment (seconds since 1970), for it to look at. Blocks."""
        if self.files is None:
            return False
        found = (*self.files.glob("sessions/*/session.json"), *self.files.glob("films/*"))
        return any(one.stat().st_mtime < seconds for one in found)

    async def __call__(self) -> Access:
        """The studio as members reach it now. Raises NoStudio."""
        return await self.reach()


@dataclass(frozen=True, slots=True, repr=False)
class Workbench:
    """What jobs need. Shows nothing of it: a proxy's address may hold a password.

    `access` tells how the usual backend is reached now: a studio that was started again may have another address. `data` is
    the folder of the engine's tables (`jobs.db`) and of the jobs' files (`jobs/`).
    """

    stores: Stores
    access: Callable[[], Access]
    environment: Mapping[str, str]
    doors: Doors
    clock: Clock
    data: Path
    fetch: Fetch = fetch
    fetch_public: FetchPublic = fetch_public
    intake: TakesIn = field(default_factory=Intake)
    studio: Studio | None = None
    """Beside a cloud; None where the studio is the usual backend."""
    studio_when_spent: bool = False
    """Whether the studio goes on in direct messages once credits are spent; in a server its admin decides."""
    is_studio: bool = False
    """Whether the usual backend is the studio."""
    keep: timedelta = timedelta(days=30)
    """How long jobs, and projects of the studio that nobody uses, are kept (MUREKA_KEEP_DAYS)."""
    live: LiveJobs = field(default_factory=LiveJobs)
    budget: Budget = Budget()               # noqa: RUF009 - frozen
    alerts: Alerts = field(default_factory=Alerts)
    tally: Tally = field(default_factory=Tally)

    @property
    def folders(self) -> Folders:
        """Where jobs keep their files."""
        return Folders(self.data / "jobs")

    @property
    def engine_file(self) -> Path:
        """Where the engine keeps its tables."""
        return self.data / ENGINE_FILE

    @property
    def studio_name(self) -> str | None:
        """What projects in the studio are kept under; None where there is no studio."""
        if self.is_studio:
            return self.access().backend
        return self.studio.backend if self.studio is not None else None

    def live_of(self, job: Job) -> Live:
        """What this process holds of `job`, from now on if not yet."""
        live = self.live.find(job.id)
        if live is None:
            door = self.doors.of(job)
            live = self.live.keep(job.id, Live(job, door, Teller(job, door, self.stores.jobs, self.clock)))
        live.teller.job = job
        return live

    def backend_of(self, job: Job) -> str:
        """What the job's project is kept under."""
        return job.backend or self.access().backend

    async def access_of(self, job: Job) -> Access:
        """The backend that makes `job`: the usual one, or the studio beside it. Raises NoStudio."""
        if self.studio is None or job.backend != self.studio.backend:
            return self.access()
        return await self.studio()

    async def client_of(self, job: Job) -> Nemo:
        """The client that speaks for the job's member, kept until the job is let go or the backend moves."""
        return (await self.speaker_of(job)).nemo

    async def speaker_of(self, job: Job) -> Speaker:
        """The same client, and whose token pays for what it says. Raises NoStudio, StorageError, ServerTokenDamaged."""
        live, access = self.live_of(job), await self.access_of(job)
        if live.client is not None:
            earlier, speaker = live.client
            if earlier == access:
                return speaker
            live.client = None
            await speaker.nemo.aclose()
        speaker = await speaker_for(job.member_id, access, members=self.stores.members, accounts=self.stores.accounts,
                                    environment=self.environment, server_accounts=self.stores.server_accounts,
                                    server_id=job.server_id)
        live.client = access, speaker
        return speaker
