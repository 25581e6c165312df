"""A whole conversation with the studio: a hum, wishes, an export. (What films are is seen in test_films.)"""

from __future__ import annotations

import io
import time
from typing import Any

import av
import httpx
import pytest
from PIL import Image

SHORT = "30 seconds long"
QUIET = f"{SHORT}, no drums, no bass, no chords, no melody"     # nobody plays, where only the words count: that takes no time


@pytest.fixture(scope="module")
def singer(house: Any, hum: bytes) -> Any:
    """A guest whose first wish has been served: `known` is the state before it, `first` are its events."""
    guest = house.guest()
    assert guest.upload(("My hum.wav", hum)).json()["code"] == 0
    guest.known = guest.heard()
    guest.first = guest.say(f"full song from my hummed melody, lo-fi, {SHORT}, no drums, no bass, no chords")
    return guest


@pytest.fixture(scope="module")
def hasty(house: Any, hum: bytes) -> Any:
    """A guest who sent a clip with a picture and did not wait: `told` is of the upload, `events` are those of the wish."""
    guest = house.guest()
    green = io.BytesIO()
    Image.new("RGB", (640, 480), (20, 200, 40)).save(green, "PNG")
    guest.told = guest.upload(("hum.wav", hum), ("leaf.png", green.getvalue())).json()["data"]["files"]
    guest.events = guest.say(QUIET)
    return guest


def words_of(events: list[dict[str, Any]]) -> str:
    return "".join(one["content"] for one in events if one["type"] == "text")


def tools_of(events: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in events if one["type"] == "tool_call"]


def song_of(guest: Any) -> dict[str, Any]:
    return guest.state()["generated_media"]["song"]  # type: ignore[no-any-return]


def tune_of(state: dict[str, Any]) -> list[int]:
    return [note["pitch"] for note in state["generated_media"]["melody"]["notes"]]


def test_an_upload_is_heard_before_anything_is_said_and_the_wish_does_not_hear_it_again(singer: Any) -> None:
    melody = singer.known["generated_media"]["melody"]
    assert len(melody["notes"]) == 13
    assert (melody["clip"], singer.known["video_analyses"]) == ("My hum.wav", [{"filename": "My hum.wav", "status": "heard"}])
    assert singer.known["draft"] is None
    assert tools_of(singer.first) == ["make_song"]
    assert singer.state()["generated_media"]["melody"] == melody


def test_a_wish_that_does_not_wait_hears_the_clip_itself(hasty: Any) -> None:
    assert tools_of(hasty.events) == ["listen", "make_song"]
    heard = next(one["result"] for one in hasty.events if one["type"] == "tool_result" and one["name"] == "listen")
    assert (heard["notes"], heard["key"]) == (13, "G major")


def test_a_hum_becomes_a_song_in_documented_events(singer: Any) -> None:
    assert {one["type"] for one in singer.first} <= {"tool_call", "tool_result", "status", "text", "heartbeat"}
    assert singer.first[-1]["type"] == "text"
    assert "G major" in words_of(singer.first)
    assert "13 notes" in words_of(singer.first)


def test_the_state_tells_what_was_heard(singer: Any) -> None:
    melody = singer.state()["generated_media"]["melody"]
    assert [note["pitch"] for note in melody["notes"]] == [67, 69, 71, 74, 71, 69, 67, 62, 64, 67, 71, 69, 67]
    assert melody["key"] == "G major"
    assert melody["tempo"] == pytest.approx(100, rel=0.03)


def test_the_tune_can_be_seen_with_the_token_only(singer: Any) -> None:
    picture = singer.state()["generated_media"]["melody"]["picture"]
    image = Image.open(io.BytesIO(singer.http.get(picture).content))
    assert image.format == "PNG"
    assert len(image.convert("RGB").getcolors(2**20) or []) > 50
    assert httpx.get(picture).json()["code"] == 1001


def test_the_draft_has_a_video_an_audio_and_a_text_track_in_short_keys(singer: Any) -> None:
    draft = singer.state()["draft"]
    assert [track["tt"] for track in draft["t"]] == [0, 1, 7]
    assert all(track["sg"] for track in draft["t"])
    assert draft["m"]["width"] == 1920
    assert draft["m"]["height"] == 1080
    assert draft["d"] == pytest.approx(singer.state()["generated_media"]["song"]["seconds"] * 1000, abs=1)


def test_a_title_is_changed_without_playing_the_song_again(singer: Any) -> None:
    before = singer.state()
    events = singer.say("call it Urban Dreams")
    assert tools_of(events) == []
    assert singer.state()["draft"]["m"]["title"] == "Urban Dreams"
    assert singer.state()["generated_media"]["song"]["number"] == before["generated_media"]["song"]["number"]
    assert "Urban Dreams" in words_of(events)


def test_later_wishes_change_the_song_and_never_the_tune(singer: Any) -> None:
    before = singer.state()
    told = words_of(singer.say("slower, in pop style"))
    after = singer.state()
    assert after["generated_media"]["song"]["style"] == "pop"
    assert tune_of(after) == tune_of(before)
    assert "pop" in told
    assert after["generated_media"]["song"]["title"] == before["generated_media"]["song"]["title"]


def test_what_was_not_understood_is_said(singer: Any) -> None:
    told = words_of(singer.say("sprinkle it with moon dust"))
    assert "moon dust" in told


