"""The studio's doors: who may come in, what is refused, what survives a stop."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.store import Session
from studio.texts import say

LIMIT = 200_000_000


def test_a_token_needs_a_client_id(house: Any) -> None:
    answer = httpx.post(f"{house.url}/api/auth/anonymous-token")
    assert answer.status_code == 400
    assert answer.json()["code"] == 400


def test_a_token_has_the_documented_shape(house: Any) -> None:
    told = httpx.post(f"{house.url}/api/auth/anonymous-token", headers={"X-Client-Id": "f6b4-1234-5678"}).json()["data"]
    assert told["token"].startswith("nmv_usr_")
    assert told["user_id"].startswith("anon_")
    assert told["credits"] == 100
    assert told["expires_at"].endswith("Z")


@pytest.mark.parametrize("token", ["", "Bearer", "Bearer nmv_usr_wrong", "Basic abc", "Bearer ../../etc"])
def test_a_wrong_token_is_code_1001(house: Any, token: str) -> None:
    answer = httpx.get(f"{house.url}/api/credits/balance/simple", headers={"Authorization": token})
    assert (answer.status_code, answer.json()["code"]) == (401, 1001)


def test_somebody_elses_session_looks_like_none(house: Any) -> None:
    mine, theirs = house.guest(), house.guest()
    answer = mine.http.get(f"/api/state/nemo_agent/me/{theirs.session}/latest")
    assert (answer.status_code, answer.json()["code"]) == (404, 1002)


@pytest.mark.parametrize("session", ["0", "%2e%2e%2f%2e%2e", "1" * 19, "x" * 500])
def test_a_session_that_is_none_is_code_1002(house: Any, session: str) -> None:
    answer = house.guest().http.get(f"/api/state/nemo_agent/me/{session}/latest")
    assert answer.status_code == 404


def test_the_same_client_id_keeps_its_sessions_with_a_new_token(house: Any) -> None:
    first = house.guest(client_id="the-same-client")
    again = house.guest(client_id="the-same-client")
    assert again.http.get(f"/api/state/nemo_agent/me/{first.session}/latest").status_code == 200


def test_session_ids_are_nineteen_digits(house: Any) -> None:
    session = house.guest().session
    assert len(session) == 19
    assert session.isdecimal()


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"new_message":{"parts":[{"text":"  "}]}}', b"\xff" * 100])
def test_a_message_that_cannot_be_read_is_refused(house: Any, body: bytes) -> None:
    guest = house.guest()
    answer = guest.http.post("/run_sse", content=body, headers={"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500
    assert answer.json()["message"]


def test_text_named_mp3_is_code_4001_and_leaves_nothing(house: Any) -> None:
    guest = house.guest()
    answer = guest.upload(("song.mp3", b"these are only words, and no sound at all\n" * 50))
    assert answer.json()["code"] == 4001
    assert guest.state()["video_infos"] == []


def test_a_playlist_named_mp3_opens_no_other_file(house: Any, tmp_path: Path, hum: bytes) -> None:
    other = tmp_path / "private.wav"
    other.write_bytes(hum)
    answer = house.guest().upload(("song.mp3", f"ffconcat version 1.0\nfile '{other}'\n".encode()))
    assert answer.json()["code"] == 4001


def test_a_picture_of_a_billion_pixels_is_refused(house: Any) -> None:
    header = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x7d\x00\x00\x00\x7d\x00\x08\x02\x00\x00\x00\x00\x00\x00\x00"
    assert house.guest().upload(("huge.png", header + b"\x00" * 200)).json()["code"] == 4003


def test_one_byte_over_the_limit_is_code_4002_and_leaves_nothing(house: Any, tmp_path: Path) -> None:
    guest = house.guest()
    path = tmp_path / "long.wav"
    with path.open("wb") as file:
        file.truncate(LIMIT + 1)
    with path.open("rb") as file:
        answer = guest.http.post(f"/api/upload-video/nemo_agent/me/{guest.session}", files={"files": file})
    assert (answer.status_code, answer.json()["code"]) == (413, 4002)
    assert peak_memory_kb(house.process.pid) < 200_000


@pytest.mark.parametrize("body", [b"", b"--b\r\n", b"--b\r\nContent-Disposition: form-data; name=files; filename=a\r\n\r\nx",
                                  b"no boundary at all"])
def test_a_broken_upload_is_refused(house: Any, body: bytes) -> None:
    guest = house.guest()
    answer = guest.http.post(f"/api/upload-video/nemo_agent/me/{guest.session}", content=body,
                             headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_form_of_a_thousand_fields_is_refused_before_all_of_it_is_read(house: Any) -> None:
    guest = house.guest()
    field = b'--b\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n'
    answer = guest.http.post(f"/api/upload-video/nemo_agent/me/{guest.session}", content=field * 1000 + b"--b--\r\n",
                             headers={"Content-Type": "multipart/form-data; boundary=b"})
    assert (answer.status_code, answer.json()["message"]) == (400, say("upload.too_many", "en", most=10))


def test_a_name_full_of_tricks_stays_a_name(house: Any, hum: bytes) -> None:
    guest = house.guest()
    name = '../../"quoted"\n 我的.wav'
    told = guest.upload((name, hum)).json()["data"]["files"][0]
    assert "/" not in told["filename"]
    assert told["filename"].endswith("我的.wav")


def test_an_empty_project_cannot_be_rendered(house: Any) -> None:
    guest = house.guest()
    drafts: list[object] = [None, {}, {"t": []}, {"t": [{"tt": 1, "sg": [{"source": "song-9"}]}]}, "<draft/>", 7]
    for draft in drafts:
        answer = guest.render("render_of_nothing", draft)
        assert answer.status_code == 422
        assert answer.json()["error"]


def test_capabilities_name_styles_aspects_and_formats(house: Any) -> None:
    told = httpx.get(f"{house.url}/api/studio/capabilities").json()["data"]
    assert {style["id"] for style in told["styles"]} >= {"lo-fi", "pop", "acoustic"}
    assert all(style["names"]["zh"] and style["names"]["en"] for style in told["styles"])
    assert told["aspects"] == ["16:9", "9:16", "1:1"]
    assert told["formats"][0] == "mp4"


def test_credits_are_never_drawn_on(house: Any) -> None:
    told = house.guest().http.get("/api/credits/balance/simple").json()["data"]
    assert told["total"] == told["available"] + told["frozen"]


def test_a_killed_studio_leaves_no_process_and_goes_on_with_its_renders(
        open_house: Callable[[Path], Any], furnish: Callable[..., tuple[str, str]], session: Session, tmp_path: Path) -> None:
    owner = furnish(tmp_path, session)
    with open_house(tmp_path) as first:
        guest = first.owner(*owner)
        draft = guest.state()["draft"]
        guest.render("render_interrupted", {**draft, "m": {**draft["m"], "width": 1080, "height": 1080}})
        wait_until(lambda: guest.http.get("/api/render/proxy/lambda/render_interrupted").json()["status"] == "processing")
        workers = list(children(first.process.pid))
        assert workers
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait(5)
        wait_until(lambda: not any(is_alive(pid) for pid in workers))
    with open_house(tmp_path) as second:
        again = second.owner(*owner)
        assert again.state()["draft"] == draft
        assert again.poll("render_interrupted")["status"] == "completed"


def wait_until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def children(pid: int) -> Iterator[int]:
    for thread in Path(f"/proc/{pid}/task").iterdir():
        yield from (int(word) for word in (thread / "children").read_text().split())


def is_alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def peak_memory_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
