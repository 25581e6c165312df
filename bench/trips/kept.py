"""What the bot's database holds, looked at from outside in a copy: so that the dead bot's files stay as it left them."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ENDS = frozenset(("done", "failed", "cancelled", "unchanged", "uncertain"))
ASKS = frozenset(("unchanged", "uncertain"))
AT_WORK = frozenset(("working", "delivering"))


@dataclass(frozen=True, slots=True)
class KeptClaim:
    """A claim; times are seconds since 1970."""

    made_at: float
    is_finished: bool
    result: str | None


@dataclass(frozen=True, slots=True)
class KeptJob:
    """A job's row and its claims, by their act."""

    id: str
    member_id: str
    channel_id: str
    message_id: str | None
    kind: str
    state: str
    stage: str | None
    reason: str | None
    words: str
    clip: str                       # its name; empty for none
    format: str                     # of an export that is no film
    session_id: str | None
    accepted_at: float              # seconds since 1970
    ended_at: float | None
    claims: dict[str, KeptClaim] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether it has its end."""
        return self.state in ENDS

    @property
    def place(self) -> str:
        """Where it stands on its way, as far as its row and its claims tell."""
        if self.state not in AT_WORK:
            return self.state
        if "post" in self.claims:
            return "film claimed" if not self.claims["post"].is_finished else "film posted"
        if "say" in self.claims:
            return "wish claimed" if not self.claims["say"].is_finished else "wish carried out"
        return "before the claim"


@dataclass(frozen=True, slots=True)
class Kept:
    """All jobs by their ids."""

    jobs: dict[str, KeptJob] = field(default_factory=dict)

    @property
    def at_work(self) -> list[KeptJob]:
        """Those that a process was working at."""
        return [job for job in self.jobs.values() if job.state in AT_WORK]

    @property
    def unfinished(self) -> list[KeptJob]:
        """Those without an end."""
        return [job for job in self.jobs.values() if not job.is_over]


def look(path: Path) -> Kept:
    """What stands in the file and its log. Nothing, where there is no such file or no table of jobs yet."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        for suffix in ("", "-wal"):
            if (part := path.with_name(path.name + suffix)).exists():
                shutil.copyfile(part, copy.with_name(copy.name + suffix))
        if not copy.exists():
            return Kept()
        with closing(sqlite3.connect(copy)) as connection:
            connection.row_factory = sqlite3.Row
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone():
                return Kept()
            rows = connection.execute("SELECT * FROM jobs ORDER BY id").fetchall()
            return Kept({row["id"]: _job(row, connection) for row in rows})


def _job(row: Any, connection: sqlite3.Connection) -> KeptJob:
    claims = {one["act"]: KeptClaim(one["made_at"] / 1000, one["finished_at"] is not None, one["result"])
              for one in connection.execute("SELECT * FROM claims WHERE job_id = ?", (row["id"],))}
    request = json.loads(row["request"])
    options = request.get("options") or {}
    return KeptJob(
        row["id"], row["member_id"], row["channel_id"], row["message_id"], row["kind"], row["state"], row["stage"], row["reason"],
        request.get("words", ""), options.get("clip_name", ""), options.get("format", ""), row["session_id"],
        row["created_at"] / 1000, None if row["ended_at"] is None else row["ended_at"] / 1000, claims)
