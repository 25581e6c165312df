"""A draft and a state out of anything: read by guess, kept byte for byte, compared without noise."""

from __future__ import annotations

import contextlib
import json
import sys
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nemo import Draft, NemoError, Segment, SessionState, Track, TrackKind, jsontext
from bot.nemo.envelope import Answer, unwrap
from bot.nemo.state import digest

PIECE: dict[str, Any] = {"id": "a", "name": "sea", "text": "Ahoy", "start": 0, "end": 5000, "volume": 0.5,
                         "source": "https://cdn.example/sea.mp4?sig=1", "fx": [{"blur": 3}]}
WORK: dict[str, Any] = {"d": 5000, "t": [{"tt": 0, "sg": [PIECE]}]}


def state_of(state: Any, **beside: Any) -> SessionState:
    return SessionState.of("1", unwrap(Answer(200, json.dumps({"code": 0, "data": {"state": state, **beside}}).encode())))


def work(**piece: Any) -> dict[str, Any]:
    """The draft with its only segment changed."""
    return {**WORK, "t": [{"tt": 0, "sg": [{**PIECE, **piece}]}]}


@pytest.mark.wire("4.5/ready")
@pytest.mark.parametrize(("draft", "ready"), [
    ({}, False), ([], False), ("", False), (0, False), ({"t": None}, False), ({"t": []}, False), ({"t": [None, 3]}, False),
    ({"t": [{"sg": None}]}, False), ({"t": [{"sg": {}}]}, False), ({"t": [{"sg": []}, {"tt": 0, "sg": [{}]}]}, True),
    ({"t": [{"sg": [None]}]}, True), ({"tracks": [{"segments": [{}]}]}, False), ({"sg": [{}]}, False),
    ('{"t":[{"sg":[{}]}]}', True), ('{"t":[{"sg":[]}]}', False), ('"{\\"t\\":[{\\"sg\\":[1]}]}"', True),
    ("<draft><track/></draft>", False), ("<draft><track><clip/></track></draft>", True), ("<Draft><CLIP in='0'>", True),
    ("<draft><clipart/></draft>", False), ("<draft><!-- <clip/> --></draft>", False), ("a clip", False), ("</clip>", False),
])
def test_a_draft_is_ready_when_a_track_holds_something(draft: Any, ready: bool) -> None:
    assert Draft.of(json.dumps(draft)).is_renderable is ready


@pytest.mark.wire("4.5/unknown-segments")
def test_what_a_segment_tells_is_read_from_any_editors_names() -> None:
    draft = Draft.of(json.dumps({"d": "5000", "m": {"title": "Sea", "width": "1080", "height": 1920.0}, "t": [
        {"tt": "0", "sg": [PIECE, {"m": {"title": "sand"}, "startMs": "1000", "durationMs": 1500, "vol": "150%"}, None]}]}))
    assert (draft.title, draft.seconds, draft.width, draft.height) == ("Sea", 5.0, 1080, 1920)
    assert draft.tracks == (Track(TrackKind.VIDEO, (
        Segment("sea", "Ahoy", 0.0, 5.0, 0.5), Segment("sand", None, 1.0, 2.5, 1.5), Segment())),)
    assert [segment.id for segment in draft.tracks[0].segments] == ["a", None, None]


@pytest.mark.wire("4.5/string-draft")
def test_markup_is_read_without_resolving_anything() -> None:
    markup = ("<?xml version='1.0'?><!DOCTYPE draft [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'><!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
              '<draft fps="30" width="1080" height="1920" duration="9000" title="&lt;Sea&gt;"><track type="text">'
              '<clip in="0" out="3000" a>b" text="&b;&f; &amp;lt; &#65;&#x4E2D;"/></track></draft>')
    draft = Draft.of(json.dumps(markup))
    assert (draft.title, draft.seconds, draft.width, draft.height) == ("<Sea>", 9.0, 1080, 1920)
    assert draft.tracks == (Track(TrackKind.TEXT, (Segment(None, 'b" text="&b;&f; &lt; A中"/>', 0.0, 3.0),)),)
    fine = Draft.of(json.dumps(markup.replace(' a>b"', " muted=x ;")))
    assert fine.tracks[0].segments == (Segment(None, "&b;&f; &lt; A中", 0.0, 3.0),)


