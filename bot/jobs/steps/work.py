"""Work: what a step is given. Holds no rule of any step."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from bot.flows.progress import Progress
from bot.jobs.live import Live
from bot.jobs.workbench import Workbench
from bot.nemo import Nemo
from storage import Claims, Job, Jobs, Project, StorageError

log = logging.getLogger(__name__)


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

    async def project(self) -> Project | None:
        """The project that the job works on, once it is known."""
        return await self.bench.stores.projects.of_session(self.bench.access().backend, self.job.session_id or "")

    async def count(self) -> None:
        """Count the act for its member and server, whose claim was made just now. Where that fails the act goes on."""
        try:
            await self.bench.stores.usage.count(self.job.member_id, self.job.server_id, self.job.kind.value)
        except StorageError:
            log.exception("job %s was not counted", self.job.id)

    async def nemo(self) -> Nemo:
        """The client that speaks for the member. Whoever asks does not close it."""
        return await self.bench.client_of(self.job)
