"""Odd replies: what no document lists and servers do all the same becomes a value or a typed error, and ends in time."""

from __future__ import annotations

import asyncio
import contextlib
import json
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bot.nemo import (
    CreditsUsedUp,
    End,
    FileTooLarge,
    Film,
    GuestCreditsUsedUp,
    LocalFile,
    Nemo,
    NemoError,
    NotFound,
    Outcome,
    RateLimited,
    Render,
    RenderStatus,
    RenderStep,
    Reply,
    ServerFault,
    SessionLost,
    Unreachable,
)
from bot.nemo.answers import moment
from bot.nemo.retry import retry_after
from bot.nemo.stream.frames import FrameReader
from tests.bot.nemo.conftest import Connect
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as Http
from tests.nemo_server.server import SESSION, NemoServer

CREDITS = "/api/credits/*"
STATE = "/api/state/*"
SAY = "/run_sse"
BALANCE = {"available": 90, "frozen": 10, "total": 100}


async def said(nemo: Nemo) -> Reply:
    reply = Reply()
    async with aclosing(nemo.say(SESSION, "slower")) as values:
        async for value in values:
            reply.add(value)
    return reply


def read(*frames: str) -> Reply:
    reader, reply = FrameReader(), Reply()
    for frame in frames:
        for value in reader.read(frame):
            reply.add(value)
    return reply


@pytest.mark.parametrize("body", [
    b'{"code":2001.0,"message":"x"}', b'{"code":2.001e3}', b'{"code":"2001.0"}', b'{"code":" 2001 "}',
    b'{"error_code":2001,"message":"none left","data":null}', b'{"errorCode":"2001"}',
    b'{"code":0,"data":{"code":2001,"message":"x","data":null}}', b'{"success":"false","code":2001}',
])
async def test_a_code_is_read_in_every_spelling(nemo: Nemo, server: NemoServer, body: bytes) -> None:
    server.on("GET", CREDITS, replies.raw(body))
    with pytest.raises(CreditsUsedUp):
        await nemo.credits()


@pytest.mark.parametrize("body", [b'{"code":"-1","message":"busy"}', b'{"success":"false","error":"no"}', b'{"success":0}'])
async def test_a_failure_without_a_known_code_is_a_failure(nemo: Nemo, server: NemoServer, body: bytes) -> None:
    server.on("GET", CREDITS, replies.raw(body))
    with pytest.raises(NemoError):
        await nemo.credits()


@pytest.mark.parametrize("body", [
    {"code": 0, "data": json.dumps(BALANCE)}, {"code": 0, "data": {"code": 0, "message": "ok", "data": BALANCE}},
    {"data": {"data": {"data": BALANCE}}}, {"code": 201, "data": BALANCE}, {"code": "0.0", "data": BALANCE},
    {"success": "true", "data": BALANCE},
])
async def test_wrappings_in_wrappings_are_taken_off(nemo: Nemo, server: NemoServer, body: Any) -> None:
    server.on("GET", CREDITS, replies.bare(body))
    assert (await nemo.credits()).total == 100


async def test_wrappings_without_an_end_are_an_empty_reply(nemo: Nemo, server: NemoServer) -> None:
    server.on("GET", CREDITS, replies.raw(b'{"data":' * 400 + b"{}" + b"}" * 400))
    assert (await nemo.credits()).available is None


@pytest.mark.parametrize("status", [499, 520, 600, 999])
async def test_a_status_of_a_proxy_is_a_passing_fault_after_which_a_wish_may_be_at_work(
    nemo: Nemo, server: NemoServer, status: int
) -> None:
    server.on("POST", SAY, replies.raw(b"oops", status))
    with pytest.raises(ServerFault) as caught:
        await said(nemo)
    assert caught.value.may_have_run


@pytest.mark.parametrize("reply", [
    replies.bare({"detail": "Conversation not found"}, 404), replies.bare({}, 410), replies.fault(404, "no"),
])
async def test_what_the_api_does_not_find_on_the_path_of_a_session_is_the_session(
    nemo: Nemo, server: NemoServer, reply: Http, tmp_path: Path
) -> None:
    clip = tmp_path / "hum.wav"
    clip.write_bytes(b"RIFF")
    for path in (STATE, SAY, "/api/upload-video/*"):
        server.on("GET" if path == STATE else "POST", path, reply)
    for call in (nemo.state(SESSION), said(nemo), nemo.upload(SESSION, [LocalFile(clip)])):
        with pytest.raises(SessionLost) as caught:
            await call
        assert not caught.value.may_have_run


