"""A member's own data: counted, handed over, deleted, in an order that a repetition brings to its end. Posts nothing.

Deleting: what is under way is ended and waited for; the studio deletes its files; what was posted goes where that is wished; the
engine's rows, the jobs' folders, and last the rows that all of it was found by. So whoever dies in here, or finds no studio, has
lost nothing that the next try needs.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol
from weakref import WeakValueDictionary

from bot.flows import privacy
from bot.flows.account import Access
from bot.flows.errors import FlowError
from bot.flows.privacy import Archive, Rows, Stored, backends_in
from bot.jobs.forget_engine import wipe
from bot.jobs.queue import Queue
from bot.jobs.steps.deliver import ACT as POST
from bot.jobs.workbench import Workbench
from bot.nemo import Deleted, Nemo, NemoError
from storage import Job, Member

REST_SECONDS: Final = 30.0
"""How long ended jobs, and a song that is being posted, are waited for."""
LOOK_SECONDS: Final = 0.1
HANDED_OVER: Final = "exports"
"""The folder, in the data folder, that archives are written in; each goes when it was sent."""

log = logging.getLogger(__name__)


class StudioAway(FlowError):
    """The studio does not answer: nothing was deleted."""

    says = "privacy.studio_away"


class StillPosting(FlowError):
    """A song of the member's is just being posted: nothing was deleted."""

    says = "privacy.still_posting"


@dataclass(frozen=True, slots=True)
class Post:
    """A message that was posted for a member. `parts`: more messages of the same song may follow it."""

    job_id: str
    channel_id: str
    message_id: str
    parts: bool = False


class Posts(Protocol):
    """Takes messages back, on whatever face they were posted."""

    async def take_back(self, post: Post) -> bool:
        """Delete it; False where that cannot be done. One that is gone already is deleted. Raises nothing of the face."""
        ...


@dataclass(frozen=True, slots=True)
class Gone:
    """What became of a member's data."""

    was_known: bool
    studio: Deleted | None = None   # None: there was nothing, or it keeps nothing that it could delete
    in_cloud: bool = False          # something stays with the cloud
    posts: int = 0                  # messages that were taken back
    posts_left: int = 0             # and that could not be


