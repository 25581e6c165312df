"""The body of an answer over real sockets: its end, its kind, its packing, its size, its silence; refusals before it."""

from __future__ import annotations

import itertools
import json
import time
import tracemalloc
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.nemo import (
    AnswerTimedOut,
    BadReply,
    CreditsUsedUp,
    Done,
    End,
    Fault,
    Heartbeat,
    Nemo,
    NemoError,
    RateLimited,
    Reply,
    RequestRefused,
    Said,
    ServerFault,
    SessionLost,
    StreamBroken,
    Text,
    TokenRejected,
)
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.server import NemoServer

Connect = Callable[..., Nemo]
Answer = Callable[..., Awaitable[list[Said]]]

SAY = "/run_sse"
SSE = {"Content-Type": "text/event-stream"}
SAID = 'data: {"type":"text","content":"好听"}\n\n'.encode()
CALLED = b'data: {"type":"tool_call","name":"film"}\n\n'
ANSWERED = b'data: {"type":"tool_result","name":"film"}\n\n'
HALF = b'data: {"author":"nemo","partial":true,"content":{"parts":[{"text":"Here is"}]}}\n\n'
WHOLE = b'data: {"author":"nemo","content":{"parts":[{"text":"Here is it."}]}}\n\n'
LATER = (b'data: {"author":"nemo","longRunningToolIds":["c"],'
         b'"content":{"parts":[{"text":"On it."},{"functionCall":{"name":"film","id":"c"}}]}}\n\n')
CHUNKED: dict[str, Any] = {"chunked": True}
SIZED: dict[str, Any] = {}
CLOSED: dict[str, Any] = {"length": None}


@pytest.mark.wire("5/close")
@pytest.mark.parametrize(("body", "framing", "done"), [
    ([SAID], CHUNKED, Done(End.CLOSED)),
    ([SAID], SIZED, Done(End.CLOSED)),
    ([SAID], CLOSED, Done(End.CLOSED, doubtful=True)),                   # who closed, and was it all?
    ([CALLED, ANSWERED], CHUNKED, Done(End.CLOSED)),                     # as three edits of ten end
    ([CALLED, ANSWERED], CLOSED, Done(End.CLOSED, doubtful=True)),
    ([CALLED], CHUNKED, Done(End.CLOSED, doubtful=True)),
    ([SAID, CALLED], SIZED, Done(End.CLOSED, doubtful=True)),
    ([HALF], CHUNKED, Done(End.CLOSED, doubtful=True)),
    ([HALF, WHOLE], CHUNKED, Done(End.CLOSED)),
    ([LATER], CHUNKED, Done(End.CLOSED, doubtful=True)),
    ([SAID, b"data: [DONE]\n\n"], CLOSED, Done(End.MARKED)),
    ([HALF, b'data: {"author":"nemo","turnComplete":true}\n\n'], CLOSED, Done(End.MARKED)),
    ([b"data: [DONE]\n\n", SAID], CHUNKED, Done(End.CLOSED)),            # a mark in the middle is none
    ([], CHUNKED, Done(End.CLOSED)), ([], SIZED, Done(End.CLOSED)), ([], CLOSED, Done(End.CLOSED, doubtful=True)),
])
async def test_an_end_that_proves_nothing_is_doubtful(
    nemo: Nemo, server: NemoServer, answer: Answer, body: list[bytes], framing: dict[str, Any], done: Done
) -> None:
    server.on("POST", SAY, ServerReply(200, body, SSE, **framing))
    values = await answer(nemo)
    assert values[-1] == done
    assert _collected(values).is_doubtful == done.doubtful


@pytest.mark.wire("6/dropped")
@pytest.mark.parametrize("reply", [
    ServerReply(200, [SAID], SSE, length=1000, cuts=True), ServerReply(200, [SAID], SSE, chunked=True, cuts=True),
    ServerReply(200, [], SSE, length=1, cuts=True), ServerReply(200, [], SSE, chunked=True, cuts=True),
])
async def test_a_body_that_ends_before_its_length_or_its_last_chunk_is_broken(
    nemo: Nemo, server: NemoServer, answer: Answer, reply: ServerReply
) -> None:
    server.on("POST", SAY, reply)
    with pytest.raises(StreamBroken) as caught:
        await answer(nemo)
    assert caught.value.may_have_run


async def test_a_break_after_the_marked_end_is_an_end(nemo: Nemo, server: NemoServer, answer: Answer) -> None:
    server.on("POST", SAY, ServerReply(200, [SAID, b"data: [DONE]\n\n"], SSE, chunked=True, cuts=True))
    assert await answer(nemo) == [Text(0, "好听", False), Done(End.MARKED)]


