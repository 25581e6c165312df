"""The trip with `MUREKA_BACKEND=cloud` and nothing else, as processes. What is said when it fails: tests/bot/terminal."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import av
import pytest

from tests.nemo_server.server import FILM
from tests.nemo_server.service import NemoService

ROOT = Path(__file__).parents[2]
HUM = ROOT / "examples" / "hum.ogg"
SCALE = 200
TOKENS, SAYING, SUBMITS = "/api/auth/anonymous-token", "/run_sse", "/api/render/proxy/lambda"
SESSIONS, UPLOADS = "/api/tasks/me/with-session/nemo_agent", "/api/upload-video/*"

wire = pytest.mark.wire
Run = Callable[..., Any]


@pytest.fixture
async def cloud() -> AsyncIterator[NemoService]:
    async with NemoService() as server:
        yield server


@pytest.fixture
def song(mureka: Callable[..., Any], cloud: NemoService, tmp_path: Path) -> Run:
    """Run `mureka song …` against the cloud, in a folder that stays the same within a test."""

    async def run(*words: object, verbose: bool = False, **settings: str) -> Any:
        chosen = {"MUREKA_BACKEND": "cloud", "NEMO_API_URL": cloud.url, "MUREKA_TIME_SCALE": str(SCALE)} | settings
        return await asyncio.to_thread(mureka, tmp_path, *["--verbose"] * verbose, "song", *words, **chosen)

    return run


def film_of(folder: Path) -> bytes | None:
    path = folder / "out" / "song.mp4"
    return path.read_bytes() if path.exists() else None


@wire("4.1", "2/client-id", "1/client-id", "2/attribution")
async def test_the_cloud_alone_is_enough_and_the_next_wish_goes_on(cloud: NemoService, song: Run, tmp_path: Path) -> None:
    first = await song(HUM, "--wish", "lo-fi, call it Dusk", "--link")
    assert first.code == 0, first.err
    assert film_of(tmp_path) == FILM
    assert "Here is your song." in first.out
    [asked] = cloud.asked("POST", TOKENS)
    assert str(uuid.UUID(asked.headers["x-client-id"])) == asked.headers["x-client-id"]
    assert [len(cloud.asked("POST", path)) for path in (SESSIONS, UPLOADS, SAYING, SUBMITS)] == [1, 1, 1, 1]
    [project] = cloud.projects.values()
    assert project.wishes == ["lo-fi, call it Dusk"]
    assert re.search(r"/workspace/claim\?ct=clm_\S+", first.out)

    cloud.owners.clear()        # a week goes by
    second = await song("--wish", "slower", verbose=True)
    assert second.code == 0, second.err
    assert project.wishes == ["lo-fi, call it Dusk", "slower"]
    assert list(cloud.projects.values()) == [project]
    assert [one.headers["x-client-id"] for one in cloud.asked("POST", TOKENS)] == [asked.headers["x-client-id"]] * 2
    assert len(cloud.asked("POST", SAYING)) == len(cloud.asked("POST", SUBMITS)) == 2

    third = await song("--wish", "slower still", verbose=True)
    assert third.code == 0, third.err
    assert [len(cloud.asked("POST", path)) for path in (TOKENS, SESSIONS, UPLOADS, SAYING)] == [2, 1, 1, 3]
    assert "HTTP Request: POST" in third.err
    assert not re.search("nmv_usr_|clm_", second.out + second.err + third.out + third.err + first.err)
    assert all("x-skill-source" in one.headers for one in cloud.requests if not one.path.startswith("/films/"))
    assert all("nmv_usr_" not in one.target for one in cloud.requests)


def test_the_bot_cannot_tell_a_cloud_from_a_studio(mureka: Callable[..., Any], tmp_path: Path) -> None:
    command = [sys.executable, "-m", "studio", "--with-parent", "--port", "0", "--data", str(tmp_path / "cloud")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT) as cloud:
        assert cloud.stdin
        assert cloud.stdout
        url = cloud.stdout.readline().decode().split()[-1]
        told = mureka(tmp_path, "song", HUM, "--backend", "cloud", "--seconds", 30, "--aspect", "9:16", "--json",
                      "--wish", "no drums, no bass, no chords", "--format", "mp3", NEMO_API_URL=url).facts
        cloud.stdin.close()
    assert (told["aspect"], told["format"], told["file"]) == ("9:16", "mp3", "out/song.mp3")
    with av.open(str(tmp_path / "out" / "song.mp3")) as sound:
        assert sound.streams.audio[0].codec_context.name.startswith("mp3")
        assert sound.duration
        assert abs(sound.duration / av.time_base - told["duration"]) < 1
    assert not (tmp_path / "data" / "studio").exists()
