"""Order: what a member asked for, as a face hands it over, and as it is found again in a job's row. Does nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from storage import Fact, Job, JobKind, JobRequest, NewJob

_AGAIN: Final = re.compile(r"(.+)-t(\d+)")


@dataclass(frozen=True, slots=True)
class Clip:
    """An attachment. Its link is signed and expires; its name was chosen by whoever sent it."""

    url: str = field(repr=False)
    name: str
    bytes: int | None = None
    content_type: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who asks for what, where.

    `id` begins with the interaction's snowflake: of jobs that are accepted within one second the smaller id goes first.
    `language` is what the backend is spoken to in, `public_language` that of the channel.
    """

    id: str
    kind: JobKind
    member_id: str
    channel_id: str
    language: str
    public_language: str
    server_id: str | None = None        # None in direct messages
    message_id: str | None = None       # the progress message, where it is there already
    words: str = ""
    clip: Clip | None = None
    upload_limit: int | None = None     # bytes that the channel takes
    earlier_id: str | None = None       # the job that this one tries again

    @classmethod
    def of(cls, job: Job) -> Order:
        """What was asked for when `job` was accepted."""
        options = job.request.options
        url = _text(options, "clip_url")
        size = options.get("clip_bytes")
        clip = None if url is None else Clip(url, _text(options, "clip_name") or "", size if isinstance(size, int) else None,
                                             _text(options, "clip_type"))
        return cls(id=job.id, kind=job.kind, member_id=job.member_id, channel_id=job.channel_id, language=job.language,
                   public_language=_text(options, "public_language") or job.language, server_id=job.server_id,
                   message_id=job.message_id, words=job.request.words, clip=clip, upload_limit=job.upload_limit,
                   earlier_id=_text(options, "earlier_id"))

    def as_job(self) -> NewJob:
        """The row to keep."""
        clip = self.clip
        told: dict[str, Fact] = {"public_language": self.public_language, "earlier_id": self.earlier_id}
        if clip is not None:
            told |= {"clip_url": clip.url, "clip_name": clip.name, "clip_bytes": clip.bytes, "clip_type": clip.content_type}
        request = JobRequest(self.words, None, {name: value for name, value in told.items() if value is not None})
        return NewJob(id=self.id, member_id=self.member_id, channel_id=self.channel_id, kind=self.kind, request=request,
                      language=self.language, server_id=self.server_id, message_id=self.message_id,
                      upload_limit=self.upload_limit)


def next_id(job_id: str) -> str:
    """The id of the job that tries `job_id` again: `…-t1`, `…-t2`. The same each time, so that two presses make one job."""
    found = _AGAIN.fullmatch(job_id)
    return f"{found[1]}-t{int(found[2]) + 1}" if found else f"{job_id}-t1"


def _text(options: Mapping[str, Fact], name: str) -> str | None:
    value = options.get(name)
    return value if isinstance(value, str) else None