@pytest.mark.parametrize("kind", [
    "text/event-stream; charset=utf-8", "text/event-stream;charset=ISO-8859-1", "Text/Event-Stream", "text/plain", "text/html",
    "application/octet-stream", "application/json", "application/x-ndjson", "",
])
async def test_an_answer_is_read_whatever_it_says_that_it_is(
    nemo: Nemo, server: NemoServer, answer: Answer, kind: str
) -> None:
    bare = SAID.removeprefix(b"data: ").rstrip()
    for body in (
        SAID, SAID.replace(b"\n", b"\r"), SAID.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + SAID,
        b"id: 1\nretry: 3\nevent: message\n" + SAID, b": ping\n\ndata:\n\n" + SAID, bare, bare + b'\n{"type":"heartbeat"}\n',
        b"[" + bare + b"]", json.dumps({"type": "text", "content": "好听"}, indent=2).encode(),
    ):
        server.on("POST", SAY, ServerReply(200, [body], {"Content-Type": kind}, chunked=True))
        values = [value for value in await answer(nemo) if not isinstance(value, Heartbeat)]
        assert values == [Text(0, "好听", False), Done(End.CLOSED)], body


@pytest.mark.parametrize(("coding", "packed"), [
    ("gzip", replies.zipped(SAID * 3)), ("x-gzip", replies.zipped(SAID) + replies.zipped(SAID * 2)), ("GZIP", SAID * 3),
    ("deflate", zlib.compress(SAID * 3)), ("deflate", zlib.compress(SAID * 3)[2:-4]), ("identity", SAID * 3),
])
async def test_an_answer_is_unpacked_although_a_plain_one_was_asked_for(
    nemo: Nemo, server: NemoServer, answer: Answer, coding: str, packed: bytes
) -> None:
    pieces = [packed[at:at + 7] for at in range(0, len(packed), 7)]
    server.on("POST", SAY, ServerReply(200, pieces, {**SSE, "Content-Encoding": coding}, chunked=True))
    assert _collected(await answer(nemo)).text == "好听" * 3
    [request] = server.asked("POST", SAY)
    assert request.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(("coding", "packed", "kind"), [
    ("gzip", replies.zipped(SAID)[:-12], StreamBroken), ("gzip", replies.zipped(SAID)[:12] + b"x" * 30, StreamBroken),
    ("br", b"\x0b\x02\x80", BadReply), ("gzip, br", b"x", BadReply),
    ("gzip", replies.zipped(b"data: " + bytes(64 * 1024 * 1024)), StreamBroken),      # 64 MB in one line of 300 KB
])
async def test_a_packed_answer_that_cannot_be_read_is_an_error(
    nemo: Nemo, server: NemoServer, answer: Answer, coding: str, packed: bytes, kind: type[NemoError]
) -> None:
    server.on("POST", SAY, ServerReply(200, [packed], {**SSE, "Content-Encoding": coding}))
    with pytest.raises(kind) as caught:
        await answer(nemo)
    assert caught.value.may_have_run


@pytest.mark.parametrize("kind", ["text/html", "text/event-stream", ""])
@pytest.mark.parametrize("body", [b"<html><body><h1>Sign in</h1></body></html>", b"Internal Server Error", b"upstream: gone\n"])
async def test_a_page_with_status_200_is_no_answer(
    nemo: Nemo, server: NemoServer, answer: Answer, kind: str, body: bytes
) -> None:
    server.on("POST", SAY, replies.raw(body, kind=kind))
    with pytest.raises(BadReply) as caught:
        await answer(nemo)
    assert caught.value.may_have_run and "<" not in caught.value.reason


@pytest.mark.parametrize(("body", "kind", "may_have_run"), [
    (b'{"code":2001,"message":"no","data":null}', CreditsUsedUp, False),
    (b'{\n  "code": 2001,\n  "message": "no"\n}\n', CreditsUsedUp, False),
    (b'{"code":1002,"message":"no"}\n', SessionLost, False),
    (b'{"code":503,"message":"no"}', ServerFault, True),
    (b'{"success":false,"error":"no"}', NemoError, True),
])
@pytest.mark.parametrize("content_type", ["application/json", "text/event-stream"])
async def test_a_refusal_with_status_200_has_its_class(
    nemo: Nemo, server: NemoServer, answer: Answer, body: bytes, kind: type[NemoError], may_have_run: bool, content_type: str
) -> None:
    server.on("POST", SAY, replies.raw(body, kind=content_type))
    with pytest.raises(kind) as caught:
        await answer(nemo)
    assert caught.value.may_have_run == may_have_run
    assert len(server.asked("POST", SAY)) == 1


@pytest.mark.wire("5/adk-404")
@pytest.mark.wire("6/resend")
@pytest.mark.parametrize(("reply", "kind", "may_have_run"), [
    (replies.bare({"detail": "Session not found: 7"}, 404), SessionLost, False),
    (replies.bare({"detail": [{"loc": ["body"], "msg": "missing", "type": "x"}]}, 422), RequestRefused, False),
    (replies.bare({"detail": "gone"}, 410), NemoError, False),
    (replies.raw(b"", 401), TokenRejected, False), (replies.fault(1010, status=403), TokenRejected, False),
    (replies.redirect("/run_sse", 307), BadReply, False), (replies.redirect("/run_sse", 308), BadReply, False),
    (replies.redirect("/", 303), BadReply, False),
    (replies.html(503), ServerFault, True), (replies.raw(b"", 408), ServerFault, True),
    (replies.fault(2001, status=500), CreditsUsedUp, False),
    (replies.stream('data: {"error":"no"}\n\n'), NemoError, None),
])
async def test_a_refusal_before_the_stream_is_told_and_not_tried_again(
    nemo: Nemo, server: NemoServer, answer: Answer, reply: ServerReply, kind: type[NemoError], may_have_run: bool | None
) -> None:
    server.on("POST", SAY, reply)
    if may_have_run is None:    # told inside of a good stream it is a value
        assert _collected(await answer(nemo)).fault == Fault("no")
    else:
        with pytest.raises(kind) as caught:
            await answer(nemo)
        assert caught.value.may_have_run == may_have_run
    assert len(server.asked("POST", SAY)) == 1


