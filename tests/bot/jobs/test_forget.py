"""A member who is forgotten is found nowhere, whatever died on the way, and nobody else has lost anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.flows.account import client_for
from bot.jobs.desk import Accepted
from bot.jobs.forget import HANDED_OVER, Gone, Post, StudioAway
from bot.jobs.forget_engine import wipe
from bot.jobs.steps.deliver import claim_of
from storage import DatabaseUnusable, JobKind, JobState, Limit, Limits, Refused, TokenKind, Used
from tests.bot.jobs.house import Bot, House, order
from tests.bot.jobs.kept import everything, of, tables, traces
from tests.nemo_server import replies
from tests.nemo_server.http import Reply

ADA, BOB = "910000000000000001", "910000000000000002"
ME = "/api/studio/me"
PLANTED = 920000000000000200     # the first of several ids of jobs: no time or hash of another row holds one by chance


@pytest.fixture
def studio(around: House) -> House:
    """A house whose backend is a studio."""
    around.is_studio = around.server.forgets = True
    return around


@dataclass
class Wall:
    """A face's messages: those in `stuck` cannot be deleted; `on_post` may break it off."""

    stuck: set[str] = field(default_factory=set)
    taken: list[Post] = field(default_factory=list)
    on_post: Callable[[], None] = lambda: None

    async def take_back(self, post: Post) -> bool:
        self.on_post()
        self.taken.append(post)
        await asyncio.sleep(0)
        return post.message_id not in self.stuck


async def made(bot: Bot, around: House, *orders: tuple[str, str]) -> None:
    """Songs, by id and member."""
    for job_id, member in orders:
        await bot.desk.accept(order(job_id, member=member))
    await around.until_over(*(job_id for job_id, _ in orders))
    await around.until(lambda: not any(bot.bench.live.find(job_id) for job_id, _ in orders))
    while await bot.desk._queue.under_way(job_id for job_id, _ in orders):      # noqa: ASYNC110 - the engine's threads note it
        await asyncio.sleep(0.01)


async def client_id(bot: Bot, member: str) -> str:
    found = await bot.database.members.find(member)
    assert found is not None
    return found.client_id


def theirs(around: House, *needles: str) -> list[str]:
    """The rows of a member in both databases, and the project that the backend has of theirs."""
    found = [row for name in ("mureka.db", "jobs.db") for row in of(tables(around.folder / name), needles)]
    return found + [f"{one.session_id} {one.title} {one.wishes}" for one in around.server.projects.values()
                    if one.user_id == f"anon_{needles[-1][:8]}"]


async def test_a_member_is_found_nowhere_afterwards_and_another_is_as_before(studio: House) -> None:
    hanging = asyncio.Event()

    async with studio.open(workers=3) as bot:
        await made(bot, studio, ("100", ADA), ("101", BOB))
        studio.server.on("POST", "/run_sse", Reply(200, [], {"Content-Type": "text/event-stream"}, chunked=True, hangs=True,
                                                   waits=hanging))
        await bot.desk.accept(order("102", member=ADA))
        await studio.until(lambda: len(studio.server.asked("POST", "/run_sse")) == 3)
        await bot.desk.accept(order("103", member=ADA))
        ours, others = await client_id(bot, ADA), await client_id(bot, BOB)
        (studio.folder / "jobs" / "102" / "of.txt").write_text(f"whose clip this is: {ADA}")
        before = theirs(studio, BOB, others)
        assert {where.split()[0] for where in traces(studio.folder, ADA, ours)} >= {"the"}
        assert any("jobs.db" in where for where in traces(studio.folder, ADA))

        wall = Wall(stuck={"m-103"})
        gone = await bot.desk.privacy.delete(ADA, wall)

        assert (gone.was_known, gone.in_cloud, gone.posts, gone.posts_left) == (True, False, 3, 1)
        assert gone.studio is not None and gone.studio.sessions == 2
        assert traces(studio.folder, ADA, ours) == []
        assert theirs(studio, BOB, others) == before and before
        assert {post.message_id for post in wall.taken} == {"post-100", "m-100", "m-102", "m-103"}
        assert await bot.desk.privacy.delete(ADA, wall) == Gone(was_known=False)
        assert await bot.database.forgotten.is_forgotten(ADA) and not await bot.database.forgotten.is_forgotten(BOB)
        studio.server.on("POST", "/run_sse", studio.server.usual)
        await made(bot, studio, ("104", ADA))       # whoever comes back begins anew, at once
        assert await client_id(bot, ADA) != ours
        await bot.desk.privacy.delete(ADA, None)
    assert traces(studio.folder, ADA, ours) == []