class Privacy:
    """All that is done with a member's data on their own word."""

    def __init__(self, bench: Workbench, queue: Queue, cancel: Callable[[str], Awaitable[object]]) -> None:
        self._bench = bench
        self._queue = queue
        self._cancel = cancel
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def turn_of(self, member_ids: Iterable[str]) -> AsyncIterator[None]:
        """Nothing of these members is deleted while the block runs, and nothing of theirs begun while it is deleted."""
        async with AsyncExitStack() as stack:
            for member_id in sorted(set(member_ids)):       # in one order, so that no two wait for each other
                await stack.enter_async_context(self._turns.setdefault(member_id, asyncio.Lock()))
            yield

    async def look(self, member_id: str) -> Stored:
        """What is kept of the member. Makes nobody known who was not. Raises StorageError."""
        rows = await self._bench.stores.members.everything(member_id)
        try:
            async with self._studio(member_id, rows) as nemo:
                return await self._counted(rows, nemo)
        except StudioAway:
            return Stored.of(rows, None, studio_name=self._bench.studio_name, is_silent=True)

    @asynccontextmanager
    async def export(self, member_id: str, *, limit_bytes: int, language: str) -> AsyncIterator[Archive]:
        """What is kept of the member as an archive, which is there as long as the block.

        Raises TooMuchToHandOver, StorageError; an OSError is the disk's.
        """
        folder = self._bench.data / HANDED_OVER / secrets.token_hex(8)
        await asyncio.to_thread(folder.mkdir, mode=0o700, parents=True)
        try:
            rows = await self._bench.stores.members.everything(member_id)
            async with self._studio(member_id, rows) as nemo:
                stored = await self._counted(rows, nemo)
                yield await privacy.export(
                    member_id, rows, folder, accounts=self._bench.stores.accounts, nemo=nemo, stored=stored,
                    limit_bytes=limit_bytes, language=language, keep_days=self._bench.keep.days)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, True)

    async def delete(self, member_id: str, posts: Posts | None) -> Gone:
        """Delete all that is kept of the member; with `posts`, what was posted for them too.

        Raises StudioAway and StillPosting, with nothing deleted; StorageError and OSError, after which it is done again.
        """
        async with self.turn_of([member_id]):
            return await self._delete(member_id, posts)

    async def _delete(self, member_id: str, posts: Posts | None) -> Gone:
        rows = await self._bench.stores.members.everything(member_id)
        if "members" not in rows:
            await self._bench.stores.members.forget(member_id)      # for the sake of backups
            return Gone(was_known=False)
        async with self._studio(member_id, rows) as nemo:
            await _asked(nemo.kept() if nemo is not None else None)
            job_ids = [row["id"] for row in rows.get("jobs", ())]
            await self._end(job_ids)
            studio = await _asked(nemo.delete_all() if nemo is not None else None)
        taken = [await posts.take_back(post) for post in posted(await self._bench.stores.members.everything(member_id))
                 ] if posts is not None else []
        await asyncio.to_thread(wipe, self._bench.engine_file, member_id, job_ids)
        for job_id in job_ids:
            await self._clear(job_id)
        await self._bench.stores.members.forget(member_id)
        log.info("a member was forgotten, with %d jobs", len(job_ids))
        return Gone(True, studio, Stored.of(rows, None, studio_name=self._bench.studio_name).in_cloud, taken.count(True),
                    taken.count(False))

    async def _end(self, job_ids: Collection[str]) -> None:
        """Cancel what has not ended, and wait until none of it is at work. Raises StillPosting."""
        for job in await self._unfinished(job_ids):
            await self._cancel(job.id)
        posting = [job.id for job in await self._unfinished(job_ids)]      # too late to cancel
        try:
            await self._rest(posting, self._bench.clock.patience(REST_SECONDS))
            await self._rest(job_ids, REST_SECONDS)
        except TimeoutError:
            raise StillPosting from None

    async def _unfinished(self, job_ids: Collection[str]) -> list[Job]:
        return [job for job in await self._bench.stores.jobs.unfinished() if job.id in job_ids]

    async def _rest(self, job_ids: Collection[str], seconds: float) -> None:
        """Wait until none of these jobs is at work, nor its end being told. Raises TimeoutError after so many real seconds."""
        async with asyncio.timeout(seconds):
            while self._bench.live.at_work().keys() & set(job_ids) or await self._queue.under_way(job_ids):     # noqa: ASYNC110
                await asyncio.sleep(LOOK_SECONDS)

    async def _clear(self, job_id: str) -> None:
        await self._bench.live.let_go(job_id)
        await self._bench.folders.clear(job_id)
        if await asyncio.to_thread(self._bench.folders.of(job_id).exists):
            raise OSError(f"the folder of job {job_id} cannot be deleted")

    @asynccontextmanager
    async def _studio(self, member_id: str, rows: Rows) -> AsyncIterator[Nemo | None]:
        """A client for what the studio has of the member; None where it has nothing, or nothing that is theirs alone."""
        member, access = await self._bench.stores.members.find(member_id), await self._reached(rows)
        if member is None or access is None or not _is_theirs(member, access):
            yield None
            return
        nemo = await privacy.studio_client(member, self._bench.stores.accounts, url=access.url, backend=access.backend,
                                           web_url=access.web_url, environment=self._bench.environment)
        try:
            yield nemo
        finally:
            await nemo.aclose()

    async def _reached(self, rows: Rows) -> Access | None:
        """The studio, which is not started for somebody who never was there."""
        if self._bench.is_studio:
            return self._bench.access()
        studio = self._bench.studio
        if studio is None or studio.backend not in backends_in(rows):
            return None
        try:
            return await studio()
        except FlowError as fault:
            raise StudioAway(str(fault)) from fault

    async def _counted(self, rows: Rows, nemo: Nemo | None) -> Stored:
        try:
            kept = await nemo.kept() if nemo is not None else None
        except NemoError as fault:
            log.info("the studio does not tell what it keeps: %s", fault)
            return Stored.of(rows, None, studio_name=self._bench.studio_name, is_silent=True)
        return Stored.of(rows, kept, studio_name=self._bench.studio_name)


def posted(rows: Rows) -> list[Post]:
    """What was posted for a member, by the rows that are theirs: their songs, and how far each was."""
    jobs = {row["id"]: row for row in rows.get("jobs", ())}
    songs = [Post(job["id"], job["channel_id"], claim["result"], parts=True) for claim in rows.get("claims", ())
             if claim["act"] == POST and claim["result"] and (job := jobs.get(claim["job_id"])) is not None]
    progress = [Post(job["id"], job["channel_id"], job["message_id"]) for job in jobs.values() if job["message_id"]]
    return songs + progress


def sweep_archives(data: Path, before: float) -> None:
    """Delete archives that a death left behind: folders that nobody touched since `before`, in seconds since 1970. Blocks."""
    for folder in (data / HANDED_OVER).glob("*"):
        with suppress(FileNotFoundError):       # sent just now
            if folder.stat().st_mtime < before:
                shutil.rmtree(folder, ignore_errors=True)


def _is_theirs(member: Member, access: Access) -> bool:
    """Whether the account behind their client id is theirs alone: one that an operator's id or token opens is everybody's."""
    return access.token is None and access.client_id in (None, member.client_id)


async def _asked(question: Awaitable[Any] | None) -> Any:
    try:
        return None if question is None else await question
    except NemoError as fault:
        raise StudioAway(str(fault)) from fault
