"""What is somebody's stays theirs: others learn nothing of it, its owner sees all of it, and has it deleted whole."""

from __future__ import annotations

import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from studio.store import Render, RenderStatus, Session, Store

NOWHERE = "1" * 19
LONG = "another take, 4 minutes long"


@dataclass(frozen=True)
class Place:
    """Things of a session that others might ask for."""

    session: str
    upload: str
    render: str
    key: str


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("owners")


def finished(data: Path, user_id: str, session_id: str, render_id: str) -> Render:
    """A finished render with its file, as if it had been made here."""
    store, now = Store(data), time.time()
    render = Render(render_id, user_id, session_id, 1, "Rain", "16:9", None, None, secrets.token_urlsafe(24), now,
                    RenderStatus.COMPLETED, 100.0, now, 4.0, 5, 0.1, format="midi")
    store.film(render.key, "mid").write_bytes(b"notes")
    store.label_film(render)
    store.keep_render(render)
    return render


@pytest.fixture(scope="module")
def owner_of_song(data: Path, furnish: Callable[..., tuple[str, str]], session: Session) -> tuple[str, str]:
    """Whoever has a clip, a song and an export here: their token and session."""
    token, session_id = furnish(data, session)
    store = Store(data)
    account = store.account(token)
    assert account
    (store.folder(session_id) / "uploads" / "aa.wav").write_bytes(b"a clip")
    finished(data, account.user_id, session_id, "film-of-mine")
    return token, session_id


@pytest.fixture(scope="module", name="house")
def _house(data: Path, owner_of_song: tuple[str, str], open_house: Callable[[Path], Any]) -> Iterator[Any]:
    with open_house(data) as running:
        yield running


@pytest.fixture(scope="module")
def owner(house: Any, owner_of_song: tuple[str, str]) -> Any:
    return house.owner(*owner_of_song)


@pytest.fixture(scope="module")
def theirs(owner: Any) -> Place:
    told = owner.http.get("/api/render/proxy/lambda/film-of-mine").json()
    return Place(owner.session, "aa.wav", "film-of-mine", told["outputUrl"].rpartition("/")[2])


def message(session: str) -> dict[str, object]:
    return {"session_id": session, "new_message": {"parts": [{"text": "slower"}]}}


def files() -> dict[str, tuple[str, bytes]]:
    return {"files": ("a.gif", b"GIF89a")}


@pytest.mark.parametrize(("method", "path", "body"), [
    ("POST", "/api/upload-video/nemo_agent/me/{session}", lambda at: {"files": files()}),
    ("POST", "/run_sse", lambda at: {"json": message(at.session)}),
    ("GET", "/api/state/nemo_agent/me/{session}/latest", None),
    ("GET", "/api/studio/sessions/{session}/tune.png", None),
    ("GET", "/api/studio/sessions/{session}/uploads/{upload}", None),
    ("POST", "/api/render/proxy/lambda", lambda at: {"json": {"id": "new", "sessionId": at.session, "draft": {}}}),
    ("GET", "/api/render/proxy/lambda/{render}", None),
    ("POST", "/api/render/proxy/lambda/{render}/cancel", None),
    ("GET", "/api/render/proxy/{render}/download", None),
], ids=["upload", "say", "state", "tune", "clip", "render", "poll", "cancel", "download"])
def test_what_is_somebody_elses_looks_like_what_never_was(
        house: Any, theirs: Place, method: str, path: str, body: Callable[[Place], dict[str, Any]] | None) -> None:
    stranger = house.guest().http
    never = Place(NOWHERE, "bb.wav", "film-of-nobody", "")
    answers = [stranger.request(method, path.format(session=at.session, upload=at.upload, render=at.render),
                                **(body(at) if body else {})) for at in (theirs, never)]
    assert answers[0].status_code == 404
    assert {(one.status_code, one.content, one.headers["content-type"]) for one in answers} == {
        (404, answers[1].content, "application/json")}


def test_a_strangers_own_session_opens_none_of_anothers_things(house: Any, owner: Any, theirs: Place) -> None:
    stranger = house.guest()
    assert stranger.http.get(f"/api/studio/sessions/{stranger.session}/uploads/{theirs.upload}").status_code == 404
    assert stranger.http.get(f"/api/studio/sessions/{stranger.session}/uploads/%2e%2e%2fsession.json").status_code == 404
    assert stranger.http.get("/api/studio/me").json()["data"]["renders"] == []
    draft = owner.state()["draft"]
    assert stranger.render("new", draft).json()["code"] == 422     # the song is not in their session


def test_two_members_may_call_their_renders_the_same(house: Any, owner: Any, theirs: Place) -> None:
    stranger = house.guest()
    never = stranger.render("film-of-nobody", {}).json()
    assert stranger.render(theirs.render, {}).json() == never       # not: it exists already
    assert owner.render(theirs.render, owner.state()["draft"]).json()["code"] == 409


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/studio/me"), ("DELETE", "/api/studio/me"),
                                              ("GET", f"/api/studio/sessions/{NOWHERE}/uploads/x")])
