"""Two servers that speak the API, met alike: the stand-in of the tests, and the studio as a process of its own."""

from __future__ import annotations

import subprocess
import sys
import uuid
import wave
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, aclosing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from bot.nemo import Clock, Film, Nemo, Render, RenderStep, Said, Session, SessionState, Uploaded
from bot.nemo.files.upload import LocalFile
from tests.nemo_server.service import NemoService
from tests.nemo_server.tap import Tap

ROOT = Path(__file__).parents[2]
TUNE = (60, 62, 64, 67, 69, 67, 64, 62, 60, 64, 67, 64, 60)     # C major, ours
RATE = 22_050
CLIP_NAME = "我的 \"哼唱\"\n№1.wav"
WISH = "full song from my hummed melody, lo-fi, square, 30 seconds long, no drums, no bass, no chords"
STAND_IN, STUDIO = "stand-in", "studio"
SCALES = {STAND_IN: 100.0, STUDIO: 12.0}    # the studio truly works, so its minutes must not pass too fast
PATIENT = 3600.0        # seconds of that time for a film


@dataclass
class Host:
    """A server, by the address of the tap on its wire."""

    name: str
    tap: Tap
    data: Path | None = None        # where a studio keeps its files
    stand_in: NemoService | None = None
    clients: AsyncExitStack = field(default_factory=AsyncExitStack)

    @property
    def is_studio(self) -> bool:
        return self.name == STUDIO

    def connect(self, *, scale: float | None = None, **more: Any) -> Nemo:
        """A client; by default of somebody new without a token."""
        clock = Clock(SCALES[self.name] if scale is None else scale)
        nemo = Nemo(self.tap.url, clock=clock, environ={}, **{"client_id": str(uuid.uuid4()), **more})
        self.clients.push_async_callback(nemo.aclose)
        return nemo


@contextmanager
def studio(data: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "studio", "--with-parent", "--port", "0", "--data", str(data)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          cwd=ROOT) as process:
        assert process.stdin and process.stdout
        yield process.stdout.readline().decode().split()[-1]
        process.stdin.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session", params=[STAND_IN, STUDIO])
async def host(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Host]:
    async with AsyncExitStack() as stack:
        data = stand_in = None
        if request.param == STUDIO:
            url = stack.enter_context(studio(data := tmp_path_factory.mktemp("studio")))
        else:
            stand_in = await stack.enter_async_context(NemoService())
            url = stand_in.url
        met = Host(request.param, await stack.enter_async_context(Tap(url)), data, stand_in)
        await stack.enter_async_context(met.clients)
        yield met


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of a hummed tune."""
    time_of = np.arange(int(0.45 * RATE)) / RATE
    shape = np.minimum(1, time_of / 0.03) * np.minimum(1, (0.44 - time_of).clip(0) / 0.05)
    hum = np.concatenate([shape * sum(0.3 / h**1.5 * np.sin(2 * np.pi * h * 440 * 2 ** ((pitch - 69) / 12) * time_of)
                                      for h in range(1, 6)) for pitch in TUNE])
    path = tmp_path_factory.mktemp("clip") / "hum.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, RATE, 0, "NONE", ""))
        out.writeframes((hum * 32767).astype("<i2").tobytes())
    return path


@dataclass(frozen=True)
class Made:
    """A project with one song, and all that was told on the way to it."""

    host: Host
    nemo: Nemo
    session: Session
    empty: SessionState
    sent: list[tuple[int, int]]
    uploaded: Uploaded
    said: list[Said]
    state: SessionState

    async def say(self, words: str) -> list[Said]:
        """One more wish."""
        async with aclosing(self.nemo.say(self.session.session_id, words)) as said:
            return [value async for value in said]

    async def look(self) -> SessionState:
        """The project now."""
        return await self.nemo.state(self.session.session_id)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def made(host: Host, clip: Path) -> Made:
    nemo = host.connect()
    session = await nemo.create_session("夏天的“感觉”", "zh-CN")
    empty = await nemo.state(session.session_id)
    sent: list[tuple[int, int]] = []
    uploaded = await nemo.upload(session.session_id, [LocalFile(clip, CLIP_NAME)],
                                 progress=lambda done, total: sent.append((done, total)))
    async with aclosing(nemo.say(session.session_id, WISH)) as answer:
        said = [value async for value in answer]
    return Made(host, nemo, session, empty, sent, uploaded, said, await nemo.state(session.session_id))


@dataclass(frozen=True)
class Filmed:
    """The song of `made` as a film."""

    key: str
    state: SessionState
    render: Render
    order: bytes            # the request that asked for it
    steps: list[RenderStep]
    film: Film


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def filmed(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Filmed:
    state = await made.look()
    key = str(uuid.uuid4())
    render = await made.nemo.submit_render(key, state.session_id, state.draft)
    order = made.host.tap.last("POST /api/render/proxy/lambda")
    async with aclosing(made.nemo.watch_render(render, budget_seconds=PATIENT)) as watched:
        steps = [step async for step in watched]
    film = await made.nemo.download(steps[-1], tmp_path_factory.mktemp("film") / "song.mp4")
    return Filmed(key, state, render, order, steps, film)


@pytest.fixture(scope="session")
def gathered() -> Callable[[Nemo, str, str], Any]:
    """Says a wish in any session and gives all values of the answer."""

    async def ask(nemo: Nemo, session_id: str, words: str) -> list[Said]:
        async with aclosing(nemo.say(session_id, words)) as said:
            return [value async for value in said]

    return ask
