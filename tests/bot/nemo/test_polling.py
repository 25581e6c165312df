"""Watching a render: every variant of its status, how often it is looked at, what ends the wait."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nemo import (
    AnonymousLimit,
    BadReply,
    Nemo,
    NemoError,
    NotFound,
    PlanRefused,
    Refused,
    Render,
    RenderFailed,
    RenderStatus,
    RenderStep,
    RenderTimedOut,
    RequestRefused,
    TokenRejected,
)
from bot.nemo.envelope import Answer, unwrap
from bot.nemo.film.reply import read_step
from bot.nemo.film.step import Progress, Told
from bot.nemo.jsontext import sendable
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.http import Request
from tests.nemo_server.server import NemoServer

Connect = Callable[..., Nemo]
Watched = Callable[..., Awaitable[list[RenderStep]]]

SUBMIT = "/api/render/proxy/lambda"
POLL = "/api/render/proxy/lambda/*"
TOKENS = "/api/auth/anonymous-token"
BASE = "https://api.example"
FILM_URL = "https://static.example/film.mp4"
NOT_FOUND = replies.bare({"detail": "Not Found"}, 404)
COMPLETED = RenderStatus.COMPLETED
PROCESSING = RenderStatus.PROCESSING


@pytest.fixture
def watched() -> Watched:
    async def watch(nemo: Nemo, render: Render | None = None) -> list[RenderStep]:
        async with aclosing(nemo.watch_render(render or Render("r1"))) as steps:
            return [step async for step in steps]

    return watch


def at_work(progress: Any = 40, **headers: str) -> ServerReply:
    return replies.bare({"success": True, "data": {"status": "processing", "progress": progress}}, 200, **headers)


def finished(url: str = FILM_URL) -> ServerReply:
    return replies.bare({"success": True, "data": {"status": "completed", "outputUrl": url}})


def read(value: Any) -> RenderStep:
    body = replies.bare(value).body[0]
    return read_step("r1", unwrap(Answer(200, body)), BASE)


@pytest.mark.parametrize("value", [
    {"success": True, "data": {"status": "completed", "outputUrl": FILM_URL, "progress": 100}},
    {"code": 0, "data": {"status": "succeeded", "output_url": FILM_URL}},
    {"success": True, "data": {"render": {"status": "completed", "outputUrl": FILM_URL}}},
    {"success": True, "data": [{"status": "done", "output": [{"url": FILM_URL}]}]},
    {"status": "success", "data": {"task": {"state": "Finished", "result": {"video_url": FILM_URL}}}},
    {"code": 0, "data": {"status": "success", "download_url": FILM_URL}},
    {"success": True, "data": {"status": {"state": "RENDER_STATUS_COMPLETED"}, "videoUrl": FILM_URL}},
    {"success": True, "data": {"status": "completed with warnings", "fileUrl": f" {FILM_URL}\n"}},
    {"code": 0, "data": json.dumps({"status": "completed", "outputUrl": FILM_URL})},
    {"code": 0, "data": {"status": "已完成", "output": FILM_URL}},
    {"success": True, "data": {"outputUrl": FILM_URL}}, {"success": True, "data": {"progress": 1, "outputUrl": FILM_URL}},
    {"status": "ok", "data": {"output": {"file": {"url": FILM_URL}}}},
    {"success": True, "data": {"status": "completed", "outputUrl": "", "output": {"url": FILM_URL}, "error": None}},
    {"success": True, "data": {"status": "completed", "outputUrl": "file:///etc/passwd", "url": FILM_URL}},
])
@pytest.mark.wire("4.9/A")
def test_every_variant_with_the_status_inside_is_read(value: Any) -> None:
    step = read(value)
    assert (step.status, step.fraction, step.url) == (COMPLETED, 1.0, FILM_URL)


@pytest.mark.parametrize("value", [
    {"status": "completed", "output": {"url": FILM_URL}},
    {"success": True, "status": "COMPLETED", "data": {"outputUrl": FILM_URL}},
    {"success": True, "status": "completed", "outputUrl": FILM_URL, "data": None},
    {"success": True, "status": "completed", "output": FILM_URL, "data": {}},
])
@pytest.mark.wire("4.9/B")
def test_every_variant_with_the_status_outside_is_read(value: Any) -> None:
    step = read(value)
    assert (step.status, step.fraction, step.url) == (COMPLETED, 1.0, FILM_URL)


@pytest.mark.wire("4.9/C")
def test_length_and_size_are_read() -> None:
    step = read({"taskId": "t", "status": "completed", "output": {"url": FILM_URL, "duration": "12.5", "size": 99}})
    assert (step.url, step.seconds, step.bytes) == (FILM_URL, 12.5, 99)


@pytest.mark.parametrize("told", [1767323045000, 1767323045, "2026-01-02T03:04:05Z"])
@pytest.mark.wire("4.9/times")
def test_times_are_read(told: Any) -> None:
    step = read({"data": {"status": "completed", "createdAt": told, "completedAt": told}, "code": 0})
    assert step.created_at == step.completed_at == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@pytest.mark.parametrize(("url", "absolute"), [
    ("/films/x.mp4", f"{BASE}/films/x.mp4"), ("films/x.mp4", f"{BASE}/films/x.mp4"),
    ("//cdn.example/x.mp4", "https://cdn.example/x.mp4"), ("http://[", None), ("file:///x", None), ("data:video/mp4,x", None),
    ("s3://bucket/x.mp4", None), ("mp4", None), (17, None), ({}, None),
])
def test_an_address_becomes_absolute_or_is_none(url: Any, absolute: str | None) -> None:
    assert read({"status": "completed", "output": url}).url == absolute


@pytest.mark.parametrize(("value", "status"), [
    ({"status": "pending", "outputUrl": FILM_URL}, RenderStatus.PENDING), ({"status": "In Progress"}, PROCESSING),
    ({"status": "muxing"}, PROCESSING), ({"status": "muxing", "progress": 100}, PROCESSING), ({"progress": 40}, PROCESSING),
    ({"status": "encoding", "outputUrl": FILM_URL}, PROCESSING), ({"status": 2, "progress": 3}, PROCESSING),
    ({"status": "QUEUED"}, RenderStatus.PENDING), ({"status": "muxed", "outputUrl": FILM_URL}, COMPLETED),
    ({"progress": "100%"}, COMPLETED), ({"status": "failed", "outputUrl": FILM_URL}, RenderStatus.FAILED),
    ({"error": {"message": "no clip"}}, RenderStatus.FAILED),
])
def test_words_and_what_stands_beside_them_are_weighed(value: Any, status: RenderStatus) -> None:
    step = read({"code": 0, "data": value})
    assert step.status is status
    assert (step.url is not None) == (status is COMPLETED and "outputUrl" in value)


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([
    "completed", "failed", "45%", FILM_URL]), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["data", "status", "output", "url", "progress", "error", "render", "outputUrl", "createdAt", "size",
                         "retryAfter"]), inner, max_size=5), max_leaves=20))
def test_no_reply_breaks_the_reader(value: Any) -> None:
    try:
        step = read({"success": True, "data": value, "render": value})
    except (NotFound, BadReply):
        return
    assert 0 <= step.fraction <= 1
    assert sendable(step.reason) is not None
    assert step.url is None or step.url.startswith(("http://", "https://"))


@pytest.mark.parametrize(("told", "fractions"), [
    ([0, 5, 45, 100], [0, 0.05, 0.45, 1]), (["10%", "45 %", "100%"], [0.1, 0.45, 1]), ([0.1, 0.45, 1.0], [0.1, 0.45, 1]),
    ([0, 0.25, 1], [0, 0.25, 1]), ([1, 2], [0.01, 0.02]), ([60, 20, 70], [0.6, 0.6, 0.7]), ([45, 0.9, 50], [0.45, 0.45, 0.5]),
    ([900, -3], [1, 1]), ([None, "soon", True, 30], [0, 0, 0, 0.3]), (["0.5%", 0.9], [0.005, 0.009]),
])
async def test_progress_goes_from_0_to_1_whatever_it_is_counted_in(
    nemo: Nemo, server: NemoServer, watched: Watched, told: list[Any], fractions: list[float]
) -> None:
    server.on("GET", POLL, *(at_work(one, Retry_After="1") for one in told), finished())
    steps = await watched(nemo)
    assert [step.fraction for step in steps[:-1]] == pytest.approx(fractions)


@settings(deadline=None)
@given(st.lists(st.none() | st.builds(Progress, st.floats(0, 1e6), st.booleans())))
def test_progress_never_goes_backwards(heard: list[Progress | None]) -> None:
    told = Told()
    fractions = [told.fraction(one) for one in heard]
    assert fractions == sorted(fractions)
    assert all(0 <= fraction <= 1 for fraction in fractions)


@pytest.mark.parametrize(("value", "reason"), [
    ({"success": True, "data": {"status": "failed", "error": "no clip"}}, "no clip"),
    ({"code": 0, "message": "ok", "data": {"status": "error", "reason": "no clip"}}, "no clip"),
    ({"code": 0, "message": "ok", "data": {"status": "FAILED", "error": {"code": 7, "message": "no clip"}}}, "no clip"),
    ({"status": "failed", "message": "no clip"}, "no clip"), ({"status": "failed", "error": ["no", "clip"]}, "no; clip"),
    ({"data": {"render": {"status": "failed", "failureReason": "没有片段"}}, "code": 0}, "没有片段"),
    ({"success": True, "data": {"status": "cancelled"}}, "cancelled"),
    ({"success": False, "error": "encoder crashed", "data": {"status": "failed"}}, "encoder crashed"),
    ({"code": 3001, "message": "encoder crashed"}, "encoder crashed"),
    ({"success": True, "data": {"status": "failed", "error": "font nmv_usr_abc not found"}}, "font *** not found"),
])
async def test_a_failed_render_tells_the_servers_reason(
    nemo: Nemo, server: NemoServer, watched: Watched, value: Any, reason: str
) -> None:
    server.on("GET", POLL, replies.bare(value))
    with pytest.raises(RenderFailed) as caught:
        await watched(nemo)
    assert caught.value.reason == reason
    assert len(server.asked("GET", POLL)) == 1


@pytest.mark.parametrize(("reply", "waits"), [
    (at_work(), 30), (at_work(Retry_After="soon"), 30), (at_work(Retry_After="-4"), 30), (at_work(Retry_After="8"), 8),
    (replies.bare({"code": 0, "data": {"status": "processing", "retryAfter": 12}}), 12),
    (replies.bare({"code": 0, "data": {"status": "processing"}, "pollInterval": 15_000}), 15),
    (replies.bare({"code": 0, "data": {"status": "processing", "poll_interval_ms": 20_000}}), 20),
    (replies.bare({"code": 0, "data": {"status": "processing", "retryAfter": 40}}, 200, Retry_After="6"), 6),
    (replies.fault(429, status=429), 30), (replies.fault(429, status=429, Retry_After="9"), 9), (replies.html(503), 10),
])
@pytest.mark.wire("4.9/polling")
async def test_a_poll_waits_as_long_as_the_server_hints_else_half_a_minute(
    connect: Connect, server: NemoServer, watched: Watched, reply: ServerReply, waits: float
) -> None:
    moments: list[float] = []

    def noted(answer: ServerReply) -> Callable[[Request], ServerReply]:
        def note(_request: Request) -> ServerReply:
            moments.append(time.monotonic())
            return answer
        return note

    server.on("GET", POLL, noted(reply), noted(finished()))
    await watched(connect(scale=200))
    assert waits - 0.5 <= (moments[1] - moments[0]) * 200 < waits + 60


@pytest.mark.parametrize("passing", [
    replies.html(500), replies.html(502), replies.raw(b"", 408), replies.fault(429, status=429), replies.nothing(),
    replies.html(200), NOT_FOUND, replies.bare({"success": True, "data": {}}), replies.data(None), replies.raw(b"", 204),
    replies.data({"status": "not_found"}), replies.bare({"success": False, "error": "Render not found"}),
    replies.redirect("/elsewhere"), replies.raw(b'{"status": "compl'), replies.fault(503, "busy"),
    ServerReply(200, [b'{"status"'], length=99, cuts=True), replies.raw(b"[" * 100_000),
])
@pytest.mark.wire("4.9/failed-poll")
async def test_a_failed_poll_is_repeated_on_the_same_id(
    nemo: Nemo, server: NemoServer, watched: Watched, passing: ServerReply
) -> None:
    server.on("GET", POLL, passing, at_work(), passing, finished())
    assert [step.status for step in await watched(nemo)] == [PROCESSING, COMPLETED]
    assert [request.path for request in server.asked("GET", POLL)] == ["/api/render/proxy/lambda/r1"] * 4
    assert server.asked("POST", SUBMIT) == []


@pytest.mark.parametrize(("reply", "kind"), [
    (replies.fault(400, status=400), RequestRefused), (replies.fault(401, status=401), TokenRejected),
    (replies.fault(1001), TokenRejected), (replies.fault(402, status=402), PlanRefused), (replies.bare({}, 403), Refused),
])
@pytest.mark.wire("4.9/end")
async def test_a_poll_that_will_never_succeed_ends_the_wait(
    connect: Connect, server: NemoServer, watched: Watched, reply: ServerReply, kind: type[NemoError]
) -> None:
    server.on("GET", POLL, reply)
    with pytest.raises(kind):
        await watched(connect(own_token=True))
    assert len(server.asked("GET", POLL)) == 1
    assert server.asked("POST", TOKENS) == []


@pytest.mark.parametrize("reply", [NOT_FOUND, replies.data({"status": "not_found"}), replies.bare({"detail": "Gone"}, 410)])
async def test_a_render_that_stays_unknown_has_failed(
    nemo: Nemo, server: NemoServer, watched: Watched, reply: ServerReply
) -> None:
    server.on("GET", POLL, reply)
    with pytest.raises(RenderFailed):
        await watched(nemo)
    assert 1 < len(server.asked("GET", POLL)) <= 5


async def test_a_refused_anonymous_token_is_renewed_once_in_mid_watch(
    nemo: Nemo, server: NemoServer, watched: Watched
) -> None:
    server.on("GET", POLL, at_work(), replies.fault(401, status=401), finished())
    assert (await watched(nemo))[-1].url == FILM_URL
    assert len(server.asked("POST", TOKENS)) == 1


async def test_a_renewal_that_is_limited_ends_the_wait(nemo: Nemo, server: NemoServer, watched: Watched) -> None:
    server.on("GET", POLL, replies.fault(401, status=401))
    server.on("POST", TOKENS, replies.fault(429, status=429))
    with pytest.raises(AnonymousLimit):
        await watched(nemo)
    assert len(server.asked("GET", POLL)) == 1


@pytest.mark.parametrize("reply", [at_work(), at_work(Retry_After="9999"), replies.html(503), replies.html(200)])
@pytest.mark.wire("6/render")
async def test_a_render_has_five_minutes(
    connect: Connect, server: NemoServer, watched: Watched, reply: ServerReply
) -> None:
    server.on("GET", POLL, reply)
    began = time.monotonic()
    with pytest.raises(RenderTimedOut) as caught:
        await watched(connect(scale=1000))
    assert 0.29 <= time.monotonic() - began < 3
    assert caught.value.may_have_run


async def test_a_hint_beyond_the_five_minutes_does_not_skip_the_last_look(
    connect: Connect, server: NemoServer, watched: Watched
) -> None:
    server.on("GET", POLL, at_work(Retry_After="9999"), finished())
    assert (await watched(connect(scale=1000)))[-1].url == FILM_URL


async def test_a_poll_without_an_answer_does_not_outlast_the_five_minutes(
    connect: Connect, server: NemoServer, watched: Watched
) -> None:
    server.on("GET", POLL, at_work(Retry_After="1"), ServerReply(200, [b"{"], hangs=True))
    began = time.monotonic()
    with pytest.raises(RenderTimedOut):
        await watched(connect(scale=1000))
    assert time.monotonic() - began < 6


@pytest.mark.wire("4.9/no-url")
async def test_a_completed_render_without_an_address_is_looked_at_again_and_then_taken_as_it_is(
    nemo: Nemo, server: NemoServer, watched: Watched
) -> None:
    server.on("GET", POLL, replies.bare({"status": "completed"}))
    steps = await watched(nemo)
    assert [(step.status, step.url) for step in steps] == [(PROCESSING, None), (PROCESSING, None), (COMPLETED, None)]


async def test_an_address_that_comes_late_is_taken(nemo: Nemo, server: NemoServer, watched: Watched) -> None:
    server.on("GET", POLL, replies.bare({"status": "completed"}), finished())
    assert (await watched(nemo))[-1].url == FILM_URL


@pytest.mark.parametrize("then", [replies.html(503), NOT_FOUND, replies.bare({"status": "completed"})])
async def test_a_completed_render_is_not_lost_when_no_address_comes(
    connect: Connect, server: NemoServer, watched: Watched, then: ServerReply
) -> None:
    server.on("GET", POLL, replies.bare({"status": "completed"}, 200, Retry_After="250"), then)
    assert (await watched(connect(scale=1000)))[-1].status is COMPLETED


async def test_an_id_that_the_queue_gave_and_does_not_know_is_replaced_by_ours(
    nemo: Nemo, server: NemoServer, watched: Watched
) -> None:
    server.on("GET", "/api/render/proxy/lambda/task-9", NOT_FOUND)
    server.on("GET", "/api/render/proxy/lambda/render_1", at_work(), finished())
    steps = await watched(nemo, Render("task-9", asked="render_1"))
    assert [step.render_id for step in steps] == ["render_1", "render_1"]
    assert len(server.requests) == 3
