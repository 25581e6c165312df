"""The stores, as everybody else knows them: what each one promises, whatever database stands behind it. Holds no SQL.

A second backend fulfils these protocols and passes `tests/storage/conformance`; no flow, job or face changes for it.
Every method that changes something is one transaction, on stable storage before it returns. Moments are aware.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol, Unpack

if TYPE_CHECKING:
    from storage.accounts import Account, TokenKind
    from storage.claims import Claim
    from storage.job import Fact, Job, JobChange, JobState, NewJob
    from storage.members import Member
    from storage.projects import Project, Wished
    from storage.seals import Resealed
    from storage.servers import Server, ServerChange
    from storage.usage import Limits, Used


class Members(Protocol):
    """Members, and the one row that everything of theirs hangs on."""

    async def get(self, member_id: str) -> Member:
        """The member, made at the first call; the client id stays until it is changed."""
        ...

    async def change_client_id(self, member_id: str, client_id: str) -> None:
        """Keep another client id for the member: a backend did not take the one before."""
        ...

    async def forget(self, member_id: str) -> bool:
        """Delete the member and all that hangs on them, from the file's bytes too; False when there was none."""
        ...


class Accounts(Protocol):
    """The tokens of members, sealed wherever they are kept."""

    async def find(self, member_id: str, backend: str, kind: TokenKind) -> Account | None:
        """The member's account of that kind. Raises WrongKey and SealBroken; the row is left alone."""
        ...

    async def keep(self, account: Account) -> None:
        """Keep the account in the place of an earlier one of its kind; the member is made if need be."""
        ...

    async def drop(self, member_id: str, backend: str, kind: TokenKind) -> bool:
        """Forget one account; False when there was none."""
        ...


class Projects(Protocol):
    """Projects and their histories. A member has at most one current project in a place on a backend."""

    async def current(self, member_id: str, place: str, backend: str) -> Project | None:
        """The project that the next wish refines."""
        ...

    async def get(self, project_id: int) -> Project | None:
        """One project, with its session."""
        ...

    async def of_session(self, backend: str, session_id: str) -> Project | None:
        """The project that was begun last with this session."""
        ...

    async def start(
        self, member_id: str, place: str, backend: str, *, session_id: str, task_id: str | None, title: str
    ) -> Project:
        """Make a project the current one; the one before is retired, the member made if need be."""
        ...

    async def touch(self, project_id: int) -> None:
        """The project was used just now."""
        ...

    async def rename(self, project_id: int, title: str) -> None:
        """Give the project another title."""
        ...

    async def retire(self, project_id: int) -> None:
        """The project is no longer current; it stays in the list."""
        ...

    async def open(self, project_id: int) -> None:
        """Make the project the current one of its member, place and backend; the one that was is retired."""
        ...

    async def drop(self, project_id: int) -> bool:
        """Delete the project with its wishes, from the file's bytes too; False when there was none."""
        ...

    async def of_member(self, member_id: str, *, limit: int = 25) -> list[Project]:
        """The member's projects, the one used last first, retired ones too."""
        ...

    async def of_place(self, place: str, *, limit: int = 25) -> list[Project]:
        """Everybody's projects in a channel or thread, the one used last first, retired ones too."""
        ...

    async def remember_wish(self, project_id: int, words: str, outcome: str, *, job_id: str | None = None) -> None:
        """Add what was said to the history. The same job's wish again changes its outcome. Forgotten projects are left."""
        ...

    async def wishes(self, project_id: int, *, limit: int = 25) -> list[Wished]:
        """The last wishes, the newest first."""
        ...


class Claims(Protocol):
    """Claims: who holds one may act, once. Whoever does not get it never acts, and finds out what became of it."""

    async def make(self, claim_id: str, job_id: str, act: str) -> bool:
        """True for exactly one caller, ever: act. False: somebody has, or was about to. Raises UnknownJob."""
        ...

    async def finish(self, claim_id: str, result: str | None = None) -> bool:
        """Note that the act is done and what came of it; False when there is no such claim, or it was finished before."""
        ...

    async def get(self, claim_id: str) -> Claim | None:
        """One claim."""
        ...

    async def of_job(self, job_id: str) -> list[Claim]:
        """A job's claims in the order of their making."""
        ...


