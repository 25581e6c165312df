"""One bot for a data folder."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.alone import AnotherBot, alone


async def test_a_second_bot_waits_for_the_first_and_then_has_the_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    began = asyncio.Event()

    async def second() -> None:
        began.set()
        async with alone(data, patience=10):
            assert ended

    ended: list[bool] = []
    async with alone(data):
        waiting = asyncio.create_task(second())
        await began.wait()
        await asyncio.sleep(0)
        assert not waiting.done()
        ended.append(True)
    await waiting


async def test_a_second_bot_that_waits_in_vain_says_so_and_can_come_later(tmp_path: Path) -> None:
    async with alone(tmp_path):
        with pytest.raises(AnotherBot) as caught:
            async with alone(tmp_path, patience=0):
                pass
    assert caught.value.facts == {"path": str(tmp_path)}
    async with alone(tmp_path, patience=0):
        pass
