"""Upkeep: what died too often is given up and said so, what is old goes, what is needed stays."""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.flows.account import Access
from bot.flows.errors import NoStudio
from bot.jobs.forget import HANDED_OVER
from bot.jobs.upkeep import CLIPS_KEPT, ENGINE_KEEPS, Upkeep
from bot.jobs.workbench import Studio
from bot.jobs.workflows import MAX_RECOVERIES
from bot.nemo import Clock
from bot.texts import say
from storage import Account, JobState, TokenKind
from tests.bot.jobs.house import SCALE, Bot, House, order
from tests.bot.jobs.lives import Lives
from tests.nemo_server import replies

RENDERS = "/api/render/proxy/lambda/*"
DAY = 86_400.0


class Later(Clock):
    """Some seconds ahead of the wall's."""

    def __init__(self, ahead: float) -> None:
        super().__init__(SCALE)
        self._ahead = ahead

    def wall(self) -> float:
        return time.time() + self._ahead


def workflows(around: House) -> list[str]:
    with closing(sqlite3.connect(around.folder / "jobs.db")) as connection:
        return [row[0] for row in connection.execute("SELECT workflow_uuid FROM workflow_status ORDER BY 1")]


async def test_a_job_that_died_with_the_process_too_often_is_given_up(
        around: House, lives: Lives, caplog: pytest.LogCaptureFixture) -> None:
    around.server.on("GET", RENDERS, replies.bare({"success": True, "data": {"status": "processing", "progress": 40}}))
    await lives.start({"id": "100"})
    await around.until(lambda: bool(around.server.asked("GET", RENDERS)))
    lives.kill()
    await lives.dead()
    with closing(sqlite3.connect(around.folder / "jobs.db")) as connection, connection:
        connection.execute("UPDATE workflow_status SET recovery_attempts = ?", (MAX_RECOVERIES + 1,))
    with caplog.at_level(logging.CRITICAL):
        async with around.open() as bot:
            await around.until_over("100")
            job = await bot.job("100")
    assert (job.state, job.reason) == (JobState.FAILED, "job.gave_up")
    assert around.lines("end")[0]["sentence"] == say("job.gave_up", "en")
    assert "ALERT: job 100 was given up" in caplog.text
    assert len(around.wishes) == 1


async def swept(around: House, ahead: float) -> None:
    """Start the bot that much later, until it has swept."""
    async with around.open(clock=Later(ahead)) as bot:
        await Upkeep(bot.bench, _queue(bot)).sweep()


def _queue(bot: Bot):  # type: ignore[no-untyped-def]
    return bot.desk._queue


async def test_what_is_old_goes_in_its_time(around: House) -> None:
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        await around.until(lambda: bot.bench.live.find("100") is None)
    await swept(around, ENGINE_KEEPS.total_seconds() - 3600)
    assert workflows(around) == ["100"]
    await swept(around, ENGINE_KEEPS.total_seconds() + 3600)
    assert workflows(around) == []
    async with around.open() as bot:
        assert not (await bot.desk.accept(order("100"))).is_new
    assert workflows(around) == []
    await swept(around, 30 * DAY + 3600)
    async with around.open() as bot:
        assert await bot.desk.job("100") is None


async def test_what_nobody_uses_goes_after_the_days_it_is_kept(around: House) -> None:
    around.is_studio = True
    async with around.open() as bot:
        stores, soon = bot.database, datetime.now(UTC) + timedelta(days=7)
        for backend in ("studio", "cloud"):
            await stores.projects.start("ada", "c1", backend, session_id=backend, task_id=None, title="Dusk")
        await stores.accounts.keep(Account("ada", "studio", TokenKind.ANONYMOUS, "nmv_usr_1", expires_at=soon))
        await stores.accounts.keep(Account("eve", "studio", TokenKind.ANONYMOUS, "nmv_usr_2", expires_at=soon))
        await stores.accounts.keep(Account("bob", "cloud", TokenKind.OWN, "nmv_usr_3"))
        for server in ("71", "72"):
            await stores.servers.change(server, style="lo-fi")
        await stores.servers.left("71")
        left = bot.bench.data / HANDED_OVER / "left by a death"
        left.mkdir(parents=True)
        for days, projects, members in ((6, 2, 3), (8, 2, 3), (29, 2, 3), (31, 1, 2)):
            await Upkeep(replace(bot.bench, clock=Later(days * DAY)), _queue(bot)).sweep()
            anonymous = [await stores.accounts.find(who, "studio", TokenKind.ANONYMOUS) for who in ("ada", "eve")]
            assert (len(await stores.projects.of_member("ada")), len(await stores.members.ids())) == (projects, members), days
            assert [one is None for one in anonymous] == [days > 7] * 2
            assert (await stores.servers.get("71")).style == ("lo-fi" if days < 30 else None)
        assert await stores.members.ids() == ["ada", "bob"]
        assert (await stores.servers.get("72")).style == "lo-fi"
        assert not left.exists()


async def test_a_studio_that_sleeps_beside_a_cloud_is_woken_to_delete_what_is_old_and_is_known_until_it_did(
        around: House, tmp_path: Path) -> None:
    woken: list[bool] = [False, True]       # it does not start at first

    async def reach() -> Access:
        if not woken.pop(0):
            raise NoStudio("no memory")
        return Access(around.server.url, "studio", "https://nemovideo.com")

    session = tmp_path / "sessions" / "1" / "session.json"
    session.parent.mkdir(parents=True)
    session.write_bytes(b"{}")
    async with around.open() as bot:
        await bot.database.projects.start("ada", "c1", "studio", session_id="1", task_id=None, title="Dusk")
        for days, left, projects in ((29, 2, 1), (31, 1, 1), (31, 0, 0)):
            bench = replace(bot.bench, clock=Later(days * DAY), studio=Studio("studio", reach, tmp_path))
            await Upkeep(bench, _queue(bot)).sweep()
            assert (len(woken), len(await bot.database.projects.of_member("ada"))) == (left, projects)


async def test_a_clip_waits_a_day_for_its_members_answer(around: House) -> None:
    around.server.on("POST", "/run_sse", replies.events({"type": "text", "content": "Let me"}, cuts=True))
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        folder = bot.bench.folders.of("100")
        await bot.bench.folders.make("nobody's")
    await swept(around, CLIPS_KEPT.total_seconds() - 3600)
    assert folder.exists()
    assert not folder.with_name("nobody%27s").exists()
    await swept(around, CLIPS_KEPT.total_seconds() + 3600)
    assert not folder.exists()


async def test_a_member_who_is_forgotten_in_mid_song_leaves_nothing(around: House) -> None:
    around.server.on("GET", RENDERS, replies.bare({"success": True, "data": {"status": "processing", "progress": 40}}),
                     around.server.usual)
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until(lambda: bool(around.server.asked("GET", RENDERS)))
        await bot.database.members.forget("ada")
        await around.until(lambda: not bot.bench.folders.of("100").exists())
    assert around.lines("deliver") == []
