"""The render queue: what is submitted, what counts as there already, what is cancelled."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nemo import (
    Draft,
    Nemo,
    NemoError,
    Output,
    PlanRefused,
    RateLimited,
    Render,
    RequestRefused,
    Secret,
    ServerFault,
    SessionState,
    TokenRejected,
    Unreachable,
    render_id,
)
from bot.nemo.envelope import Answer, unwrap
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.server import DRAFT, SESSION, NemoServer

Connect = Callable[..., Nemo]

SUBMIT = "/api/render/proxy/lambda"
POLL = "/api/render/proxy/lambda/*"
CANCEL = "/api/render/proxy/lambda/*/cancel"
STATE = "/api/state/nemo_agent/me/*/latest"
NOT_FOUND = replies.bare({"detail": "Not Found"}, 404)
PROCESSING = replies.bare({"success": True, "data": {"status": "processing", "progress": 40}})


@pytest.fixture
def draft() -> Draft:
    return Draft.of(DRAFT.decode())


def state_with(draft: bytes) -> bytes:
    return b'{"code": 0, "data": {"session_id": "%s", "state": {"draft": %s, "x": 1}}}' % (SESSION.encode(), draft)


@settings(deadline=None)
@given(st.text())
def test_a_render_id_derives_from_the_key_and_is_good_in_a_path(key: str) -> None:
    assert render_id(key) == render_id(key) != render_id(f"{key}!")
    assert re.fullmatch(r"render_[A-Za-z0-9_-]+", render_id(key))
    assert render_id(render_id(key)) == render_id(key)


@pytest.mark.parametrize("key", ["render_../../x", "render_", "render_ä", "render_" + "x" * 300, "\ud800"])
def test_a_key_that_only_begins_like_an_id_is_no_id(key: str) -> None:
    assert re.fullmatch(r"render_[0-9a-f]{32}", render_id(key))


@pytest.mark.wire("4.8")
@pytest.mark.wire("4.8/output")
async def test_a_submit_has_the_documented_shape(nemo: Nemo, server: NemoServer, draft: Draft) -> None:
    render = await nemo.submit_render("job 7", SESSION, draft, Output(max_bytes=10_000_000))
    await nemo.submit_render("job 8", SESSION, draft)
    first, second = server.asked("POST", SUBMIT)
    assert first.body == (b'{"id":"%s","sessionId":"%s","draft":%s,"output":{"format":"mp4","quality":"high",'
                          b'"maxBytes":10000000}}' % (render_id("job 7").encode(), SESSION.encode(), DRAFT))
    assert b'"output":{"format":"mp4","quality":"high"}' in second.body
    assert render == Render(render_id("job 7"))
    assert list(json.loads(first.body)) == ["id", "sessionId", "draft", "output"]


@pytest.mark.parametrize("draft", [
    b'{"id": 1234567890123456789, "d": 10000.0, "e": 1e3, "E": 1E+03, "f": -0.0, "g": 0.10, "t": [{"sg": [1]}]}',
    b'{"s": "\\u00e9\\/\\ud83d\\ude00 \\t", "half": "\\ud83d"}', '{"m": {"title": "春日 é 🎵"}}'.encode(),
    b'{"b": 1, "a": 2, "b": 3}', b'{ "t"\t:\n[ ] ,"u":[1 ,2]}', b'"<draft fps=\\"30\\"><clip in=\\"0\\"/></draft>"',
    b'"{\\"t\\": [{\\"sg\\": [1.0]}]}"', b"[1, 2.50, null]", b"17", b"{}", b'{"broken": "\xff\xfe"}',
    b'{"big": [' + b", ".join([b'{"sg": 1.0, "id": 9007199254740993}'] * 60_000) + b"]}",
], ids=lambda value: value[:24].decode(errors="replace"))
async def test_a_draft_goes_back_as_it_came(nemo: Nemo, server: NemoServer, draft: bytes) -> None:
    server.on("GET", STATE, replies.raw(state_with(draft)))
    state = await nemo.state(SESSION)
    await nemo.submit_render("key", SESSION, state.draft)
    [request] = server.asked("POST", SUBMIT)
    assert b'"draft":' + draft + b',"output"' in request.body
    assert request.size == len(request.body)


_values = st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
                       lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4))


@settings(deadline=None)
@given(_values.filter(lambda value: value is not None), st.booleans(), st.sampled_from([None, 1]))
def test_no_draft_is_changed_by_reading_it(value: Any, plain: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=plain, indent=indent).encode("utf-8", "surrogatepass")
    state = SessionState.of(SESSION, unwrap(Answer(200, state_with(text))))
    assert state.draft.raw == text


@pytest.mark.parametrize(("reply", "identity"), [
    (replies.bare({"success": True, "data": {"id": "r9", "status": "pending", "progress": 5}}), "r9"),
    (replies.bare({"render_id": "r9", "status": "pending"}), "r9"),
    (replies.bare({"taskId": "r9"}), "r9"),
    (replies.bare({"success": True, "data": {"render": {"id": "r9"}}}), "r9"),
    (replies.bare({"success": True, "data": [{"renderId": "r9"}]}), "r9"),
    (replies.bare({"success": True, "data": {"id": 1234567890123456789}}), "1234567890123456789"),
    (replies.bare({"success": True, "data": {"id": 17, "renderId": render_id("key")}}), render_id("key")),
    (replies.bare({"success": True, "data": {"taskId": "task-1", "render_id": "r9"}}), "r9"),
    (replies.data({"status": "pending"}), render_id("key")),
    (replies.data(None), render_id("key")),
])
@pytest.mark.wire("4.8/reply-success")
@pytest.mark.wire("4.8/reply-render_id")
@pytest.mark.wire("4.8/reply-taskId")
async def test_a_submits_reply_may_name_the_id_in_many_ways(
    nemo: Nemo, server: NemoServer, draft: Draft, reply: ServerReply, identity: str
) -> None:
    server.on("POST", SUBMIT, reply)
    render = await nemo.submit_render("key", SESSION, draft)
    assert (render.id, render.asked) == (identity, render_id("key"))


@pytest.mark.parametrize("refusal", [
    replies.bare({"success": False, "error": "Render id already exists"}), replies.fault(409, "duplicate id", 409),
    replies.fault(4009, "Duplicate entry"), replies.bare({"detail": "id is already in use"}, 422),
    replies.bare({"error": {"message": "This render was already submitted"}}, 400), replies.fault(400, "渲染任务已存在", 400),
    replies.bare({"success": False, "message": "重复的 id"}), replies.raw(b"id already taken", 409, "text/plain"),
    replies.bare({"detail": 'UNIQUE constraint failed: renders.id'}, 500),
    replies.bare({"message": 'duplicate key value violates unique constraint "renders_pkey"'}, 500),
])
@pytest.mark.wire("4.8/duplicate")
async def test_a_server_that_says_that_the_id_is_there_is_believed(
    nemo: Nemo, server: NemoServer, draft: Draft, refusal: ServerReply
) -> None:
    server.on("POST", SUBMIT, refusal)
    server.on("GET", POLL, replies.html(503))
    assert await nemo.submit_render("key", SESSION, draft) == Render(render_id("key"), already_there=True)
    assert len(server.asked("POST", SUBMIT)) == 1


@pytest.mark.parametrize("refusal", [
    replies.fault(409, status=409), replies.fault(4009), replies.fault(400, status=400), replies.bare({}, 422),
    replies.html(500), replies.html(502), replies.nothing(), replies.html(200), replies.raw(b"", 202),
    ServerReply(200, [b'{"success": tr'], length=99, cuts=True), replies.bare({"success": False, "error": "no"}),
])
async def test_a_submit_that_leaves_doubt_is_looked_for(
    nemo: Nemo, server: NemoServer, draft: Draft, refusal: ServerReply
) -> None:
    server.on("POST", SUBMIT, refusal)
    server.on("GET", POLL, PROCESSING)
    assert await nemo.submit_render("key", SESSION, draft) == Render(render_id("key"), already_there=True)
    assert len(server.asked("POST", SUBMIT)) == 1


@pytest.mark.parametrize("looks", [
    (NOT_FOUND, NOT_FOUND, PROCESSING), (replies.html(503), replies.nothing(), PROCESSING),
    (replies.fault(429, status=429, Retry_After="1"), PROCESSING), (replies.data(None), PROCESSING),
])
async def test_a_lost_submit_is_looked_for_with_a_little_patience(
    nemo: Nemo, server: NemoServer, draft: Draft, looks: tuple[ServerReply, ...]
) -> None:
    server.on("POST", SUBMIT, replies.html(504))
    server.on("GET", POLL, *looks)
    assert (await nemo.submit_render("key", SESSION, draft)).already_there
    assert len(server.asked("POST", SUBMIT)) == 1


@pytest.mark.parametrize("absent", [
    NOT_FOUND, replies.data(None), replies.data({}), replies.data([]), replies.data({"status": "not_found"}),
    replies.bare({"success": True, "data": {"id": render_id("key"), "status": "NOT_FOUND"}}),
    replies.bare({"success": False, "error": "Render not found"}), replies.fault(1404, "渲染任务不存在"),
    replies.bare({"status": "success", "data": None}), replies.bare({"status": "error", "message": "no such render"}),
    replies.data({"id": render_id("key"), "status": None}), replies.data({"status": "unknown"}), replies.html(200),
    replies.html(503),
])
async def test_a_look_that_finds_nothing_is_no_render(
    nemo: Nemo, server: NemoServer, draft: Draft, absent: ServerReply
) -> None:
    server.on("POST", SUBMIT, replies.html(502))
    server.on("GET", POLL, absent)
    with pytest.raises(ServerFault) as caught:
        await nemo.submit_render("key", SESSION, draft)
    assert caught.value.may_have_run
    assert len(server.asked("POST", SUBMIT)) == 1
    assert len(server.asked("GET", POLL)) >= 3


@pytest.mark.parametrize(("refusal", "kind", "may_have_run"), [
    (replies.fault(402, status=402), PlanRefused, False), (replies.bare({"success": False, "error": "no"}), NemoError, False),
    (replies.fault(422, "draft is empty", 422), RequestRefused, False), (replies.nothing(), Unreachable, True),
    (replies.html(502), ServerFault, True), (replies.fault(429, status=429), RateLimited, False),
])
async def test_a_refused_submit_is_told_when_no_render_is_there(
    connect: Connect, server: NemoServer, draft: Draft, refusal: ServerReply, kind: type[NemoError], may_have_run: bool
) -> None:
    server.on("POST", SUBMIT, refusal)
    server.on("GET", POLL, NOT_FOUND)
    with pytest.raises(kind) as caught:
        await connect(own_token=True).submit_render("key", SESSION, draft)
    assert caught.value.may_have_run is may_have_run
    assert {json.loads(request.body)["id"] for request in server.asked("POST", SUBMIT)} == {render_id("key")}


async def test_a_submit_that_was_never_sent_is_not_looked_for(connect: Connect, draft: Draft) -> None:
    async with NemoServer() as gone:
        url = gone.url
    with pytest.raises(Unreachable) as caught:
        await connect(url).submit_render("key", SESSION, draft)
    assert not caught.value.may_have_run


async def test_a_project_without_a_draft_is_not_submitted(nemo: Nemo, server: NemoServer) -> None:
    with pytest.raises(ValueError, match="draft"):
        await nemo.submit_render("key", SESSION, Draft.of(None))
    assert server.requests == []


@pytest.mark.wire("4.10")
async def test_a_render_is_cancelled_by_its_id(nemo: Nemo, server: NemoServer) -> None:
    server.on("POST", CANCEL, replies.bare({"success": True}))
    await nemo.cancel_render(Render("r1"))
    [request] = server.requests
    assert (request.path, request.size) == ("/api/render/proxy/lambda/r1/cancel", 0)


@pytest.mark.parametrize("reply", [
    NOT_FOUND, replies.fault(409, "already completed", 409), replies.fault(400, "cannot be cancelled", 400),
    replies.bare({"success": False, "error": "Render is finished"}), replies.bare({"detail": "Gone"}, 410),
])
async def test_cancelling_what_is_over_or_unknown_is_quiet(nemo: Nemo, server: NemoServer, reply: ServerReply) -> None:
    server.on("POST", CANCEL, reply)
    await nemo.cancel_render(Render("r1"))
    assert len(server.requests) == 1


async def test_a_cancel_that_fails_in_passing_is_made_again(nemo: Nemo, server: NemoServer) -> None:
    server.on("POST", CANCEL, replies.html(503), replies.nothing(), replies.bare({"success": True}))
    await nemo.cancel_render(Render("r1"))
    assert len(server.requests) == 3


async def test_a_cancel_that_is_refused_is_told(connect: Connect, server: NemoServer) -> None:
    server.on("POST", CANCEL, replies.fault(1001, status=401))
    with pytest.raises(TokenRejected):
        await connect(own_token=True, token=Secret("nmv_usr_own")).cancel_render(Render("r1"))
