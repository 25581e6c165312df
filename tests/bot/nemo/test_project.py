"""A project: its state and draft, its uploads."""

from __future__ import annotations

import contextlib
import hashlib
import json
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nemo import (
    BadReply,
    Draft,
    FileTooLarge,
    FileTypeRefused,
    Nemo,
    NemoError,
    RemoteFile,
    Segment,
    SessionLost,
    SessionState,
    Track,
    TrackKind,
    Unreachable,
    jsontext,
)
from bot.nemo.envelope import Answer, unwrap
from tests.nemo_server import replies
from tests.nemo_server.http import Reply as ServerReply
from tests.nemo_server.http import Request
from tests.nemo_server.server import DRAFT, SESSION, NemoServer

STATE = f"/api/state/nemo_agent/me/{SESSION}/latest"
UPLOAD = f"/api/upload-video/nemo_agent/me/{SESSION}"
SUBMIT = "/api/render/proxy/lambda"
ODD_DRAFTS = [
    b'{"t":[{"tt":0,"sg":[{"id":1234567890123456789,"x":1.0,"y":1e3,"z":-0.0,"big":12345678901234567890123}]}]}',
    b'{ "d" : 1.50 ,\n\t"t" : [ ] , "d" : 2 , "\\u4e2d" : "\\/\\u00e9" }',
    '{"m":{"title":"城市 🎬"},"half":"\\ud83d","not":NaN}'.encode(),
    b'"<draft fps=\\"30\\"><track type=\\"video\\"><clip in=\\"0\\"/></track></draft>"',
    b'{"broken":"\xff\xfe"}',
    b"[1, 2.0]",
]


@pytest.mark.parametrize("draft", ODD_DRAFTS)
async def test_a_draft_goes_back_byte_for_byte(nemo: Nemo, server: NemoServer, draft: bytes) -> None:
    server.on("GET", STATE, replies.raw(b'{"code":0,"data":{"state":{"draft": ' + draft + b' ,"generated_media":{}}}}'))
    state = await nemo.state(SESSION)
    assert state.draft.raw == draft
    await nemo.submit_render("key", SESSION, state.draft)
    [sent] = server.asked("POST", SUBMIT)
    assert b'"draft":' + draft + b"," in sent.body


async def test_a_project_without_a_draft_is_not_rendered(nemo: Nemo, server: NemoServer) -> None:
    server.on("GET", STATE, replies.data({"state": {"draft": None}}))
    state = await nemo.state(SESSION)
    assert (state.draft.raw, state.draft.is_renderable) == (None, False)
    with pytest.raises(ValueError, match="without a draft"):
        await nemo.submit_render("key", SESSION, state.draft)


@pytest.mark.parametrize("body", [
    b'{"code":0,"data":{"state":{"draft":%s,"generated_media":{"tune":[60]}}}}',
    b'{"success":true,"data":{"draft":%s,"generated_media":{"tune":[60]}}}',
    b'{"state":{"draft":%s,"generated_media":{"tune":[60]}}}',
])
async def test_the_state_is_found_in_every_envelope(nemo: Nemo, server: NemoServer, body: bytes) -> None:
    server.on("GET", STATE, replies.raw(body % DRAFT))
    state = await nemo.state(SESSION)
    assert state.draft.raw == DRAFT
    assert state.generated_media == {"tune": [60]}


@pytest.mark.parametrize("body", [b'{"code":0,"data":null}', b'{"code":0,"data":{"state":null}}', b'{"code":0}', b"{}",
                                  b'{"code":0,"data":{"state":"odd"}}', b'{"code":0,"data":[1]}'])
async def test_a_state_may_be_empty(nemo: Nemo, server: NemoServer, body: bytes) -> None:
    server.on("GET", STATE, replies.raw(body))
    assert (await nemo.state(SESSION)).draft == Draft(None)


async def test_a_lost_session_is_told(nemo: Nemo, server: NemoServer) -> None:
    server.on("GET", STATE, replies.fault(1002))
    with pytest.raises(SessionLost):
        await nemo.state(SESSION)


