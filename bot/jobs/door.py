"""Door: how a job answers, whatever face it was asked through. A protocol; each face has its own, and none is here."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from bot.flows.progress import Step
from bot.speech.song import Song
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
class Picture:
    """A picture to look at while one waits. The file stays until the job's end was told."""

    path: Path                      # a PNG
    alt: str                        # one sentence, in the channel's language
    kind: Literal["waveform", "tune"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a job has to hand over: `film`, or what else the song was exported as.

    `film` None: it is too large to post. Then there are `files`, to be posted together in one message, or it can be had
    at `link`.
    """

    film: Path | None
    bytes: int                      # of all that there is
    seconds: float | None
    text: str                       # for everybody who reads the channel; may be empty
    title: str = ""                 # what the song is called; may be empty
    link: str | None = field(default=None, repr=False)
    song: Song = Song()             # noqa: RUF009 - frozen
    timeline: str = ""              # one line
    actions: tuple[str, ...] = ()   # what the backend said in talk about buttons: values of `bot.speech.gui.Action`
    format: str = "mp4"             # what it is, which may be less than was asked for: flac where wav was too large
    files: tuple[Path, ...] = ()    # ten at most, each within what the channel takes


class Door(Protocol):
    """Where one job answers. What it raises beside DoorShut is logged, and never repeats a post."""

    async def show(self, job: Job, step: Step | None, place: int | None) -> None:
        """Show how far it is: its place in the queue (1 is next), or its step.

        Never called twice at once for a job, with the last step when it is ready for another: waiting in here throttles.
        May be cancelled at any moment, because the job has gone on.
        """
        ...

    async def picture(self, job: Job, picture: Picture) -> None:
        """Show a picture where the progress is, in the place of the one before; it stays. The same again changes nothing.

        Never called beside `show`. May be cancelled at any moment, because the job has come to its end.
        """
        ...

    async def deliver(self, job: Job, delivery: Delivery, *, again: bool) -> str:
        """Post the film (or the files) as one new message under a nonce of the job's, and give that message's id.

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
