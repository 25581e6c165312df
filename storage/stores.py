"""The stores, as everybody else knows them: what each one promises, whatever database stands behind it. Holds no SQL.

A second backend fulfils these protocols and passes `tests/storage/conformance`; no flow, job or face changes for it.
Every method that changes something is one transaction, on stable storage before it returns. Moments are aware.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol, Unpack

if TYPE_CHECKING:
    from storage.accounts import Account, TokenKind
    from storage.census import Census
    from storage.claims import Claim
    from storage.forgotten import Tombstone
    from storage.job import Fact, Job, JobChange, JobState, NewJob
    from storage.limits import Charged, Limits, Refused, Standing
    from storage.members import Member
    from storage.projects import Project, Wished
    from storage.seals import Resealed
    from storage.server_accounts import ServerAccount
    from storage.servers import Server, ServerChange
    from storage.usage import MemberUsed, Used
    from storage.warnings import Balance


class Members(Protocol):
    """Members, and the one row that everything of theirs hangs on."""

    async def get(self, member_id: str) -> Member:
        """The member, made at the first call; the client id stays until it is changed."""
        ...

    async def change_client_id(self, member_id: str, client_id: str, backend: str) -> None:
        """Keep another client id for the member, whom `backend` did not take under the one before.

        Nothing is changed where another backend knows them by that: its files would be nobody's, and no deletion found them.
        """
        ...

    async def find(self, member_id: str) -> Member | None:
        """The member where they are known; nobody is made by asking."""
        ...

    async def ids(self) -> list[str]:
        """Everybody who is known."""
        ...

    async def everything(self, member_id: str) -> dict[str, list[dict[str, Any]]]:
        """Every row that is the member's, by table, as plain values: for them to read. Nothing that is sealed is among it."""
        ...

    async def forget(self, member_id: str) -> bool:
        """Delete the member and all that hangs on them, from the file's bytes too; False when there was none.

        In the same transaction it is noted in `Forgotten` that they are.
        """
        ...

    async def drop_idle(self, before: datetime) -> int:
        """Delete those who came before that moment and of whom nothing is left but their row; how many. Nobody asked for it."""
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

    async def drop_expired(self, before: datetime) -> int:
        """Forget the anonymous accounts that expired before that moment; how many."""
        ...


class ServerAccounts(Protocol):
    """The tokens of servers, sealed wherever they are kept. They go with their server's settings."""

    async def find(self, server_id: str, backend: str) -> ServerAccount | None:
        """The server's account on a backend. Raises WrongKey and SealBroken; the row is left alone.

        None while the bot is sent away: nobody there could take a token back that guests spend.
        """
        ...

    async def keep(self, account: ServerAccount) -> None:
        """Keep the account in the place of an earlier one; the server gets its row if need be."""
        ...

    async def drop(self, server_id: str, backend: str) -> bool:
        """Forget the account, from the file's bytes too; False when there was none."""
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

    async def drop_unused(self, before: datetime, backend: str, *, limit: int = 500) -> int:
        """Delete projects on a backend that were used last before that moment, with their wishes; how many.

        Those stay that a job is kept of, which may be newer than the last wish, and all of members with one that has not ended.
        """
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

        With any end but DONE, what was counted for it is given back in the same transaction (see `Usage`).
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

    async def unfinished_of(self, member_id: str) -> int:
        """How many of the member's jobs have no end."""
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
        """Delete the server's settings and blocks, and what the operator was told of it; False when there were none."""
        ...