async def test_a_rate_limit_is_told_with_its_hint_and_the_wish_is_not_sent_again(
    nemo: Nemo, server: NemoServer, answer: Answer
) -> None:
    server.on("POST", SAY, replies.fault(429, status=429, Retry_After="7"))
    with pytest.raises(RateLimited) as caught:
        await answer(nemo)
    assert (caught.value.retry_after, caught.value.may_have_run) == (7.0, False)
    assert len(server.asked("POST", SAY)) == 1


@pytest.mark.parametrize("reply", [
    ServerReply(429, [b'{"code":'], {}, length=900, hangs=True), ServerReply(429, [b'{"co'], {}, length=900, cuts=True)])
async def test_a_refusal_whose_reason_does_not_come_is_told_by_its_status(
    connect: Connect, server: NemoServer, answer: Answer, reply: ServerReply
) -> None:
    server.on("POST", SAY, reply)
    with pytest.raises(RateLimited):
        await answer(connect(scale=2000))


@pytest.mark.wire("5/adk-silence")
@pytest.mark.wire("6/whole")
async def test_statuses_that_are_always_new_end_with_the_whole_call(
    connect: Connect, server: NemoServer, answer: Answer
) -> None:
    server.on("POST", SAY, _dripping(lambda at: b'data: {"type":"status","stage":"film","progress":%f}\n\n' % (at / 1e6)))
    began = time.monotonic()
    with pytest.raises(AnswerTimedOut) as caught:
        await answer(connect(scale=2000))
    assert caught.value.may_have_run and 900 / 2000 <= time.monotonic() - began < 3


@pytest.mark.wire("6/substance")
@pytest.mark.parametrize("drip", [
    lambda at: b"x", lambda at: b": c\n", lambda at: b"\n", lambda at: b"data:\n\n", lambda at: b'data: {"type":"mystery"}\n\n',
    lambda at: b'data: {"type":"heartbeat"}\n\n' * 500,
])
async def test_bytes_that_never_become_anything_of_substance_time_out(
    connect: Connect, server: NemoServer, answer: Answer, drip: Callable[[int], bytes]
) -> None:
    server.on("POST", SAY, _dripping(drip, first=b"data: "))
    began, used = time.monotonic(), time.process_time()
    with pytest.raises(AnswerTimedOut):
        await answer(connect(scale=2000))
    assert 600 / 2000 <= time.monotonic() - began < 3
    assert time.process_time() - used < 2.5


async def test_heartbeats_after_words_are_listened_to_for_a_while(
    connect: Connect, server: NemoServer, answer: Answer
) -> None:
    server.on("POST", SAY, _dripping(lambda at: b": ping\n\n", first=SAID))
    began = time.monotonic()
    assert await answer(connect(scale=1000)) == [Text(0, "好听", False), Done(End.QUIET)]
    assert 300 / 1000 <= time.monotonic() - began < 3


@pytest.mark.parametrize(("first", "line"), [
    (SAID + b"data: ", b"x"), (SAID, b"data: %s\n" % (b"x" * 500)), (b"", b"x" * 500 + b"\n")])
async def test_an_event_of_64_mb_is_an_error_and_takes_no_memory(
    connect: Connect, server: NemoServer, answer: Answer, first: bytes, line: bytes
) -> None:
    piece = line * (1024 * 1024 // len(line))
    server.on("POST", SAY, ServerReply(200, [first, *[piece] * 64], SSE))
    tracemalloc.start()
    try:
        with pytest.raises(StreamBroken):
            await answer(connect(scale=1))
        assert tracemalloc.get_traced_memory()[1] < 40 * 1024 * 1024
    finally:
        tracemalloc.stop()


async def test_an_answer_without_an_end_is_bounded(nemo: Nemo, server: NemoServer, answer: Answer) -> None:
    piece = b'data: {"type":"text","content":"%s"}\n\n' % (b"x" * 9000)
    server.on("POST", SAY, ServerReply(200, [piece] * 90, SSE, chunked=True))
    with pytest.raises(StreamBroken):
        await answer(nemo)


def _collected(values: list[Said]) -> Reply:
    reply = Reply()
    for value in values:
        reply.add(value)
    return reply


def _dripping(piece: Callable[[int], bytes], first: bytes = b"") -> ServerReply:
    """A stream that goes on, 2 ms of life apart, until the client hangs up."""
    endless: Any = itertools.chain([first] if first else [], map(piece, itertools.count()))
    return ServerReply(200, endless, SSE, chunked=True, pause=0.002)
