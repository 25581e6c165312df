"""A face made of paper: doors that write what they are told into a file, which outlives the process. Posts like a channel."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.flows.progress import Step
from bot.jobs.door import Delivery, Picture
from storage import Job

FILE = "paper.jsonl"
Line = dict[str, Any]


def read(folder: Path) -> list[Line]:
    """All that was told so far."""
    try:
        lines = (folder / FILE).read_text(encoding="utf-8").splitlines(keepends=True)
    except FileNotFoundError:
        return []
    return [json.loads(line) for line in lines if line.endswith("\n")]


@dataclass
class Paper:
    """The doors of all jobs. `dies` names a moment at which the process kills itself, such as `deliver.after`."""

    folder: Path
    dies: str = ""
    refuses: Callable[[Delivery], Exception | None] = field(default=lambda _delivery: None)

    def of(self, job: Job) -> PaperDoor:
        """The door of a job."""
        return PaperDoor(self)

    def write(self, act: str, job: Job, **told: Any) -> None:
        """One line, on the disk when this returns; kills the process before or after where that was asked for."""
        self._die(f"{act}.before")
        line = json.dumps({"act": act, "job": job.id, "message": job.message_id, **told}, ensure_ascii=False) + "\n"
        with (self.folder / FILE).open("a", encoding="utf-8") as file:
            file.write(line)
        self._die(f"{act}.after")

    def _die(self, moment: str) -> None:
        if moment == self.dies:
            os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class PaperDoor:
    """One job's lines."""

    paper: Paper

    async def show(self, job: Job, step: Step | None, place: int | None) -> None:
        """A line for each sign of progress."""
        self.paper.write("show", job, stage=step.stage.value if step else None, fraction=step.fraction if step else None,
                         place=place)

    async def picture(self, job: Job, picture: Picture) -> None:
        """A line for each picture that is there."""
        self.paper.write("picture", job, kind=picture.kind, alt=picture.alt, bytes=picture.path.stat().st_size)

    async def deliver(self, job: Job, delivery: Delivery, *, again: bool) -> str:
        """A post, unless it is to be found already."""
        if again:
            for line in read(self.paper.folder):
                if line["act"] == "deliver" and line["job"] == job.id:
                    return str(line["id"])
        if (refusal := self.paper.refuses(delivery)) is not None:
            raise refusal
        identity = f"post-{job.id}"
        self.paper.write("deliver", job, id=identity, bytes=delivery.bytes, link=delivery.link, text=delivery.text,
                         size=delivery.film.stat().st_size if delivery.film else None, seconds=delivery.seconds,
                         film=delivery.film.name if delivery.film else None, files=[file.name for file in delivery.files],
                         format=delivery.format, timeline=delivery.timeline, actions=list(delivery.actions),
                         song=delivery.song.title)
        return identity

    async def ask(self, job: Job, sentence: str) -> None:
        """A question with two buttons."""
        self.paper.write("ask", job, state=job.state.value, sentence=sentence)

    async def end(self, job: Job, sentence: str) -> None:
        """The last word."""
        self.paper.write("end", job, state=job.state.value, sentence=sentence)
