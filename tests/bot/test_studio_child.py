"""The bot's own studio: alone on its files, told of when it dies, undisturbed by the folder that the bot runs in."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections import deque
from pathlib import Path

import pytest

from bot.flows.errors import UnknownStyle
from bot.flows.offers import style_of
from bot.nemo import Nemo
from bot.studio_child import LINE_BYTES, StudioBusy, StudioDidNotStart, StudioEnded, _listen, running_studio


async def test_two_studios_never_share_their_files_and_styles_have_names(tmp_path: Path) -> None:
    async with running_studio(tmp_path, {}) as url:
        with pytest.raises(StudioBusy):
            async with running_studio(tmp_path, {}):
                pytest.fail("the files are in use")
        async with Nemo(url, client_id="a-client-of-ours", environ={}) as nemo:
            assert await style_of("LoFi", nemo=nemo) == "lo-fi"
            assert await style_of("流行", nemo=nemo) == "pop"
            with pytest.raises(UnknownStyle) as told:
                await style_of("metal", nemo=nemo)
        assert "acoustic" in str(told.value.facts["styles"])
    async with running_studio(tmp_path, {}):
        pass


async def test_a_studio_that_dies_ends_whatever_waits_for_it(tmp_path: Path) -> None:
    with pytest.raises(StudioEnded):
        async with running_studio(tmp_path, {}), asyncio.timeout(10):
            os.kill(own_child(), signal.SIGKILL)
            await asyncio.Event().wait()
    task = asyncio.current_task()
    assert task
    assert task.cancelling() == 0


async def test_a_failed_call_to_a_dead_studio_is_told_as_its_death(tmp_path: Path) -> None:
    with pytest.raises(StudioEnded):
        async with running_studio(tmp_path, {}) as url, Nemo(url, client_id="a-client-of-ours", environ={}) as nemo:
            os.kill(own_child(), signal.SIGKILL)
            await nemo.create_session("never")


async def test_a_line_without_an_end_keeps_nobody_from_reading_on() -> None:
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", f"head -c {3 * LINE_BYTES} /dev/zero >&2; echo >&2; echo the last word >&2",
        stderr=asyncio.subprocess.PIPE, limit=LINE_BYTES)
    words: deque[str] = deque(maxlen=1)
    async with asyncio.timeout(20):
        await _listen(process, words)
        await process.wait()
    assert words == deque(["the last word"])


async def test_modules_in_the_current_folder_are_not_taken_for_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("studio.py", "secrets.py"):
        (tmp_path / name).write_text("raise SystemExit('a stranger')")
    monkeypatch.chdir(tmp_path)
    async with running_studio(tmp_path / "data", {}) as url:
        assert url.startswith("http://127.0.0.1:")


async def test_a_studio_is_told_none_of_the_bots_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "a.real.token")
    named = {"MUREKA_KEYS": "a-hidden-key", "NEMO_TOKEN": "nmv_usr_hidden", "STUDIO_WORKERS": "1"}
    async with running_studio(tmp_path, named):
        told = environment_of(own_child())
    assert "STUDIO_WORKERS=1" in told
    assert not [name for name in ("a.real.token", "hidden", "MUREKA_", "NEMO_", "DISCORD_") if name in told]


async def test_a_studio_that_others_shall_reach_listens_where_the_settings_say(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    named = {"STUDIO_PUBLIC_URL": "https://films.example.org", "STUDIO_HOST": "0.0.0.0", "STUDIO_PORT": str(port)}
    async with running_studio(tmp_path, named) as url:
        assert url == f"http://127.0.0.1:{port}"
        async with Nemo(url, client_id="a-client-of-ours", environ={}) as nemo:
            assert await style_of("pop", nemo=nemo) == "pop"


@pytest.mark.parametrize("environment", [{"STUDIO_WORKERS": "many"}, {"STUDIO_DATA": "is-not-used"}])
async def test_a_studio_that_cannot_start_gives_its_reason(tmp_path: Path, environment: dict[str, str]) -> None:
    (tmp_path / "file").touch()
    data = tmp_path / "data" if "STUDIO_WORKERS" in environment else tmp_path / "file"
    with pytest.raises(StudioDidNotStart, match=r"STUDIO_WORKERS|File exists"):
        async with running_studio(data, environment):
            pytest.fail("it cannot have started")


def environment_of(process: int) -> str:
    return Path(f"/proc/{process}/environ").read_text()


def own_child() -> int:
    """The process that this test process started last."""
    children = [child for thread in Path("/proc/self/task").iterdir() for child in (thread / "children").read_text().split()]
    return max(int(child) for child in children if b"studio" in Path(f"/proc/{child}/cmdline").read_bytes())