def test_the_summary_reads_tracks_segments_and_the_title() -> None:
    draft = Draft.of(json.dumps({"d": "10000", "m": {"title": "Dusk", "width": 1080, "height": 1920}, "t": [
        {"tt": 0, "sg": [{"name": "city", "start": 0, "end": 10000}]},
        {"tt": "1", "sg": [{"m": {"title": "Lo-fi"}, "s": 500, "d": 2500, "volume": 35}]},
        {"tt": 7, "sg": [{"text": "Urban Dreams"}]}, {"tt": 4}, {"sg": None, "tt": None}, "odd"]}))
    assert (draft.title, draft.seconds, draft.width, draft.height) == ("Dusk", 10.0, 1080, 1920)
    assert draft.is_renderable
    assert draft.tracks == (
        Track(TrackKind.VIDEO, (Segment("city", None, 0.0, 10.0),)),
        Track(TrackKind.AUDIO, (Segment("Lo-fi", None, 0.5, 3.0, 0.35),)),
        Track(TrackKind.TEXT, (Segment(None, "Urban Dreams"),)),
        Track(TrackKind.OTHER, ()), Track(TrackKind.OTHER, ()))


@pytest.mark.parametrize(("draft", "renderable"), [
    ("{}", False), ('{"t":[]}', False), ('{"t":[{"sg":[]}]}', False), ('{"t":[{"sg":[{}]}]}', True), ("null", False),
    ('{"t":{}}', False), ('"<draft><track><clip/></track></draft>"', True), ('"{\\"t\\":[{\\"sg\\":[1]}]}"', True),
])
def test_a_draft_is_renderable_when_a_track_holds_a_segment(draft: str, renderable: bool) -> None:
    assert Draft.of(draft).is_renderable is renderable


NAMES = st.sampled_from(["t", "tt", "sg", "d", "m", "name", "start", "end", "v", "state", "draft", "data"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=25,
)


@given(JSON)
def test_any_draft_is_read_and_kept(value: Any) -> None:
    text = json.dumps(value)
    draft = Draft.of(text)
    assert draft.raw == (None if value is None else text.encode())


@given(JSON, st.binary(max_size=40))
def test_any_reply_is_a_state_or_an_error_of_ours(value: Any, noise: bytes) -> None:
    for body in (json.dumps(value).encode(), noise):
        with contextlib.suppress(NemoError):
            SessionState.of("1", unwrap(Answer(200, body)))


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=5), st.sampled_from([None, 1, "\t"]))
def test_members_are_the_exact_text_of_an_object(value: dict[str, Any], indent: Any) -> None:
    text = json.dumps(value, indent=indent)
    found = jsontext.members(text)
    assert list(found) == list(value)
    assert all(part in text and json.dumps(json.loads(part)) == json.dumps(value[name]) for name, part in found.items())


async def test_the_fingerprint_follows_the_work_and_not_the_order_of_members(nemo: Nemo, server: NemoServer) -> None:
    server.on("GET", STATE, *(replies.data({"at": moment, "state": state}) for moment, state in enumerate([
        {"draft": {"d": 1, "t": []}, "generated_media": None}, {"generated_media": None, "draft": {"t": [], "d": 1}},
        {"draft": {"d": 2, "t": []}, "generated_media": None}])))
    first, same, other = [(await nemo.state(SESSION)).fingerprint for _ in range(3)]
    assert first == same != other


@pytest.mark.parametrize("name", [
    'say "hi".wav', "two\nlines.wav", "晚霞 🌇.wav", "a;b=c.wav", "back\\slash.wav", "%22.wav"])
async def test_a_file_arrives_whole_under_any_name(nemo: Nemo, server: NemoServer, tmp_path: Path, name: str) -> None:
    clip = tmp_path / name
    clip.write_bytes(b"RIFF\r\n--boundary\r\n" + bytes(range(256)))
    uploaded = await nemo.upload(SESSION, [clip])
    assert uploaded.files == (RemoteFile("clip.wav", "audio", "https://cdn.example/c.wav", 2.5),)
    [request] = server.asked("POST", UPLOAD)
    [(field, sent_name, body)] = parts_of(request)
    escaped = name.replace("\\", "\\\\").replace('"', "%22").replace("\n", "%0A")
    assert (field, sent_name, body) == ("files", escaped, clip.read_bytes())


