"""Folders: where a job's clip and film lie while it is at work. A job's folder is its own, and goes with its end."""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote

FOLDER_MODE: Final = 0o700


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders of all jobs, under `root`."""

    root: Path

    def of(self, job_id: str) -> Path:
        """The job's folder, there or not."""
        return self.root / quote(job_id, safe="").replace(".", "%2E")

    async def ids(self) -> list[str]:
        """The jobs that have a folder."""
        return await asyncio.to_thread(lambda: [unquote(one.name) for one in self.root.glob("*") if one.is_dir()])

    async def make(self, job_id: str) -> Path:
        """The job's folder, for the bot's user alone."""
        folder = self.of(job_id)
        await asyncio.to_thread(folder.mkdir, mode=FOLDER_MODE, parents=True, exist_ok=True)
        return folder

    async def clear(self, job_id: str) -> None:
        """Delete the job's files, where there are any."""
        await asyncio.to_thread(shutil.rmtree, self.of(job_id), True)