def test_undo_takes_the_last_change_back(singer: Any) -> None:
    before = singer.state()["canvas_config"]["ratio"]
    singer.say("vertical for TikTok")
    assert singer.state()["canvas_config"]["ratio"] == "9:16"
    singer.say("undo that")
    assert singer.state()["canvas_config"]["ratio"] == before


def test_the_same_clip_again_is_the_same_tune(singer: Any, hum: bytes) -> None:
    number = singer.state()["generated_media"]["song"]["number"]
    singer.upload(("again.wav", hum))
    events = singer.say("make it square")
    assert tools_of(events) == []
    assert singer.state()["generated_media"]["song"]["number"] == number


def test_a_draft_becomes_what_was_ordered_as_long_as_the_song(singer: Any) -> None:
    accepted = singer.render("render_one", singer.state()["draft"], format="mp3")
    assert accepted.json()["status"] == "pending"
    assert int(accepted.headers["retry-after"]) >= 1
    done = singer.poll("render_one")
    assert done["output"]["duration"] == pytest.approx(song_of(singer)["seconds"], abs=0.01)
    file = singer.http.get("/api/render/proxy/render_one/download").content
    with av.open(io.BytesIO(file), "r") as sound:
        assert float(sound.duration or 0) / av.time_base == pytest.approx(done["output"]["duration"], abs=0.1)


def test_a_render_id_is_used_once(singer: Any) -> None:
    draft = singer.state()["draft"]
    assert singer.render("render_of_two", draft).status_code == 200
    answer = singer.render("render_of_two", draft)
    singer.http.post("/api/render/proxy/lambda/render_of_two/cancel")
    assert answer.status_code == 409
    assert answer.json()["success"] is False


def test_a_cancelled_render_ends(singer: Any) -> None:
    singer.render("render_unwanted", singer.state()["draft"])
    singer.http.post("/api/render/proxy/lambda/render_unwanted/cancel")
    assert singer.poll("render_unwanted")["status"] == "cancelled"


def test_a_second_wish_waits_for_the_first(house: Any) -> None:
    guest = house.guest()
    body = {"session_id": guest.session, "new_message": {"parts": [{"text": QUIET}]}}
    with guest.http.stream("POST", "/run_sse", json=body) as first:
        lines = first.iter_lines()
        next(lines)
        again = guest.http.post("/run_sse", json=body)
        assert again.status_code == 409
        assert "still working" in again.json()["message"]
        list(lines)


def test_a_listener_who_hangs_up_still_gets_the_song(house: Any) -> None:
    guest = house.guest()
    body = {"session_id": guest.session, "new_message": {"parts": [{"text": QUIET}]}}
    with guest.http.stream("POST", "/run_sse", json=body) as answer:
        next(answer.iter_lines())
    for _ in range(600):
        if guest.state()["draft"]:
            break
        time.sleep(0.1)
    assert guest.state()["draft"]["t"]


def test_without_a_clip_a_tune_is_invented_and_that_is_said(house: Any) -> None:
    guest = house.guest()
    told = words_of(guest.say(QUIET))
    assert "made up a tune" in told
    state = guest.state()
    assert state["generated_media"]["song"]["invented"] is True
    guest.say("another take")
    assert tune_of(guest.state()) == tune_of(state)
    assert guest.state()["generated_media"]["song"]["take"] == 2


def test_a_chinese_session_is_answered_in_chinese(house: Any, hum: bytes) -> None:
    guest = house.guest(language="zh-CN")
    guest.upload(("哼唱.wav", hum))
    told = words_of(guest.say("流行风格，30秒，叫它《都市之梦》，不要鼓，不要贝斯，不要和弦，不要旋律"))
    assert "G 大调" in told
    assert guest.state()["draft"]["m"]["title"] == "都市之梦"
    assert guest.state()["generated_media"]["song"]["style"] == "pop"


def test_who_writes_chinese_is_answered_in_chinese(singer: Any) -> None:
    assert "《" in words_of(singer.say("叫它《都市之梦》"))


def test_silence_is_told_in_one_sentence_and_forgotten(house: Any, silence: bytes, hum: bytes) -> None:
    guest = house.guest()
    assert guest.upload(("silence.wav", silence)).json()["code"] == 0
    assert guest.heard()["video_analyses"] == [{"filename": "silence.wav", "status": "failed"}]
    events = guest.say(QUIET)
    assert tools_of(events) == ["listen"]
    assert events[-1] == {"type": "error", "code": 4003,
                          "error": "I hear only silence. Check the microphone and record again."}
    assert guest.state()["video_infos"] == []
    guest.upload(("hum.wav", hum))
    assert words_of(guest.say(QUIET))


def test_a_picture_beside_the_clip_becomes_the_background(hasty: Any) -> None:
    assert [one["file_type"] for one in hasty.told] == ["audio", "image"]
    assert hasty.told[1]["width"] == 640
    assert hasty.state()["draft"]["t"][0]["sg"][0]["source"] != "film"


def test_a_style_that_is_not_here_is_told_with_those_that_are(singer: Any) -> None:
    told = words_of(singer.say("make it heavy metal"))
    assert "metal" in told
    assert "acoustic" in told
    assert "lo-fi" in told