async def test_several_files_repeat_the_field(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    paths = [tmp_path / "a.wav", tmp_path / "b.png"]
    for path in paths:
        path.write_bytes(path.name.encode())
    steps: list[tuple[int, int]] = []
    await nemo.upload(SESSION, paths, progress=lambda done, total: steps.append((done, total)))
    [request] = server.asked("POST", UPLOAD)
    assert parts_of(request) == [("files", "a.wav", b"a.wav"), ("files", "b.png", b"b.png")]
    assert steps[-1] == (10, 10)


async def test_a_stored_file_may_not_be_in_the_project_yet(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    server.on("POST", UPLOAD, replies.data({"files": None, "session_state_applied": False}))
    uploaded = await nemo.upload(SESSION, [tmp_path / "a"])
    assert (uploaded.files, uploaded.applied) == ((), False)


async def test_a_large_upload_takes_little_memory_and_tells_its_progress(
    nemo: Nemo, server: NemoServer, tmp_path: Path
) -> None:
    size = 64 * 1024 * 1024
    clip = tmp_path / "large.wav"
    with clip.open("wb") as file:
        file.truncate(size)
    await nemo.credits()
    steps: list[int] = []
    tracemalloc.start()
    try:
        await nemo.upload(SESSION, [clip], progress=lambda done, total: steps.append(done))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    [request] = server.asked("POST", UPLOAD)
    assert size < request.size < size + 1000
    assert peak < 12 * 1024 * 1024      # of which the server keeps 4
    assert steps == sorted(steps)
    assert steps[-1] == size
    assert len(steps) > 50


async def test_an_upload_that_is_refused_for_its_token_is_sent_whole_once_more(
    nemo: Nemo, server: NemoServer, tmp_path: Path
) -> None:
    clip = tmp_path / "a.wav"
    clip.write_bytes(b"x" * 100_000)
    server.on("POST", UPLOAD, replies.fault(1001), replies.data({"files": []}))
    await nemo.upload(SESSION, [clip])
    first, second = server.asked("POST", UPLOAD)
    assert parts_of(first)[0][2] == parts_of(second)[0][2] == clip.read_bytes()


@pytest.mark.parametrize(("reply", "kind"), [
    (replies.fault(4001), FileTypeRefused), (replies.fault(4002), FileTooLarge), (replies.html(413), FileTooLarge),
    (replies.fault(1002), SessionLost), (replies.nothing(), Unreachable), (replies.html(200), BadReply),
])
async def test_a_refused_upload_is_not_repeated(
    nemo: Nemo, server: NemoServer, tmp_path: Path, reply: ServerReply, kind: type[NemoError]
) -> None:
    (tmp_path / "a").write_bytes(b"x")
    server.on("POST", UPLOAD, reply)
    with pytest.raises(kind):
        await nemo.upload(SESSION, [tmp_path / "a"])
    assert len(server.asked("POST", UPLOAD)) == 1


async def test_a_file_that_is_gone_is_an_error_of_the_disk(nemo: Nemo, server: NemoServer, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await nemo.upload(SESSION, [tmp_path / "gone"])
    assert server.requests == []


def parts_of(request: Request) -> list[tuple[str, str, bytes]]:
    """The parts of a multipart body, names as they were sent."""
    assert hashlib.sha256(request.body).hexdigest() == request.digest
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    found = []
    for part in request.body.split(b"--" + boundary)[1:-1]:
        head, _, body = part.partition(b"\r\n\r\n")
        disposition = next(line for line in head.decode().split("\r\n") if line.startswith("Content-Disposition"))
        field, _, name = disposition.partition('; name="')[2].partition('"; filename="')
        found.append((field, name.removesuffix('"'), body.removesuffix(b"\r\n")))
    return found
