"""Reading events: the documented shape with its variants, wrappings, questions, and whatever bytes may come, in any pieces."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import httpx
import pytest
from httpx_sse import EventSource
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
from bot.nemo.stream.frames import FrameReader
from bot.nemo.stream.sse import MAX_EVENT_BYTES, EventParser, ServerEvent


def read(*frames: Any) -> list[Said]:
    reader = FrameReader()
    return [value for frame in frames for value in reader.read(frame if isinstance(frame, str) else json.dumps(frame))]


def spoken(*frames: Any) -> str:
    reply = Reply()
    for value in read(*frames):
        reply.add(value)
    return reply.text


def test_two_faults_with_words_between_them_are_two() -> None:
    values = read({"type": "error", "error": "a"}, {"type": "text", "content": "b"}, {"type": "error", "error": "c"})
    assert [value for value in values if isinstance(value, Fault)] == [Fault("a"), Fault("c")]


@pytest.mark.wire("5/error")
@pytest.mark.parametrize("frame", [
    {"error": "boom"}, {"type": "error", "error": {"message": "boom"}}, {"type": "error", "message": "boom"},
    {"author": "nemo", "errorMessage": "boom"}, {"author": "nemo", "error_message": "boom"}, {"detail": "boom"},
    {"success": False, "error": "boom"}, {"detail": [{"loc": ["body"], "msg": "boom"}]}, {"type": "ERROR", "error": "boom"},
    {"type": "error", "error": "<html><head><title>x</title></head><h1>boom</h1></html>"}, {"event": "error", "data": "boom"},
    {"event": "error", "data": {"message": "boom"}}, {"type": "error", "data": {"error": "boom"}},
])
def test_errors_come_in_many_shapes(frame: dict[str, Any]) -> None:
    assert read(frame) == [Fault("boom")]


@pytest.mark.wire("5/error")
@pytest.mark.parametrize("frame", [
    {"type": "error", "error": "no", "code": 2001}, {"error": {"code": 2001, "message": "no"}},
    {"code": 2001, "message": "no", "data": None}, {"author": "nemo", "errorCode": 2001, "errorMessage": "no"},
    {"type": "error", "error": "no", "error_code": 2001}, {"type": "error", "error": "no", "code": 2001.0},
    {"error": "no", "error_details": {"code": 2001}},
])
def test_a_code_is_kept_wherever_it_stands(frame: dict[str, Any]) -> None:
    assert read(frame) == [Fault("no", 2001)]


@pytest.mark.parametrize(("data", "name", "values"), [
    ("boom", "error", [Fault("boom")]), ('{"message":"boom"}', "error", [Fault("boom")]), ("hi", "text", [Text(0, "hi", False)]),
    ('{"content":"hi"}', "text", [Text(0, "hi", False)]), ('{"type":"text","content":"hi"}', "message", [Text(0, "hi", False)]),
    ("{}", "heartbeat", [Heartbeat()]), ("", "ping", [Heartbeat()]), ("{}", "done", [Done(End.MARKED)]),
    ('{"error":"boom"}', "message", [Fault("boom")]), ('{"name":"t"}', "tool_call", [ToolCall("t")]), ("hi", "message", []),
    ('{"author":"nemo","content":{"parts":[{"text":"hi"}]}}', "error", [Text(0, "hi", True)]),
])
def test_the_name_of_an_event_tells_its_type_where_its_data_does_not(data: str, name: str, values: list[Said]) -> None:
    assert list(FrameReader().read(data, name)) == values


@pytest.mark.wire("5/text")
@pytest.mark.wire("5/tool-names")
@pytest.mark.wire("5/activity")
@pytest.mark.wire("5/keep-alive")
@pytest.mark.parametrize(("frame", "value"), [
    ({"type": "chunk", "text": "a"}, Text(0, "a", False)),
    ({"type": "chunk", "content": "a"}, Text(0, "a", False)),
    ({"type": "text", "text": "a"}, Text(0, "a", False)),
    ({"type": "text", "content": {"text": "a"}}, Text(0, "a", False)),
    ({"type": "text", "content": [{"type": "text", "text": "a"}]}, Text(0, "a", False)),
    ({"type": "text", "data": {"content": "a"}}, Text(0, "a", False)),
    ({"type": "tool_start", "tool": "t"}, ToolCall("t")),
    ({"type": "toolcall_start", "tool_name": "t"}, ToolCall("t")),
    ({"type": "tool_call", "toolName": "t", "arguments": {"a": 1}, "tool_call_id": 7}, ToolCall("t", {"a": 1}, "7")),
    ({"type": "tool_end", "tool": "t", "result": 1}, ToolResult("t", 1)),
    ({"type": "toolcall_end", "name": "t"}, ToolResult("t")),
    ({"type": "thinking_start"}, Activity("thinking_start")),
    ({"type": "thinking_chunk", "content": "hm"}, Activity("thinking_chunk")),
    ({"type": "thinking_end"}, Activity("thinking_end")),
    ({"type": "warming_up"}, Activity("warming_up")),
    ({"type": "message_accepted"}, Activity("message_accepted")),
    ({"type": "status", "stage": "film", "progress": 40}, Activity("status", "film", 0.4)),
    ({"type": "status", "status": "sandbox_startup"}, Activity("status", "sandbox_startup")),
    ({"type": "pong"}, Heartbeat()), ("ping", Heartbeat()), ("heartbeat", Heartbeat()), ('"heartbeat"', Heartbeat()),
    ({"type": "done"}, Done(End.MARKED)), ("[DONE]", Done(End.MARKED)), ('"[DONE]"', Done(End.MARKED)),
])
def test_every_variant_of_an_event_is_understood(frame: Any, value: Said) -> None:
    assert read(frame) == [value]


@pytest.mark.parametrize("wrapped", [
    {"event": {"type": "text", "content": "a"}}, {"data": {"type": "text", "content": "a"}}, [{"type": "text", "content": "a"}],
    '"{\\"type\\":\\"text\\",\\"content\\":\\"a\\"}"', {"event": "text", "data": {"content": "a"}},
    {"event": "text", "data": "a"}, {"event": "message", "data": '{"type":"text","content":"a"}'},
    {"code": 0, "data": {"type": "text", "content": "a"}}, {"type": "event", "payload": {"type": "text", "content": "a"}},
    {"jsonrpc": "2.0", "result": [{"data": {"type": "text", "content": "a"}}]},
])
def test_an_event_inside_of_another_is_found(wrapped: Any) -> None:
    assert read(wrapped) == [Text(0, "a", False)]


@pytest.mark.wire("5/not-json")
@pytest.mark.parametrize("frame", [
    "not json", "{", "[1", "NaN", "5", "null", '""', '"hello"', {"type": "mystery"}, {"type": 7}, {}, [], [[[[[[[[[1]]]]]]]]],
    {"data": {"data": {"data": {"data": {"data": {"data": {"data": {"data": {}}}}}}}}}, {"type": "usage", "code": 5},
    {"type": "text"}, {"type": "text", "content": None}, {"type": "text", "content": "x", "role": "user"}, "[" * 100_000,
])
def test_what_is_not_understood_is_ignored(frame: Any) -> None:
    assert read(frame) == []


def test_chunks_that_are_repeated_as_one_text_are_not_doubled() -> None:
    chunks = {"type": "chunk", "text": "Your "}, {"type": "chunk", "text": "song."}
    assert spoken(*chunks, {"type": "text", "content": "Your song."}) == "Your song."
    assert spoken(*chunks, {"type": "text", "content": "Your  song.\n"}) == "Your  song."
    assert spoken(*chunks, {"type": "text", "content": "Your song. Play it."}) == "Your song. Play it."
    assert spoken(*chunks, {"type": "text", "content": " Play it."}) == "Your song. Play it."


def test_pieces_that_are_repeated_at_the_end_are_not_doubled_also_around_a_tool() -> None:
    tool = {"type": "tool_call", "name": "t"}, {"type": "tool_result", "name": "t"}
    first, second = {"type": "text", "content": "I will look. "}, {"type": "text", "content": "All is well."}
    assert spoken(first, *tool, second, {"type": "text", "content": "I will look. All is well."}) == "I will look. All is well."
    assert spoken(first, *tool, {"type": "text", "content": "All is"}, {"type": "text", "content": " well."},
                  second) == "I will look.\n\nAll is well."


def test_the_same_piece_twice_is_said_twice() -> None:
    assert spoken({"type": "text", "content": "ha"}, {"type": "text", "content": "ha"}) == "haha"


def test_texts_that_are_snapshots_do_not_pile_up() -> None:
    grown = "Here is your song for tonight."
    assert spoken(*({"type": "text", "content": grown[:end]} for end in (4, 7, 12, 17, 17, 30))) == grown
    assert spoken({"type": "text", "content": grown[:20]}, {"type": "text", "content": grown}) == grown


@pytest.mark.wire("5/ask_question")
def test_a_question_keeps_its_options() -> None:
    frame = {"type": "ask_question", "title": "Before I start", "questions": [
        {"id": "q1", "prompt": "Which mood?", "allow_multiple": True,
         "options": [{"id": "a", "label": "Calm"}, "Wild", {"value": "s", "text": "Sad"}, {}, None]},
        {"id": 2, "prompt": "How long?"}, {"question": "Who sings?", "options": {"f": "She", "m": "He"}}, "Any wish?", 5, {}]}
    assert read(frame) == [Question("Before I start", (
        Ask("q1", "Which mood?", (Choice("a", "Calm"), Choice("Wild", "Wild"), Choice("s", "Sad")), True),
        Ask("2", "How long?"), Ask("3", "Who sings?", (Choice("f", "She"), Choice("m", "He"))), Ask("4", "Any wish?")))]


@pytest.mark.parametrize(("frame", "asked"), [
    ({"title": "Which mood?"}, Question("Which mood?", ())),
    ({"question": "Which mood?", "options": ["Calm"]},
     Question("Which mood?", (Ask("1", "Which mood?", (Choice("Calm", "Calm"),)),))),
    ({"questions": {"prompt": "Which mood?"}}, Question("", (Ask("1", "Which mood?"),))),
])
def test_a_question_may_stand_alone(frame: dict[str, Any], asked: Question) -> None:
    assert read({"type": "ask_question", **frame}) == [asked]


def test_a_question_about_nothing_is_none() -> None:
    assert read({"type": "ask_question"}, {"type": "ask_question", "questions": []}) == []


NAMES = st.sampled_from([
    "type", "content", "parts", "text", "partial", "author", "error", "code", "functionCall", "functionResponse",
    "name", "args", "questions", "options", "id", "title", "errorCode", "thought", "turnComplete", "progress", "x",
    "event", "data", "detail", "finishReason", "longRunningToolIds", "error_details", "branch"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
KINDS = st.sampled_from([
    "text", "chunk", "tool_call", "tool_end", "ask_question", "error", "status", "thinking_x", "done", "data"])
FRAMES = JSON | st.fixed_dictionaries(
    {"type": KINDS, "content": JSON, "error": JSON, "questions": JSON, "progress": JSON, "args": JSON})


@given(st.lists(FRAMES, max_size=6))
def test_any_json_is_read_without_a_crash(frames: list[Any]) -> None:
    reply = Reply()
    for value in read(*(json.dumps(frame) for frame in frames)):
        reply.add(value)
    assert reply.fault is None or reply.late_fault is None
    assert "\n\n".join(part for part in reply.parts if isinstance(part, str)) == reply.text
    assert reply.question is None or reply.question in reply.parts


def parsed(body: bytes, cuts: list[int], **settings: Any) -> list[ServerEvent]:
    parser = EventParser(**settings)
    edges = [0, *sorted(cut % (len(body) + 1) for cut in cuts), len(body)]
    found = [event for start, stop in pairwise(edges) for event in parser.feed(body[start:stop])]
    return [*found, *parser.end()]


def data_of(body: bytes, cuts: list[int] | None = None, **settings: Any) -> list[str]:
    return [event.data for event in parsed(body, cuts or [], **settings)]


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n\ufeff"), min_size=1, max_size=12)
CUTS = st.lists(st.integers(0, 500), max_size=8)


@given(st.lists(WORDS, max_size=6), CUTS, st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_any_chunking_gives_the_same_text(words: list[str], cuts: list[int], end: str, bom: bool) -> None:
    lines = [f"data: {json.dumps({'type': 'text', 'content': f'<{at}>{word}'}, ensure_ascii=False)}{end}{end}"
             for at, word in enumerate(words)]
    body = (b"\xef\xbb\xbf" if bom else b"") + "".join(lines).encode()
    reader = FrameReader()
    values = [value for data in data_of(body, cuts) for value in reader.read(data)]
    said = values[-1].text if values and isinstance(values[-1], Text) else ""
    assert said == "".join(f"<{at}>{word}" for at, word in enumerate(words))


SHARDS = st.lists(st.sampled_from([
    b"data:", b"data", b" ", b"\r", b"\n", b"{", b"}", b"[", b'"type"', b"\xff", b"\xe5\xa5", b":", b"event: heartbeat",
    b"event:", b"id: 1", b"retry: 5", b"\xef\xbb\xbf", b"x"]))
BODIES = st.binary(max_size=300) | SHARDS.map(b"".join)


@given(BODIES, CUTS)
def test_any_bytes_in_any_pieces_give_the_same_events_and_never_a_crash(body: bytes, cuts: list[int]) -> None:
    whole = parsed(body, [])
    assert parsed(body, cuts) == whole
    read(*(event.data for event in whole))


@given(BODIES)
def test_another_reader_of_event_streams_finds_the_same_data(body: bytes) -> None:
    reference = httpx.Response(200, headers={"content-type": "text/event-stream"}, content=body + b"\n\n",
                               default_encoding="utf-8-sig")
    theirs = [event.data.strip() for event in EventSource(reference).iter_sse() if event.data.strip()]
    assert [event.data for event in parsed(body, []) if event.data and not event.is_bare] == theirs


def test_the_fields_of_an_event_are_those_of_the_standard() -> None:
    body = b"\xef\xbb\xbf: hi\n\nid: 7\nretry: 9\nevent: text\ndata: a\ndata:b\ndata\n\ndata:  c\nother: d\n\nevent: ping\n\n"
    assert parsed(body, []) == [ServerEvent("text", "a\nb"), ServerEvent("", "c"), ServerEvent("ping", "")]


@pytest.mark.parametrize(("body", "data"), [
    (b'{"a":1}\n{"b":2}\n\n\x1e{"c":3}', ['{"a":1}', '{"b":2}', '{"c":3}']),     # a value a line, RFC 7464 too
    (b'{\n "a": 1,\n "data": {"b": 2}\n}\n', ['{\n "a": 1,\n "data": {"b": 2}\n}']),
    (b'[{"a":1}\n,\n{"b":2}]', ['[{"a":1}\n,\n{"b":2}]']),
    (b'data: x\n\n{"a":1}\n\n', ["x"]), (b'{"a":1}\ndata: x\n\n', ['{"a":1}', "x"]), (b"data: x", ["x"]),
])
def test_a_body_of_plain_json_is_read_too(body: bytes, data: list[str]) -> None:
    assert data_of(body) == data
    assert data_of(body, list(range(len(body)))) == data


def test_another_charset_is_believed_only_where_the_bytes_are_no_utf_8() -> None:
    assert data_of("data: 好听\n\n".encode("gbk"), charset="gbk") == ["好听"]
    assert data_of("data: 好听\n\n".encode(), charset="iso-8859-1") == ["好听"]
    assert data_of(b"data: \xff\n\n", charset="mystery") == ["\ufffd"]


@pytest.mark.parametrize("endless", [b"x" * 1000, b"x: 1\n" * 200, b"data: x\n" * 100, b"data\n" * 200, b"event: x" * 100])
def test_an_event_without_an_end_is_bounded(endless: bytes) -> None:
    parser = EventParser(max_bytes=10_000)
    with pytest.raises(StreamBroken) as caught:
        for _ in range(100):
            list(parser.feed(endless))
    assert caught.value.may_have_run


def test_an_endless_stream_of_small_events_is_not_bounded() -> None:
    parser = EventParser(max_bytes=1000)
    found = [event for _ in range(300) for event in parser.feed(b": comment\n\ndata: a\r\n\r\nid: 7\n: b\n" * 10)]
    assert len(found) == 3000


def test_events_before_one_that_is_too_long_are_not_lost() -> None:
    events = EventParser(max_bytes=100).feed(b"data: a\n\ndata: b\n\ndata: " + b"x" * 200)
    assert [next(events).data, next(events).data] == ["a", "b"]
    with pytest.raises(StreamBroken):
        next(events)


def test_the_ceiling_is_far_above_any_event() -> None:
    picture = b"data: " + b"A" * (MAX_EVENT_BYTES - 1000) + b"\n\n"
    assert len(data_of(picture, [300, 400])[0]) == MAX_EVENT_BYTES - 1000