async def test_a_page_of_a_proxy_does_not_give_a_session_up(nemo: Nemo, server: NemoServer) -> None:
    server.on("GET", STATE, replies.raw(b"default backend - 404", 404, "text/plain"))
    with pytest.raises(NotFound):
        await nemo.state(SESSION)


@pytest.mark.parametrize("body", ["服务器错误".encode("gbk"), b'{"message":"half \\ud83d"}'])
async def test_a_reason_can_always_be_printed(nemo: Nemo, server: NemoServer, body: bytes) -> None:
    server.on("POST", "/api/tasks/*", replies.raw(body, 500))
    with pytest.raises(ServerFault) as caught:
        await nemo.create_session("A hum")
    assert caught.value.reason.encode()


async def test_what_drips_ends_in_time(
    connect: Connect, server: NemoServer, elsewhere: NemoServer, tmp_path: Path
) -> None:
    def dripping(status: int) -> Http:
        return Http(status, [b" "] * 10_000, length=10_000, pause=0.01)

    async def head(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        with contextlib.suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(b"x")
                await writer.drain()
                await asyncio.sleep(0.01)
    server.on("POST", "/api/tasks/*", dripping(200))
    server.on("POST", "/api/upload-video/*", dripping(413))
    elsewhere.on("GET", "/film.mp4", dripping(403))
    clip = tmp_path / "hum.wav"
    clip.write_bytes(b"RIFF")
    step = RenderStep("render_1", RenderStatus.COMPLETED, 1.0, f"{elsewhere.url}/film.mp4")
    async with await asyncio.start_server(head, "127.0.0.1", 0) as listening:
        slow = connect(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}")
        nemo = connect()
        reply, begun, refusal, film = await asyncio.gather(
            nemo.create_session("A hum"), slow.create_session("A hum"), nemo.upload(SESSION, [clip]),
            nemo.download(step, tmp_path / "song.mp4"), return_exceptions=True)
    for lost in (reply, begun):
        assert isinstance(lost, Unreachable)
        assert lost.may_have_run
    assert isinstance(refusal, FileTooLarge)    # its status says enough
    assert isinstance(film, Film)               # had by its id


async def test_a_closed_client_says_so_and_tries_nothing_again(nemo: Nemo, server: NemoServer) -> None:
    await nemo.aclose()
    for call in (nemo.credits(), said(nemo), nemo.create_session("A hum")):
        with pytest.raises(NemoError, match="the client is closed") as caught:
            await call
        assert not caught.value.may_have_run
    assert (await nemo.find_out(SESSION, "")).outcome is Outcome.UNCERTAIN
    assert server.requests == []


async def test_cookies_are_not_kept(nemo: Nemo, server: NemoServer) -> None:
    server.on("GET", CREDITS, replies.data(BALANCE, Set_Cookie="who=ada; Path=/"))
    await nemo.credits()
    await nemo.credits()
    assert all("cookie" not in request.headers for request in server.requests)


@pytest.mark.parametrize("told", [
    {"session_id": "  "}, {"session_id": "\ud800"}, {"session_id": ""}, {"session_id": None}, {"session_id": 1.5}])
async def test_a_session_id_that_cannot_be_sent_back_is_none(nemo: Nemo, server: NemoServer, told: Any) -> None:
    server.on("POST", "/api/tasks/*", replies.data(told))
    with pytest.raises(NemoError, match="without an id"):
        await nemo.create_session("A hum")


@pytest.mark.parametrize("token", [" nmv_usr_x", "https://elsewhere.example/?token=nmv_usr_x"])
async def test_a_user_token_inside_of_a_claim_is_not_believed_either(nemo: Nemo, server: NemoServer, token: str) -> None:
    server.on("POST", "/api/auth/claim-token", replies.data({"claim_token": token}))
    with pytest.raises(NemoError, match="claim"):
        await nemo.claim(SESSION, "task-1")


@pytest.mark.parametrize("reply", [Http(204, length=0), replies.raw(b""), replies.raw(b"OK", kind="text/plain")])
async def test_a_cancel_may_be_answered_with_nothing(nemo: Nemo, server: NemoServer, reply: Http) -> None:
    server.on("POST", "/api/render/proxy/lambda/*/cancel", reply)
    await nemo.cancel_render(Render("render_1"))


async def test_an_upload_that_is_answered_with_an_error_has_failed(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    clip = tmp_path / "hum.wav"
    clip.write_bytes(b"RIFF")
    server.on("POST", "/api/upload-video/*", replies.bare({"status": "error", "error": "disk full"}),
              replies.data({"session_state_applied": "FALSE"}))
    with pytest.raises(NemoError, match="disk full"):
        await nemo.upload(SESSION, [clip])
    assert not (await nemo.upload(SESSION, [clip])).applied


async def test_a_wish_that_was_only_taken_in_is_doubtful(nemo: Nemo, server: NemoServer) -> None:
    server.on("POST", SAY, replies.bare({"status": "accepted"}, 202), replies.bare({"status": "accepted"}, 200))
    assert (await said(nemo)).is_doubtful
    assert not (await said(nemo)).is_doubtful


async def test_a_rate_limit_with_status_200_keeps_its_hint(nemo: Nemo, server: NemoServer) -> None:
    server.on("POST", SAY, replies.fault(429, "slow down", retry_after="77"))
    with pytest.raises(RateLimited) as caught:
        await said(nemo)
    assert caught.value.retry_after == 77


def test_a_character_cut_in_two_by_escapes_is_one_again() -> None:
    reply = read('{"type":"text","content":"hi \\ud83d"}', '{"type":"text","content":"\\ude00 ok"}')
    assert reply.text == "hi 😀 ok"
    assert read('{"type":"text","content":"hi \\ud83d!"}').text == "hi �!"


def test_tokens_and_signed_links_are_not_shown_in_words_and_faults() -> None:
    reply = read('{"type":"text","content":"it is nmv_usr_abc"}')
    assert reply.text == "it is ***"
    [fault] = read('{"type":"error","error":"no https://c.example/a?sig=1 for clm_x \\ud83d"}').faults
    assert fault.text == "no https://c.example/a?*** for *** �"


def test_all_open_questions_are_one() -> None:
    reply = read('{"type":"ask_question","title":"Mood?","questions":[{"id":"1","prompt":"a"}]}',
                 '{"type":"ask_question","title":"Length?","questions":[{"id":"2","prompt":"b"}]}')
    assert reply.all_asked is not None
    assert reply.all_asked.title == "Mood?\nLength?"
    assert [ask.prompt for ask in reply.all_asked.asks] == ["a", "b"]
    assert read('{"type":"ask_question","title":"Mood?"}').all_asked == reply.questions[0].__class__("Mood?", ())


async def test_text_after_the_mark_of_the_end_still_comes(nemo: Nemo, server: NemoServer) -> None:
    server.on("POST", SAY, replies.stream('data: {"type":"text","content":"one "}\n\ndata: [DONE]\n\n',
                                          'data: {"type":"text","content":"two"}\n\n'))
    reply = await said(nemo)
    assert (reply.text, reply.end) == ("one two", End.CLOSED)


async def test_a_state_in_a_string_is_read(nemo: Nemo, server: NemoServer) -> None:
    draft = {"t": [{"tt": 0, "sg": [{"name": "harbour"}]}]}
    server.on("GET", STATE, replies.data({"state": json.dumps({"draft": draft})}))
    assert (await nemo.state(SESSION)).draft.is_renderable


async def test_a_state_that_tells_nothing_proves_nothing(connect: Connect, server: NemoServer) -> None:
    nemo = connect(scale=4000.0)
    before = await nemo.state(SESSION)
    server.on("GET", STATE, replies.bare({"message": "maintenance"}))
    assert (await nemo.find_out(SESSION, before.fingerprint)).outcome is Outcome.UNCERTAIN
    blank = await nemo.state(SESSION)
    assert blank.is_blank
    assert (await nemo.find_out(SESSION, blank.fingerprint)).outcome is Outcome.UNCHANGED
    server.on("GET", STATE, replies.data({"state": {"draft": {"t": []}}}))
    assert (await nemo.find_out(SESSION, before.fingerprint)).outcome is Outcome.CHANGED


def test_odd_moments_are_none_and_dates_without_a_zone_are_utc() -> None:
    assert moment("9999-12-31T23:59:59-08:00") is None
    now = datetime(2030, 1, 2, 3, 4, 0, tzinfo=UTC).timestamp()
    assert retry_after("Wed, 02 Jan 2030 03:04:30", now) == 30
    assert [retry_after(text, now) for text in ("5, 10", "30s", "nan", "1e9")] == [None] * 4


async def test_a_guest_hears_of_credits_whatever_the_code_looks_like(connect: Connect, server: NemoServer) -> None:
    server.on("POST", SAY, replies.raw(b'{"code":2001.0,"message":"none"}', 402))
    with pytest.raises(GuestCreditsUsedUp):
        await said(connect())