class Jobs(Protocol):
    """Jobs, from their acceptance to their one end."""

    async def accept(self, job: NewJob) -> bool:
        """Keep the job, and its member if need be; False, and nothing is changed, where the id is known already."""
        ...

    async def accept_all(self, jobs: Sequence[NewJob]) -> list[bool]:
        """The same for several jobs: all of them are kept, or, where that fails, none."""
        ...

    async def withdraw(self, job_id: str) -> bool:
        """Forget a job that is accepted and no more; False where it is not known, or further."""
        ...

    async def get(self, job_id: str) -> Job | None:
        """One job; None also when its member was forgotten."""
        ...

    async def update(self, job_id: str, **change: Unpack[JobChange]) -> bool:
        """Change what is named; False, and nothing is changed, when the job has ended or is gone. Never ends a job."""
        ...

    async def remember_message(self, job_id: str, message_id: str | None) -> bool:
        """Which message shows the progress, after the end too; False when the job is gone."""
        ...

    async def ended(
        self, job_id: str, state: JobState, *, reason: str | None = None, facts: Mapping[str, Fact] | None = None
    ) -> bool:
        """End the job; False, and nothing is changed, when it has ended before or is gone.

        `reason` is the key of a sentence, `facts` fill it. ValueError for a state that is no end.
        """
        ...

    async def told(self, job_id: str) -> bool:
        """Note that the job's end was told; False where that was noted before, or it has no end."""
        ...

    async def untold(self) -> list[Job]:
        """All jobs whose end was not told yet, in the order of their ends."""
        ...

    async def unfinished(self) -> list[Job]:
        """All jobs without an end, in the order of their acceptance."""
        ...

    async def place_in_queue(self, job_id: str) -> int | None:
        """1 for the job that starts next; None for one that does not wait.

        Members take turns: a member's second waiting job stands behind every other member's first.
        """
        ...

    async def of_member(self, member_id: str, *, channel_id: str | None = None, limit: int = 25) -> list[Job]:
        """The member's jobs, or those of them that were asked for in a channel, the newest first."""
        ...

    async def drop_ended(self, before: datetime, *, limit: int = 500) -> list[Job]:
        """Delete jobs that ended before that moment, with their claims, and give them back: their files are the caller's."""
        ...


class Servers(Protocol):
    """What was decided for each Discord server."""

    async def get(self, server_id: str) -> Server:
        """The server's settings; where nothing was decided, the defaults. Nothing is kept by asking."""
        ...

    async def change(self, server_id: str, **change: Unpack[ServerChange]) -> Server:
        """Change what is named, and give back all of it. ValueError for a list that holds anything but ids."""
        ...

    async def left(self, server_id: str) -> None:
        """The bot was sent away just now; the settings stay, for a while, for the case that it is asked back."""
        ...

    async def joined(self, server_id: str) -> None:
        """The bot is there (again)."""
        ...

    async def present(self) -> list[str]:
        """The servers with settings that the bot was not sent away from, as far as it heard."""
        ...

    async def left_before(self, moment: datetime) -> list[str]:
        """The servers that the bot left before that moment and did not come back to."""
        ...

    async def forget(self, server_id: str) -> bool:
        """Delete the server's settings; False when there were none."""
        ...


class Usage(Protocol):
    """How much was used on a day (UTC), by member and server. Outlives the forgetting of a member, without their id."""

    async def count(
        self, member_id: str, server_id: str | None, kind: str, *, cost: int = 0, limits: Limits | None = None
    ) -> date | None:
        """Count one more, and `cost` credits, and tell on which day; None, and nothing is counted, where a limit would be passed.

        Looking and counting are one transaction: two at once never pass a limit together.
        """
        ...

    async def give_back(self, day: date, member_id: str, server_id: str | None, kind: str, *, cost: int = 0) -> bool:
        """Take one back from the day that `count` told; never below nothing. False when nothing was counted there."""
        ...

    async def of(self, day: date, *, member_id: str | None = None, server_id: str | None = None) -> dict[str, Used]:
        """What was used on a day, by kind: by a member, in a server ("" for direct messages), or by both together."""
        ...


class Seals(Protocol):
    """Everything that is sealed, for the change of keys."""

    async def outdated(self) -> int:
        """How many rows are sealed with another key than the first."""
        ...

    def reseal(self, *, batch: int = 500) -> AsyncGenerator[Resealed, None]:
        """Seal those rows with the first key, `batch` in a transaction, and tell after each one how far it is.

        May be stopped at any moment and begun again. Rows that do not open are left as they are, and counted.
        """
        ...


class Stores(Protocol):
    """All of them, behind one open database."""

    @property
    def members(self) -> Members:
        """See `Members`."""
        ...

    @property
    def accounts(self) -> Accounts:
        """See `Accounts`."""
        ...

    @property
    def projects(self) -> Projects:
        """See `Projects`."""
        ...

    @property
    def claims(self) -> Claims:
        """See `Claims`."""
        ...

    @property
    def jobs(self) -> Jobs:
        """See `Jobs`."""
        ...

    @property
    def servers(self) -> Servers:
        """See `Servers`."""
        ...

    @property
    def usage(self) -> Usage:
        """See `Usage`."""
        ...

    @property
    def seals(self) -> Seals:
        """See `Seals`."""
        ...
