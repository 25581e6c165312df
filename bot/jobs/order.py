"""Order: what a member asked for, as a face hands it over, and as it is found again in a job's row. Does nothing by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from storage import Fact, Job, JobKind, JobRequest, NewJob

MAX_CLIPS: Final = 10
"""As many as a message or a modal of Discord's holds, and as the API's studio takes at once."""
FILM: Final = "mp4"
_AGAIN: Final = re.compile(r"(.+)-t(\d+)")
_CHILD: Final = re.compile(r"(\d+)-\d\d(?:-t\d+)?")


@dataclass(frozen=True, slots=True)
class Clip:
    """An attachment, or what lies behind an address that the member typed (`is_link`).

    An attachment's link is signed and expires; its name was chosen by whoever sent it.
    """

    url: str = field(repr=False)
    name: str
    bytes: int | None = None
    content_type: str | None = None
    is_link: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who asks for what, where.

    `id` begins with the interaction's snowflake: of jobs that are accepted within one second the smaller id goes first.
    `language` is what the backend is spoken to in, `public_language` that of the channel. A batch is one order for each
    clip, with the ids `<interaction>-01`, `-02`…: the first one is afresh, the others are not.
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
    clips: tuple[Clip, ...] = ()
    format: str = FILM                  # of an export: mp4, mp3, wav, flac, midi or stems
    afresh: bool = True                 # a song of clips begins a project of its own
    session_id: str | None = None       # of the project that it goes on with; None: the current one when it is its turn
    upload_limit: int | None = None     # bytes that the channel takes
    earlier_id: str | None = None       # the job that this one tries again

    @property
    def clip(self) -> Clip | None:
        """The first clip."""
        return self.clips[0] if self.clips else None

    @classmethod
    def of(cls, job: Job) -> Order:
        """What was asked for when `job` was accepted."""
        options = job.request.options
        return cls(id=job.id, kind=job.kind, member_id=job.member_id, channel_id=job.channel_id, language=job.language,
                   public_language=_text(options, "public_language") or job.language, server_id=job.server_id,
                   message_id=job.message_id, words=job.request.words, clips=_clips(options),
                   format=_text(options, "format") or FILM, afresh=options.get("afresh") is not False,
                   session_id=_text(options, "session_id"), upload_limit=job.upload_limit,
                   earlier_id=_text(options, "earlier_id"))

    def again_in(self, session_id: str | None) -> str | None:
        """Where it is tried again which was made in `session_id`: there, whatever its member went on with since; None: anew."""
        return self.session_id if self.clips and self.afresh else session_id

    def as_job(self) -> NewJob:
        """The row to keep."""
        told: dict[str, Fact] = {
            "public_language": self.public_language, "earlier_id": self.earlier_id, "session_id": self.session_id,
            "format": None if self.format == FILM else self.format, "afresh": None if self.afresh else False}
        for place, clip in enumerate(self.clips, 1):
            told |= {_option(place, "url"): clip.url, _option(place, "name"): clip.name, _option(place, "bytes"): clip.bytes,
                     _option(place, "type"): clip.content_type, _option(place, "is_link"): clip.is_link or None}
        request = JobRequest(self.words, None, {name: value for name, value in told.items() if value is not None})
        return NewJob(id=self.id, member_id=self.member_id, channel_id=self.channel_id, kind=self.kind, request=request,
                      language=self.language, server_id=self.server_id, message_id=self.message_id,
                      upload_limit=self.upload_limit)


def next_id(job_id: str) -> str:
    """The id of the job that tries `job_id` again: `…-t1`, `…-t2`. The same each time, so that two presses make one job."""
    found = _AGAIN.fullmatch(job_id)
    return f"{found[1]}-t{int(found[2]) + 1}" if found else f"{job_id}-t1"


def batch_of(job_id: str) -> str | None:
    """What the ids of all jobs of the same batch begin with; None for a job that stands alone."""
    found = _CHILD.fullmatch(job_id)
    return f"{found[1]}-" if found else None


def _clips(options: Mapping[str, Fact]) -> tuple[Clip, ...]:
    clips: list[Clip] = []
    while (url := _text(options, _option(len(clips) + 1, "url"))) is not None:
        place = len(clips) + 1
        size = options.get(_option(place, "bytes"))
        clips.append(Clip(url, _text(options, _option(place, "name")) or "", size if isinstance(size, int) else None,
                          _text(options, _option(place, "type")), options.get(_option(place, "is_link")) is True))
    return tuple(clips)


def _option(place: int, name: str) -> str:
    """What a fact of a clip is called in a row; the first one as it was when there was only one."""
    return f"clip_{name}" if place == 1 else f"clip{place}_{name}"


def _text(options: Mapping[str, Fact], name: str) -> str | None:
    value = options.get(name)
    return value if isinstance(value, str) else None
