"""The command line in this process, against a NemoVideo in a thread of its own: as a newcomer types it, without the start."""

from __future__ import annotations

import asyncio
import math
import os
import threading
import wave
from array import array
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.nemo_server.service import NemoService
from tests.trip.ended import Ended

SCALE = "400"
RATE = 8000


@contextmanager
def aside(server: NemoService) -> Iterator[NemoService]:
    """`server` at work on a loop in another thread: a command needs the main one for its signals."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.__aenter__(), loop).result(10)
        yield server
        asyncio.run_coroutine_threadsafe(server.__aexit__(None, None, None), loop).result(10)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


@pytest.fixture
def cloud() -> Iterator[NemoService]:
    with aside(NemoService()) as server:
        yield server


@pytest.fixture(scope="session")
def hum(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clip that the API takes as it is."""
    path = tmp_path_factory.mktemp("clip") / "hum.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes(array("h", (int(9000 * math.sin(at / 7)) for at in range(3 * RATE))).tobytes())
    return path


@pytest.fixture
def mureka(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run the command line in a folder that stays the same within a test; settings are given by name."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("MUREKA_", "NEMO_", "STUDIO_", "SKILL_", "LC_", "DISCORD_")):
            monkeypatch.delenv(name)

    def run(*words: object, **settings: str) -> Ended:
        capfd.readouterr()
        usual = {"MUREKA_DATA": str(tmp_path / "data"), "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "COLUMNS": "80"}
        with monkeypatch.context() as there:
            for name, value in (usual | settings).items():
                there.setenv(name, value)
            try:
                code = main([str(word) for word in words])
            except SystemExit as left:      # the parser's way
                code = int(left.code or 0)
        return Ended(code, *capfd.readouterr())

    return run


@pytest.fixture
def song(mureka: Callable[..., Ended], cloud: NemoService) -> Callable[..., Ended]:
    """Run `mureka song …` with the cloud."""

    def run(*words: object, **settings: str) -> Ended:
        chosen = {"MUREKA_BACKEND": "cloud", "NEMO_API_URL": cloud.url, "MUREKA_TIME_SCALE": SCALE} | settings
        return mureka("song", *words, **chosen)

    return run
