"""Odd answers: a state that lags behind, one that tells nothing, several questions, a face that fails while it is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bot.flows.answer import Answered, answer
from bot.flows.generate import generate
from bot.flows.progress import Stage, Step
from bot.flows.project import Wish
from bot.flows.waiting import reminding
from bot.nemo import Clock, LocalFile, Nemo, Outcome
from storage import Database
from tests.nemo_server import replies
from tests.nemo_server.http import Reply
from tests.nemo_server.server import SESSION, NemoServer

SAY = "/run_sse"
STATE = "/api/state/*"
TOOLS: tuple[dict[str, Any], ...] = ({"type": "tool_call", "name": "剪辑"}, {"type": "tool_result", "name": "剪辑"})


def state(volume: float) -> Reply:
    music = {"tt": 1, "sg": [{"name": "Lo-fi", "start": 0, "end": 10000, "volume": volume}]}
    return replies.data({"session_id": SESSION, "state": {"draft": {"t": [music]}}})


async def ask(nemo: Nemo, server: NemoServer, answered: Reply, *states: Reply) -> Answered:
    server.on("GET", STATE, *states)
    before = await nemo.state(SESSION)
    server.on("POST", SAY, answered)
    told = await answer(SESSION, "quieter", before, language="en", nemo=nemo, progress=lambda _step: None)
    assert len(server.asked("POST", SAY)) == 1
    return told


@pytest.mark.parametrize("events", [(), TOOLS, (*TOOLS, {"type": "text", "content": "Quieter now."})])
async def test_work_that_is_to_be_seen_only_a_moment_later_is_seen(
    nemo: Nemo, server: NemoServer, events: tuple[dict[str, Any], ...]
) -> None:
    told = await ask(nemo, server, replies.events(*events), state(0.6), state(0.6), state(0.6), state(0.35))
    assert told.outcome is Outcome.DONE
    assert "35" in told.text or told.text == "Quieter now."
    assert told.state.draft.tracks[0].segments[0].volume == 0.35


async def test_words_without_work_are_not_waited_for(nemo: Nemo, server: NemoServer) -> None:
    await ask(nemo, server, replies.events({"type": "text", "content": "Hello."}), state(0.6))
    assert len(server.asked("GET", STATE)) == 2


async def test_a_state_that_tells_nothing_is_not_told_as_a_loss(nemo: Nemo, server: NemoServer) -> None:
    told = await ask(nemo, server, replies.events(*TOOLS), state(0.6), replies.bare({"message": "maintenance"}))
    assert (told.outcome, told.text) == (Outcome.UNCERTAIN, "")
    assert told.state.draft.is_renderable


async def test_two_questions_are_both_asked(nemo: Nemo, server: NemoServer) -> None:
    asked = ({"type": "ask_question", "title": "Mood?"}, {"type": "ask_question", "title": "Length?"})
    told = await ask(nemo, server, replies.events(*asked), state(0.6))
    assert told.question is not None
    assert told.question.title == "Mood?\nLength?"


async def test_a_file_that_the_server_does_not_name_goes_by_our_name(
    nemo: Nemo, server: NemoServer, database: Database, clip: Path
) -> None:
    server.on("POST", "/api/upload-video/*", replies.data({"session_state_applied": False}))
    wish = Wish("ada", "terminal", "cloud", "quieter", [LocalFile(clip)])
    await generate(wish, nemo=nemo, projects=database.projects, progress=lambda _step: None)
    [request] = server.asked("POST", SAY)
    assert "hum.wav" in json.loads(request.body)["new_message"]["parts"][0]["text"]


async def test_a_notice_that_fails_does_not_cost_the_result(caplog: pytest.LogCaptureFixture) -> None:
    def face(step: Step) -> None:
        if step.waited is not None:
            raise ValueError("the face is gone")
    clock = Clock(2000.0)
    async with reminding(face, clock) as progress:
        progress(Step(Stage.WORKING))
        await clock.sleep(300.0)
    assert "the face is gone" in caplog.text
