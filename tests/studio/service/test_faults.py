"""When something breaks: one sentence for the member, the words can be said again, and nothing is left over."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.agent import KEPT_SONGS
from studio.store import Store, Upload
from studio.uploads import MAX_UPLOADS

QUIET = "30 seconds long, no drums, no bass, no chords, no melody"      # nobody plays: that takes no time
LOUD = "another take with drums, bass and chords"                       # that takes long enough to be interrupted
PIXEL = bytes.fromhex("47494638396101000100800000ff0000ffffff21f90400000000002c00000000010001000002024401003b")    # GIF


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("studio")


@pytest.fixture(scope="module", name="house")
def _house(data: Path, open_house: Callable[[Path], Any]) -> Iterator[Any]:
    with open_house(data) as running:
        yield running


@pytest.fixture(scope="module")
def singer(house: Any, hum: bytes) -> Any:
    guest = house.guest()
    guest.upload(("hum.wav", hum))
    guest.say(QUIET)
    return guest


def tools_of(events: list[dict[str, Any]]) -> list[str]:
    return [one["name"] for one in events if one["type"] == "tool_call"]


def song_of(guest: Any) -> dict[str, Any]:
    return guest.state()["generated_media"]["song"]  # type: ignore[no-any-return]


def workers_of(house: Any) -> list[int]:
    threads = Path(f"/proc/{house.process.pid}/task").iterdir()
    return [int(word) for thread in threads for word in (thread / "children").read_text().split()]


def is_alive(pid: int) -> bool:
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def wait_until(true: Callable[[], bool], seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def files_below(folder: Path) -> set[Path]:
    return {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("body", [b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", b'{"session_id":"\xff\xfe"}',
                                  b'{"\xff":1}', b'{"session_id":NaN}', b'{"session_id":"\\ud800"}'])
@pytest.mark.parametrize("path", ["/run_sse", "/api/render/proxy/lambda", "/api/tasks/me/with-session/nemo_agent"])
def test_json_of_any_kind_is_answered_with_a_sentence(house: Any, path: str, body: bytes) -> None:
    answer = house.guest().http.post(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["message"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_no_address_answers_without_json(house: Any, method: str) -> None:
    assert httpx.request(method, f"{house.url}/api/nothing").json()["code"] == 404


def test_a_boundary_of_no_use_is_refused(house: Any) -> None:
    guest = house.guest()
    answer = guest.http.post(f"/api/upload-video/nemo_agent/me/{guest.session}", content=b"x",
                             headers={"Content-Type": f"multipart/form-data; boundary={'x' * 300}"})
    assert (answer.status_code, answer.json()["code"]) == (400, 400)


def test_one_picture_sent_twice_at_once_is_one(house: Any, data: Path) -> None:
    guest = house.guest()
    told = guest.upload(("a.gif", PIXEL), ("b.gif", PIXEL)).json()["data"]["files"]
    assert len(told) == 2
    assert len(guest.state()["video_infos"]) == 1
    assert len(list((data / "sessions" / guest.session / "uploads").iterdir())) == 1


def test_a_file_that_was_lost_can_be_sent_again(house: Any, data: Path) -> None:
    guest = house.guest()
    guest.upload(("a.gif", PIXEL))
    folder = data / "sessions" / guest.session / "uploads"
    [lost] = folder.iterdir()
    lost.unlink()
    assert guest.upload(("a.gif", PIXEL)).json()["code"] == 0
    assert len(guest.state()["video_infos"]) == len(list(folder.iterdir())) == 1


def test_a_full_project_takes_no_more_and_keeps_no_trace_of_it(house: Any, data: Path) -> None:
    guest = house.guest()
    many = tuple(Upload(f"{n}.gif", f"{n}.gif", "image", str(n), 1) for n in range(MAX_UPLOADS - 1))
    Store(data).change(guest.session, lambda now: replace(now, uploads=many))
    answer = guest.upload(("a.gif", PIXEL), ("b.gif", PIXEL + b"\x00"))
    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert len(guest.state()["video_infos"]) == MAX_UPLOADS - 1
    assert list((data / "sessions" / guest.session / "uploads").iterdir()) == []
    assert guest.upload(("a.gif", PIXEL)).json()["code"] == 0


def test_a_worker_killed_in_mid_song_is_one_sentence_and_the_same_words_mean_the_same(house: Any, singer: Any) -> None:
    before = singer.state()
    body = {"session_id": singer.session, "new_message": {"parts": [{"text": LOUD}]}}
    with singer.http.stream("POST", "/run_sse", json=body) as answer:
        lines = [line for line in answer.iter_lines() if line and not _kill_at_song(line, house)]
    assert '"type":"error"' in lines[-1]
    assert "Try again" in lines[-1]
    assert singer.state() == before
    singer.say("another take")
    assert song_of(singer)["take"] == before["generated_media"]["song"]["take"] + 1


def _kill_at_song(line: str, house: Any) -> bool:
    if '"stage":"perform"' in line:
        for pid in workers_of(house):
            os.kill(pid, signal.SIGKILL)
    return False


def test_undo_gives_a_song_its_first_title_back(singer: Any) -> None:
    before = song_of(singer)["title"]
    singer.say("call it Rain")
    singer.say("undo")
    assert song_of(singer)["title"] == before


def test_a_song_whose_sound_is_lost_is_played_again(singer: Any, data: Path) -> None:
    number = song_of(singer)["number"]
    (data / "sessions" / singer.session / "songs" / str(number) / "song.wav").unlink()
    assert tools_of(singer.say("make it square")) == ["make_song"]
    assert song_of(singer)["number"] == number + 1


def test_a_port_beyond_all_ports_is_one_sentence() -> None:
    ended = subprocess.run([sys.executable, "-m", "studio", "--port", "70000"], capture_output=True, text=True, timeout=30)
    assert (ended.returncode, len(ended.stderr.splitlines())) == (2, 1)
    assert "STUDIO_PORT" in ended.stderr


def test_the_picture_is_of_the_tune_that_counts(singer: Any, hum: bytes, data: Path) -> None:
    guest = singer
    first = guest.http.get(guest.state()["generated_media"]["melody"]["picture"]).content
    store = Store(data)
    other = Upload("other.wav", "other.wav", "audio", "other", 1, heard=store.session(guest.session).clip.heard)  # type: ignore[union-attr]
    store.picture_path(guest.session, other).write_bytes(b"another tune")
    store.change(guest.session, lambda now: replace(now, uploads=(*now.uploads, other)))
    assert guest.http.get(guest.state()["generated_media"]["melody"]["picture"]).content == b"another tune"
    guest.upload(("again.wav", hum))
    assert guest.http.get(guest.state()["generated_media"]["melody"]["picture"]).content == first


def test_a_long_session_keeps_its_last_songs_only(singer: Any, data: Path) -> None:
    draft = singer.state()["draft"]

    def lengthened(now: Any) -> Any:
        number = now.song.number
        return replace(now, songs=tuple(replace(now.song, number=number + more) for more in range(60)))
    last = Store(data).change(singer.session, lengthened).song
    assert last is not None
    folder = data / "sessions" / singer.session / "songs"
    for number in range(1, last.number):
        (folder / str(number)).mkdir(exist_ok=True)
    singer.say("another take")
    kept = Store(data).session(singer.session)
    assert kept is not None
    assert [song.number for song in kept.songs] == list(range(last.number + 2 - KEPT_SONGS, last.number + 2))
    assert {path.name for path in folder.iterdir()} <= {str(song.number) for song in kept.songs}
    answer = singer.render("render_of_the_past", draft)
    assert (answer.status_code, answer.json()["code"]) == (410, 410)


def test_a_film_that_is_cancelled_from_many_sides_leaves_no_file(house: Any, singer: Any, data: Path) -> None:
    singer.render("render_unloved", singer.state()["draft"])
    path = "/api/render/proxy/lambda/render_unloved"
    wait_until(lambda: any(one.suffix == ".part" for one in (data / "films").iterdir()))
    assert singer.http.get(path).json()["status"] == "processing"
    told: list[str] = []
    crowd = [threading.Thread(target=lambda: told.append(singer.http.post(f"{path}/cancel").json()["status"])) for _ in range(5)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert told == ["cancelled"] * 5
    assert list((data / "films").iterdir()) == []
    assert singer.http.get("/api/render/proxy/render_unloved/download").status_code == 409


def test_a_film_whose_worker_is_killed_has_failed_and_leaves_no_file(house: Any, singer: Any, data: Path) -> None:
    singer.render("render_unlucky", singer.state()["draft"])
    wait_until(lambda: any(one.suffix == ".part" for one in (data / "films").iterdir()))
    for pid in workers_of(house):
        os.kill(pid, signal.SIGKILL)
    done = singer.poll("render_unlucky")
    assert (done["status"], "Try again" in done["error"]) == ("failed", True)
    assert list((data / "films").iterdir()) == []


def test_a_studio_ends_within_two_seconds_in_the_midst_of_a_song_and_a_film(
        open_house: Callable[[Path], Any], tmp_path: Path) -> None:
    for folder in ("accounts", "sessions", "renders"):
        (tmp_path / folder).mkdir()
    (tmp_path / "renders" / "damaged.json").write_bytes(b"{")
    (tmp_path / "accounts" / "damaged.json").write_bytes(b"\xff")
    with open_house(tmp_path) as house:
        guest = house.guest()
        guest.say(QUIET)
        guest.render("render_on", guest.state()["draft"])
        body = {"session_id": guest.session, "new_message": {"parts": [{"text": LOUD}]}}
        with guest.http.stream("POST", "/run_sse", json=body) as answer:
            lines = answer.iter_lines()
            next(line for line in lines if '"stage":"perform"' in line)
            pids = workers_of(house)
            assert len(pids) >= 2
            house.process.terminate()
            asked = time.monotonic()
            house.process.wait(10)
            assert time.monotonic() - asked < 2.0
            wait_until(lambda: not any(map(is_alive, pids)), 1.0)
        assert not [path for path in files_below(tmp_path) if path.suffix == ".part"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_studio_with_a_parent_ends_as_it_was_told(
        open_house: Callable[[Path], Any], tmp_path: Path, number: signal.Signals) -> None:
    with open_house(tmp_path) as house:
        house.process.send_signal(number)
        assert house.process.wait(10) in (0, -number)
