"""An answer collected: what counts of its faults, which last words are noise, and no text lost or doubled in any shape."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nemo import Ask, Choice, CreditsUsedUp, Done, End, Fault, Question, Reply, error_for
from bot.nemo.stream.frames import FrameReader
from bot.nemo.stream.noise import without_noise
from bot.nemo.stream.sse import EventParser

NOISE = "I encountered a temporary issue. Please try again in a moment."


def collected(*frames: Any) -> Reply:
    reply, reader = Reply(), FrameReader()
    for frame in frames:
        for value in reader.read(frame if isinstance(frame, str) else json.dumps(frame)):
            reply.add(value)
    return reply


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "content": words}


def adk(words: str, **fields: Any) -> dict[str, Any]:
    return {"author": "nemo", "content": {"role": "model", "parts": [{"text": words}]}, **fields}


def error(words: str, code: Any = None) -> dict[str, Any]:
    return {"type": "error", "error": words, **({} if code is None else {"code": code})}


@pytest.mark.wire("5/adk-trailing")
@pytest.mark.parametrize("frames", [
    (adk("Done."), adk(NOISE)),
    (adk(f"Done.\n\n{NOISE}"),),
    (adk("Do", partial=True), adk("ne.\n\nI encoun", partial=True), adk("tered a temporary issue", partial=True),
     adk("Done.\n\nI encountered a temporary issue")),
    (text("Done."), text(NOISE)),
    (text("Done. "), text("I encountered"), text(" a temporary issue")),
    (text("Done."), {"type": "tool_call", "name": "t"}, {"type": "tool_result", "name": "t"}, text(NOISE)),
    (text("Done."), text(f"\n\n**{NOISE}**")),
    (text("Done.\n\nI'm sorry, but I encountered a temporary issue while adding the title. Try again later."),),
    (text("Done."), adk(NOISE), adk(NOISE)),
    (text("Done."), error(NOISE)),
    (text("Done."), {"error": "I encountered a temporary issue"}),
    (adk("Done."), {"author": "nemo", "errorCode": "UNKNOWN", "errorMessage": NOISE}),
    (text("Done."), text("抱歉，我遇到了一个临时问题，请稍后再试。")),
])
def test_a_trailing_temporary_issue_after_good_words_is_dropped(frames: tuple[Any, ...]) -> None:
    reply = collected(*frames)
    assert (reply.text, reply.fault, reply.late_fault) == ("Done.", None, None)


@pytest.mark.parametrize("words", [NOISE, "Sorry, I encountered a temporary issue", "我遇到了临时问题"])
def test_a_temporary_issue_that_is_all_the_answer_is_kept(words: str) -> None:
    assert collected(text(words)).text == words
    assert collected(error(words)).fault == Fault(words)


@pytest.mark.parametrize("words", [
    "I encountered a temporary issue with the title, but the song is there.",
    "The song plays, but then I encountered a temporary issue in bar 3.",
    "I encountered a temporary issue. Which hall would you like instead?",
    f"{NOISE} " + "The song is in C major and lasts two minutes, and its chorus comes twice. " * 4,
    "A song called “I encountered a temporary issue”.",
    "歌名是《我遇到了一个临时问题》。",
])
def test_words_that_only_look_like_a_temporary_issue_are_kept(words: str) -> None:
    assert collected(text(f"Done. {words}")).text == f"Done. {words}".strip()


def test_a_temporary_issue_against_the_last_word_is_dropped() -> None:
    assert without_noise("Here is your songI encountered a temporary issue") == "Here is your song"


@pytest.mark.parametrize("code", [2001, "2001", 1001, 1002, 402, 429, 4001, 4002])
@pytest.mark.parametrize("at", [0, 1])
def test_a_fault_that_the_member_has_to_act_on_counts_beside_words_too(code: int | str, at: int) -> None:
    frames = [adk("Here is your song.")]
    frames.insert(at, error("no", code))
    reply = collected(*frames)
    assert (reply.fault, reply.late_fault, reply.text) == (Fault("no", code), None, "Here is your song.")


def test_a_fault_that_counts_has_its_class() -> None:
    fault = collected(error("used up", 2001)).fault
    assert fault is not None
    assert isinstance(error_for(fault.code, reason=fault.text), CreditsUsedUp)


@pytest.mark.parametrize("late", [error("pipe broke"), {"error": "pipe broke"}, error("pipe broke", "INTERNAL"), error("x", 503)])
@pytest.mark.parametrize("words", [text("Here it is."), adk("Here it is.")])
def test_a_fault_after_good_words_is_kept_aside(words: Any, late: Any) -> None:
    reply = collected(words, late)
    assert reply.fault is None and reply.late_fault is not None and reply.text == "Here it is."


def test_a_fault_in_the_middle_of_a_text_counts() -> None:
    assert collected(adk("Here i", partial=True), {"error": "pipe broke"}).fault == Fault("pipe broke")


def test_a_fault_without_words_counts_also_after_tools() -> None:
    assert collected({"type": "tool_call", "name": "t"}, error("no tune", 4003)).fault == Fault("no tune", 4003)


def test_words_and_questions_keep_their_order() -> None:
    first, second = Question("Mood?", ()), Question("Length?", ())
    reply = collected(text("Fine."), {"type": "ask_question", "title": "Mood?"}, text("And:"),
                      {"type": "ask_question", "title": "Length?"})
    assert reply.parts == ["Fine.", first, "And:", second]
    assert (reply.text, reply.question, reply.questions) == ("Fine.\n\nAnd:", second, [first, second])


def test_one_question_told_as_a_tool_and_as_an_event_is_one() -> None:
    asked = {"title": "Mood?", "questions": [{"id": "q", "prompt": "Which?", "options": ["Calm"]}]}
    reply = collected({"type": "tool_call", "name": "ask_question", "args": json.dumps(asked)},
                      {"type": "ask_question", **asked})
    assert reply.questions == [Question("Mood?", (Ask("q", "Which?", (Choice("Calm", "Calm"),)),))]


def test_a_question_that_was_answered_meanwhile_is_no_longer_open() -> None:
    asked = {"type": "tool_call", "name": "ask_question", "args": {"title": "Mood?"}}
    shown = {"type": "tool_result", "name": "ask_question", "result": {"status": "waiting"}}
    answered = {"type": "tool_result", "name": "ask_question", "result": {"answers": ["calm"]}}
    assert collected(asked, shown).question == Question("Mood?", ())
    assert collected(asked, answered).question is None


def test_a_fault_beside_a_question_is_kept_aside() -> None:
    assert collected({"type": "ask_question", "title": "Mood?"}, {"error": "timeout"}).fault is None


def test_the_end_says_whether_it_proves_anything() -> None:
    reply = Reply()
    reply.add(Done(End.CLOSED, doubtful=True))
    assert (reply.end, reply.is_doubtful) == (End.CLOSED, True)


# ---- a model of answers: whatever the shape, the wrapping and the split, the reply's text is the model's text

@dataclass(frozen=True)
class Block:
    """Some words of an agent, and how they are told."""

    pieces: list[str]
    has_pieces: bool        # they are streamed
    has_whole: bool         # all of them come (once more)
    repeats: bool           # the whole comes twice
    spaced: bool            # the whole has other white space than its pieces
    thinks: bool


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], exclude_characters="\ufeff"),
                min_size=1, max_size=9)
BLOCKS = st.lists(st.builds(Block, st.lists(WORDS, min_size=1, max_size=4), *[st.booleans()] * 5), max_size=5)
NOISES: st.SearchStrategy[Any] = st.sampled_from([
    {"type": "heartbeat"}, {"type": "status", "stage": "x", "progress": 3}, {"type": "thinking_chunk", "content": "hm"},
    {"type": "mystery", "content": "no"}, {"author": "nemo", "actions": {"stateDelta": {"a": 1}}}, 5, None, "ping", [], {},
    {"author": "user", "content": {"role": "user", "parts": [{"text": "make it"}]}}, {"usageMetadata": {"total": 1}},
])
WRAPPINGS: st.SearchStrategy[Callable[[Any], Any]] = st.sampled_from([
    lambda frame: frame, lambda frame: {"event": frame}, lambda frame: {"data": frame}, lambda frame: [frame],
    json.dumps, lambda frame: {"event": "message", "data": json.dumps(frame)},
    lambda frame: {"code": 0, "message": "ok", "data": frame},
])


def documented(at: int, block: Block) -> Iterable[Any]:
    for nth, words in enumerate((f"({at}) ", *block.pieces)):
        kind = ("text", "chunk")[(at + nth) % 2] if block.has_whole else "text"
        yield {"type": kind, ("content", "text")[nth % 2]: words}
    all_words = "".join((f"({at}) ", *block.pieces))
    if block.repeats and len(all_words) > 12:       # what is shorter may be said twice
        yield {"type": "text", "content": all_words}
    yield {"type": "tool_call", "name": f"t{at}"}
    yield {"type": "tool_end", "tool": f"t{at}"}


def of_adk(at: int, block: Block) -> Iterable[Any]:
    pieces = [f"({at}) ", *block.pieces]
    if block.thinks:
        yield {"author": "nemo", "content": {"parts": [{"text": "hm", "thought": True}]}, "partial": True}
    if block.has_pieces:
        for piece in pieces:
            yield {"author": "nemo", "partial": True, "content": {"role": "model", "parts": [{"text": piece}]}}
    all_words = "".join(pieces)
    if block.has_whole or not block.has_pieces:
        told = f" {all_words}\n" if block.spaced else all_words
        for _ in range(2 if block.repeats else 1):
            yield adk(told, id=f"w{at}")
    call = {"functionCall": {"name": "t", "id": f"c{at}"}}
    yield {"author": "nemo", "content": {"parts": [call]}, "partial": True}
    yield {"author": "nemo", "content": {"parts": [call]}}
    yield {"author": "nemo", "content": {"role": "user", "parts": [{"functionResponse": {"id": f"c{at}", "name": "t"}}]}}


@given(BLOCKS, st.booleans(), st.lists(NOISES, max_size=4), st.data())
def test_no_text_is_lost_or_doubled_in_any_shape_wrapping_and_split(
    blocks: list[Block], is_adk: bool, noises: list[Any], data: st.DataObject
) -> None:
    frames = [frame for at, block in enumerate(blocks) for frame in (of_adk if is_adk else documented)(at, block)]
    wrap = data.draw(WRAPPINGS)
    told = [wrap(frame) if data.draw(st.booleans()) else frame for frame in frames]
    for noise in noises:
        told.insert(data.draw(st.integers(0, len(told))), noise)
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    margins = st.sampled_from([
        "", f": ping{end}{end}", f"data:{end}{end}", f"id: 7{end}retry: 5{end}", f"event: heartbeat{end}{end}"])
    body = "".join(f"{data.draw(margins)}data: {json.dumps(frame, ensure_ascii=False)}{end}{end}" for frame in told)
    raw = b"\xef\xbb\xbf" * data.draw(st.booleans()) + body.encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=8)))
    reply, reader, parser = Reply(), FrameReader(), EventParser()
    fed = [*(raw[start:stop] for start, stop in pairwise([0, *cuts, len(raw)])), None]
    for chunk in fed:
        for event in parser.end() if chunk is None else parser.feed(chunk):
            for value in reader.read(event.data, event.name):
                reply.add(value)
    assert reply.text == "\n\n".join(f"({at}) " + "".join(block.pieces) for at, block in enumerate(blocks))
    assert (reader.tools.open, reply.faults, reply.questions) == (0, [], [])
