"""kill -9: whatever a job was at, it goes on, and nothing is said or posted twice."""

from __future__ import annotations

import time

import pytest

from storage import Database, JobState
from tests.bot.jobs.house import House, order
from tests.bot.jobs.lives import Lives
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request

RECOVERY_SECONDS = 5.0
RENDERS = "/api/render/proxy/lambda"
STATE = "GET /api/state/"
MOMENTS = (
    "GET /attachments/",            # the clip is fetched
    "POST /api/tasks/",             # a project is begun
    "POST /api/upload-video/",      # the clip is sent
    STATE,                          # the wish is not claimed yet
    f"POST {RENDERS}",              # the film is ordered
    f"GET {RENDERS}/",              # the film is made
    "GET /films/",                  # the film is fetched
)


async def test_a_job_goes_on_after_a_death_at_any_moment(around: House, lives: Lives) -> None:
    jobs = [f"10{number}" for number in range(len(MOMENTS))]
    for job_id, moment in zip(jobs, MOMENTS, strict=True):
        began, shown = time.monotonic(), len(around.lines("show"))
        await lives.start()
        if job_id != jobs[0]:
            await around.until(lambda: len(around.lines("show")) > shown)       # noqa: B023 - within this turn
            assert time.monotonic() - began < RECOVERY_SECONDS
            await around.until_over(jobs[jobs.index(job_id) - 1])
        await lives.end()
        lives.dies_at(moment)
        await lives.start({"id": job_id})
        await lives.dead()
    await lives.start()
    await around.until_over(*jobs)
    assert around.wishes == [f"wish of {job_id}" for job_id in jobs]
    assert [line["job"] for line in around.lines("deliver")] == jobs
    assert [line["state"] for line in around.lines("end")] == ["done"] * len(jobs)
    assert len(around.server.orders) == len(jobs)


async def test_a_wish_whose_answer_was_lost_with_the_process_is_found_to_be_carried_out(around: House, lives: Lives) -> None:
    def cut(request: Request) -> Reply:
        around.server.carry_out(request)
        lives.kill()
        return replies.events({"type": "text", "content": "Here"}, cuts=True)

    around.server.on("POST", "/run_sse", cut)
    await lives.start({"id": "100"})
    await lives.dead()
    await lives.start()
    await around.until_over("100")
    assert around.wishes == ["wish of 100"]
    [post] = around.lines("deliver")
    assert post["text"] == "Your wish was carried out; only the words of the answer were lost."


async def test_what_was_before_the_wish_is_not_forgotten_in_a_second_death(around: House, lives: Lives) -> None:
    def cut(request: Request) -> Reply:
        around.server.carry_out(request)
        lives.kill()
        return replies.nothing()

    around.server.on("POST", "/run_sse", cut)
    await lives.start({"id": "100"})
    await lives.dead()
    reads = 0

    def seen(method: str, path: str) -> None:
        nonlocal reads
        reads += f"{method} {path}".startswith(STATE)
        if reads == 2:
            lives.kill()

    around.seen = seen
    await lives.start()
    await lives.dead()
    await lives.start()
    await around.until_over("100")
    assert len(around.lines("deliver")) == len(around.wishes) == 1


async def test_a_wish_that_died_between_its_claim_and_its_answer_is_asked_about_and_tried_again(
        around: House, lives: Lives) -> None:
    def swallow(_request: Request) -> Reply:
        lives.kill()
        return replies.nothing()

    around.server.on("POST", "/run_sse", swallow)
    await lives.start({"id": "100"})
    await lives.dead()
    await lives.start()
    await around.until_over("100")
    [asked] = around.lines("ask")
    assert asked["state"] == "unchanged"
    assert len(around.server.asked("POST", "/run_sse")) == 1
    await lives.end()
    around.server.on("POST", "/run_sse", around.server.usual)
    async with around.open() as bot:
        accepted = await bot.desk.again("100")
        assert accepted is not None
        await around.until_over("100-t1")
    assert around.wishes == ["wish of 100"]
    assert len(around.clips) == 1


@pytest.mark.parametrize(("dies", "posts"), [("deliver.before", 0), ("deliver.after", 1)])
async def test_a_post_is_made_once(around: House, lives: Lives, dies: str, posts: int) -> None:
    await lives.start({"id": "100"}, dies=dies)
    await lives.dead()
    assert len(around.lines("deliver")) == posts
    await lives.start()
    await around.until_over("100")
    assert len(around.lines("deliver")) == 1
    assert around.wishes == ["wish of 100"]


async def test_an_end_that_was_not_told_is_told_later(around: House, lives: Lives) -> None:
    await lives.start({"id": "100"}, dies="end.before")
    await lives.dead()
    await lives.start()
    await around.until_over("100")
    assert len(around.lines("deliver")) == 1


async def test_a_job_that_was_kept_but_not_yet_enqueued_is_not_lost(around: House, lives: Lives) -> None:
    async with Database.open(around.folder / "mureka.db") as database:
        await database.jobs.accept(order("100").as_job())
    await lives.start()
    await around.until_over("100")
    assert len(around.lines("deliver")) == 1


async def test_the_queue_of_a_member_keeps_its_order_and_the_finished_are_left_alone(around: House, lives: Lives) -> None:
    def seen(method: str, path: str) -> None:
        if path == RENDERS and len(around.server.orders) == 1:
            around.seen = lambda _method, _path: None
            lives.kill()

    around.seen = seen
    await lives.start(*({"id": f"10{number}"} for number in range(4)))
    await lives.dead()
    assert len(around.lines("end")) == 1
    await lives.start()
    await around.until_over(*(f"10{number}" for number in range(4)))
    assert [line["job"] for line in around.lines("end")] == ["100", "101", "102", "103"]
    assert [line["job"] for line in around.lines("deliver")] == ["100", "101", "102", "103"]
    assert around.wishes == [f"wish of 10{number}" for number in range(4)]


async def test_a_lost_file_of_the_engine_loses_no_job(around: House, lives: Lives) -> None:
    around.seen = lambda method, path: lives.kill() if path == RENDERS and len(around.lines("end")) == 0 else None
    await lives.start({"id": "100"}, {"id": "101"})
    await lives.dead()
    around.seen = lambda _method, _path: None
    for name in ("jobs.db", "jobs.db-wal", "jobs.db-shm"):
        (around.folder / name).unlink(missing_ok=True)
    await lives.start()
    await around.until_over("100", "101")
    assert around.wishes == ["wish of 100", "wish of 101"]
    assert len(around.lines("deliver")) == 2
    async with Database.open(around.folder / "mureka.db") as database:
        job = await database.jobs.get("100")
        assert job is not None
        assert job.state is JobState.DONE
