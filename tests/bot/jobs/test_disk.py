"""A disk that takes nothing: what is asked for then is refused whole, what is at work waits, and nothing is done twice."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import resource
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest
from dbos._dbos import _get_dbos_instance
from sqlalchemy.event import listen
from sqlalchemy.exc import OperationalError

from bot.jobs.at_hand import at_hand, job_at_hand
from bot.jobs.desk import Cancelled
from bot.jobs.door import Delivery
from bot.jobs.ending import reason_of
from bot.jobs.engine_faults import telling_engine
from bot.jobs.engine_logs import AGAIN_SECONDS, News
from bot.texts import say
from storage import Database, DiskFault, DiskFull, DiskReadOnly, Job, JobKind, JobState
from tests.bot.jobs.house import House, order
from tests.bot.jobs.paper import Paper, PaperDoor
from tests.nemo_server.http import Request


async def takes(database: Database, *, nothing: bool) -> None:
    """From now on the bot's database takes nothing, or anything again, as SQLite itself sees to."""
    await database._writer.execute(f"PRAGMA query_only = {int(nothing)}")


async def test_what_is_asked_for_while_the_disk_takes_nothing_is_refused_and_leaves_nothing(around: House) -> None:
    async with around.open() as bot:
        await takes(bot.database, nothing=True)
        with pytest.raises(DiskReadOnly):
            await bot.desk.accept(order("100", JobKind.REFINE))
        await takes(bot.database, nothing=False)
        assert await bot.desk.job("100") is None
        await bot.desk.accept(order("100", JobKind.REFINE))
        await around.until_over("100")
        await bot.desk.keep(order("101"))
        await takes(bot.database, nothing=True)
        await bot.desk.withdraw("101")      # as soon as the disk takes that, for nobody waits for it any more
        await takes(bot.database, nothing=False)
        await bot.bench.live.idle()
        assert await bot.desk.job("101") is None


async def test_what_the_engine_cannot_keep_is_no_job_and_the_next_start_does_not_begin_it(around: House) -> None:
    async with around.open() as bot:
        await bot.database.settle()
        with closing(sqlite3.connect(around.folder / "jobs.db")) as engine, engine:
            engine.execute("CREATE TABLE ballast AS SELECT randomblob(500000)")
        limit = (around.folder / "jobs.db-wal").stat().st_size      # the engine's log ends there, the bot's has room
        assert limit > 500_000
        usual = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, usual[1]))
        try:
            with pytest.raises(DiskFault):
                await bot.desk.accept_all([order("100"), order("101")])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, usual)
        await bot.bench.live.idle()
        assert await bot.desk.job("100") is await bot.desk.job("101") is None
    async with around.open() as bot:
        assert await bot.database.jobs.unfinished() == []
    assert around.wishes == []


@contextmanager
def engine_takes_nothing_after(around: House, path: str) -> Iterator[threading.Event]:
    """Once `path` was asked for, the engine's tables take nothing while the event is set, as SQLite itself sees to."""
    full = threading.Event()
    pool = _get_dbos_instance()._sys_db.engine
    listen(pool, "checkout", lambda connection, *_: connection.execute(f"PRAGMA query_only = {int(full.is_set())}"))
    around.seen = lambda _method, asked: full.set() if asked == path else None
    try:
        yield full
    finally:
        around.seen = lambda _method, _asked: None
        full.clear()


async def test_a_step_that_the_engine_cannot_note_is_found_done_and_the_job_goes_on(
        around: House, caplog: pytest.LogCaptureFixture) -> None:
    async with around.open(workers=1) as bot:
        with engine_takes_nothing_after(around, "/run_sse"):
            await bot.desk.accept(order("100"))
            await bot.desk.accept(order("102"))
            await around.until(lambda: "the engine's tables, job 100" in caplog.text)
            assert await bot.desk.cancel("102") is Cancelled.YES
        await bot.desk.accept(order("101"))     # there is one place for all
        await around.until_over("100", "101")
        assert [(await bot.job(one)).state for one in ("100", "101")] == [JobState.DONE] * 2
    assert around.wishes == ["wish of 100", "wish of 101"]
    assert len(around.lines("deliver", "100")) == 1


