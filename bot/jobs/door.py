"""Door: how a job answers, whatever face it was asked through. A protocol; each face has its own, and none is here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from bot.flows.progress import Step
from storage import Job


class DoorShut(Exception):
    """Nothing can be said or posted there: the channel is gone, a permission is missing. `says` names the sentence."""

    says = "job.door_shut"

    def __init__(self, detail: str = "", *, says: str | None = None, **facts: object) -> None:
        super().__init__(detail or "nothing can be posted there")
        self.says = says or type(self).says
        self.facts = facts


class HistoryClosed(DoorShut):
    """What was posted before cannot be read, so it is not known whether the film is among it."""

    says = "job.maybe_posted"


class FilmTooLarge(Exception):
    """The channel does not take a file of that size after all; `limit_bytes` where it said how much it takes."""

    def __init__(self, limit_bytes: int | None = None) -> None:
        super().__init__(f"the film is too large, {limit_bytes or 'fewer'} bytes are taken")
        self.limit_bytes = limit_bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a job has to hand over. `film` None: it is too large to post, and can be watched at `link`."""

    film: Path | None
    bytes: int
    seconds: float | None
    text: str                       # for everybody who reads the channel; may be empty
    title: str = ""                 # what the song is called; may be empty
    link: str | None = field(default=None, repr=False)


class Door(Protocol):
    """Where one job answers. What it raises beside DoorShut is logged, and never repeats a post."""

    async def show(self, job: Job, step: Step | None, place: int | None) -> None:
        """Show how far it is: its place in the queue (1 is next), or its step.

        Never called twice at once for a job, with the last step when it is ready for another: waiting in here throttles.
        May be cancelled at any moment, because the job has gone on.
        """
        ...

    async def deliver(self, job: Job, delivery: Delivery, *, again: bool) -> str:
        """Post the film as a new message under a nonce of the job's, and give that message's id.

        With `again` an earlier process may have posted it: what is found in the channel is not posted a second time.
        Raises FilmTooLarge, DoorShut, HistoryClosed.
        """
        ...

    async def ask(self, job: Job, sentence: str) -> None:
        """The job ended, unchanged or uncertain: offer to try it again and to leave it. An edit, it pings nobody."""
        ...

    async def end(self, job: Job, sentence: str) -> None:
        """The job is over: say so where its progress was. An edit, it pings nobody, and may be done again."""
        ...


class Doors(Protocol):
    """The doors of a face."""

    def of(self, job: Job) -> Door:
        """The door of a job, new or found after a restart. Asks nobody and fails never."""
        ...
