"""A job's way from an order to a film, without any trouble."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from storage import JobKind, JobState
from tests.bot.jobs.house import House, order
from tests.nemo_server.http import Reply, Request
from tests.nemo_server.tap import Tap


async def test_an_order_becomes_a_film_in_the_channel_and_leaves_nothing_else(around: House) -> None:
    async with around.open() as bot:
        accepted = await bot.desk.accept(order("100", upload_limit=9_000_000))
        assert accepted.is_new
        await around.until_over("100")
        job = await bot.job("100")
        await around.until(lambda: not bot.bench.folders.of("100").exists() and bot.bench.live.find("100") is None)
    assert (job.state, job.outcome) == (JobState.DONE, "done")
    assert around.wishes == ["wish of 100"]
    [post] = around.lines("deliver")
    assert (post["text"], post["size"]) == ("Here is your song.", 1_048_576)
    [end] = around.lines("end")
    assert (end["state"], end["sentence"]) == ("done", "Done: the film is posted.")
    stages = [line["stage"] for line in around.lines("show") if line["stage"]]
    assert stages[0] == "preparing"
    assert {"working", "filming"} <= set(stages)
    [submit] = around.server.asked("POST", "/api/render/proxy/lambda")
    assert json.loads(submit.body)["output"]["maxBytes"] == 9_000_000


async def test_the_same_order_twice_is_one_job(around: House) -> None:
    async with around.open() as bot:
        first, second = await bot.desk.accept(order("100")), await bot.desk.accept(order("100"))
        await around.until_over("100")
        third = await bot.desk.accept(order("100"))
    assert (first.is_new, second.is_new, third.is_new) == (True, False, False)
    assert third.place is None
    assert len(around.wishes) == len(around.lines("deliver")) == 1


async def test_a_refinement_changes_the_song_of_its_channel_and_an_export_films_it_again(around: House) -> None:
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await bot.desk.accept(order("101", JobKind.REFINE, words="slower"))
        await bot.desk.accept(order("102", JobKind.EXPORT, words=""))
        await around.until_over("100", "101", "102")
    [project] = around.server.projects.values()
    assert project.wishes == ["wish of 100", "slower"]
    assert len(around.server.orders) == len(around.lines("deliver")) == 3


async def test_a_song_of_a_new_clip_begins_a_new_project(around: House) -> None:
    async with around.open() as bot:
        await bot.desk.accept(order("100"))
        await bot.desk.accept(order("101"))
        await around.until_over("100", "101")
    assert [project.wishes for project in around.server.projects.values()] == [["wish of 100"], ["wish of 101"]]


async def test_words_alone_go_to_the_song_of_the_channel_or_begin_one(around: House) -> None:
    async with around.open() as bot:
        for made in (order("100", clip=False), order("101", clip=False), order("102", afresh=False)):
            await bot.desk.accept(made)
        await around.until_over("100", "101", "102")
    [project] = around.server.projects.values()
    assert project.wishes == ["wish of 100", "wish of 101", "wish of 102"]
    assert [file["filename"] for file in project.files] == ["hum.wav"]


async def test_a_clip_without_words_becomes_the_usual_wish(around: House) -> None:
    async with around.open() as bot:
        await bot.desk.accept(replace(order("100"), words=""))
        await around.until_over("100")
    assert around.wishes == ["full song with instruments from my hummed melody"]


async def test_a_voice_message_is_sent_as_a_file_that_the_backend_takes(around: House) -> None:
    around.clip = (Path(__file__).parents[3] / "examples" / "hum.ogg").read_bytes()
    async with around.open() as bot:
        await bot.desk.accept(order("100", name="Voice message.ogg"))
        await around.until_over("100")
    [project] = around.server.projects.values()
    assert project.title == "Voice message"
    assert [file["filename"] for file in project.files] == ["Voice message.m4a"]
    assert len(around.lines("deliver")) == 1


async def test_a_progress_message_that_comes_later_is_shown_from_then_on(around: House) -> None:
    async with around.open() as bot:
        await bot.desk.accept(replace(order("100"), message_id=None))
        await bot.desk.remember_message("100", "m-late")
        await around.until_over("100")
    assert [line["message"] for line in around.lines("end")] == ["m-late"]


async def test_a_backend_that_moves_in_mid_song_is_followed(around: House) -> None:
    def moved(request: Request) -> Reply:
        around.at = tap.url
        return around.server.usual(request)

    async with Tap(around.server.url) as tap, around.open() as bot:
        around.server.on("POST", "/run_sse", moved)
        await bot.desk.accept(order("100"))
        await around.until_over("100")
        assert tap.times("POST /api/render/proxy/lambda") == 1
    assert len(around.lines("deliver")) == 1
