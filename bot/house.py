"""What a face works with: jobs, stores, the backend and what it offers, what was decided. Opens and closes nothing itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Final, Protocol

from bot.flows.account import Access
from bot.flows.look import last_project
from bot.flows.offers import Offers, OffersCache
from bot.jobs.desk import Desk
from bot.jobs.workbench import Studio
from bot.nemo import Nemo, NemoError
from bot.preferences import Preferences
from bot.settings import Backend
from storage import Job, Project, Stores

ITSELF: Final = "bot"
"""The member that the bot asks the studio as, where nobody in particular asks."""
PATIENCE_SECONDS: Final = 1.5
"""Discord waits three seconds for choices, and there is a way to it and back."""

log = logging.getLogger(__name__)


class ClientOf(Protocol):
    """Gives a client that speaks for a member, closed at the end of the block."""

    def __call__(self, member_id: str, server_id: str | None = None, backend: str | None = None
                 ) -> AbstractAsyncContextManager[Nemo]:
        """`server_id`: where they ask; its token may speak for them. `backend`: whose project it is about; None: the usual one.

        Entering raises NoStudio, StorageError, ServerTokenDamaged.
        """
        ...


@dataclass(frozen=True, slots=True)
class House:
    """Handed to the cogs once everything is there."""

    desk: Desk
    stores: Stores
    backend: Backend
    backend_name: str               # what projects are kept under
    client_of: ClientOf
    offers: OffersCache
    settings: Preferences
    access: Access                  # the backend as members reach it: for what is done with a token of theirs
    environment: Mapping[str, str] = field(repr=False)
    studio: Studio | None = None    # beside a cloud: where songs are made whose credits are spent

    @property
    def backends(self) -> tuple[str, ...]:
        """All that songs are made by: the usual backend, and the studio beside it."""
        return (self.backend_name,) if self.studio is None else (self.backend_name, self.studio.backend)

    async def current_project(self, member_id: str, place_id: str) -> Project | None:
        """The project that the member's next wish in a place changes, whichever backend made its song."""
        return await last_project(member_id, place_id, self.backends, projects=self.stores.projects)

    async def project_of(self, job: Job) -> Project | None:
        """What the job's song belongs to, as long as it is its member's."""
        if job.session_id is None:
            return None
        project = await self.stores.projects.of_session(job.backend or self.backend_name, job.session_id)
        return project if project is not None and project.member_id == job.member_id else None

    async def offered(self) -> Offers:
        """What the backend offers; what it last told, or nothing, where it does not answer at once. Raises nothing of its.

        The cloud is not asked: it tells nothing of the kind, and a free token is not spent to hear that.
        """
        if self.backend is Backend.STUDIO and self.offers.may_be_asked(self.backend_name):
            try:
                async with asyncio.timeout(PATIENCE_SECONDS), self.client_of(ITSELF) as nemo:
                    await self.offers.of(self.backend_name, nemo)
            except (NemoError, OSError) as fault:       # a TimeoutError is an OSError
                log.warning("the backend does not tell what it offers: %s", fault)
        return self.offers.known(self.backend_name)
