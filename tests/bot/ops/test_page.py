"""Health and metrics: over HTTP, on this machine alone, true when something is amiss, silent about everybody."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

import bot.ops.health as bot_health
from bot.jobs.tally import Tally
from bot.loopback import Place, listening
from bot.ops.disk import Room
from bot.ops.errors import MOST_LOGGERS, ErrorCount, counting_errors
from bot.ops.families import Counted
from bot.ops.health import BACKEND_SECONDS, Asked, Examination, Patient
from bot.ops.lag import watch_lag
from bot.ops.metrics import Metrics
from bot.ops.page import Page, served
from storage import Database, JobKind, JobRequest, JobState, NewJob
from tests.nemo_server import replies
from tests.nemo_server.service import NemoService

SECRET = "nmv_usr_aVerySecretToken123"
SCRAPE = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.4,*/*;q=0.1"


@dataclass
class Bot:
    """What the page tells of, to be changed by hand."""

    database: Database
    backend: str
    hears: bool = True
    room: Room | OSError = field(default_factory=lambda: Room(10**10, 10**11))
    now: float = 0.0
    tally: Tally = field(default_factory=Tally)
    errors: ErrorCount = field(default_factory=ErrorCount)
    url: str = ""

    async def look_at_room(self) -> Room:
        if isinstance(self.room, OSError):
            raise self.room
        return self.room

    async def get(self, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        async with aiohttp.ClientSession() as session, session.get(self.url + path, headers=headers) as answer:
            return answer.status, await answer.text(), answer.headers

    async def health(self) -> tuple[int, dict[str, str]]:
        """The status, and what is amiss."""
        self.now += BACKEND_SECONDS
        status, text, _ = await self.get("/healthz")
        told = json.loads(text)
        assert (told["status"] == "ok") is (status == 200)
        return status, {name: part["detail"] for name, part in told["parts"].items() if not part["ok"]}

    async def until_well(self) -> None:
        """Wait for what hung to let go."""
        async with asyncio.timeout(20):
            while (await self.health())[0] != 200:
                pass

    async def metric(self, name: str, **labels: str) -> float:
        """One of them."""
        _, text, _ = await self.get("/metrics")
        [found] = [sample.value for family in text_string_to_metric_families(text) for sample in family.samples
                   if sample.name == name and sample.labels == labels]
        return found


@asynccontextmanager
async def page_of(bot: Bot) -> AsyncIterator[Bot]:
    examination = Examination(Asked(lambda: bot.hears, bot.database.check_writing, lambda: bot.backend, bot.look_at_room),
                              lambda: bot.now)
    counted = Counted(bot.tally, bot.errors, lambda: 2, lambda: 7, lambda: 123, "1.2.3", "cloud")
    metrics = Metrics(counted, bot.database, examination.look, bot.look_at_room, time.time)
    async with served(Page(examination.look, metrics, "1.2.3"), listening(Place("127.0.0.1", 0))) as bot.url:
        yield bot


@pytest.fixture
async def cloud() -> AsyncIterator[NemoService]:
    async with NemoService() as server:
        yield server


@pytest.fixture
async def bot(tmp_path: Path, cloud: NemoService) -> AsyncIterator[Bot]:
    async with Database.open(tmp_path / "mureka.db") as database, page_of(Bot(database, cloud.url)) as made:
        yield made


async def test_a_bot_that_lacks_nothing_is_well_and_nobody_may_keep_the_answer(bot: Bot) -> None:
    assert await bot.health() == (200, {})
    _, text, headers = await bot.get("/healthz")
    assert headers["Cache-Control"] == "no-store"
    assert json.loads(text)["version"] == "1.2.3"


async def test_each_part_that_is_amiss_is_named_in_fixed_words(bot: Bot, cloud: NemoService) -> None:
    bot.hears = False
    assert await bot.health() == (503, {"discord": "not connected"})
    bot.hears, bot.room = True, Room(1, 10**11)
    assert await bot.health() == (503, {"disk": "is nearly full"})
    bot.room = OSError(2, "gone")
    assert await bot.health() == (503, {"disk": "cannot be looked at"})
    bot.room = Room(10**10, 10**11)
    await bot.database._writer.execute("PRAGMA query_only = 1")
    assert await bot.health() == (503, {"database": "cannot be written"})
    await bot.database._writer.execute("PRAGMA query_only = 0")
    cloud.on("GET", "/", replies.html(502))
    assert await bot.health() == (503, {"backend": "answers with a fault"})
    bot.backend = f"http://127.0.0.1:9/{SECRET}"
    assert await bot.health() == (503, {"backend": "does not answer"})
    assert SECRET not in (await bot.get("/healthz"))[1]


async def test_what_hangs_is_told_in_time_and_not_asked_again_beside_itself(
        bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot_health, "PATIENCE_SECONDS", 0.05)
    with closing(sqlite3.connect(tmp_path / "mureka.db")) as other:
        other.execute("BEGIN IMMEDIATE")        # as another process that is long at it
        for _ in range(2):
            assert await bot.health() == (503, {"database": "does not answer"})
        assert [task.get_name() for task in asyncio.all_tasks()].count("look whether all is well") == 1
        assert await bot.metric("mureka_queue_length") == 0
    await bot.until_well()


async def test_a_disk_that_hangs_is_told_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot_health, "PATIENCE_SECONDS", 0.01)
    answer: asyncio.Future[Room] = asyncio.get_running_loop().create_future()

    async def hanging() -> Room:
        return await answer

    room = Patient(hanging)
    for _ in range(2):
        with pytest.raises(TimeoutError):
            await room()
    answer.set_result(Room(1, 2))
    assert await room() == Room(1, 2)


async def test_a_backend_is_asked_without_a_token_and_not_more_often_than_it_is_good_for(bot: Bot, cloud: NemoService) -> None:
    cloud.requests.clear()
    await asyncio.gather(*(bot.get("/healthz") for _ in range(5)), bot.get("/metrics"))
    [asked] = cloud.requests
    assert "authorization" not in {name.lower() for name in asked.headers}
    await bot.health()
    assert len(cloud.requests) == 2


async def test_only_who_asks_for_this_machine_by_its_name_is_answered(bot: Bot) -> None:
    here = ("localhost:9464", "127.0.0.1", "[::1]:9464")
    foreign = ("songs.example.org", "songs.example.org:9464", "127.0.0.1.example.org", "192.168.0.7", "[", "")
    answered = {host: {(await bot.get(path, Host=host))[0] for path in ("/healthz", "/metrics")} for host in (*here, *foreign)}
    assert answered == {host: {200 if host in here else 403} for host in (*here, *foreign)}


async def test_nothing_else_is_served_and_nothing_can_be_sent(bot: Bot) -> None:
    assert (await bot.get("/"))[0] == (await bot.get("/../mureka.db"))[0] == 404
    async with aiohttp.ClientSession() as session, session.post(f"{bot.url}/metrics", data=b"x" * 9) as answer:
        assert answer.status == 405


async def test_metrics_are_read_by_prometheus_in_both_of_its_formats(bot: Bot) -> None:
    status, text, headers = await bot.get("/metrics")
    assert (status, headers["Content-Type"].split(";")[0]) == (200, "text/plain")
    names = {family.name for family in text_string_to_metric_families(text)}
    assert {"mureka_jobs_ended", "mureka_loop_lag_seconds", "mureka_acknowledgement_seconds", "mureka_queue_length",
            "mureka_studio_restarts", "mureka_disk_free_bytes", "mureka_errors_logged", "process_resident_memory_bytes"} <= names
    _, text, headers = await bot.get("/metrics", Accept=SCRAPE)
    assert headers["Content-Type"].startswith("application/openmetrics-text")
    assert text.endswith("# EOF\n")


async def test_jobs_queue_ends_and_budgets_are_told_without_a_word_of_anybody(bot: Bot) -> None:
    stores = bot.database
    for number, member in enumerate(("770000000000000001", "770000000000000002"), 1):
        await stores.jobs.accept(NewJob(
            id=f"88000000000000000{number}", member_id=member, channel_id="990000000000000001", kind=JobKind.GENERATE,
            request=JobRequest(f"a secret wish {SECRET}"), language="en", server_id="660000000000000001"))
    await stores.jobs.update("880000000000000001", state=JobState.WORKING, stage="filming")
    await stores.usage.charge("880000000000000001", "770000000000000001", "660000000000000001", "generate", cost=100)
    await stores.warnings.balance("operator", 420, low=0.2)
    await stores.warnings.balance("660000000000000001", 5, low=0.2)
    assert await bot.metric("mureka_jobs", kind="generate", state="working", stage="filming") == 1
    assert await bot.metric("mureka_queue_length") == 1
    assert 0 <= await bot.metric("mureka_queue_oldest_seconds") < 60
    assert await bot.metric("mureka_used_today", kind="generate") == 1
    assert await bot.metric("mureka_credits_today") == 100
    assert await bot.metric("mureka_balance_credits") == 420
    assert (await bot.metric("mureka_studio_restarts_total"), await bot.metric("mureka_servers")) == (2, 7)
    await stores.jobs.ended("880000000000000001", JobState.FAILED, reason="nemo.plan")
    ended = await stores.jobs.get("880000000000000001")
    assert ended is not None
    assert await bot.metric("mureka_jobs_ended_total", kind="generate", outcome="failed") == 0      # there from the start
    bot.tally.add(ended)
    assert await bot.metric("mureka_jobs_ended_total", kind="generate", outcome="failed") == 1
    assert await bot.metric("mureka_job_failures_total", reason="nemo.plan") == 1
    text = (await bot.get("/metrics"))[1]
    assert not re.search(r"(66|77|88|99)0{15}|secret|nmv_", text)


async def test_metrics_are_told_as_far_as_they_can_be_when_disk_and_database_fail(bot: Bot, tmp_path: Path) -> None:
    bot.room, bot.hears = OSError(5, "fails"), False
    await bot.database.settle()
    os.truncate(tmp_path / "mureka.db", 8192)
    status, text, _ = await bot.get("/metrics")
    assert status == 200
    assert 'mureka_part_healthy{part="discord"} 0.0' in text
    assert "mureka_studio_restarts_total 2.0" in text
    assert "mureka_disk_free_bytes" not in text
    assert "mureka_queue_length" not in text


def test_errors_of_the_log_are_counted_by_who_wrote_them_and_a_flood_of_names_fills_no_memory() -> None:
    with counting_errors() as count:
        log = logging.getLogger("tests.errors")
        log.error("one")
        log.warning("no error")
        log.critical("two")
        for number in range(2 * MOST_LOGGERS):
            count.handle(logging.LogRecord(f"made.up.{number}", logging.ERROR, "", 0, "x", None, None))
    log.error("after the end")
    assert count.by_logger["tests.errors"] == 2
    assert len(count.by_logger) == MOST_LOGGERS + 1
    assert count.by_logger["others"] == MOST_LOGGERS + 1


async def test_the_lag_of_a_loop_that_is_held_up_is_seen() -> None:
    seen: list[float] = []
    task = asyncio.create_task(watch_lag(seen.append, 0.001))
    await asyncio.sleep(0)
    began = time.perf_counter()
    while time.perf_counter() - began < 0.03:
        pass
    while not seen:     # noqa: ASYNC110 - a list has no event
        await asyncio.sleep(0)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
    assert 0.02 < max(seen) < 1
