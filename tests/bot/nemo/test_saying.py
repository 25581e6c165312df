"""Saying a wish over real sockets: sent once, read in every shape, ended in time."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import pytest

from bot.nemo import (
    Activity,
    AnswerTimedOut,
    BadReply,
    Clock,
    CreditsUsedUp,
    Done,
    End,
    Fault,
    Heartbeat,
    Nemo,
    NemoError,
    PlanRefused,
    RateLimited,
    Reply,
    Said,
    ServerFault,
    SessionLost,
    StreamBroken,
    Text,
    TokenRejected,
    ToolCall,
    ToolResult,
    Unreachable,
)
from bot.nemo.stream.frames import FrameReader
from bot.nemo.stream.watch import Watch
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.server import SESSION, NemoServer

Connect = Callable[..., Nemo]
Answer = Callable[..., Awaitable[list[Said]]]

SAY = "/run_sse"
WORDS = {"type": "text", "content": "Here it is."}
BEAT = {"type": "heartbeat"}


@pytest.mark.wire("5/body")
async def test_the_message_is_sent_in_the_documented_shape(
    nemo: Nemo, server: NemoServer, answer: Answer
) -> None:
    await answer(nemo, 'make it "片"\n\ud83d lo-fi')
    [request] = server.asked("POST", SAY)
    assert json.loads(request.body) == {
        "app_name": "nemo_agent", "user_id": "me", "session_id": SESSION,
        "new_message": {"parts": [{"text": 'make it "片"\n? lo-fi'}]}}
    assert request.headers["accept"] == "text/event-stream"
    assert request.headers["content-type"] == "application/json"


@pytest.mark.wire("5/documented")
async def test_the_documented_events_become_values(
    nemo: Nemo, server: NemoServer, answer: Answer
) -> None:
    server.on("POST", SAY, replies.stream(
        "data:\n\n", ": hello\n\n", "data: \n\n",
        'data: {"type":"tool_call","name":"listen","args":{"clip":"a.wav"}}\n\n',
        'data: {"type":"heartbeat"}\n\n',
        'data: {"type":"status","stage":"compose","progress":0.25}\r\n\r\n',
        'data: {"type":"tool_result","name":"listen","result":{"notes":9}}\n\n',
        'data: {"type":"text","content":"Here "}\n\n', 'data: {"type":"text",\ndata: "content":"it is."}\n\n',
        "event: heartbeat\n\n", "data: not json\n\n", 'data: {"type":"mystery"}\n\n', "data: 5\n\n",
    ))
    assert await answer(nemo) == [
        ToolCall("listen", {"clip": "a.wav"}), Heartbeat(), Activity("status", "compose", 0.25),
        ToolResult("listen", {"notes": 9}), Text(0, "Here ", False), Text(0, "Here it is.", False), Heartbeat(),
        Done(End.CLOSED)]


async def test_the_last_event_counts_although_no_blank_line_follows_it(
    nemo: Nemo, server: NemoServer, answer: Answer
) -> None:
    server.on("POST", SAY, replies.stream('data: {"type":"text","content":"all"}'))
    assert await answer(nemo) == [Text(0, "all", False), Done(End.CLOSED)]


async def test_text_split_inside_a_character_comes_out_whole(
    nemo: Nemo, server: NemoServer, answer: Answer
) -> None:
    event = b'\xef\xbb\xbfdata: {"type":"text","content":"' + "好听 🎵".encode() + b'"}\n\n'
    server.on("POST", SAY, replies.stream(*(event[at:at + 1] for at in range(len(event)))))
    assert await answer(nemo) == [Text(0, "好听 🎵", False), Done(End.CLOSED)]


async def test_a_studios_error_keeps_its_sentence_and_its_code(
    nemo: Nemo, server: NemoServer, answer: Answer
) -> None:
    server.on("POST", SAY, replies.events({"type": "error", "error": "No tune was heard.", "code": 4003}))
    assert await answer(nemo) == [Fault("No tune was heard.", 4003), Done(End.CLOSED)]


@pytest.mark.parametrize("last", ["data: [DONE]\n\n", 'data: {"type":"done"}\n\n'])
async def test_a_marked_end_ends_the_answer_although_the_stream_stays_open(
    nemo: Nemo, server: NemoServer, answer: Answer, last: str
) -> None:
    hung_up = asyncio.Event()
    reply = replies.stream('data: {"type":"text","content":"a"}\n\n', last, hangs=True)
    server.on("POST", SAY, _noting(reply, hung_up))
    assert await answer(nemo) == [Text(0, "a", False), Done(End.MARKED)]
    await asyncio.wait_for(hung_up.wait(), 5)


async def test_a_stream_that_never_closes_after_its_words_is_ended_as_quiet(
    connect: Connect, server: NemoServer, answer: Answer
) -> None:
    server.on("POST", SAY, replies.events(WORDS, hangs=True))
    began = time.monotonic()
    assert await answer(connect(scale=400)) == [Text(0, "Here it is.", False), Done(End.QUIET)]
    assert 90 / 400 <= time.monotonic() - began < 5


async def test_a_tool_at_work_is_waited_for_longer_than_words(
    connect: Connect, server: NemoServer, answer: Answer
) -> None:
    server.on("POST", SAY, replies.events(WORDS, {"type": "tool_call", "name": "video"}, hangs=True))
    began = time.monotonic()
    with pytest.raises(AnswerTimedOut) as caught:
        await answer(connect(scale=1000))
    assert caught.value.may_have_run
    assert time.monotonic() - began >= 600 / 1000


@pytest.mark.parametrize("beats", [[], [BEAT, BEAT], [{"type": "status", "stage": "x"}] * 3])
@pytest.mark.wire("6/substance")
async def test_heartbeats_alone_are_no_substance(
    connect: Connect, server: NemoServer, answer: Answer, beats: list[Any]
) -> None:
    server.on("POST", SAY, replies.events(*beats, hangs=True))
    with pytest.raises(AnswerTimedOut) as caught:
        await answer(connect(scale=2000))
    assert caught.value.may_have_run
    assert len(server.asked("POST", SAY)) == 1


async def test_a_server_that_never_begins_to_answer_times_out(
    connect: Connect, server: NemoServer, answer: Answer
) -> None:
    server.on("POST", SAY, ServerReply(body=[], length=5, hangs=True))
    with pytest.raises(AnswerTimedOut):
        await answer(connect(scale=2000))


@pytest.mark.parametrize(("reply", "kind", "may_have_run"), [
    (replies.nothing(), Unreachable, True),
    (replies.html(502), ServerFault, True),
    (replies.raw(b"Internal Server Error", 500, "text/plain"), ServerFault, True),
    (replies.events(WORDS, cuts=True), StreamBroken, True),
    (replies.stream("data: " + "x" * 9_000_000), StreamBroken, True),
    (replies.html(200), BadReply, True),
    (replies.fault(2001), CreditsUsedUp, False),
    (replies.fault(1002), SessionLost, False),
    (replies.raw(b'{"code": 2001}', kind="text/json"), CreditsUsedUp, False),
    (replies.bare({"detail": "Session not found"}, 404), SessionLost, False),
    (replies.fault(429, status=429), RateLimited, False),
    (replies.fault(402, status=402), PlanRefused, False),
    (replies.fault(1001), TokenRejected, False),
    (replies.redirect("/elsewhere", 307), BadReply, False),
])
@pytest.mark.wire("6/resend")
async def test_a_wish_is_sent_once_whatever_happens_and_the_error_says_whether_it_may_be_at_work(
    nemo: Nemo, server: NemoServer, answer: Answer, reply: ServerReply, kind: type[NemoError], may_have_run: bool
) -> None:
    server.on("POST", SAY, reply)
    with pytest.raises(NemoError) as caught:
        await answer(nemo)
    assert isinstance(caught.value, kind) and caught.value.may_have_run == may_have_run
    assert len(server.asked("POST", SAY)) == 1


async def test_a_server_that_is_not_there_has_not_run_anything(
    connect: Connect, answer: Answer
) -> None:
    with pytest.raises(Unreachable) as caught:
        await answer(connect("http://127.0.0.1:9"))
    assert not caught.value.may_have_run


async def test_words_before_a_cut_are_not_lost(nemo: Nemo, server: NemoServer) -> None:
    server.on("POST", SAY, replies.events(WORDS, cuts=True))
    reply = Reply()

    async def listen() -> None:
        async with aclosing(nemo.say(SESSION, "x")) as said:
            async for value in said:
                reply.add(value)

    with pytest.raises(StreamBroken):
        await listen()
    assert reply.text == "Here it is."


@pytest.mark.parametrize("reply", [
    replies.raw(b"", kind="text/event-stream"), replies.raw(b""), replies.raw(b"", kind="text/plain"),
    ServerReply(204, [], {}),
])
async def test_an_answer_may_be_empty(
    nemo: Nemo, server: NemoServer, answer: Answer, reply: ServerReply
) -> None:
    server.on("POST", SAY, reply)
    assert await answer(nemo) == [Done(End.CLOSED)]


async def test_an_answer_that_is_one_list_of_events_is_read_too(
    nemo: Nemo, server: NemoServer, answer: Answer
) -> None:
    server.on("POST", SAY, replies.bare([{"author": "nemo", "content": {"parts": [{"text": "all at once"}]}}]))
    assert await answer(nemo) == [Text(0, "all at once", True), Done(End.CLOSED)]


async def test_leaving_early_hangs_up(nemo: Nemo, server: NemoServer) -> None:
    hung_up = asyncio.Event()
    server.on("POST", SAY, _noting(replies.events(WORDS, hangs=True), hung_up))
    async with aclosing(nemo.say(SESSION, "x")) as said:
        async for _ in said:
            break
    await asyncio.wait_for(hung_up.wait(), 5)


class HandClock(Clock):
    """Time that a test sets."""

    moment = 0.0

    def now(self) -> float:
        return self.moment


@pytest.mark.wire("6/whole")
@pytest.mark.wire("6/substance")
def test_the_deadlines_of_an_answer() -> None:
    clock, reader = HandClock(), FrameReader()
    watch = Watch(clock, reader)
    assert watch.left() == (600.0, None)                # ten minutes without substance
    clock.moment = 500.0
    watch.note(Heartbeat())
    assert watch.left() == (100.0, None)
    watch.note(Activity("status", "film", 0.1))
    assert watch.left() == (400.0, None)                # fifteen minutes in all
    clock.moment = 590.0
    watch.note(Text(0, "Here", False))
    assert watch.left() == (90.0, End.QUIET)
    clock.moment = 660.0
    watch.note(Heartbeat())
    assert watch.left() == (90.0, End.QUIET)
    clock.moment = 700.0
    watch.hear()                                        # a comment, or a byte of what is to come
    assert watch.left() == (90.0, End.QUIET)
    clock.moment = 850.0
    watch.note(Heartbeat())
    assert watch.left() == (40.0, End.QUIET)            # five minutes of heartbeats after words
    watch.note(Done(End.MARKED))
    assert watch.left() == (10.0, End.MARKED)
    watch.note(Text(0, "Here it is", False))
    assert not watch.is_marked                          # the mark was that of one turn of several


@pytest.mark.wire("6/substance")
def test_after_a_tools_result_words_are_waited_for_longer_than_after_words() -> None:
    clock = HandClock()
    watch = Watch(clock, FrameReader())
    watch.note(Text(0, "I look.", False))
    watch.note(ToolResult("look"))
    assert watch.left() == (300.0, End.QUIET)
    assert watch.done(End.QUIET, is_framed=True).doubtful


@pytest.mark.wire("6/substance")
def test_a_status_that_was_told_before_is_no_substance() -> None:
    clock = HandClock()
    watch = Watch(clock, FrameReader())
    watch.note(Activity("status", "film", 0.3))
    watch.note(Activity("status", "film", 0.1))
    clock.moment = 60.0
    watch.note(Activity("status", "film", 0.1))
    assert watch.left()[0] == 540.0
    watch.note(Activity("status", "film", 0.2))
    assert watch.left()[0] == 600.0
    clock.moment = 120.0
    watch.note(Activity("status", "film", 0.3))         # to and fro is no progress
    assert watch.left()[0] == 540.0


async def test_many_answers_run_at_once(
    nemo: Nemo, server: NemoServer, answer: Answer
) -> None:
    answers = await asyncio.gather(*(answer(nemo) for _ in range(50)))
    assert all(values[0] == Text(0, "Here is your song.", False) for values in answers)
    assert len(server.asked("POST", SAY)) == 50


def _noting(reply: ServerReply, hung_up: asyncio.Event) -> ServerReply:
    return ServerReply(reply.status, reply.body, reply.headers, chunked=True, hangs=True, waits=hung_up)