@pytest.mark.parametrize("markup", [
    "<" * 1_000_000, "<clip " * 100_000, "<clip a='" * 100_000, "<clip a=\"'" * 100_000, "<clip" + " a" * 500_000,
    "<!--" * 500_000, "<clip" + " " * 1_000_000, "<clip/>" * 100_000, "<track><clip>" + "w<b>" * 200_000,
    "<clip a=" + "x" * 1_000_000, "&#1" * 300_000,
])
def test_no_markup_takes_long(markup: str) -> None:
    text = json.dumps(markup)
    began = time.process_time()
    draft = Draft.of(text)
    digest(text)
    assert time.process_time() - began < 3
    assert draft.raw == text.encode()


NUMBERS = st.sampled_from(["1.0", "1e3", "-0", "-0.0", "1E400", "NaN", "Infinity", "-Infinity", "1234567890123456789", "9" * 5000,
                           "0.1000", "1.50"])
STRINGS = st.sampled_from(['"\\ud83d"', '"\\u4e2d\\/"', '"\x01\t"', '"\udcff\udcfe"', '"é中🎬"', '"0"', '"35%"',
                           '"<clip in=\\"0\\">"', '"{\\"t\\":[{\\"sg\\":[1]}]}"', '"https://x.example/a?b"'])
NAMES = st.sampled_from(["t", "tt", "sg", "d", "m", "name", "text", "start", "end", "volume", "state", "draft", "generated_media",
                         "video_infos", "canvas_config", "task_id", "user_id", "updated_at", "id"])
SPACE = st.sampled_from(["", " ", "\n\t"])


def _object(pairs: list[tuple[str, str]], space: str) -> str:
    return "{" + ",".join(f'{space}"{name}"{space}:{value}' for name, value in pairs) + space + "}"


def _list(values: list[str], space: str) -> str:
    return "[" + ",".join(space + value for value in values) + space + "]"


TEXTS = st.recursive(
    NUMBERS | STRINGS | st.sampled_from(["null", "true", "false", "{}", "[]"]) | st.integers().map(str),
    lambda inner: st.builds(_list, st.lists(inner, max_size=4), SPACE)
    | st.builds(_object, st.lists(st.tuples(NAMES, inner), max_size=6), SPACE), max_leaves=25)
DRAFTS = TEXTS | st.builds(
    lambda segments, more: _object([("t", _list([_object([("sg", _list(segments, ""))], "")], "")), *more], ""),
    st.lists(TEXTS, max_size=4), st.lists(st.tuples(NAMES, TEXTS), max_size=3))


@pytest.mark.wire("4.5/opaque")
@settings(deadline=None)
@given(DRAFTS)
def test_any_json_text_is_read_and_kept_byte_for_byte(text: str) -> None:
    draft = Draft.of(text)
    assert draft.raw == (None if text == "null" else text.encode("utf-8", "surrogateescape"))
    assert digest(text) == digest(text)


@pytest.mark.wire("4.5/opaque")
@settings(deadline=None)
@given(DRAFTS, st.lists(st.tuples(NAMES.filter(lambda name: name not in ("draft", "state")), TEXTS), max_size=4), SPACE)
def test_any_reply_keeps_its_draft_byte_for_byte(draft: str, more: list[tuple[str, str]], space: str) -> None:
    state = _object([*more, ("draft", draft)], space)
    body = _object([("code", "0"), ("data", _object([("state", state)], space))], space)
    read = SessionState.of("1", unwrap(Answer(200, body.encode("utf-8", "surrogateescape"))))
    assert read.draft.raw == (None if draft == "null" else draft.encode("utf-8", "surrogateescape"))
    assert read.fingerprint


@settings(deadline=None)
@given(st.text(st.characters(), max_size=30))
def test_a_draft_of_any_characters_is_read(text: str) -> None:
    assert Draft.of(text) == Draft.of(text)
    assert Draft.of(json.dumps(text, ensure_ascii=False)).raw is not None


def test_halves_of_surrogate_pairs_become_the_escapes_that_mean_them() -> None:
    raw = Draft.of('{"a":"\ud83d"}').raw
    assert raw == b'{"a":"\\ud83d"}'


@pytest.mark.parametrize("depth", [
    *range(10, 200, 40), *range(sys.getrecursionlimit() - 120, sys.getrecursionlimit() + 2, 2), 5000, 200_000])
