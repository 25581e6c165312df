"""What a face works with: jobs, stores, the backend and what it offers, what was decided. Opens and closes nothing itself."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Final

from bot.flows.account import Access
from bot.flows.offers import Offers, OffersCache
from bot.jobs.desk import Desk
from bot.nemo import Nemo, NemoError
from bot.preferences import Preferences
from bot.settings import Backend
from storage import Stores

ITSELF: Final = "bot"
"""The member that the bot asks the studio as, where nobody in particular asks."""
PATIENCE_SECONDS: Final = 1.5
"""Discord waits three seconds for choices, and there is a way to it and back."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class House:
    """Handed to the cogs once everything is there."""

    desk: Desk
    stores: Stores
    backend: Backend
    backend_name: str               # what projects are kept under
    client_of: Callable[[str], AbstractAsyncContextManager[Nemo]]
    """A client that speaks for the member of that id, closed at the end of the block."""
    offers: OffersCache
    settings: Preferences
    access: Access                  # the backend as members reach it: for what is done with a token of theirs
    environment: Mapping[str, str] = field(repr=False)

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