class Usage(Protocol):
    """How many songs, and credits, were used on a day (UTC), by member and server, each counted for a job.

    Outlives the forgetting of a member, without their id. A song is given back, once, by the end of its job that is not DONE
    (`Jobs.ended`), and its credits with it, unless the backend has, or may have, taken them.
    """

    async def charge(self, job_id: str, member_id: str, server_id: str | None, kind: str, *, cost: int = 0,
                     limits: Limits | None = None) -> Charged | Refused:
        """Count a song for the job, and `cost` credits; Refused, and nothing is counted, where a limit would be passed.

        The same job again counts nothing more, and is not refused; nor is one that has ended. Looking and counting are one
        transaction: two at once never pass a limit together. Raises UnknownJob.
        """
        ...

    async def free(self, job_id: str) -> bool:
        """The job's credits count no more, because none were spent; its song does. False where none were counted."""
        ...

    async def drop_old(self) -> int:
        """Delete what was counted more than 31 days ago; how many rows."""
        ...

    async def standing(self, member_id: str, server_id: str | None, *, under_way: bool = False) -> Standing:
        """How much of what limits are about is used; with `under_way` also the songs that were asked for and not counted yet."""
        ...

    async def room(self, member_id: str, server_id: str | None, *, limits: Limits, songs: int = 1, cost: int = 0
                   ) -> Refused | None:
        """Which limit so many more songs would pass, those under way counted; None where there is room. Counts nothing."""
        ...

    async def waive(self, member_id: str, server_id: str) -> int:
        """The member's songs of today in that server count no more against its own limit for a member; how many these were."""
        ...

    async def of(self, day: date, *, member_id: str | None = None, server_id: str | None = None) -> dict[str, Used]:
        """What was used on a day, by kind: by a member, in a server ("" for direct messages), or by both together."""
        ...

    async def by_member(self, server_id: str) -> list[MemberUsed]:
        """Who used what in a server this month, the most first; at the end, as one, those who are not known any more."""
        ...


class Blocks(Protocol):
    """Whom a server does not want to make songs for. Outlives the forgetting of a member, without their id."""

    async def block(self, server_id: str, member_id: str) -> bool:
        """Block a member; False where they were."""
        ...

    async def unblock(self, server_id: str, member_id: str) -> bool:
        """Let them in again; False where they were not blocked."""
        ...

    async def is_blocked(self, server_id: str, member_id: str) -> bool:
        """Whether the member is blocked there."""
        ...

    async def count(self, server_id: str) -> int:
        """How many are blocked there."""
        ...


class Warnings(Protocol):
    """What the operator was warned of, and the balances that were read."""

    async def first(self, name: str) -> bool:
        """True for exactly one caller: warn. False: somebody has, or was about to."""
        ...

    async def balance(self, account: str, left: int, *, low: float) -> Balance:
        """Keep what is left in an account (`operator`, or a server's id), and tell what it has come down from.

        That is the most that was ever read; where there was at most the share `low` of it and there is more now, it was
        filled up, and comes down from there.
        """
        ...

    async def balances(self) -> list[Balance]:
        """All that were read."""
        ...


class Forgotten(Protocol):
    """Who asked to be forgotten, as keyed hashes. Kept for 400 days, for backups that are restored."""

    async def add(self, member_id: str) -> None:
        """Note that the member was forgotten just now; `Members.forget` does it by itself."""
        ...

    async def all(self) -> list[Tombstone]:
        """Everybody's notes, the oldest first."""
        ...

    async def drop_old(self) -> int:
        """Delete the notes that are older than 400 days; how many."""
        ...

    async def is_forgotten(self, member_id: str, *, since: datetime | None = None) -> bool:
        """Whether the member was forgotten, then or later. Who came back since was forgotten all the same."""
        ...


class Counts(Protocol):
    """How many jobs stand where, for whoever watches the bot."""

    async def census(self, answer: str) -> Census:
        """The jobs of this moment. `answer` is the act of the claim that stands for a member's answer to an end."""
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
    def server_accounts(self) -> ServerAccounts:
        """See `ServerAccounts`."""
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
    def forgotten(self) -> Forgotten:
        """See `Forgotten`."""
        ...

    @property
    def blocks(self) -> Blocks:
        """See `Blocks`."""
        ...

    @property
    def warnings(self) -> Warnings:
        """See `Warnings`."""
        ...

    @property
    def counts(self) -> Counts:
        """See `Counts`."""
        ...

    @property
    def seals(self) -> Seals:
        """See `Seals`."""
        ...