def test_nothing_is_told_or_deleted_without_a_token(house: Any, method: str, path: str) -> None:
    answer = httpx.request(method, f"{house.url}{path}", headers={"Authorization": "Bearer nmv_usr_x"})
    assert (answer.status_code, answer.json()["code"]) == (401, 1001)


def test_an_owner_sees_all_that_is_kept_and_fetches_a_clip_of_theirs(owner: Any, theirs: Place) -> None:
    kept = owner.http.get("/api/studio/me").json()["data"]
    [session] = kept["sessions"]
    assert (session["session_id"], session["task_name"]) == (owner.session, "A hum")
    assert session["uploads"] == [{"file": "aa.wav", "name": "hum.wav", "bytes": 1000, "seconds": 2.0}]
    assert session["songs"] == [{"number": 1, "title": "Paper Lanterns", "seconds": 62.5}]
    [render] = kept["renders"]
    assert (render["id"], render["bytes"] > 0) == (theirs.render, True)
    assert abs(render["created_at"] - time.time()) < 600
    assert kept["bytes"] > 300_000                                  # the song's sound is the most of it
    answer = owner.http.get(f"/api/studio/sessions/{owner.session}/uploads/aa.wav")
    assert (answer.content, answer.headers["content-type"]) == (b"a clip", "application/octet-stream")
    assert answer.headers["content-disposition"] == "attachment"


def children_of(house: Any) -> list[int]:
    threads = Path(f"/proc/{house.process.pid}/task").iterdir()
    return [int(word) for thread in threads for word in (thread / "children").read_text().split()]


def below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def moved_in(data: Path, guest: Any, like: str) -> str:
    """Give a guest the song of another session, and an export of it; the key of that."""
    store = Store(data)
    mine, theirs = store.session(guest.session), store.session(like)
    assert mine and theirs
    store.keep(replace(theirs, session_id=mine.session_id, user_id=mine.user_id))
    shutil.copytree(store.song_folder(like, 1), store.song_folder(guest.session, 1))
    return finished(data, mine.user_id, mine.session_id, "midi").key


def test_whoever_has_all_deleted_leaves_no_trace_even_of_running_work_and_nobody_else_loses_anything(
        house: Any, owner: Any, theirs: Place) -> None:
    other = house.guest()
    untouched = below(house.data)
    guest = house.guest(client_id="client-that-leaves")
    key = moved_in(house.data, guest, owner.session)
    second = house.guest(client_id="client-that-leaves")            # another token and session of the same member
    assert httpx.get(f"{house.url}/films/{key}").status_code == 200
    began, events = threading.Event(), list[str]()

    def listen() -> None:
        body = {"session_id": guest.session, "new_message": {"parts": [{"text": LONG}]}}
        with guest.http.stream("POST", "/run_sse", json=body) as answer:
            for line in answer.iter_lines():
                events.append(line)
                if '"stage":"perform"' in line:
                    began.set()
    listener = threading.Thread(target=listen)
    listener.start()
    assert began.wait(60)
    draft = second.http.get(f"/api/state/nemo_agent/me/{guest.session}/latest").json()["data"]["state"]["draft"]
    body = {"id": "film", "sessionId": guest.session, "draft": draft, "output": {}}
    assert second.http.post("/api/render/proxy/lambda", json=body).json()["success"]
    told = second.http.request("DELETE", "/api/studio/me").json()["data"]
    listener.join(20)
    assert not listener.is_alive()
    assert not any('"type":"text"' in line for line in events)
    assert len(children_of(house)) <= 1                             # the one that waits for the next task
    assert (told["sessions"], told["renders"]) == (2, 2)
    assert told["bytes"] > 300_000
    assert below(house.data) == untouched
    assert not any(b"client-that-leaves" in path.read_bytes() for path in house.data.rglob("*.json"))
    assert not any(guest.session in str(path) for path in house.data.rglob("*"))
    assert guest.http.get("/api/studio/me").status_code == second.http.get("/api/studio/me").status_code == 401
    assert httpx.get(f"{house.url}/films/{key}").status_code == 404
    again = house.guest(client_id="client-that-leaves")
    assert again.http.get(f"/api/state/nemo_agent/me/{guest.session}/latest").status_code == 404
    told = again.http.request("DELETE", "/api/studio/me").json()["data"]
    assert (told["sessions"], told["renders"]) == (1, 0)
    assert other.http.get("/api/studio/me").json()["data"]["sessions"][0]["session_id"] == other.session
    assert owner.http.get("/api/studio/me").json()["data"]["renders"][0]["id"] == theirs.render
