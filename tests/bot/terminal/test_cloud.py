"""A song with `MUREKA_BACKEND=cloud` and nothing else: what a cloud is asked, and what is said when it fails."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.nemo_server import replies
from tests.nemo_server.http import Reply, Request
from tests.nemo_server.samples import FILES
from tests.nemo_server.server import FILM
from tests.nemo_server.service import NemoService

ROOT = Path(__file__).parents[3]
HUM = ROOT / "examples" / "hum.ogg"
TOKENS, SAYING, SUBMITS = "/api/auth/anonymous-token", "/run_sse", "/api/render/proxy/lambda"
UPLOADS = "/api/upload-video/*"
TEN_SECONDS = 10 / 400

wire = pytest.mark.wire
Run = Callable[..., Any]


def cut_after(cloud: NemoService, *, works: bool) -> Callable[[Request], Reply]:
    """An answer that is torn off, of an agent that does its work all the same, or does not."""

    def answer(request: Request) -> Reply:
        if works:
            cloud.carry_out(request)
        return replies.events({"type": "tool_call", "name": "compose", "args": {}}, cuts=True)

    return answer


def with_words(cloud: NemoService, words: str) -> Callable[[Request], Reply]:
    """An answer in these words, of an agent that does its work."""

    def answer(request: Request) -> Reply:
        cloud.carry_out(request)
        return replies.events({"type": "text", "content": words})

    return answer


def film_of(folder: Path) -> bytes | None:
    path = folder / "out" / "song.mp4"
    return path.read_bytes() if path.exists() else None


def test_a_client_id_of_the_operator_is_used_for_everybody(cloud: NemoService, song: Run) -> None:
    assert song("--wish", "credits", NEMO_CLIENT_ID="the-operators-own").code == 0
    assert [one.headers["x-client-id"] for one in cloud.asked("POST", TOKENS)] == ["the-operators-own"]


@wire("2/authorization")
def test_an_own_token_is_used_and_no_free_one_is_asked_for(cloud: NemoService, song: Run, hum: Path) -> None:
    cloud.owners["nmv_usr_mine"] = "me"
    assert song(hum, NEMO_TOKEN="nmv_usr_mine").code == 0
    refused = song("--wish", "slower", NEMO_TOKEN="nmv_usr_expired")
    assert refused.code == 1
    assert "NEMO_TOKEN" in refused.err
    assert "nmv_usr_expired" not in refused.err
    assert cloud.asked("POST", TOKENS) == []


@wire("6/dropped", "6/resend")
def test_a_dropped_answer_whose_work_goes_on_becomes_a_film(cloud: NemoService, song: Run, hum: Path, tmp_path: Path) -> None:
    cloud.on("POST", SAYING, cut_after(cloud, works=True))
    ended = song(hum)
    assert ended.code == 0, ended.err
    assert film_of(tmp_path) == FILM
    assert len(cloud.asked("POST", SAYING)) == 1


@wire("6/dropped", "6/resend")
def test_a_dropped_answer_without_work_is_one_sentence(cloud: NemoService, song: Run, hum: Path, tmp_path: Path) -> None:
    cloud.on("POST", SAYING, cut_after(cloud, works=False))
    ended = song(hum)
    assert ended.code == 1
    assert len(ended.err.strip().splitlines()) == 1, ended.err
    assert "nothing has changed since" in ended.err
    assert film_of(tmp_path) is None
    assert len(cloud.asked("POST", SAYING)) == 1
    assert len(cloud.asked("GET", "/api/state/*")) == 1 + 6
    assert cloud.asked("POST", SUBMITS) == []


@wire("6/dropped", "6/resend")
def test_a_dropped_answer_that_nobody_can_look_behind_is_told_as_uncertain(cloud: NemoService, song: Run, hum: Path) -> None:
    cloud.on("POST", SAYING, cut_after(cloud, works=True))
    cloud.on("GET", "/api/state/*", lambda request: replies.html(502) if cloud.asked("POST", SAYING) else cloud.usual(request))
    ended = song(hum, LC_ALL="zh_CN.UTF-8")
    assert ended.code == 1
    assert "不知道" in ended.err or "无法确定" in ended.err or "不确定" in ended.err, ended.err
    assert len(cloud.asked("POST", SAYING)) == 1


@wire("3/2001", "3/bind")
@pytest.mark.parametrize("refusal", [
    replies.fault(2001, "insufficient credits"),
    replies.events({"type": "error", "code": 2001, "error": "insufficient credits"}),
], ids=["before the answer", "in the answer"])
def test_a_guest_without_credits_is_shown_where_to_register(cloud: NemoService, song: Run, hum: Path, refusal: Reply) -> None:
    cloud.on("POST", SAYING, refusal)
    ended = song(hum)
    assert ended.code == 1
    [project] = cloud.projects.values()
    assert f"https://nemovideo.com/register?bind={project.user_id}" in ended.err
    assert len(ended.err.strip().splitlines()) == 1, ended.err
    assert len(cloud.asked("POST", SAYING)) == 1


@wire("3/429")
def test_a_wish_that_comes_too_soon_is_not_said_again(cloud: NemoService, song: Run, hum: Path) -> None:
    cloud.on("POST", SAYING, replies.fault(429, "slow down", 429, Retry_After="240"))
    ended = song(hum)
    assert ended.code == 1
    assert "4 min" in ended.err
    assert len(cloud.asked("POST", SAYING)) == 1


@wire("5/ask_question")
def test_a_question_of_the_agent_is_passed_on_and_answered_by_the_next_wish(
    cloud: NemoService, song: Run, hum: Path, tmp_path: Path
) -> None:
    options = [{"id": "a", "label": "lo-fi"}, {"id": "b", "label": "pop"}]
    cloud.on("POST", SAYING, replies.events({"type": "ask_question", "title": "Style", "questions": [
        {"id": "1", "prompt": "Which style shall it be?", "options": options}]}), cloud.usual)
    ended = song(hum)
    assert ended.code == 1
    assert all(words in ended.err for words in ("Which style shall it be?", "lo-fi", "pop"))
    assert ended.err.strip().splitlines()[-3:] == ["- lo-fi", "- pop", "Answer it with your next wish."]
    assert film_of(tmp_path) is None
    assert song("--wish", "pop").code == 0
    assert film_of(tmp_path) == FILM
    [project] = cloud.projects.values()
    assert project.wishes == ["pop"]


@wire("3/402")
def test_an_export_beyond_the_plan_is_told_as_a_matter_of_the_plan(cloud: NemoService, song: Run, hum: Path) -> None:
    cloud.on("POST", SUBMITS, replies.fault(402, "your plan does not include export", 402))
    ended = song(hum)
    assert ended.code == 1
    assert "/register?bind=anon_" in ended.err
    assert "credits do not help" in ended.err
    assert len(cloud.asked("POST", SUBMITS)) == 1


@wire("6/no-text")
def test_an_answer_without_words_is_told_by_what_has_changed(cloud: NemoService, song: Run, hum: Path) -> None:
    def mute(request: Request) -> Reply:
        cloud.carry_out(request)
        return replies.events({"type": "tool_call", "name": "edit"}, {"type": "tool_result", "name": "edit", "result": {}})

    cloud.on("POST", SAYING, mute)
    assert song(hum).code == 0
    ended = song("--wish", "call it Slow Days")
    assert ended.code == 0, ended.err
    assert "Slow Days" in ended.out
    assert "50%" in ended.out       # the volume of the stand-in's song falls with each wish


@wire("6/durations")
def test_an_answer_may_take_five_minutes_of_heartbeats(cloud: NemoService, song: Run, hum: Path) -> None:
    def slow(request: Request) -> Reply:
        cloud.carry_out(request)
        beats = [b'data: {"type":"heartbeat"}\n\n'] * 30
        return Reply(200, [*beats, b'data: {"type":"text","content":"At last."}\n\n'], {"Content-Type": "text/event-stream"},
                     chunked=True, pause=TEN_SECONDS)

    cloud.on("POST", SAYING, slow)
    ended = song(hum)
    assert ended.code == 0, ended.err
    assert "At last." in ended.out


@wire("7/costs", "4.6", "8/track-line")
def test_words_about_the_song_are_no_wishes(cloud: NemoService, song: Run, hum: Path, tmp_path: Path) -> None:
    assert song(hum).code == 0
    (tmp_path / "out" / "song.mp4").unlink()
    assert "90 credits are left (10 held" in song("--wish", "credits").out
    assert "harbour" in song("--wish", "状态").out
    assert film_of(tmp_path) is None
    exported = song("--wish", "export")
    assert exported.code == 0, exported.err
    assert film_of(tmp_path) == FILM
    assert len(cloud.asked("POST", SAYING)) == 1
    assert len(cloud.orders) == 2


def test_an_upload_alone_is_no_wish(cloud: NemoService, song: Run, hum: Path) -> None:
    ended = song(hum, "--wish", "upload")
    assert ended.code == 0, ended.err
    assert "is in the project now." in ended.out
    assert len(cloud.asked("POST", UPLOADS)) == 1
    assert cloud.asked("POST", SAYING) == []


@wire("4.3")
def test_answers_in_words_come_as_json_and_with_a_link_too(cloud: NemoService, song: Run, hum: Path) -> None:
    assert song(hum, "--wish", "upload", "--json").facts == {"files": ["hum.wav"], "new_project": True, "link": None}
    assert song("--wish", "credits", "--json").facts["available"] == 90
    status = song("--wish", "status", "--link", "--json")
    assert status.facts["timeline"]
    assert "/workspace/claim?ct=clm_" in status.facts["link"]
    assert "/workspace/claim?ct=clm_" in song("--wish", "status", "--link").out


@wire("4.3")
def test_a_film_is_not_given_up_for_a_link(cloud: NemoService, song: Run, hum: Path, tmp_path: Path) -> None:
    cloud.on("POST", "/api/auth/claim-token", replies.html(502))
    ended = song(hum, "--link")
    assert ended.code == 0, ended.err
    assert film_of(tmp_path) == FILM
    assert "No link came" in ended.out


def test_a_film_has_the_projects_title_and_its_length_where_the_backend_tells_no_other(
        cloud: NemoService, song: Run, hum: Path) -> None:
    ended = song(hum, "--wish", "lo-fi, call it Dusk")
    assert "“Dusk” is finished" in ended.out
    assert "0:10" in ended.out


def test_names_in_brackets_are_names(cloud: NemoService, song: Run, hum: Path) -> None:
    cloud.on("POST", SAYING, with_words(cloud, "[/red] Done.\x1b[2J"))
    ended = song(hum, "--wish", "lo-fi [/bold] [intro]")
    assert ended.code == 0, ended.err
    assert "[/red] Done.[2J" in ended.out
    assert "[/bold] [intro]" in ended.out


@wire("8/account", "8/upload", "8/drag")
def test_buttons_that_only_an_editor_has_become_words_that_can_be_typed(cloud: NemoService, song: Run, hum: Path) -> None:
    talk = ("Your song is ready.\n\nCheck your billing page for remaining credits.\n\nUse the upload button to add your footage."
            "\n\nDrag the title to the start of the timeline.")
    cloud.on("POST", SAYING, with_words(cloud, talk))
    ended = song(hum)
    assert ended.code == 0, ended.err
    assert "Your song is ready." in ended.out
    assert not re.search("billing|button|Drag", ended.out)
    assert all(words in ended.out for words in ("--wish credits", "--wish upload", "--wish \""))


@wire("4.7/fetch")
@pytest.mark.parametrize("link", ["http://127.0.0.1:9/hum.mp3", "https://localhost/hum.mp3", "HTTP://10.0.0.1/hum.mp3"])
def test_a_link_into_a_network_is_one_sentence(cloud: NemoService, song: Run, tmp_path: Path, link: str) -> None:
    ended = song(link)
    assert ended.code == 2
    assert "does not lead to a public address" in ended.err
    assert len(ended.err.strip().splitlines()) == 1
    assert cloud.asked("POST", UPLOADS) == []
    assert film_of(tmp_path) is None


@pytest.mark.parametrize("words", [["--format", "mp3"], ["--out", "song.mp3"], ["--wish", "lo-fi", "--format", "stems"]])
def test_a_format_that_the_backend_does_not_offer_is_told_before_anything_is_made(
        cloud: NemoService, song: Run, hum: Path, tmp_path: Path, words: list[str]) -> None:
    ended = song(hum, *words)
    assert ended.code == 2
    assert "can be had as: mp4" in ended.err
    assert len(ended.err.strip().splitlines()) == 1
    assert cloud.projects == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_so_is_one_that_the_words_name(cloud: NemoService, song: Run, hum: Path) -> None:
    assert song(hum).code == 0
    ended = song("--wish", "send me the mp3", LC_ALL="zh_CN.UTF-8")
    assert (ended.code, len(cloud.orders)) == (2, 1)
    assert "mp3" in ended.err and "可以导出的格式：mp4" in ended.err


@pytest.mark.parametrize(("words", "name", "came"), [
    (["--format", "mp3"], "out/song.mp3", "mp3"), (["--wish", "export the stems"], "out/song.zip", "stems"),
    (["--wish", "导出 midi"], "out/song.mid", "midi"), (["--wish", "export", "--out", "my.flac"], "my.flac", "flac"),
    (["--wish", "export", "--format", "wav", "--out", "take"], "take", "wav"),
    (["--wish", "send me the mp3", "--format", "wav"], "out/song.wav", "wav"),
])
def test_a_song_is_written_as_what_was_asked_for(
        cloud: NemoService, song: Run, hum: Path, tmp_path: Path, words: list[str], name: str, came: str) -> None:
    cloud.offer("mp3", "wav", "flac", "midi", "stems")
    assert song(hum).code == 0
    assert film_of(tmp_path) == FILM
    facts = song(*(words if "--wish" in words else ["--wish", "export", *words]), "--json").facts
    assert (facts["format"], facts["file"]) == (came, name)
    assert (tmp_path / name).read_bytes() == FILES[came]
    assert len(cloud.asked("POST", SAYING)) == 1


def test_a_clip_becomes_sound_in_one_go(cloud: NemoService, song: Run, hum: Path, tmp_path: Path) -> None:
    cloud.offer("mp3")
    ended = song(hum, "--format", "mp3", "--wish", "call it Dusk")
    assert ended.code == 0, ended.err
    assert "out/song.mp3" in ended.out
    assert (tmp_path / "out" / "song.mp3").read_bytes() == FILES["mp3"]


def test_a_format_of_nobody_is_bad_input(song: Run, cloud: NemoService, hum: Path) -> None:
    ended = song(hum, "--format", "exe")
    assert ended.code == 2
    assert "mp4, mp3, wav, flac, midi, stems" in ended.err
    assert cloud.requests == []


def test_a_studio_asks_no_host_for_a_link(mureka: Callable[..., Any], tmp_path: Path) -> None:
    ended = mureka("song", "https://files.example.org/hum.mp3", MUREKA_BACKEND="studio")
    assert ended.code == 2
    assert "send it itself" in ended.err
    assert len(ended.err.strip().splitlines()) == 1


def test_a_converted_clip_keeps_its_name_and_gives_it_to_the_project(cloud: NemoService, song: Run) -> None:
    ended = song(HUM, "--wish", "上传", LC_ALL="zh_CN.UTF-8")
    assert "hum.m4a" in ended.out
    [project] = cloud.projects.values()
    assert (project.title, project.language) == ("hum", "zh-CN")
    assert [file["filename"] for file in project.files] == ["hum.m4a"]


@wire("4.1/rate")
def test_an_address_that_has_had_its_share_of_free_tokens_is_told_so(cloud: NemoService, song: Run, hum: Path) -> None:
    cloud.on("POST", TOKENS, replies.fault(429, "10 per week", 429))
    ended = song(hum)
    assert ended.code == 1
    assert "NEMO_TOKEN" in ended.err
    assert "MUREKA_BACKEND=studio" in ended.err
    assert len(cloud.requests) == 2


@wire("3/1002")
def test_a_project_that_is_gone_is_told_and_the_wish_is_not_said_to_another(cloud: NemoService, song: Run, hum: Path) -> None:
    assert song(hum).code == 0
    cloud.projects.clear()
    ended = song("--wish", "slower")
    assert ended.code == 1
    assert "no longer there" in ended.err
    assert len(cloud.asked("POST", SAYING)) == 1
    assert len(cloud.projects) == 1


def test_the_stand_in_can_be_tried_as_a_process(mureka: Callable[..., Any], tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-m", "tests.nemo_server", "--port", "0"], stdout=subprocess.PIPE, cwd=ROOT) as cloud:
        assert cloud.stdout
        url = cloud.stdout.readline().decode().split()[-1]
        told = mureka("song", "--wish", "credits", MUREKA_BACKEND="cloud", NEMO_API_URL=url)
        cloud.terminate()
    assert told.code == 0, told.err
    assert "90 credits are left" in told.out


def test_a_cloud_out_of_reach_is_one_sentence(mureka: Callable[..., Any], tmp_path: Path) -> None:
    ended = mureka("song", HUM, "--backend", "cloud", NEMO_API_URL="http://127.0.0.1:9")
    assert ended.code == 1
    assert len(ended.err.strip().splitlines()) == 1, ended.err
    assert not (tmp_path / "out").exists()