async def test_whatever_breaks_it_off_the_next_try_finishes_it(studio: House) -> None:
    async with studio.open() as bot:
        await made(bot, studio, ("100", BOB))
        before = theirs(studio, BOB, await client_id(bot, BOB))
        for number in range(6):
            job_id, wall = str(PLANTED + number), Wall()
            await planted(bot, job_id)
            studio.server.requests.clear()
            ours = await client_id(bot, ADA)
            deleting = asyncio.create_task(bot.desk.privacy.delete(ADA, wall))
            while number not in reached(studio, wall, job_id):
                if deleting.done():
                    await deleting      # a fault of its own is shown, and nobody waits for what does not come
                    assert number in reached(studio, wall, job_id)
                await asyncio.sleep(0.001)
            deleting.cancel()
            with suppress(asyncio.CancelledError):
                await deleting
            await bot.desk.privacy.delete(ADA, Wall())
            assert traces(studio.folder, ADA, ours) == [], number
            assert f"anon_{ours[:8]}" not in {one.user_id for one in studio.server.projects.values()}
        assert theirs(studio, BOB, await client_id(bot, BOB)) == before


def reached(studio: House, wall: Wall, job_id: str) -> set[int]:
    """How far a deletion is: those of its six moments that have come."""
    is_wiped = bool(wall.taken) and not of(tables(studio.folder / "jobs.db"), [job_id])
    come = (studio.server.asked("GET", ME), studio.server.asked("DELETE", ME), wall.taken, len(wall.taken) > 1, is_wiped,
            not (studio.folder / "jobs" / job_id).exists())
    return {number for number, has_come in enumerate(come) if has_come}


async def planted(bot: Bot, job_id: str) -> None:
    """A member with something in every place, without the work of a song."""
    stores = bot.database
    await stores.jobs.accept(order(job_id, member=ADA).as_job())
    await stores.claims.make(claim_of(job_id), job_id, "post")
    await stores.claims.finish(claim_of(job_id), f"post-{job_id}")
    await stores.jobs.ended(job_id, JobState.DONE)
    await bot.desk._queue.enqueue(await bot.job(job_id))
    async with await client_for(ADA, bot.bench.access(), members=stores.members, accounts=stores.accounts,
                                environment=bot.bench.environment) as nemo:
        session = await nemo.create_session("Dusk")
    await stores.projects.start(ADA, "c1", "studio", session_id=session.session_id, task_id=None, title="Dusk")
    (await bot.bench.folders.make(job_id) / "clip.wav").write_bytes(ADA.encode())


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_nothing_is_deleted_while_the_studio_is_away(studio: House, method: str) -> None:
    async with studio.open() as bot:
        await made(bot, studio, ("100", ADA))
        before = theirs(studio, ADA, await client_id(bot, ADA))
        wall = Wall()
        studio.server.on(method, ME, replies.html(502))
        with pytest.raises(StudioAway):
            await bot.desk.privacy.delete(ADA, wall)
        assert (theirs(studio, ADA, await client_id(bot, ADA)), wall.taken) == (before, [])
        studio.server.on(method, ME, studio.server.usual)
        assert (await bot.desk.privacy.delete(ADA, wall)).was_known
        assert traces(studio.folder, ADA) == []


async def test_what_somebody_orders_while_they_are_forgotten_comes_after_it(studio: House) -> None:
    async with studio.open() as bot:
        await made(bot, studio, ("100", ADA))
        wall = Wall()
        accepted: list[asyncio.Future[Accepted]] = []

        def order_more() -> None:
            if not accepted:
                accepted.append(asyncio.ensure_future(bot.desk.accept(order("101", member=ADA))))

        wall.on_post = order_more
        await bot.desk.privacy.delete(ADA, wall)
        await accepted[0]
        await studio.until_over("101")
        assert (await bot.job("101")).state is JobState.DONE
        assert await bot.desk.job("100") is None


