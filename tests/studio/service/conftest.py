"""A studio as a process of its own, and somebody who talks to it over a real socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import av
import httpx
import msgspec
import numpy as np
import pytest

from studio.score import Finish, Key, Mode, Part, Score, ScoreNote, Section, SectionKind
from studio.store import Session, Store

TUNE = (67, 69, 71, 74, 71, 69, 67, 62, 64, 67, 71, 69, 67)     # G major, ours
RATE = 48_000
SCORE = Score("Test", "pop", 1, 120.0, 4, Key(0, Mode.MAJOR), 0, (Section(SectionKind.VERSE, 0, 8, 0.5),), (),
              (Part("lead", 0, False, -20.0, 0.0, 0.2, (ScoreNote(0.0, 1.0, 60, 90), ScoreNote(4.0, 1.0, 64, 90))),), Finish())


@dataclass
class Guest:
    """Somebody with a token, and with one session."""

    http: httpx.Client
    session: str = ""

    def upload(self, *files: tuple[str, bytes]) -> httpx.Response:
        return self.http.post(f"/api/upload-video/nemo_agent/me/{self.session}",
                              files=[("files", (name, data)) for name, data in files])

    def say(self, words: str) -> list[dict[str, Any]]:
        body = {"app_name": "nemo_agent", "user_id": "me", "session_id": self.session,
                "new_message": {"parts": [{"text": words}]}}
        with self.http.stream("POST", "/run_sse", json=body) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            return [json.loads(line.removeprefix("data: ")) for line in answer.iter_lines() if line]

    def state(self) -> dict[str, Any]:
        answer = self.http.get(f"/api/state/nemo_agent/me/{self.session}/latest").json()
        assert answer["code"] == 0
        return answer["data"]["state"]  # type: ignore[no-any-return]

    def heard(self) -> dict[str, Any]:
        """The state once nobody listens any more."""
        for _ in range(600):
            state = self.state()
            if not any(one["status"] == "listening" for one in state["video_analyses"]):
                return state
            time.sleep(0.05)
        raise AssertionError("the hearing did not end")

    def render(self, render_id: str, draft: object, **output: object) -> httpx.Response:
        body = {"id": render_id, "sessionId": self.session, "draft": draft, "output": {"format": "mp4", **output}}
        return self.http.post("/api/render/proxy/lambda", json=body)

    def poll(self, render_id: str) -> dict[str, Any]:
        """The end of a render."""
        for _ in range(600):
            answer = self.http.get(f"/api/render/proxy/lambda/{render_id}")
            if answer.json()["status"] not in ("pending", "processing"):
                return answer.json()  # type: ignore[no-any-return]
            assert int(answer.headers["retry-after"]) >= 1
            time.sleep(0.05)
        raise AssertionError("the render did not end")


def furnish(data: Path, session: Session) -> tuple[str, str]:
    """Put the song of `session` into a studio's folder as if it had been made there; the token and the session of its owner."""
    store = Store(data)
    token, account = store.open_account("client-of-the-song")
    opened = store.open_session(account.user_id, "A hum", "en")
    store.keep(replace(session, session_id=opened.session_id, user_id=account.user_id))
    folder = store.song_folder(opened.session_id, 1)
    folder.mkdir()
    (folder / "score.json").write_bytes(msgspec.json.encode(SCORE))
    wav_of(tone_of(TUNE)[:int(SCORE.seconds * RATE)], folder / "song.wav")
    return token, opened.session_id


@dataclass
class House:
    """A running studio."""

    url: str
    process: subprocess.Popen[bytes]
    data: Path
    guests: list[httpx.Client] = field(default_factory=list)

    def owner(self, token: str, session: str) -> Guest:
        """Somebody who was here before."""
        http = httpx.Client(base_url=self.url, timeout=120, headers={"Authorization": f"Bearer {token}"})
        self.guests.append(http)
        return Guest(http, session)

    def guest(self, client_id: str | None = None, language: str = "en") -> Guest:
        http = httpx.Client(base_url=self.url, timeout=120)
        self.guests.append(http)
        told = http.post("/api/auth/anonymous-token", headers={"X-Client-Id": client_id or str(uuid.uuid4())}).json()
        http.headers["Authorization"] = f"Bearer {told['data']['token']}"
        opened = http.post("/api/tasks/me/with-session/nemo_agent", json={"task_name": "A hum", "language": language})
        return Guest(http, opened.json()["data"]["session_id"])


@contextmanager
def open_house(data: Path, **settings: str) -> Iterator[House]:
    command = [sys.executable, "-m", "studio", "--with-parent", "--port", "0", "--data", str(data)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **settings})
    assert process.stdin and process.stdout
    house = House(process.stdout.readline().decode().split()[-1], process, data)
    try:
        yield house
    finally:
        for http in house.guests:
            http.close()
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


@pytest.fixture(name="open_house", scope="session")
def _open_house() -> Callable[..., Any]:
    return open_house


@pytest.fixture(name="furnish", scope="session")
def _furnish() -> Callable[[Path, Session], tuple[str, str]]:
    return furnish


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("studio")) as running:
        yield running


@pytest.fixture(scope="session")
def hum(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Nine seconds of a hummed tune as a WAV file."""
    return wav_of(tone_of(TUNE), tmp_path_factory.mktemp("hum") / "hum.wav")


@pytest.fixture(scope="session")
def silence(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return wav_of(np.zeros(3 * RATE), tmp_path_factory.mktemp("silence") / "silence.wav")


def tone_of(pitches: tuple[int, ...]) -> np.ndarray[Any, np.dtype[np.float64]]:
    time_of = np.arange(int(0.6 * RATE)) / RATE
    shape = np.minimum(1, time_of / 0.03) * np.minimum(1, (0.58 - time_of).clip(0) / 0.06)
    return np.concatenate([shape * sum(0.3 / h**1.5 * np.sin(2 * np.pi * h * 440 * 2 ** ((pitch - 69) / 12) * time_of)
                                       for h in range(1, 7)) for pitch in pitches])


def wav_of(samples: np.ndarray[Any, Any], path: Path) -> bytes:
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray((samples * 32767).astype(np.int16)[None], format="s16", layout="mono")
        frame.rate = RATE
        out.mux([*stream.encode(frame), *stream.encode(None)])
    return path.read_bytes()
