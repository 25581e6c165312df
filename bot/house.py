"""What a face works with: the desk of jobs, the stores, and which backend makes the songs. Opens and closes nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

from bot.jobs.desk import Desk
from bot.settings import Backend
from storage import Stores


@dataclass(frozen=True, slots=True)
class House:
    """Handed to the cogs once everything is there."""

    desk: Desk
    stores: Stores
    backend: Backend
    backend_name: str               # what projects are kept under