async def test_a_cloud_keeps_what_it_has_and_is_not_asked(around: House) -> None:
    async with around.open() as bot:
        await made(bot, around, ("100", ADA))
        stored = await bot.desk.privacy.look(ADA)
        assert (stored.in_cloud, stored.studio, stored.jobs, stored.projects) == (True, None, 1, 1)
        gone = await bot.desk.privacy.delete(ADA, None)
        assert (gone.in_cloud, gone.studio, gone.posts) == (True, None, 0)
        assert traces(around.folder, ADA) == []
    assert len(around.server.projects) == 1
    assert not [one for one in around.server.requests if one.path == ME]


async def test_a_studio_beside_a_cloud_is_asked_also_where_no_project_and_no_token_tell_of_it_any_more(around: House) -> None:
    around.studio, around.server.forgets = around.server.url, True
    async with around.open() as bot:
        stores = bot.database
        for job_id, member, backend in (("100", ADA, "studio"), ("101", BOB, None)):
            await stores.jobs.accept(order(job_id, member=member).as_job())
            await stores.jobs.update(job_id, backend=backend)
            await stores.jobs.ended(job_id, JobState.FAILED)
        assert bot.bench.studio is not None
        for member in (ADA, BOB):       # a clip was sent there, and then it failed, a week ago
            async with await client_for(member, await bot.bench.studio(), members=stores.members, accounts=stores.accounts,
                                        environment=bot.bench.environment) as nemo:
                await nemo.create_session("Dusk")
            await stores.accounts.drop(member, "studio", TokenKind.ANONYMOUS)
        gone = await bot.desk.privacy.delete(ADA, None)
        assert gone.studio is not None and gone.studio.sessions == 1 and not gone.in_cloud
        assert (await bot.desk.privacy.delete(BOB, None)).studio is None        # nobody wakes it for who never was there


async def test_looking_at_nobody_makes_nobody_known(studio: House) -> None:
    async with studio.open() as bot:
        assert not (await bot.desk.privacy.look("910000000000000009")).is_known
        assert await bot.database.members.ids() == []
    assert studio.server.tokens == 0


async def test_what_is_kept_is_counted_and_handed_over_and_what_was_used_today_stays_used(studio: House) -> None:
    async with studio.open() as bot:
        await made(bot, studio, ("100", ADA))
        stored = await bot.desk.privacy.look(ADA)
        assert (stored.jobs, stored.projects, stored.wishes, stored.tokens, stored.in_cloud) == (1, 1, 1, 1, False)
        assert stored.studio is not None
        assert (len(stored.studio.clips), stored.studio.songs, stored.studio.films) == (1, 1, 1)

        token = await bot.database.accounts.find(ADA, "studio", TokenKind.ANONYMOUS)
        assert token is not None
        async with bot.desk.privacy.export(ADA, limit_bytes=10_000_000, language="en") as archive:
            assert archive.path.is_file() and not archive.left_out
            assert token.token.encode() not in archive.path.read_bytes()
        assert not [name for name, _ in everything(studio.folder) if name.startswith(f"the name {HANDED_OVER}/")]

        studio.server.on("GET", ME, replies.html(502))
        silent = await bot.desk.privacy.look(ADA)
        assert silent.is_silent and silent.studio is None and silent.jobs == 1
        studio.server.on("GET", ME, studio.server.usual)

        day = (await bot.job("100")).created_at.date()
        assert await bot.database.usage.of(day, member_id=ADA) == {JobKind.GENERATE.value: Used(1, 0)}
        await bot.desk.privacy.delete(ADA, None)
        usage = bot.database.usage
        assert await usage.of(day, member_id=ADA) == {JobKind.GENERATE.value: Used(1, 0)}
        refused = await usage.room(ADA, None, limits=Limits(member=1))
        assert isinstance(refused, Refused) and refused.limit is Limit.MEMBER
        assert await usage.room(BOB, None, limits=Limits(member=1)) is None


def test_an_engine_whose_file_is_broken_is_a_fault_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "jobs.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(DatabaseUnusable):
        wipe(tmp_path / "jobs.db", ADA, ["100"])
