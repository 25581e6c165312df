"""A project: its state and draft."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nemo import (
    Draft,
    Nemo,
    NemoError,
    Segment,
    SessionLost,
    SessionState,
    Track,
    TrackKind,
    jsontext,
)
from bot.nemo.envelope import Answer, unwrap
from tests.nemo_server import replies
from tests.nemo_server.server import DRAFT, SESSION, NemoServer

STATE = f"/api/state/nemo_agent/me/{SESSION}/latest"
SUBMIT = "/api/render/proxy/lambda"
ODD_DRAFTS = [
    b'{"t":[{"tt":0,"sg":[{"id":1234567890123456789,"x":1.0,"y":1e3,"z":-0.0,"big":12345678901234567890123}]}]}',
    b'{ "d" : 1.50 ,\n\t"t" : [ ] , "d" : 2 , "\\u4e2d" : "\\/\\u00e9" }',
    '{"m":{"title":"城市 🎬"},"half":"\\ud83d","not":NaN}'.encode(),
    b'"<draft fps=\\"30\\"><track type=\\"video\\"><clip in=\\"0\\"/></track></draft>"',
    b'{"broken":"\xff\xfe"}',
    b"[1, 2.0]",
]


@pytest.mark.wire("4.5/opaque")
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


@pytest.mark.wire("4.5")
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


@pytest.mark.wire("4.5/short-names")
@pytest.mark.wire("4.5/track-types")
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


@pytest.mark.wire("4.5/ready")
@pytest.mark.wire("4.5/string-draft")
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
