"""Work: what a step is given. Holds no rule of any step."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Unpack

from bot.flows.account import Speaks
from bot.flows.budget import cost_of, watch_budget
from bot.flows.errors import WishUnchanged
from bot.flows.progress import Progress
from bot.jobs.live import Live
from bot.jobs.workbench import Workbench
from bot.nemo import Nemo
from storage import Claims, Job, JobChange, Jobs, Project, Refused


@dataclass(frozen=True, slots=True)
class Work:
    """A job as its row stood when the step began, and what is needed to go on with it."""

    job: Job
    bench: Workbench
    live: Live

    @property
    def jobs(self) -> Jobs:
        """The jobs' rows."""
        return self.bench.stores.jobs

    @property
    def claims(self) -> Claims:
        """Who may act."""
        return self.bench.stores.claims

    @property
    def progress(self) -> Progress:
        """Where steps are told."""
        return self.live.teller

    @property
    def folder(self) -> Path:
        """The job's folder, which the first step makes."""
        return self.bench.folders.of(self.job.id)

    @property
    def film(self) -> Path | None:
        """The film, once it is here. Its row names it within the data folder, so that the folder may be moved."""
        return None if self.job.film_path is None else self.bench.data / self.job.film_path

    @property
    def backend(self) -> str:
        """What the job's project is kept under."""
        return self.bench.backend_of(self.job)

    async def payer(self) -> Speaks:
        """Whose token pays for what the job's client says. Raises NoStudio, StorageError, ServerTokenDamaged."""
        return (await self.bench.speaker_of(self.job)).payer

    async def changed(self, **change: Unpack[JobChange]) -> Work:
        """The same with the job's row changed. Raises WishUnchanged where it was ended meanwhile, which tells nobody anything."""
        is_changed = await self.jobs.update(self.job.id, **change)
        job = await self.jobs.get(self.job.id)
        if job is None or not is_changed:
            raise WishUnchanged
        return Work(job, self.bench, self.bench.live_of(job))

    async def project(self) -> Project | None:
        """The project that the job works on, once it is known."""
        return await self.bench.stores.projects.of_session(self.backend, self.job.session_id or "")

    async def charge(self, payer: Speaks) -> Refused | None:
        """Count the song that is about to be made, and the credits that it takes of the server's where `payer` spends those.

        Refused, and nothing is counted, where a limit would be passed. A job that is begun again is counted once, and is not
        refused. What is counted is given back by the job's end. Raises StorageError: what is not counted is not begun.
        """
        job, stores, cost = self.job, self.bench.stores, cost_of(self.job.kind, payer)
        server = None if job.server_id is None else await stores.servers.get(job.server_id)
        limits = self.bench.budget.limits(server)
        counted = await stores.usage.charge(job.id, job.member_id, job.server_id, job.kind.value, cost=cost, limits=limits)
        if isinstance(counted, Refused):
            return counted
        if cost and job.server_id is not None:      # also when it is begun again: a death in here would lose the warning
            used = (await stores.usage.standing(job.member_id, job.server_id)).credits
            await watch_budget(job.server_id, used, limits.credits, f"{counted.day:%Y-%m}", warnings=stores.warnings,
                               alerts=self.bench.alerts)
        return None

    async def nemo(self) -> Nemo:
        """The client that speaks for the member. Whoever asks does not close it."""
        return await self.bench.client_of(self.job)
