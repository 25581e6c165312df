"""What both servers do with a wish: words, a song, its changes, its film, and an answer that is lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest

from bot.flows.errors import FormatNotOffered
from bot.flows.export import export
from bot.nemo import (
    SUFFIXES,
    Done,
    End,
    Fault,
    Outcome,
    Output,
    RenderFailed,
    RenderStatus,
    Reply,
    StreamBroken,
    Text,
    ToolCall,
    ToolResult,
)
from bot.nemo.film.check import is_cut
from bot.speech.changes import changes, told
from bot.speech.heard import heard_in
from bot.speech.song import song_of

pytestmark = pytest.mark.asyncio(loop_scope="session")
wire = pytest.mark.wire
SAYING = "POST /run_sse"
ORDERING = "POST /api/render/proxy/lambda"


def reply_of(said: list[Any]) -> Reply:
    reply = Reply()
    for value in said:
        reply.add(value)
    return reply


@wire("4.7", "4.7/applied")
async def test_a_clip_with_a_quoted_chinese_name_arrives_whole(made: Any, clip: Any) -> None:
    [file] = made.uploaded.files
    assert "我的" in file.filename and "哼唱" in file.filename and file.filename.endswith(".wav")
    assert "\n" not in file.filename and '"' not in file.filename
    assert file.file_type == "audio"
    assert file.seconds is not None and file.seconds > 1
    assert made.uploaded.applied
    assert made.sent[-1] == (clip.stat().st_size, clip.stat().st_size)
    assert made.sent == sorted(made.sent)
    assert clip.read_bytes() in made.host.tap.last(f"POST /api/upload-video/nemo_agent/me/{made.session.session_id}")


@wire("5/documented", "5/close")
async def test_a_wish_is_answered_with_tools_words_and_an_end(made: Any) -> None:
    reply = reply_of(made.said)
    assert reply.text
    assert reply.tools
    assert {value.name for value in made.said if isinstance(value, ToolResult)} == set(reply.tools)
    assert made.said[-1] == Done(End.CLOSED)
    assert not [value for value in made.said if isinstance(value, Fault)]
    kinds = [type(value) for value in made.said]
    assert kinds.index(ToolCall) < kinds.index(Text)


@wire("5/body", "2/accept", "2/authorization", "2/attribution", "2/user-agent")
async def test_a_wish_is_said_in_the_documented_words(made: Any) -> None:
    await made.say("call it \"Rain\" 雨")
    head, _, body = made.host.tap.last(SAYING).partition(b"\r\n\r\n")
    assert json.loads(body) == {"app_name": "nemo_agent", "user_id": "me", "session_id": made.session.session_id,
                                "new_message": {"parts": [{"text": "call it \"Rain\" 雨"}]}}
    headers = dict(line.decode().lower().split(": ", 1) for line in head.split(b"\r\n")[1:])
    assert headers["accept"] == "text/event-stream"
    assert headers["content-type"] == "application/json"
    assert headers["authorization"].startswith("bearer nmv_usr_")
    assert headers["x-skill-source"] == "mureka-ai"
    assert headers["x-skill-version"] and headers["x-skill-platform"]
    assert headers["user-agent"].startswith("mureka-bot/")


@wire("4.5/ready", "4.5/short-names", "4.5/track-types")
async def test_a_song_is_a_timeline_with_a_length(made: Any) -> None:
    assert not made.empty.draft.is_renderable
    assert made.state.draft.is_renderable
    assert made.state.fingerprint != made.empty.fingerprint
    assert made.state.draft.title
    assert made.state.draft.seconds is not None and made.state.draft.seconds >= 10
    assert {"video", "audio"} <= {track.kind.value for track in made.state.draft.tracks}
    assert all(track.segments for track in made.state.draft.tracks)


async def test_looking_twice_sees_the_same(made: Any) -> None:
    before = await made.look()
    assert await made.look() == before
    assert (await made.look()).draft.raw == before.draft.raw


@pytest.mark.parametrize(("wish", "title"), [("call it Urban Dreams", "Urban Dreams"), ("叫它《都市之梦》", "都市之梦")])
async def test_a_refinement_changes_the_project_and_the_change_can_be_told(made: Any, wish: str, title: str) -> None:
    before = await made.look()
    reply = reply_of(await made.say(wish))
    after = await made.look()
    assert reply.text
    assert after.fingerprint != before.fingerprint
    assert after.draft.title == title
    for language in ("en", "zh"):
        assert told(changes(before.draft, after.draft), language) != told(changes(after.draft, after.draft), language)


@wire("6/resend", "6/dropped")
async def test_an_answer_that_is_cut_off_is_found_out_and_never_asked_again(made: Any) -> None:
    before, asked = await made.look(), made.host.tap.times(SAYING)
    made.host.tap.cut_once(SAYING, after=b"data: {")
    with pytest.raises(StreamBroken) as caught:
        await made.say("call it Cut In The Middle")
    assert caught.value.may_have_run
    found = await made.nemo.find_out(before.session_id, before.fingerprint)
    assert found.outcome is Outcome.CHANGED
    assert found.state is not None
    assert found.state.draft.title == "Cut In The Middle"
    assert made.host.tap.times(SAYING) == asked + 1


async def test_who_hangs_up_stops_nothing(made: Any) -> None:
    before, asked = await made.look(), made.host.tap.times(SAYING)
    async with aclosing(made.nemo.say(before.session_id, "another take")) as said:
        await anext(said)
    found = await made.nemo.find_out(before.session_id, before.fingerprint)
    assert found.outcome is Outcome.CHANGED
    assert made.host.tap.times(SAYING) == asked + 1
    assert reply_of(await made.say("call it After The Call")).text     # nobody is at work any more


@wire("6/dropped")
async def test_a_wish_that_never_arrived_is_found_to_have_changed_nothing(made: Any) -> None:
    impatient = made.host.connect(scale=4000.0)
    session = await impatient.create_session("nothing was said here")
    before = await impatient.state(session.session_id)
    looked = made.host.tap.times(f"GET /api/state/nemo_agent/me/{session.session_id}/latest")
    found = await impatient.find_out(session.session_id, before.fingerprint)
    assert found.outcome is Outcome.UNCHANGED
    assert found.reads == 6
    assert made.host.tap.times(f"GET /api/state/nemo_agent/me/{session.session_id}/latest") == looked + 6


@wire("4.8", "4.9/A", "4.11")
async def test_a_render_is_watched_to_its_end_and_the_film_arrives_whole(filmed: Any) -> None:
    fractions = [step.fraction for step in filmed.steps]
    assert fractions == sorted(fractions)
    assert [step.status for step in filmed.steps[:-1]] == [
        step.status for step in filmed.steps if step.status in (RenderStatus.PENDING, RenderStatus.PROCESSING)]
    last = filmed.steps[-1]
    assert last.status is RenderStatus.COMPLETED
    assert last.fraction == 1
    assert filmed.film.path.stat().st_size == filmed.film.bytes > 100_000
    assert last.bytes in (None, filmed.film.bytes)


@wire("4.11")
async def test_a_film_is_also_fetched_by_its_render_alone(made: Any, filmed: Any, tmp_path: Any) -> None:
    film = await made.nemo.download(filmed.render, tmp_path / "again.mp4")
    assert film.path.read_bytes() == filmed.film.path.read_bytes()


@wire("4.5/opaque")
async def test_the_draft_goes_back_byte_for_byte(filmed: Any) -> None:
    assert filmed.state.draft.raw in filmed.order
    assert f'"sessionId":"{filmed.state.session_id}"'.encode() in filmed.order


@wire("4.8/duplicate")
async def test_the_same_key_meets_the_same_render(made: Any, filmed: Any) -> None:
    again = await made.nemo.submit_render(filmed.key, filmed.state.session_id, filmed.state.draft)
    assert again.id == filmed.render.id
    assert again.already_there
    async with aclosing(made.nemo.watch_render(again)) as watched:
        assert [step.status async for step in watched] == [RenderStatus.COMPLETED]


@wire("4.10")
async def test_a_cancelled_render_is_given_up(made: Any) -> None:
    state = await made.look()
    render = await made.nemo.submit_render("to be cancelled", state.session_id, state.draft)
    await made.nemo.cancel_render(render)
    with pytest.raises(RenderFailed):
        async for _ in made.nemo.watch_render(render):
            pass


@pytest.mark.parametrize(("output", "came"), [
    (Output("wav", max_bytes=4_000_000), "flac"), (Output("midi"), "midi"),     # the others cost ten seconds, and go the same way
])
async def test_a_song_is_had_as_what_is_offered_and_told_as_what_came(
    made: Any, tmp_path: Any, output: Output, came: str
) -> None:
    state = await made.look()
    ordered = made.host.tap.times(ORDERING)
    if not made.host.is_studio:
        with pytest.raises(FormatNotOffered):
            await export(f"as {came}", state, tmp_path / "song.mp4", nemo=made.nemo, progress=lambda _: None, output=output)
        assert made.host.tap.times(ORDERING) == ordered
        return
    had = await export(f"as {came}", state, tmp_path / "song.mp4", nemo=made.nemo, progress=lambda _: None, output=output)
    assert (had.film.format, had.step.format, had.film.path.suffix) == (came, came, SUFFIXES[came])
    assert had.film.bytes == had.step.bytes == had.film.path.stat().st_size
    assert had.film.bytes <= (output.max_bytes or had.film.bytes)
    assert not is_cut(had.film.path)


async def test_the_tune_that_was_heard_is_told_and_seen_where_one_was(made: Any, tmp_path: Any) -> None:
    state = await made.look()
    picture = await made.nemo.picture(state, tmp_path / "tune.png")
    for language in ("en", "zh"):
        assert (heard_in(state, language) is None) is not made.host.is_studio
    assert (picture is None) is not made.host.is_studio
    song = song_of(state, "en")
    assert song.title and song.seconds
    if made.host.is_studio:
        assert re.fullmatch("[A-G][♯♭]? (major|minor)", song.key) and song.tempo and song.style == "lo-fi"
        assert picture is not None and picture.read_bytes().startswith(b"\x89PNG")


KNOWN: list[Callable[[str], object]] = [re.compile(pattern).fullmatch for pattern in (
    "POST /api/auth/(anonymous|claim)-token", "POST /api/tasks/me/with-session/nemo_agent", "POST /run_sse",
    r"GET /api/state/nemo_agent/me/\d{19}/latest", r"POST /api/upload-video/nemo_agent/me/\d{19}",
    "GET /api/credits/balance/simple", "POST /api/render/proxy/lambda(/render_[^/]+/cancel)?",
    "GET /api/render/proxy/lambda/render_[^/]+", "GET /api/render/proxy/render_[^/]+/download",
    "GET /api/studio/capabilities", r"GET /api/studio/sessions/\d{19}/(tune\.png|uploads/[^/]+)", "(GET|DELETE) /api/studio/me",
    r"GET /films/.+\.(mp4|mp3|wav|flac|mid|zip)")]


@wire("9", "1/second-gateway", "1/older")
async def test_nothing_but_the_documented_paths_is_ever_asked(made: Any, filmed: Any) -> None:
    assert not [line for line in made.host.tap.lines if not any(is_known(line) for is_known in KNOWN)]
