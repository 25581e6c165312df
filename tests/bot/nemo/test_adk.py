"""Google ADK's events: pieces and wholes, tools announced and called, speakers, faults. Shapes as its servers send them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.nemo import Activity, Ask, Choice, Done, End, Fault, Question, Reply, Said, Text, ToolCall, ToolResult
from bot.nemo.stream.frames import FrameReader


def read(*frames: Any) -> list[Said]:
    reader = FrameReader()
    return [value for frame in frames for value in reader.read(json.dumps(frame))]


def replied(*frames: Any) -> Reply:
    reply = Reply()
    for value in read(*frames):
        reply.add(value)
    return reply


def spoken(*frames: Any) -> str:
    return replied(*frames).text


def event(*parts: dict[str, Any], author: str = "nemo", **fields: Any) -> dict[str, Any]:
    return {"invocationId": "e-1", "author": author, "content": {"role": "model", "parts": list(parts)},
            "actions": {"stateDelta": {}, "artifactDelta": {}}, "timestamp": 1760000000.5, **fields}


def piece(text: str, **fields: Any) -> dict[str, Any]:
    return event({"text": text}, partial=True, **fields)


def whole(text: str, **fields: Any) -> dict[str, Any]:
    return event({"text": text}, **fields)


def call(name: str, identity: str | None = "c1", **args: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": args, **({"id": identity} if identity else {})}}


def response(name: str, identity: str | None = "c1", **result: Any) -> dict[str, Any]:
    answer = event({"functionResponse": {"name": name, "response": result, **({"id": identity} if identity else {})}})
    answer["content"]["role"] = "user"
    return answer


@pytest.mark.wire("5/adk-partial")
def test_pieces_add_up_until_the_whole_replaces_them() -> None:
    assert read(piece("Your "), piece("song"), whole("Your song."), piece("Next")) == [
        Text(0, "Your ", False), Text(0, "Your song", False), Text(0, "Your song.", True), Text(1, "Next", False)]


@pytest.mark.wire("5/adk-partial")
def test_an_event_that_does_not_say_partial_is_whole() -> None:
    assert spoken(piece("a"), whole("b", partial=False), whole("c")) == "b\n\nc"


@pytest.mark.parametrize("frames", [
    (piece("Your"), piece(" song\n"), whole("Your song")),                                          # other white space
    (event({"text": "Your"}, {"text": " song"}, partial=True), whole("Your song")),                 # pieces of two parts
    (piece("Your song"), event({"text": "hm", "thought": True}, {"text": "Your "}, {"text": "song"})),
    (event({"text": "hm", "thought": True}, partial=True), piece("Your "), piece("song"), whole("Your song")),
    (piece("Your "), {"type": "heartbeat"}, piece("song"), {"usageMetadata": {}, "author": "nemo"}, whole("Your song")),
    (piece("Your song"), whole("Your song"), whole("Your song")),                                   # told twice
    (whole("Your song", id="i"), whole("Your song", id="i")),
    (piece("Your song"),),                                                                          # and never a whole
    (piece("You"), piece("Your song"), piece("Your song is"), whole("Your song")),
    (piece("Your son", author="root"), piece("g", author="root"), whole("Your song", author="sub")),  # passed on
    (piece("Your ", branch="a.b"), piece("song", branch="a.b"), whole("Your song", branch="a.b")),
])
def test_what_was_said_is_shown_once_however_it_was_repeated(frames: tuple[Any, ...]) -> None:
    assert spoken(*frames) == "Your song"


def test_wholes_without_pieces_are_blocks_of_their_own() -> None:
    assert spoken(whole("One."), whole("Two.")) == "One.\n\nTwo."


def test_equal_wholes_of_two_events_are_two() -> None:
    assert spoken(whole("Ha.", id="a"), whole("Ha.", id="b")) == "Ha.\n\nHa."


@pytest.mark.wire("5/adk-block")
def test_a_new_block_begins_after_each_whole_whatever_the_ids_say() -> None:
    assert spoken(piece("A", id="1"), whole("A1", id="1"), piece("B", id="2"), whole("B1", id="3")) == "A1\n\nB1"


def test_words_before_a_tool_are_kept_although_their_whole_never_comes() -> None:
    # LiteLLM models on ADK: the whole event of such a turn holds the call alone
    assert spoken(piece("I look."), event(call("look")), response("look"), piece("Do"), piece("ne."),
                  whole("Done.")) == "I look.\n\nDone."


def test_a_whole_that_comes_after_the_tool_still_replaces_the_pieces_before_it() -> None:
    # ADK before 1.22: the tool runs while the model's stream is still being read
    assert spoken(piece("I lo"), piece("ok."), event(call("look")), response("look"), whole("I look."),
                  whole("Done.")) == "I look.\n\nDone."


def test_a_whole_that_repeats_the_last_of_two_blocks_leaves_the_first() -> None:
    frames = piece("One."), event(call("t")), response("t"), piece("Tw"), piece("o."), whole("Two.")
    assert spoken(*frames) == "One.\n\nTwo."


def test_a_whole_that_repeats_all_blocks_at_once_takes_their_place() -> None:
    frames = piece("One."), event(call("t")), response("t"), piece("Two."), whole("One.\nTwo.\nThree.")
    assert spoken(*frames) == "One.\nTwo.\nThree."


def test_a_whole_that_repeats_the_end_of_its_pieces_only_loses_nothing() -> None:
    assert spoken(piece("One. "), piece("Two."), whole("Two.")) == "One. Two."


def test_words_in_the_whole_that_were_never_a_piece_are_shown() -> None:
    assert spoken(piece("I "), piece("see. "), event({"text": "I see. One moment."}, call("t"))) == "I see. One moment."


def test_words_around_code_are_paragraphs() -> None:
    parts = {"text": "I count:"}, {"executableCode": {"code": "1"}}, {"codeExecutionResult": {"output": "1"}}, {"text": "One."}
    assert spoken(event(*parts)) == "I count:\n\nOne."


def test_two_agents_that_speak_at_once_do_not_mix() -> None:
    assert spoken(piece("a1", author="a"), piece("b1", author="b"), piece("a2", author="a"),
                  whole("b1 b2", author="b")) == "a1a2\n\nb1 b2"


def test_one_agent_in_two_branches_is_two_speakers() -> None:
    assert spoken(piece("a", branch="x.1"), piece("b", branch="x.2"), whole("aa", branch="x.1"),
                  whole("bb", branch="x.2")) == "aa\n\nbb"


def test_an_answer_goes_on_with_the_agent_that_it_was_handed_to() -> None:
    frames = (piece("I pass you on."), event({"text": "I pass you on."}, call("transfer_to_agent", agent_name="editor")),
              {**response("transfer_to_agent"), "actions": {"transferToAgent": "editor"}},
              piece("Edi", author="editor"), piece("ted.", author="editor"), whole("Edited.", author="editor"))
    assert spoken(*frames) == "I pass you on.\n\nEdited."


@pytest.mark.wire("5/adk-thought")
def test_thoughts_are_a_sign_of_work_and_never_shown() -> None:
    assert read(event({"text": "hmm", "thought": True}, {"text": "Done."})) == [Activity("thinking"), Text(0, "Done.", True)]


@pytest.mark.wire("5/adk-user")
@pytest.mark.parametrize("frame", [
    whole("make it", author="user"), piece("make it", author="user"),
    {"content": {"role": "user", "parts": [{"text": "make it"}]}, "invocationId": "e"},
])
def test_the_members_own_words_are_not_shown(frame: dict[str, Any]) -> None:
    assert spoken(frame, whole("Done.")) == "Done."


@pytest.mark.wire("5/adk-user")
def test_a_tools_response_in_the_role_of_the_user_is_a_tools_response() -> None:
    assert read(event({"text": "One moment."}, call("add_music", mood="calm")), response("add_music", ok=True)) == [
        Text(0, "One moment.", True), ToolCall("add_music", {"mood": "calm"}, "c1"),
        ToolResult("add_music", {"ok": True}, "c1")]


def test_a_call_that_is_announced_while_it_is_written_is_told_once_it_is_complete() -> None:
    # ADK 1.22 and later: partial events show the call as it grows, the whole has it under another id
    values = read(event(call("add_music", "p1"), partial=True), event(call("add_music", "p2", mood=""), partial=True),
                  event({"functionCall": {}}, partial=True), event(call("add_music", "c9", mood="calm")))
    assert [value for value in values if isinstance(value, ToolCall)] == [ToolCall("add_music", {"mood": "calm"}, "c9")]


def test_an_announced_tool_counts_as_at_work_until_it_answers_or_is_not_called() -> None:
    reader = FrameReader()

    def after(frame: Any) -> int:
        list(reader.read(json.dumps(frame)))
        return reader.tools.open

    assert after(event({"text": "I look."}, call("look", "p1"), partial=True)) == 1
    assert after(event(call("look", "c1"))) == 1
    assert after(response("look", "c1")) == 0
    assert after(event(call("guess", "p2"), partial=True)) == 1
    assert after(whole("I need not.")) == 0


def test_the_same_call_in_two_events_is_one() -> None:
    assert replied(event(call("t", "c1")), event(call("t", "c1")), response("t", "c1"), response("t", "c1")).tools == ["t"]


def test_a_result_closes_its_own_tool() -> None:
    reader = FrameReader()
    for frame in (event(call("a", "1"), call("b", "2")), response("a", "1"), response("a", "1")):
        list(reader.read(json.dumps(frame)))
    assert reader.tools.open == 1


def test_a_long_running_tool_does_not_keep_the_answer_open_and_is_known_to_go_on() -> None:
    reader = FrameReader()
    for frame in (event(call("film", "c1"), longRunningToolIds=["c1"]), response("film", "c1", status="pending")):
        list(reader.read(json.dumps(frame)))
    assert (reader.tools.open, reader.tools.background) == (0, 1)
    list(reader.read(json.dumps(response("film", "c1", status="done"))))
    assert reader.tools.background == 0


@pytest.mark.wire("5/ask_question")
def test_a_question_asked_by_calling_a_tool_is_a_question() -> None:
    reader = FrameReader()
    asking = event({"text": "Before I start:"}, call("ask_question", title="Mood", questions=[
        {"prompt": "Which mood?", "options": ["Calm", "Wild"]}]), longRunningToolIds=["c1"])
    values = [value for frame in (asking, response("ask_question", "c1", status="pending"))
              for value in reader.read(json.dumps(frame))]
    asked = Question("Mood", (Ask("1", "Which mood?", (Choice("Calm", "Calm"), Choice("Wild", "Wild"))),))
    assert values == [Text(0, "Before I start:", True), asked, ToolResult("ask_question", {"status": "pending"}, "c1")]
    assert (reader.tools.open, reader.tools.background) == (0, 0)


def test_a_tool_that_wants_to_be_confirmed_is_a_question() -> None:
    asked = call("adk_request_confirmation", toolConfirmation={"hint": "Spend 100 credits?"}, originalFunctionCall={})
    assert read(event(asked)) == [Question("Spend 100 credits?", ())]


@pytest.mark.wire("5/adk-inline")
def test_pictures_inside_of_an_event_are_no_words_and_one_event_sent_as_two_is_told_once() -> None:
    content = event({"text": "Done."}, {"inlineData": {"mimeType": "image/png", "data": "iVBOR_-w"}}, id="x1")
    again = {**content, "actions": {"artifactDelta": {"cover.png": 0}}}
    alone = {"author": "nemo", "id": "x1", "actions": {"artifactDelta": {"cover.png": 0}}}
    assert read(content, again, alone) == [Text(0, "Done.", True)]


def test_snake_case_is_understood_too() -> None:
    frames = ({"author": "nemo", "invocation_id": "e", "partial": True, "content": {"parts": [{"text": "a"}]}},
              {"author": "nemo", "content": {"parts": [{"text": "ab"}, {"function_call": {"name": "t", "id": "1"}}]}},
              {"author": "nemo", "content": {"parts": [{"function_response": {"name": "t", "id": "1", "response": 1}}]}},
              {"author": "nemo", "error_code": "X", "error_message": "boom", "turn_complete": True})
    assert read(*frames) == [Text(0, "a", False), Text(0, "ab", True), ToolCall("t", None, "1"), ToolResult("t", 1, "1"),
                             Fault("boom", "X"), Done(End.MARKED)]


@pytest.mark.wire("5/adk-errors")
@pytest.mark.parametrize("frames", [
    ({"error": "quota"}, {"error": "quota", "error_details": {"error_type": "E", "error_message": "quota"}}),
    ({"author": "nemo", "errorCode": "EXHAUSTED", "errorMessage": "quota"}, {"error": "429 EXHAUSTED: quota"}),
    ({"author": "nemo", "errorCode": "EXHAUSTED", "errorMessage": "quota"}, {"error": "too much was asked"}),
    ({"author": "nemo", "errorCode": "EXHAUSTED", "errorMessage": "quota"}, whole("Sorry."), {"error": "E: quota"}),
    ({"author": "nemo", "errorCode": "EXHAUSTED", "errorMessage": "quota", "partial": True},
     {"author": "nemo", "errorCode": "EXHAUSTED", "errorMessage": "quota"}),
])
def test_one_fault_told_by_two_events_is_told_once(frames: tuple[Any, ...]) -> None:
    assert len([value for value in read(*frames) if isinstance(value, Fault)]) == 1


def test_a_fault_that_gets_its_code_later_is_told_with_it() -> None:
    reply = replied({"error": "no credits"}, {"author": "nemo", "errorCode": 2001, "errorMessage": "no credits"})
    assert reply.fault == Fault("no credits", 2001)


def test_the_details_of_an_error_are_its_words_and_its_traceback_is_not() -> None:
    frame = {"error": "ValueError: no such clip", "error_details": {
        "error_type": "ValueError", "error_message": "no such clip", "timestamp": 1.0, "stacktrace": "Traceback …"}}
    assert read(frame) == [Fault("no such clip")]


def test_a_token_in_an_error_is_not_passed_on() -> None:
    [fault] = read({"error": "bad header: Bearer nmv_usr_abcdef0123456789"})
    assert isinstance(fault, Fault) and "abcdef" not in fault.text


@pytest.mark.wire("5/adk-errors")
def test_words_after_a_fault_still_come() -> None:
    assert spoken({"author": "nemo", "errorCode": "X"}, whole("All the same.")) == "All the same."


@pytest.mark.parametrize("frame", [
    {"author": "nemo", "errorCode": "STOP"}, {"author": "nemo", "finishReason": "STOP"}, whole("", finishReason="STOP")])
def test_a_good_end_is_no_fault(frame: dict[str, Any]) -> None:
    assert read(frame) == []


def test_an_answer_that_was_cut_at_its_longest_keeps_its_words() -> None:
    reply = replied(piece("Once upon "), whole("Once upon a", finishReason="MAX_TOKENS", errorCode="MAX_TOKENS"))
    assert (reply.text, reply.fault) == ("Once upon a", None)
    assert reply.late_fault == Fault("MAX_TOKENS", "MAX_TOKENS")


def test_an_answer_that_was_blocked_is_a_fault() -> None:
    assert replied({"author": "nemo", "finishReason": "SAFETY"}).fault == Fault("SAFETY", "SAFETY")


@pytest.mark.wire("5/adk-partial")
def test_pieces_that_are_snapshots_do_not_pile_up() -> None:
    grown = "Here is your song for the evening."
    assert spoken(*(piece(grown[:end]) for end in range(2, len(grown) + 1))) == grown


def test_an_interrupted_answer_keeps_its_pieces() -> None:
    assert spoken(piece("Here is"), {"author": "nemo", "interrupted": True, "turnComplete": True}) == "Here is"


@pytest.mark.parametrize(("frames", "is_half"), [
    ((piece("Here is"),), True),
    ((piece("Here is"), whole("Here is it.")), False),
    ((piece("Here is it.", finishReason="STOP"),), False),
    ((piece("Here is"), {"author": "nemo", "turnComplete": True}), False),
    ((piece("I look"), event(call("t"))), False),
    (({"type": "text", "content": "Here is"},), False),
])
def test_a_text_without_its_whole_is_half(frames: tuple[Any, ...], is_half: bool) -> None:
    reader = FrameReader()
    for frame in frames:
        list(reader.read(json.dumps(frame)))
    assert reader.is_half == is_half
