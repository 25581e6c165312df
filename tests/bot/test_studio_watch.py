"""A studio that is kept alive: it comes back at the same address, ever more slowly when it keeps dying."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.studio_child import StudioTrouble
from bot.studio_watch import LONGEST_PAUSE_SECONDS, pause_after, watched_studio


def test_the_pause_doubles_up_to_a_minute() -> None:
    assert [pause_after(deaths) for deaths in (1, 2, 3, 4)] == [0.5, 1.0, 2.0, 4.0]
    assert pause_after(10_000) == LONGEST_PAUSE_SECONDS


async def test_a_studio_that_cannot_start_at_first_is_a_fault_and_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("this is no folder")
    async with watched_studio(tmp_path / "data", {}) as address:
        with pytest.raises(StudioTrouble):
            await address()


LOOKS = 20      # the kernel tells its table in pieces: a row may be missed while others come and go


async def test_a_killed_studio_comes_back_at_its_address(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    environment: Mapping[str, str] = {}
    async with watched_studio(tmp_path / "studio", environment) as address:
        url = await address()
        port = url.rpartition(":")[2]
        os.kill(_listener(port), signal.SIGKILL)
        for _ in range(300):
            if "the studio died" in caplog.text and (found := _maybe_listener(port)) is not None:
                break
            await asyncio.sleep(0.05)
        else:
            pytest.fail(f"no studio came back\n{caplog.text}")
        assert found
        assert await address() == url
    assert _maybe_listener(port) is None


def _listener(port: str) -> int:
    looks = (_maybe_listener(port) for _ in range(LOOKS))
    found = next((one for one in looks if one is not None), None)
    assert found is not None
    return found


def _maybe_listener(port: str) -> int | None:
    """The process that listens on a loopback port, as the kernel's tables tell."""
    inodes = {row.split()[9] for row in Path("/proc/net/tcp").read_text().splitlines()[1:]
              if row.split()[1] == f"0100007F:{int(port):04X}" and row.split()[3] == "0A"}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            links = {str(one.readlink()) for one in (folder / "fd").iterdir()}
        except OSError:
            continue
        if links & {f"socket:[{inode}]" for inode in inodes}:
            return int(folder.name)
    return None
