"""Jobs that an earlier release left behind are finished by the present code, in every stage, and nothing happens twice."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.bot.jobs.house import SECRET, House
from tests.bot.jobs.record import RECORDED, SERVER
from tests.bot.jobs.tables import all_that_is_kept
from tests.nemo_server.service import Order, Project

RELEASES = sorted(RECORDED.iterdir())
JOBS = ("100", "101", "102", "103", "104")


def put_in_place(around: House, release: Path) -> None:
    """The folder and the backend as they were when the bot died."""
    shutil.copytree(release, around.folder, dirs_exist_ok=True)
    kept = json.loads((release / SERVER).read_text())
    around.server.projects = {one["session_id"]: Project(**one) for one in kept["projects"]}
    around.server.orders = {key: Order(**one) for key, one in kept["orders"].items()}


@pytest.mark.parametrize("release", RELEASES, ids=[one.name for one in RELEASES])
async def test_the_jobs_of_a_release_are_finished(around: House, release: Path) -> None:
    put_in_place(around, release)
    async with around.open(workers=5):
        await around.until_over(*JOBS)
    assert {line["job"]: line["state"] for line in around.lines("end")} == dict.fromkeys(JOBS, "done")
    assert sorted(line["job"] for line in around.lines("deliver")) == sorted(JOBS)
    assert sorted(around.wishes) == sorted(f"wish of {job}" for job in JOBS)
    assert len(around.server.orders) == len(JOBS)
    assert len(around.clips) == 1


@pytest.mark.parametrize("release", RELEASES, ids=[one.name for one in RELEASES])
def test_a_recording_holds_no_secret_and_no_path(release: Path, tmp_path: Path) -> None:
    for name in ("jobs.db", "mureka.db"):
        kept = all_that_is_kept(Path(shutil.copy(release / name, tmp_path)))
        assert SECRET not in kept
        assert "/tmp" not in kept


def test_there_is_a_recording() -> None:
    assert RELEASES