async def test_a_refusal_that_the_engine_took_for_the_outcome_of_a_step_ends_no_job_at_the_next_start(
        around: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    async with around.open() as bot:
        engine = _get_dbos_instance()._sys_db
        with engine_takes_nothing_after(around, "/run_sse") as full:
            record = engine.record_operation_result

            def recorded(*given: Any, **named: Any) -> None:
                try:
                    record(*given, **named)
                except OperationalError:
                    full.clear()        # there is room again, for the refusal
                    bot.bench.live.is_closing = True
                    raise

            monkeypatch.setattr(engine, "record_operation_result", recorded)
            await bot.desk.accept(order("100"))
            await around.until(lambda: "the engine's tables, job 100" in caplog.text)
    with closing(sqlite3.connect(around.folder / "jobs.db")) as tables:
        assert tables.execute("SELECT count(*) FROM operation_outputs WHERE error IS NOT NULL").fetchone() == (1,)
    async with around.open() as bot:
        await around.until_over("100")
        assert (await bot.job("100")).state is JobState.DONE
    assert around.wishes == ["wish of 100"]


async def test_a_job_in_the_queue_is_made_although_that_could_not_be_noted(
        around: House, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    async with around.open() as bot:
        enqueue = bot.desk._queue.enqueue

        async def filled(job: Job) -> None:
            await enqueue(job)
            await takes(bot.database, nothing=True)

        monkeypatch.setattr(bot.desk._queue, "enqueue", filled)
        assert (await bot.desk.accept(order("100"))).is_new
        await around.until(lambda: "ALERT: the disk takes nothing" in caplog.text)
        await takes(bot.database, nothing=False)
        await around.until_over("100")
        assert (await bot.job("100")).state is JobState.DONE


async def test_a_wish_that_was_carried_out_while_the_disk_was_full_becomes_its_film_and_is_said_once(
        around: House, caplog: pytest.LogCaptureFixture) -> None:
    async with around.open() as bot:
        async def fill(request: Request) -> None:
            if request.path == "/run_sse":
                await takes(bot.database, nothing=True)

        around.gate = fill
        await bot.desk.accept(order("100"))
        await around.until(lambda: "ALERT: the disk takes nothing" in caplog.text)
        await takes(bot.database, nothing=False)
        await around.until_over("100")
        assert (await bot.job("100")).state is JobState.DONE
    assert around.wishes == ["wish of 100"]
    assert len(around.lines("deliver")) == 1


async def test_a_film_that_was_posted_while_the_disk_was_full_is_posted_once(
        around: House, caplog: pytest.LogCaptureFixture) -> None:
    class Last(Paper):
        """Doors that post, and then there is no more room."""

        def of(self, job: Job) -> PaperDoor:
            return LastDoor(self)

    class LastDoor(PaperDoor):
        async def deliver(self, job: Job, delivery: Delivery, *, again: bool) -> str:
            posted = await super().deliver(job, delivery, again=again)
            if not again:
                await takes(bot.database, nothing=True)
            return posted

    async with around.open(doors=Last(around.folder)) as bot:
        await bot.desk.accept(order("100"))
        await around.until(lambda: "ALERT: the disk takes nothing" in caplog.text)
        await takes(bot.database, nothing=False)
        await around.until_over("100")
        assert (await bot.job("100")).state is JobState.DONE
    assert len(around.lines("deliver")) == 1


async def test_an_end_that_cannot_be_written_is_written_later_and_told_then(
        around: House, caplog: pytest.LogCaptureFixture) -> None:
    around.gone = True
    async with around.open() as bot:
        def seen(method: str, path: str) -> None:
            if path.endswith("hum.wav"):
                filling.append(asyncio.ensure_future(takes(bot.database, nothing=True)))

        filling: list[asyncio.Future[None]] = []
        around.seen = seen
        await bot.desk.accept(order("100"))
        await around.until(lambda: "ALERT: the disk takes nothing" in caplog.text)
        assert around.lines("end") == []
        await takes(bot.database, nothing=False)
        await around.until_over("100")
    [end] = around.lines("end")
    assert end["sentence"] == say("fetch.expired", "en", name="hum.wav")


@pytest.mark.parametrize(("fault", "key"), [
    (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "disk.full"), (OSError(errno.EDQUOT, "quota"), "disk.full"),
    (OSError(errno.EROFS, "read-only"), "disk.read_only"), (OSError(errno.EIO, "fails"), "disk.fails"),
    (OSError(errno.EACCES, "denied"), "bot.machine"), (DiskFull(), "disk.full"), (DiskReadOnly(), "disk.read_only"),
    (DiskFault("disk I/O error"), "disk.fails")])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_members_read_one_sentence_about_the_disk_of_whoever_runs_the_bot(fault: Exception, key: str, language: str) -> None:
    found, facts = reason_of(fault)
    assert found == key
    assert say(found, language, **facts).count("\n") == 0


def test_only_what_the_disk_does_to_the_engine_is_told_so() -> None:
    with pytest.raises(DiskFull), telling_engine():
        raise OperationalError("INSERT", None, full())
    with pytest.raises(OperationalError), telling_engine():
        raise OperationalError("INSERT", None, sqlite3.OperationalError("no such table: nowhere"))


def full() -> sqlite3.OperationalError:
    """What SQLite raises where there is no more room."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE small (x)")
        database.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as raised:
            database.execute("INSERT INTO small VALUES (randomblob(100000))")
    return raised.value


async def test_ends_are_counted_once_with_their_reasons_and_lines_of_the_log_know_their_job(
        around: House, caplog: pytest.LogCaptureFixture) -> None:
    class Marking(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            marked.append((record.name, job_at_hand()))
            return True

    marked: list[tuple[str, str | None]] = []
    marks = Marking()
    caplog.handler.addFilter(marks)
    caplog.set_level(logging.INFO)
    try:
        async with around.open() as bot:
            await bot.desk.accept(order("100", member="ada"))
            await bot.desk.accept(order("101", JobKind.REFINE, member="bob"))
            await around.until_over("100", "101")
            await bot.bench.live.idle()
            await bot.desk.tell_again("100")
            tally = bot.bench.tally
    finally:
        caplog.handler.removeFilter(marks)
    assert {one: count for one, count in tally.ends.items() if count} == {("generate", "done"): 1, ("refine", "failed"): 1}
    assert tally.reasons == {"generate.no_project": 1}
    assert tally.seconds["generate"] > 0
    assert tally.seconds["refine"] == 0
    assert {job for name, job in marked if name == "bot.jobs.workflows"} == {"101"}
    assert "100" in {job for name, job in marked if name.startswith("httpx")}       # a library's own lines too


def test_a_job_is_at_hand_within_its_block_alone() -> None:
    with at_hand("100"):
        with at_hand("101"):
            assert job_at_hand() == "101"
        assert job_at_hand() == "100"
    assert job_at_hand() is None


def test_what_the_engine_says_over_and_over_is_a_line_a_minute() -> None:
    now = [0.0]
    news = News(lambda: now[0])

    def passes(words: str) -> bool:
        return news.filter(logging.LogRecord("dbos", logging.WARNING, "", 0, words, None, None))

    assert [passes(words) for words in ("full", "full", "else", "full", "full")] == [True, False, True, True, False]
    now[0] += AGAIN_SECONDS
    assert passes("full")
    assert not passes("Asyncio task cancelled for job 100")
