"""`python -m tests.bot.jobs.record 0.1.0`: records what a bot of this version leaves when it dies with jobs in every stage.

Each release commits its recording under `tests/bot/jobs/recorded/`; `test_recorded.py` finishes them all with the present code.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from tests.bot.jobs.house import House, house
from tests.bot.jobs.lives import Lives, forks
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.nemo_server.server import FILM

RECORDED = Path(__file__).parent / "recorded"
SERVER = "server.json"
SMALL_FILM = FILM[:32] + bytes(64)
RENDERS = "/api/render/proxy/lambda"
ORDERS = [
    {"id": "100", "member": "post"},        # the film is here, and its post is claimed
    {"id": "101", "member": "film"},        # the film is in the making
    {"id": "102", "member": "say"},         # the wish is carried out, and its answer not yet heard
    {"id": "103", "member": "connect", "name": "last.wav"},     # the clip is on its way
    {"id": "104", "member": "connect"},     # in the queue
]

EXPECTED = {"100": "film", "101": "say", "102": "connect", "103": "prepare"}
"""The last step that each job had finished."""


class Stages:
    """Holds each job in its stage, and lets the first go on to its post when all the others are there."""

    def __init__(self, around: House) -> None:
        self._around = around
        self._sessions: dict[str, str] = {}
        self._reached: set[str] = set()
        self._all = asyncio.Event()
        around.gate = self.gate
        around.server.on("POST", "/run_sse", self._say)
        around.server.on("GET", f"{RENDERS}/*", self._poll)
        around.server.on("GET", "/films/*", replies.raw(SMALL_FILM, kind="video/mp4"))

    async def gate(self, request: Request) -> None:
        """Hold the clip of job 103, and the film of job 100."""
        if b'filename="last.wav"' in request.body:
            self._reach("103")
            await asyncio.Event().wait()
        if request.path.startswith("/films/"):
            await self._all.wait()

    def _say(self, request: Request) -> Reply:
        project = self._around.server.projects[json.loads(request.body)["session_id"]]
        wish = json.loads(request.body)["new_message"]["parts"][0]["text"]
        self._sessions[project.session_id] = wish
        if wish != "wish of 102":
            return self._around.server.usual(request)
        self._around.server.carry_out(request)
        self._reach("102")
        return replies.events({"type": "tool_call", "name": "compose"}, hangs=True)

    def _poll(self, request: Request) -> Reply:
        order = self._around.server.orders[request.path.rpartition("/")[2]]
        if self._sessions[order.session_id] != "wish of 101":
            return self._around.server.usual(request)
        self._reach("101")
        return replies.bare({"success": True, "data": {"status": "processing", "progress": 40}})

    def _reach(self, job_id: str) -> None:
        self._reached.add(job_id)
        if self._reached == {"101", "102", "103"}:
            self._all.set()


async def record(to: Path) -> None:
    """Let a bot die with all those jobs, and keep what it leaves."""
    with tempfile.TemporaryDirectory() as name, forks() as forked:
        folder = Path(name)
        async with house(folder) as around:
            Stages(around)
            lives = Lives(around, forked)
            await lives.start(*ORDERS, dies="deliver.before", workers=5)
            await lives.dead()
            kept = {"projects": [asdict(one) for one in around.server.projects.values()],
                    "orders": {key: asdict(one) for key, one in around.server.orders.items()}}
        for file in ("jobs.db", "mureka.db"):
            with closing(sqlite3.connect(folder / file)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                connection.execute("PRAGMA journal_mode = DELETE")
                connection.execute("VACUUM")
        steps = _steps(folder / "jobs.db")
        if steps != EXPECTED:
            raise SystemExit(f"that went too fast or too slow, record it again: {steps}")
        shutil.rmtree(to, ignore_errors=True)
        shutil.copytree(folder / "jobs", to / "jobs")
        for file in ("jobs.db", "mureka.db"):
            shutil.copy(folder / file, to / file)
        (to / SERVER).write_text(json.dumps(kept, indent=1) + "\n")


def _steps(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT workflow_uuid, function_name FROM operation_outputs ORDER BY function_id"))


if __name__ == "__main__":
    asyncio.run(record(RECORDED / sys.argv[1]))
