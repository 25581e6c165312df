"""How a job may end: every end once, with a sentence, and the member asked where nobody knows."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from bot.jobs.desk import Accepted
from bot.jobs.door import DoorShut, HistoryClosed
from bot.jobs.order import Clip
from bot.media.clip import KNOWN_TYPES
from bot.texts import say
from storage import Job, JobKind, JobState
from tests.bot.jobs.house import PIXEL, SECRET, House, attachment, order
from tests.bot.jobs.paper import Paper, PaperDoor
from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request

STATE = "/api/state/*"


async def ended(around: House, state: JobState, says: str, **facts: object) -> None:
    """Let one job come to its end, which is the one that is meant."""
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        job = await bot.job("100")
    [line] = [*around.lines("end"), *around.lines("ask")]
    assert (job.state, line["sentence"]) == (state, say(says, "en", **facts))


def broken(request: Request) -> Reply:
    """An answer that breaks off; nothing was done."""
    return replies.events({"type": "text", "content": "Let me"}, cuts=True)


QUESTION = {"title": "Which one?", "questions": [{"id": "q", "prompt": "Slow or fast?"}]}
ANSWERS = {
    "a refusal": (replies.events({"type": "error", "code": 4003, "message": "there is no tune in it"}),
                  say("generate.refused", "en", reason="there is no tune in it")),
    "spent credits": (replies.fault(2001), say("spending.operator", "en")),
    "a question": (replies.events({"type": "tool_call", "name": "ask_question", "args": QUESTION}),
                   say("generate.asked_back", "en", question="Which one?\nSlow or fast?")),
}


async def test_what_the_backend_has_to_say_instead_of_a_song_is_told(around: House) -> None:
    def answer(request: Request) -> Reply:
        return ANSWERS[json.loads(request.body)["new_message"]["parts"][0]["text"]][0]

    around.server.on("POST", "/run_sse", answer)
    async with around.open() as bot:
        for number, wish in enumerate(ANSWERS):
            await bot.desk.accept(order(f"10{number}", member=wish, words=wish))
        await bot.desk.accept(order("200", JobKind.UPLOAD, clip=False))
        await bot.desk.accept(order("201", JobKind.REFINE))
        await around.until_over("100", "101", "102", "200", "201")
    told = {line["job"]: line["sentence"] for line in around.lines("end") if line["state"] == "failed"}
    assert told == {**{f"10{number}": sentence for number, (_, sentence) in enumerate(ANSWERS.values())},
                    "200": say("job.no_clip", "en"), "201": say("generate.no_project", "en")}
    assert around.lines("deliver") == []


async def test_an_expired_link_of_a_clip_is_told(around: House) -> None:
    around.gone = True
    await ended(around, JobState.FAILED, "fetch.expired", name="hum.wav")
    assert around.wishes == []


@pytest.mark.parametrize(("content", "says", "facts"), [
    (b"just some words", "clip.not_media", {"types": KNOWN_TYPES}),
    (PIXEL, "discord.not_a_voice", {}),
])
async def test_what_is_no_voice_is_told_under_the_name_that_its_sender_gave_it(
        around: House, content: bytes, says: str, facts: dict[str, object]) -> None:
    around.clip = content
    await ended(around, JobState.FAILED, says, name="hum.wav", **facts)


async def test_an_end_that_cannot_be_shown_is_an_end(around: House) -> None:
    class Gone(Paper):
        def of(self, job: Job) -> PaperDoor:
            return Wall(self)

    class Wall(PaperDoor):
        async def end(self, job: Job, sentence: str) -> None:
            self.paper.write("end", job)
            raise DoorShut if job.id == "100" else RuntimeError

    async with around.open(doors=Gone(around.folder)) as bot:
        await bot.desk.accept(order("100"))
        await bot.desk.accept(order("101"))
        await around.until(lambda: len(around.lines("end")) == 2 and bot.bench.live.find("101") is None)
        assert (await bot.job("100")).state is (await bot.job("101")).state is JobState.DONE


async def test_what_a_door_refuses_is_told_if_it_can_be_and_nothing_is_posted_twice(around: House) -> None:
    refusals = {"shut": DoorShut(), "closed": HistoryClosed(), "broken": RuntimeError(SECRET)}
    doors = Paper(around.folder, refuses=lambda delivery: refusals[delivery.text])
    around.server.on("POST", "/run_sse", lambda request: replies.events({
        "type": "text", "content": around.server.carry_out(request).wishes[-1]}))
    async with around.open(doors=doors) as bot:
        for number, name in enumerate(refusals):
            await bot.desk.accept(order(f"10{number}", member=name, words=name))
        await around.until_over("100", "101", "102")
        defect = await bot.job("102")
    told = {line["job"]: line["sentence"] for line in around.lines("end")}
    assert told == {"100": say("job.door_shut", "en"), "101": say("job.maybe_posted", "en"), "102": say("job.defect", "en")}
    assert (defect.reason, dict(defect.facts)) == ("job.defect", {})


async def test_a_step_that_nobody_broke_off_is_a_defect_and_holds_no_place(around: House) -> None:
    doors = Paper(around.folder, refuses=lambda _delivery: asyncio.CancelledError())    # type: ignore[arg-type,return-value]
    async with around.open(doors=doors) as bot:
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        assert (await bot.job("100")).reason == "job.defect"


async def unchanged(around: House, **more: Any) -> None:
    """Job 100 ended unchanged."""
    around.server.on("POST", "/run_sse", broken, around.server.usual)
    async with around.open() as bot:
        await bot.desk.accept(order("100", **more))
        await around.until_over("100")
        job = await bot.job("100")
    [asked] = around.lines("ask")
    assert (job.state, asked["sentence"]) == (JobState.UNCHANGED, say("job.unchanged", "en"))
    assert around.wishes == []


async def test_a_wish_that_changed_nothing_is_tried_again_once_though_it_is_pressed_twice(around: House) -> None:
    link = Clip("https://songs.example.org/1", "1", is_link=True)
    await unchanged(around, clips=(link, attachment("100")))
    around.gone = True      # the clips are here still
    async with around.open() as bot:
        await bot.database.claims.make("again:100", "100", "again")     # by a press that died half-way
        first, second = await bot.desk.again("100", message_id="m-new"), await bot.desk.again("100")
        assert isinstance(first, Accepted)
        assert isinstance(second, Accepted)
        assert (first.job.id, first.job.message_id, first.is_new) == ("100-t1", "m-new", True)
        assert (second.job.id, second.is_new) == ("100-t1", False)
        await around.until_over("100-t1")
        assert not await bot.desk.leave("100")
        assert await bot.desk.again("100-t1") is None
    assert around.wishes == ["wish of 100"]
    assert [line["job"] for line in around.lines("deliver")] == ["100-t1"]
    assert len(around.clips) == 2
    assert [file["filename"] for file in list(around.server.projects.values())[-1].files] == ["found.wav", "hum.wav"]


async def test_a_wish_that_changed_nothing_may_be_left(around: House) -> None:
    await unchanged(around)
    async with around.open() as bot:
        assert await bot.desk.leave("100")
        assert not await bot.desk.leave("100")
        assert await bot.desk.again("100") is None
        assert not bot.bench.folders.of("100").exists()
    [end] = around.lines("end")
    assert end["sentence"] == say("job.left", "en")


async def test_a_state_that_cannot_be_read_leaves_the_outcome_uncertain(around: House) -> None:
    def dark(_request: Request) -> Reply:
        around.server.on("GET", STATE, replies.html(502))
        return broken(_request)

    around.server.on("POST", "/run_sse", dark)
    await ended(around, JobState.UNCERTAIN, "job.uncertain")


async def test_a_lost_answer_to_a_wish_that_was_carried_out_goes_on_to_the_film(around: House) -> None:
    def cut(request: Request) -> Reply:
        around.server.carry_out(request)
        return broken(request)

    around.server.on("POST", "/run_sse", cut)
    await ended(around, JobState.DONE, "job.done")


@pytest.mark.parametrize("kind", [JobKind.REFINE, JobKind.EXPORT])
async def test_a_project_that_is_gone_is_told(around: House, kind: JobKind) -> None:
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        around.server.projects.clear()
        await bot.desk.accept(order("101", kind))
        await around.until_over("101")
    assert around.lines("end")[-1]["sentence"] == say("generate.project_lost", "en")
