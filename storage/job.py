"""A job: what somebody asked for, how far it is, how it ended. Values only; holds no token and no byte of a clip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, TypedDict

Fact = str | int | float | bool | None
"""What an option or a sentence's placeholder may be."""


class JobKind(StrEnum):
    """What is asked for."""

    GENERATE = "generate"       # a song of a clip
    REFINE = "refine"           # another song of the same project
    EXPORT = "export"           # the song as it is, as a film or as sound
    UPLOAD = "upload"           # clips into the project, and nothing is made of them yet


class JobState(StrEnum):
    """Where a job stands. The last five are ends: a job comes to one of them, once."""

    ACCEPTED = "accepted"       # its row is there; it is not in the queue yet, and nothing was promised
    QUEUED = "queued"           # enqueued, which is what its member was told
    WORKING = "working"         # its workflow runs; `stage` says at what
    ASKING = "asking"           # its member was asked something and has not answered
    DELIVERING = "delivering"   # the film is there and on its way to the channel
    DONE = "done"               # delivered
    FAILED = "failed"           # ended without a film; `reason` says why
    CANCELLED = "cancelled"     # its member pressed Cancel
    UNCHANGED = "unchanged"     # the answer was lost and the song did not change: the member decides whether to try again
    UNCERTAIN = "uncertain"     # the answer was lost and nobody can tell: likewise

    @property
    def is_end(self) -> bool:
        """Whether a job in this state is over."""
        return self in ENDS

    @property
    def is_waiting(self) -> bool:
        """Whether it has a place in the queue."""
        return self in WAITING


ENDS: Final = frozenset({
    JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.UNCHANGED, JobState.UNCERTAIN})
WAITING: Final = frozenset({JobState.ACCEPTED, JobState.QUEUED})
SONGS: Final = frozenset({JobKind.GENERATE, JobKind.REFINE})
"""What is counted, and what limits are about."""


@dataclass(frozen=True, slots=True)
class JobRequest:
    """What the member asked for. `clip` is the path of a file on this machine."""

    words: str = ""
    clip: str | None = None
    options: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job that is to be accepted. The id begins with the snowflake of what asked for it, so that ids sort by time."""

    id: str
    member_id: str
    channel_id: str
    kind: JobKind
    request: JobRequest
    language: str
    server_id: str | None = None        # None in direct messages
    message_id: str | None = None       # the progress message, where it is there already
    upload_limit: int | None = None     # bytes that the channel takes, as its payload said


@dataclass(frozen=True, slots=True, kw_only=True)
class Job(NewJob):
    """A job as it stands."""

    state: JobState
    stage: str | None                   # of the work, as the flows name it
    session_id: str | None
    fingerprint: str | None             # of the session's state before the wish was said
    render_key: str | None              # what render ids derive from
    film_path: str | None
    outcome: str | None                 # of the wish that was said
    reason: str | None                  # the key of the sentence why it failed
    facts: Mapping[str, Fact]           # what fills that sentence
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    backend: str | None = None          # which one makes it; None: the bot's usual one
    detour: bool = False                # that is the studio because credits were spent, which its member is told


class JobChange(TypedDict, total=False):
    """What a workflow may change; what is not named stays as it is. `state` is none of the ends."""

    state: JobState
    stage: str | None
    session_id: str | None
    backend: str | None
    detour: bool
    fingerprint: str | None
    render_key: str | None
    film_path: str | None
    outcome: str | None