def test_nesting_however_deep_is_no_crash(depth: int) -> None:
    text = '{"t":' + "[" * depth + "]" * depth + "}"
    assert Draft.of(text).raw == text.encode()
    digest(text)
    with contextlib.suppress(NemoError):
        state = SessionState.of("1", unwrap(Answer(200, f'{{"data":{{"state":{{"draft":{text}}},"task_id":{text}}}}}'.encode())))
        assert state.draft.raw == text.encode()


def test_the_last_of_equal_names_counts_in_the_summary_and_all_are_kept() -> None:
    text = '{"t":[],"d":1,"t":[{"tt":7,"sg":[{"text":"Ahoy"}]}],"d":2000}'
    draft = Draft.of(text)
    assert (draft.raw, draft.seconds, draft.tracks) == (text.encode(), 2.0, (Track(TrackKind.TEXT, (Segment(None, "Ahoy"),)),))


@settings(deadline=None)
@given(st.lists(st.tuples(NAMES, TEXTS), max_size=5), SPACE)
def test_members_are_read_the_same_quickly_and_patiently(pairs: list[tuple[str, str]], space: str) -> None:
    text = _object(pairs, space)
    assert jsontext.members(text) == jsontext._members(text) == dict(pairs)


@pytest.mark.parametrize("text", ['{"a":1', '{"a":01}', '{"a":"\\q"}', "{'a':1}", '{"a":tru}', "[1]", "", '{"a":1,}', "{1:2}",
                                  '{"a":"\\u12"}', '{"a":1.}', '{"a":-}'])
def test_what_is_no_object_has_no_members(text: str) -> None:
    with pytest.raises(ValueError):     # noqa: PT011   what is wrong with it is for the log
        jsontext.members(text)


def test_a_number_of_any_length_is_read() -> None:
    assert jsontext.parse("[" + "9" * 5000 + ",7]") == [float("inf"), 7]


SAME: list[tuple[Any, Any]] = [
    (WORK, {"t": [{"sg": [dict(reversed(PIECE.items()))], "tt": 0}], "d": 5000}),
    (work(volume=1), work(volume=1.0)), (work(start=0), work(start=-0.0)),
    (work(), work(source="https://cdn.example/sea.mp4?sig=2&Expires=9")), (work(), work(source="https://cdn.example/sea.mp4")),
    (work(source="http://cdn.example/海 \"1\".mp4?a"), work(source="http://cdn.example/海 \"1\".mp4?b\"?")),
    *((work(), work(**{name: 7})) for name in ("updated_at", "updatedAt", "UpdatedAt", "update_time", "timestamp", "expires",
                                               "expires_at", "expiresIn", "last_modified", "etag", "request_id")),
    ({**WORK, "meta": {"updated_at": 1, "expiresAt": {"a": 1}}}, {**WORK, "meta": {"updated_at": 2}}),
    (None, {}), (None, []), (None, ""),
    ('<draft><clip src="https://x/a?b" in="0"/></draft>', "<draft>\n  <clip src=\"https://x/a?c&amp;d\" in=\"0\"/>\n</draft>"),
    ('<draft updated_at="1"><clip/></draft>', '<draft updated_at="2"><clip/></draft>'),
    (json.dumps(WORK), json.dumps(WORK, indent=2)), (json.dumps(work()), json.dumps(work(updatedAt=3))),
]
OTHER: list[Any] = [
    None, work(name="sand"), work(text="ahoy"), work(text="Ahoy?"), work(volume=0.4), work(end=4000),
    work(source="https://cdn.example/b.mp4?sig=1"), work(fx=[]), work(fx=[{"blur": 4}]), work(new=1),
    {**WORK, "d": 6000}, {**WORK, "t": [*WORK["t"], {"tt": 1}]}, {**WORK, "t": []},
    {**WORK, "t": [{"tt": 0, "sg": [PIECE, PIECE]}]}, {**WORK, "t": [{"tt": 1, "sg": [PIECE]}]}, work(text="1"), work(text="1.0"),
    work(text="see https://x/a?b"), work(text="see https://x/a?c"), work(id=10**30), work(id=10**30 + 1), work(id=float("nan")),
    "<draft><clip in='0'/></draft>", "<draft><clip in='1'/></draft>", "<draft><clip in='1' text='a?'/></draft>",
    "words", "other words",
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_the_fingerprint_does_not_follow_noise(one: Any, other: Any) -> None:
    for name in ("draft", "generated_media", "video_infos", "canvas_config"):
        assert state_of({name: one}).fingerprint == state_of({name: other}).fingerprint


def test_a_tune_that_is_heard_by_itself_is_no_change_of_the_work() -> None:
    song = {"song": {"number": 1, "seconds": 31.5}}
    tune = {"melody": {"key": "G major", "notes": [{"pitch": 67}]}}
    nothing, heard, made, both = (state_of({"generated_media": media}).fingerprint for media in ({}, tune, song, song | tune))
    assert heard == nothing
    assert both == made != nothing


def test_the_fingerprint_follows_every_change_of_the_work() -> None:
    for name in ("draft", "generated_media", "video_infos", "canvas_config"):
        found = [state_of({name: value}).fingerprint for value in [WORK, *OTHER]]
        assert len(set(found)) == len(found)


def test_media_in_another_place_is_another_work() -> None:
    found = [state_of({name: [PIECE]}).fingerprint for name in ("generated_media", "video_infos", "draft")]
    assert len(set(found)) == 3


def test_what_is_only_said_beside_the_work_does_not_count() -> None:
    assert state_of({"draft": WORK, "video_analyses": [1]}, at=1).fingerprint == state_of({"draft": WORK}, at=2).fingerprint


@settings(deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(allow_nan=False),
                    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
                    max_leaves=20), st.randoms())
