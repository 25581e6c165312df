"""Answer: whatever becomes of an answer, the wish is said once and the member hears what is true."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.flows.answer import Answered, answer
from bot.flows.errors import AgentRefused, ClipRefused
from bot.flows.progress import Stage, Step
from bot.nemo import (
    CreditsUsedUp,
    Nemo,
    NemoError,
    Outcome,
    PlanRefused,
    RateLimited,
    RequestRefused,
    SessionLost,
    TokenRejected,
    Unreachable,
)
from bot.speech.gui import Action
from bot.texts import say
from tests.nemo_server import replies
from tests.nemo_server.http import Reply
from tests.nemo_server.server import SESSION, NemoServer

wire = pytest.mark.wire
SAY = "/run_sse"
STATE = "/api/state/*"
TITLE: dict[str, Any] = {"tt": 7, "sg": [{"text": "Slow Days", "start": 0, "end": 3000}]}


def state(*more: dict[str, Any], volume: float = 0.6) -> Reply:
    music = {"tt": 1, "sg": [{"name": "Lo-fi", "start": 0, "end": 10000, "volume": volume}]}
    return replies.data({"session_id": SESSION, "state": {"draft": {"t": [music, *more]}}})


def text(words: str) -> dict[str, str]:
    return {"type": "text", "content": words}


async def ask(nemo: Nemo, server: NemoServer, answered: Reply, *states: Reply, language: str = "en",
              steps: list[Step] | None = None) -> Answered:
    """Say a wish that is answered with `answered`; the state is the first of `states` before, the others after."""
    server.on("GET", STATE, *states)
    before = await nemo.state(SESSION)
    server.on("POST", SAY, answered)
    try:
        return await answer(SESSION, "slower", before, language=language, nemo=nemo,
                            progress=(steps if steps is not None else []).append)
    finally:
        assert len(server.asked("POST", SAY)) == 1


async def test_words_are_told_and_the_state_is_the_one_after(nemo: Nemo, server: NemoServer) -> None:
    told = await ask(nemo, server, replies.events(text("Slower now.")), state(), state(TITLE))
    assert (told.outcome, told.text) == (Outcome.DONE, "Slower now.")
    assert len(told.state.draft.tracks) == 2


@wire("6/no-text")
async def test_an_answer_without_words_tells_what_has_changed(nemo: Nemo, server: NemoServer) -> None:
    told = await ask(nemo, server, replies.events({"type": "heartbeat"}), state(), state(TITLE, volume=0.35))
    assert told.outcome is Outcome.DONE
    assert "Slow Days" in told.text
    assert "35" in told.text


@wire("6/no-text")
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_an_answer_without_words_and_without_a_change_says_so(
    nemo: Nemo, server: NemoServer, language: str
) -> None:
    told = await ask(nemo, server, replies.stream(), state(), language=language)
    assert told.outcome is Outcome.DONE
    assert told.text == say("change.none", language)


@wire("6/dropped", "6/resend")
@pytest.mark.parametrize("broken", [
    replies.events(text("I am at it"), cuts=True), replies.stream(cuts=True), replies.html(502), replies.html(504),
    replies.raw(b"Internal Server Error", 500, "text/plain"), replies.nothing(), replies.html(200),
    Reply(200, [b'data: {"type":"tool_call","name":"edit"}\n\n'], {"Content-Type": "text/event-stream"}, length=None),
], ids=["cut after words", "cut", "502", "504", "500", "no answer", "a page", "a tool at work, no length"])
async def test_a_lost_answer_is_found_out_and_never_asked_for_again(
    nemo: Nemo, server: NemoServer, broken: Reply
) -> None:
    told = await ask(nemo, server, broken, state(), state(), state(TITLE))
    assert told.outcome is Outcome.CHANGED
    assert "Slow Days" in told.text or told.text == "I am at it"


async def test_a_lost_answer_without_a_change_is_unchanged(nemo: Nemo, server: NemoServer) -> None:
    told = await ask(nemo, server, replies.html(502), state())
    assert told.outcome is Outcome.UNCHANGED
    assert told.state.draft.is_renderable


async def test_a_lost_answer_with_a_failed_look_is_uncertain(nemo: Nemo, server: NemoServer) -> None:
    told = await ask(nemo, server, replies.nothing(), state(), replies.html(502), state())
    assert told.outcome is Outcome.UNCERTAIN


async def test_an_answer_whose_result_cannot_be_read_is_uncertain_and_keeps_its_words(
    nemo: Nemo, server: NemoServer
) -> None:
    told = await ask(nemo, server, replies.events(text("Slower now.")), state(), replies.html(502))
    assert (told.outcome, told.text) == (Outcome.UNCERTAIN, "Slower now.")


@pytest.mark.parametrize(("refusal", "kind"), [
    (replies.fault(2001), CreditsUsedUp), (replies.fault(1002), SessionLost), (replies.fault(429, status=429), RateLimited),
    (replies.fault(1001, status=401), TokenRejected), (replies.fault(402, status=402), PlanRefused),
    (replies.bare({"detail": [{"msg": "bad"}]}, 422), RequestRefused),
    (replies.redirect("https://elsewhere.example/run_sse", 307), NemoError),
])
async def test_a_wish_that_surely_did_not_run_is_an_error_at_once(
    nemo: Nemo, server: NemoServer, refusal: Reply, kind: type[NemoError]
) -> None:
    with pytest.raises(kind) as caught:
        await ask(nemo, server, refusal, state())
    assert not caught.value.may_have_run
    assert len(server.asked("GET", STATE)) == 1


async def test_a_server_that_is_not_there_has_not_run_anything(nemo: Nemo, server: NemoServer) -> None:
    before = await nemo.state(SESSION)
    async with Nemo("http://127.0.0.1:9", client_id="c", token=None) as nowhere:
        with pytest.raises(Unreachable):
            await answer(SESSION, "slower", before, language="en", nemo=nowhere, progress=lambda _step: None)


@pytest.mark.parametrize(("fault", "kind", "reason"), [
    ({"type": "error", "error": "No tune was heard.", "code": 4003}, ClipRefused, "No tune was heard."),
    ({"type": "error", "error": "I cannot do that."}, AgentRefused, "I cannot do that."),
    ({"errorCode": "SAFETY", "errorMessage": "Not this one."}, AgentRefused, "Not this one."),
])
async def test_the_backends_own_refusal_is_told_in_its_words(
    nemo: Nemo, server: NemoServer, fault: dict[str, Any], kind: type[AgentRefused], reason: str
) -> None:
    with pytest.raises(kind) as caught:
        await ask(nemo, server, replies.events(fault), state())
    assert caught.value.facts["reason"] == reason


async def test_a_refusal_without_usable_words_is_told_in_the_members_language(nemo: Nemo, server: NemoServer) -> None:
    before = await nemo.state(SESSION)
    server.on("POST", "/run_sse", replies.events({"type": "error", "error": "Click the Export button at the top right."}))
    with pytest.raises(AgentRefused) as caught:
        await answer(SESSION, "慢一点", before, language="zh", nemo=nemo, progress=lambda _step: None)
    assert caught.value.facts["reason"] == say("flow.failed", "zh")


async def test_a_fault_while_a_tool_is_at_work_is_looked_into_before_it_is_believed(
    nemo: Nemo, server: NemoServer
) -> None:
    timeout = ({"type": "tool_call", "name": "edit"}, {"type": "error", "error": "upstream timed out"})
    told = await ask(nemo, server, replies.events(*timeout), state(), state(), state(TITLE))
    assert told.outcome is Outcome.CHANGED
    with pytest.raises(AgentRefused):
        await answer(SESSION, "slower", told.state, language="en", nemo=nemo, progress=lambda _step: None)


async def test_credits_that_end_after_good_words_are_not_passed_over(nemo: Nemo, server: NemoServer) -> None:
    gone = {"type": "error", "error": "insufficient credits", "code": 2001}
    with pytest.raises(CreditsUsedUp):
        await ask(nemo, server, replies.events(text("I begin with the clip."), gone), state(), state(TITLE))


@wire("5/adk-trailing")
async def test_a_fault_after_good_words_and_a_change_is_noise(nemo: Nemo, server: NemoServer) -> None:
    noise = {"type": "error", "error": "I encountered a temporary issue."}
    told = await ask(nemo, server, replies.events(text("Your title is there."), noise), state(), state(TITLE))
    assert (told.outcome, told.text) == (Outcome.DONE, "Your title is there.")


async def test_talk_of_buttons_becomes_actions(nemo: Nemo, server: NemoServer) -> None:
    words = "Your song is ready. Click the Export button at the top right."
    told = await ask(nemo, server, replies.events(text(words)), state(), state(TITLE))
    assert told.text == "Your song is ready."
    assert told.actions == (Action.EXPORT,)


@wire("5/ask_question")
async def test_a_question_is_handed_on_and_nothing_is_made_up_beside_it(nemo: Nemo, server: NemoServer) -> None:
    asked = {"type": "ask_question", "title": "Which mood?", "questions": [{"id": "1", "prompt": "Choose"}]}
    told = await ask(nemo, server, replies.events(asked), state())
    assert told.question is not None
    assert told.question.title == "Which mood?"
    assert told.text == ""


async def test_the_studios_stages_are_passed_on(nemo: Nemo, server: NemoServer) -> None:
    steps: list[Step] = []
    await ask(nemo, server, replies.events(
        {"type": "tool_call", "name": "listen"}, {"type": "status", "stage": "perform", "progress": 0.5}, text("ok")),
        state(), steps=steps)
    assert steps == [Step(Stage.WORKING), Step(Stage.LISTENING, 0.0), Step(Stage.PERFORMING, 0.5)]


async def test_many_lost_answers_wait_side_by_side(nemo: Nemo, server: NemoServer) -> None:
    server.on("GET", STATE, state())
    server.on("POST", SAY, replies.html(502))
    before = await nemo.state(SESSION)
    told = await asyncio.gather(*(
        answer(SESSION, "slower", before, language="en", nemo=nemo, progress=lambda _step: None) for _ in range(20)))
    assert {one.outcome for one in told} == {Outcome.UNCHANGED}
    assert len(server.asked("POST", SAY)) == 20
