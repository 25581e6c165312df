"""A studio beside the cloud: nobody needs it, nobody starts it; needed once it is there; it ends with the bot."""

from __future__ import annotations

import asyncio
import fcntl
import logging
import os
from pathlib import Path

import httpx
import pytest

from bot.flows.errors import NoStudio
from bot.jobs.at_hand import at_hand, job_at_hand
from bot.studio_beside import studio_beside
from bot.studio_child import LOCK


async def test_a_studio_that_is_needed_by_two_at_once_is_started_once_and_ends_with_the_block(
        tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "studio"
    jobs: list[str | None] = []
    monkeypatch.setattr(caplog.handler, "filter", lambda record: jobs.append(job_at_hand()) if "ready" in record.msg else True)
    caplog.set_level(logging.INFO, "bot.studio_watch")
    async with studio_beside(data, os.environ) as address:
        assert not data.exists()
        with at_hand("100"):    # a job needs it
            first, second = await asyncio.gather(address(), address())
        assert jobs == [None]       # it outlives that job, and so do its lines
        assert first == second == await address()
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{first}/api/studio/capabilities")).status_code in (200, 401)
    async with httpx.AsyncClient() as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(first)


async def test_a_studio_that_did_not_start_is_tried_again_when_it_is_needed_again(tmp_path: Path) -> None:
    (tmp_path / LOCK).touch()
    with (tmp_path / LOCK).open("ab") as lock:      # another bot has one on the same files
        fcntl.flock(lock, fcntl.LOCK_EX)
        async with studio_beside(tmp_path, os.environ) as address:
            for _ in range(2):
                with pytest.raises(NoStudio):
                    await address()
            fcntl.flock(lock, fcntl.LOCK_UN)
            assert (await address()).startswith("http://127.0.0.1:")