def test_the_fingerprint_is_the_same_in_any_spelling(value: Any, chance: Any) -> None:
    def respelled(one: Any) -> Any:
        if isinstance(one, dict):
            pairs = [(name, respelled(inner)) for name, inner in one.items()]
            chance.shuffle(pairs)
            return dict(pairs)
        if isinstance(one, list):
            return [respelled(inner) for inner in one]
        whole = isinstance(one, int) and not isinstance(one, bool) and abs(one) < 2**53
        return float(one) if whole else one

    assert digest(json.dumps(value)) == digest(json.dumps(respelled(value), indent=1, ensure_ascii=False))


@pytest.mark.wire("4.5")
@pytest.mark.parametrize(("reply", "user"), [
    ({"user_id": "anon_1"}, "anon_1"), ({"userId": "anon_1"}, "anon_1"),
    ({"user_id": 1234567890123456789}, "1234567890123456789"),
    ({"user_id": None}, None), ({"user_id": ""}, None), ({"user_id": ["odd"]}, None), ({}, None),
    ({"state": {"user_id": "anon_1", "draft": None}}, "anon_1"),
])
def test_the_state_tells_whose_it_is(reply: dict[str, Any], user: str | None) -> None:
    body = json.dumps({"code": 0, "data": {"task_id": "t", "state": {}, **reply}}).encode()
    state = SessionState.of("7", unwrap(Answer(200, body)))
    assert (state.session_id, state.task_id, state.user_id) == ("7", "t", user)


def test_the_state_of_a_bare_reply_tells_it_too() -> None:
    body = b'{"user_id":"anon_2","task_id":5,"task_name":"A hum","state":{"canvas_config":{"width":9},"video_infos":[1]}}'
    state = SessionState.of("7", unwrap(Answer(200, body)))
    assert (state.user_id, state.task_id, state.task_name) == ("anon_2", "5", "A hum")
    assert (state.canvas, state.video_infos) == ({"width": 9}, [1])


@pytest.mark.parametrize("wrap", [lambda draft: draft, json.dumps])
def test_twenty_thousand_segments_are_read_within_two_seconds(wrap: Any) -> None:
    pieces = [{**PIECE, "id": f"s{n}", "source": f"https://cdn.example/{n}.mp4?sig={n}", "text": "Ahoy " * 9}
              for n in range(20_000)]
    draft = wrap({"d": 5000, "t": [{"tt": kind, "sg": pieces[kind::4]} for kind in range(4)]})
    body = json.dumps({"code": 0, "data": {"state": {"draft": draft}}}).encode()
    assert len(body) > 4_000_000
    began = time.process_time()
    state = SessionState.of("1", unwrap(Answer(200, body)))
    assert time.process_time() - began < 2      # 0.4 s on an idle machine
    assert sum(len(track.segments) for track in state.draft.tracks) == 20_000
