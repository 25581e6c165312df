"""Reading events: ADK's shape, questions, faults, and whatever else may come, in any bytes and any pieces."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nemo import (
    Activity,
    Ask,
    Choice,
    Done,
    End,
    Fault,
    Heartbeat,
    Question,
    Reply,
    Said,
    Text,
    ToolCall,
    ToolResult,
)
from bot.nemo.errors import StreamBroken
from bot.nemo.frames import FrameReader
from bot.nemo.sse import event_data


def read(*frames: Any) -> list[Said]:
    reader = FrameReader()
    return [value for frame in frames for value in reader.read(frame if isinstance(frame, str) else json.dumps(frame))]


def spoken(*frames: Any) -> str:
    reply = Reply()
    for value in read(*frames):
        reply.add(value)
    return reply.text


def adk(*parts: dict[str, Any], author: str = "nemo", **fields: Any) -> dict[str, Any]:
    return {"invocationId": "e-1", "author": author, "content": {"role": "model", "parts": list(parts)}, **fields}


def test_adk_pieces_add_up_until_the_whole_replaces_them() -> None:
    assert read(
        adk({"text": "Your "}, partial=True), adk({"text": "song"}, partial=True), adk({"text": "Your song."}),
        adk({"text": "Next"}, partial=True),
    ) == [Text(0, "Your ", False), Text(0, "Your song", False), Text(0, "Your song.", True), Text(1, "Next", False)]


def test_adk_wholes_without_pieces_are_blocks_of_their_own() -> None:
    assert spoken(adk({"text": "One."}), adk({"text": "Two."})) == "One.\n\nTwo."


def test_two_agents_that_speak_at_once_do_not_mix() -> None:
    assert spoken(
        adk({"text": "a1"}, author="a", partial=True), adk({"text": "b1"}, author="b", partial=True),
        adk({"text": "a2"}, author="a", partial=True), adk({"text": "b1 b2"}, author="b"),
    ) == "a1a2\n\nb1 b2"


def test_thoughts_and_the_members_own_words_are_not_shown() -> None:
    values = read(adk({"text": "hmm", "thought": True}, {"text": "Done."}), adk({"text": "make it"}, author="user"))
    assert values == [Activity("thinking"), Text(0, "Done.", True)]


def test_adk_tools_are_told_also_under_the_role_of_the_user() -> None:
    call = {"functionCall": {"id": "c1", "name": "add_music", "args": {"mood": "calm"}}}
    response = {"functionResponse": {"id": "c1", "name": "add_music", "response": {"ok": True}}}
    event = adk(response)
    event["content"]["role"] = "user"
    assert read(adk({"text": "One moment."}, call), event) == [
        Text(0, "One moment.", True), ToolCall("add_music", {"mood": "calm"}, "c1"),
        ToolResult("add_music", {"ok": True}, "c1")]


def test_one_event_sent_twice_for_its_artifact_is_told_once() -> None:
    event = adk({"text": "Done."}, id="x1")
    assert spoken(event, {**event, "actions": {"artifactDelta": {"a": 1}}}) == "Done."


def test_one_fault_told_by_two_events_is_told_once() -> None:
    values = read(
        {"author": "nemo", "errorCode": "RESOURCE_EXHAUSTED", "errorMessage": "quota"},
        {"error": "429 RESOURCE_EXHAUSTED: quota", "error_details": "…"})
    assert values == [Fault("quota", "RESOURCE_EXHAUSTED")]


def test_two_faults_with_words_between_them_are_two() -> None:
    values = read({"type": "error", "error": "a"}, {"type": "text", "content": "b"}, {"type": "error", "error": "c"})
    assert [value for value in values if isinstance(value, Fault)] == [Fault("a"), Fault("c")]


@pytest.mark.parametrize("frame", [
    {"error": "boom"}, {"type": "error", "error": {"message": "boom"}}, {"type": "error", "message": "boom"},
    {"author": "nemo", "errorMessage": "boom"}, {"author": "nemo", "error_message": "boom"},
])
def test_errors_come_in_many_shapes(frame: dict[str, Any]) -> None:
    assert read(frame) == [Fault("boom")]


def test_a_good_end_in_an_error_field_is_no_fault() -> None:
    assert read({"author": "nemo", "errorCode": "STOP", "turnComplete": True}) == [Done(End.MARKED)]


def test_words_after_a_fault_still_come() -> None:
    assert spoken({"author": "nemo", "errorCode": "X"}, adk({"text": "All the same."})) == "All the same."


@pytest.mark.parametrize(("frame", "value"), [
    ({"type": "chunk", "text": "a"}, Text(0, "a", False)),
    ({"type": "text", "text": "a"}, Text(0, "a", False)),
    ({"type": "tool_start", "tool": "t"}, ToolCall("t")),
    ({"type": "toolcall_start", "tool_name": "t"}, ToolCall("t")),
    ({"type": "tool_end", "tool": "t", "result": 1}, ToolResult("t", 1)),
    ({"type": "toolcall_end", "name": "t"}, ToolResult("t")),
    ({"type": "thinking_chunk", "content": "hm"}, Activity("thinking_chunk")),
    ({"type": "warming_up"}, Activity("warming_up")),
    ({"type": "message_accepted"}, Activity("message_accepted")),
    ({"type": "status", "stage": "film", "progress": 40}, Activity("status", "film", 0.4)),
    ({"type": "pong"}, Heartbeat()), ("ping", Heartbeat()), ("heartbeat", Heartbeat()),
    ({"type": "done"}, Done(End.MARKED)), ("[DONE]", Done(End.MARKED)),
])
def test_every_variant_of_an_event_is_understood(frame: Any, value: Said) -> None:
    assert read(frame) == [value]


def test_chunks_that_are_repeated_as_one_text_are_not_doubled() -> None:
    assert spoken({"type": "chunk", "text": "Your "}, {"type": "chunk", "text": "song."},
                  {"type": "text", "content": "Your song."}) == "Your song."


def test_the_same_piece_twice_is_said_twice() -> None:
    assert spoken({"type": "text", "content": "ha"}, {"type": "text", "content": "ha"}) == "haha"


def test_a_question_keeps_its_options() -> None:
    frame = {"type": "ask_question", "title": "Before I start", "questions": [
        {"id": "q1", "prompt": "Which mood?", "allow_multiple": True,
         "options": [{"id": "a", "label": "Calm"}, "Wild"]},
        {"id": 2, "prompt": "How long?"}, "nonsense"]}
    assert read(frame) == [Question("Before I start", (
        Ask("q1", "Which mood?", (Choice("a", "Calm"), Choice("Wild", "Wild")), True), Ask("2", "How long?")))]


def test_a_trailing_temporary_issue_after_good_words_is_dropped() -> None:
    noise = adk({"text": "I encountered a temporary issue, please try again."})
    assert spoken(adk({"text": "Done."}), noise) == "Done."
    assert spoken(noise).startswith("I encountered")


NAMES = st.sampled_from([
    "type", "content", "parts", "text", "partial", "author", "error", "code", "functionCall", "functionResponse",
    "name", "args", "questions", "options", "id", "title", "errorCode", "thought", "turnComplete", "progress", "x"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
KINDS = st.sampled_from([
    "text", "chunk", "tool_call", "tool_end", "ask_question", "error", "status", "thinking_x", "done"])
FRAMES = JSON | st.fixed_dictionaries(
    {"type": KINDS, "content": JSON, "error": JSON, "questions": JSON, "progress": JSON, "args": JSON})


@given(st.lists(FRAMES, max_size=6))
def test_any_json_is_read_without_a_crash(frames: list[Any]) -> None:
    reply = Reply()
    for value in read(*(json.dumps(frame) for frame in frames)):
        reply.add(value)
    assert isinstance(reply.text, str)


async def pieces_of(body: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    for start, end in pairwise(edges):
        if start < end:
            yield body[start:end]


def events_of(body: bytes, cuts: list[int]) -> list[str]:
    async def collect() -> list[str]:
        return [data async for data in event_data(pieces_of(body, cuts))]

    return asyncio.run(collect())


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\ufeff"), min_size=1, max_size=12)
CUTS = st.lists(st.integers(0, 500), max_size=8)


@given(st.lists(WORDS, max_size=6), CUTS, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_any_chunking_gives_the_same_text(words: list[str], cuts: list[int], end: str, bom: bool) -> None:
    lines = [f"data: {json.dumps({'type': 'text', 'content': word}, ensure_ascii=False)}{end}{end}" for word in words]
    body = (b"\xef\xbb\xbf" if bom else b"") + "".join(lines).encode()
    assert events_of(body, cuts) == events_of(body, [])
    reader = FrameReader()
    values = [value for data in events_of(body, cuts) for value in reader.read(data)]
    assert (values[-1].text if values and isinstance(values[-1], Text) else "") == "".join(words)


SHARDS = st.lists(st.sampled_from([
    b"data:", b" ", b"\r", b"\n", b"{", b"}", b'"type"', b"\xff", b"\xe5\xa5", b":", b"event: heartbeat", b"id: 1"]))


@given(st.binary(max_size=300) | SHARDS.map(b"".join), CUTS)
def test_any_bytes_in_any_pieces_give_the_same_events_and_never_a_crash(body: bytes, cuts: list[int]) -> None:
    whole = events_of(body, [])
    assert events_of(body, cuts) == whole
    read(*whole)


async def test_an_event_without_an_end_is_bounded() -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"data: fine\n\n"
        while True:
            yield b"x" * 1000

    events = event_data(endless(), max_bytes=10_000)
    assert await anext(events) == "fine"
    with pytest.raises(StreamBroken):
        await anext(events)


async def test_an_endless_stream_of_small_events_is_not_bounded() -> None:
    async def many() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b": comment\n\ndata: a\r\n\r\n" * 10

    assert len([data async for data in event_data(many(), max_bytes=1000)]) == 3000
