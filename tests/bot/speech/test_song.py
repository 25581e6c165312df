"""A song in a few words, and what was heard in a clip: the studio tells, the cloud does not, and odd replies break nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nemo import Draft, SessionState
from bot.speech.heard import heard_in
from bot.speech.song import Song, song_of
from tests.nemo_server.server import DRAFT
from tests.nemo_server.service import HEARD, STYLES

SONG = {"number": 1, "title": "Slow Days", "style": "lo-fi", "take": 1, "invented": False, "seconds": 62.4, "tempo": 84.0,
        "transposition": 2}
TUNE = {**HEARD, "clip": "hum.wav", "picture": "http://127.0.0.1:1/tune.png"}


def state(media: Any, draft: bytes | None = None) -> SessionState:
    return SessionState("7", None, None, Draft.of(draft.decode() if draft else None), generated_media=media)


def test_the_studio_tells_all_of_a_song() -> None:
    made = state({"melody": TUNE, "song": SONG}, DRAFT)
    assert song_of(made, "en") == Song("Slow Days", "A major", 84.0, "lo-fi", 62.4)
    assert song_of(made, "zh", STYLES) == Song("Slow Days", "A 大调", 84.0, "低保真", 62.4)


def test_the_cloud_tells_a_title_and_a_length() -> None:
    assert song_of(state({}, DRAFT), "en") == Song(title="Dusk", seconds=10.0)
    assert song_of(state(None), "zh") == Song()


def test_a_tune_without_a_song_has_no_key_of_a_song() -> None:
    assert song_of(state({"melody": TUNE}), "en") == Song()


@pytest.mark.parametrize(("key", "semitones", "english", "chinese"), [
    ("G major", 0, "G major", "G 大调"), ("G major", -7, "C major", "C 大调"), ("F# minor", 1, "G minor", "G 小调"),
    ("B major", 3, "D major", "D 大调"), ("Bb minor", 0, "B♭ minor", "B♭ 小调"), ("E major", 2, "F♯ major", "F♯ 大调"),
    ("D dorian", 0, "D dorian", "D dorian"), ("D dorian", 2, "", ""), ("Cb major", 12, "B major", "B 大调"), ("", 3, "", ""),
    (None, 3, "", ""), ("G major", None, "G major", "G 大调"), ("G major", True, "G major", "G 大调"),
    ("G major", 1.5, "G major", "G 大调"), ("G\x1b[2J\n major", 0, "G [2J major", "G [2J major"),
])
def test_the_key_is_that_of_the_song(key: object, semitones: object, english: str, chinese: str) -> None:
    made = state({"melody": {**TUNE, "key": key}, "song": {**SONG, "transposition": semitones}})
    assert [song_of(made, language).key for language in ("en", "zh")] == [english, chinese]


def test_a_key_that_the_song_itself_tells_is_believed() -> None:
    assert song_of(state({"melody": TUNE, "song": {**SONG, "key": "D minor"}}), "en").key == "D minor"


def test_what_was_heard_is_a_sentence() -> None:
    heard = state({"melody": TUNE})
    assert heard_in(heard, "en") == "I heard 13 notes in G major, 100 BPM."
    assert heard_in(heard, "zh") == "我听到了 13 个音，G 大调，100 BPM。"


@pytest.mark.parametrize(("change", "english", "chinese"), [
    ({"notes": [{}]}, "I heard 1 note in G major, 100 BPM.", "我听到了 1 个音，G 大调，100 BPM。"),
    ({"key": None}, "I heard 13 notes, 100 BPM.", "我听到了 13 个音，100 BPM。"),
    ({"key": None, "tempo": "fast"}, "I heard 13 notes.", "我听到了 13 个音。"),
    ({"cut": True, "seconds": 180.0}, "I heard 13 notes in G major, 100 BPM. Only the first 3 minutes were listened to.",
     "我听到了 13 个音，G 大调，100 BPM。只听了前 3 分钟。"),
    ({"cut": True, "seconds": 61}, "I heard 13 notes in G major, 100 BPM. Only the first minute was listened to.",
     "我听到了 13 个音，G 大调，100 BPM。只听了第一分钟。"),
])
def test_only_what_is_known_is_told(change: dict[str, Any], english: str, chinese: str) -> None:
    heard = state({"melody": {**TUNE, **change}})
    assert [heard_in(heard, language) for language in ("en", "zh")] == [english, chinese]


@pytest.mark.parametrize("media", [
    None, {}, [], "melody", {"melody": None}, {"melody": {}}, {"melody": {**TUNE, "notes": []}},
    {"melody": {**TUNE, "notes": 13}},
    {"melody": {key: value for key, value in TUNE.items() if key != "clip"}, "song": {**SONG, "invented": True}},
])
def test_nothing_is_said_where_nothing_was_heard(media: Any) -> None:
    assert heard_in(state(media), "en") is None


STEERING = {*map(chr, range(32)), "\u2028", "\u202e", "\u200f"}
SONG_KEYS = ("title", "style", "tempo", "seconds", "key", "transposition", "invented")
ODD = st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
                   lambda inner: st.lists(inner, max_size=3), max_leaves=4)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(SONG_KEYS, ODD)),
       st.fixed_dictionaries({}, optional=dict.fromkeys(("notes", "key", "tempo", "seconds", "cut", "clip"), ODD)))
def test_odd_replies_break_no_sentence(song: dict[str, Any], melody: dict[str, Any]) -> None:
    odd = state({"song": song, "melody": melody})
    for language in ("en", "zh"):
        told = song_of(odd, language, STYLES)
        assert not any(set(text) & STEERING for text in (told.title, told.key, told.style))
        assert all(number is None or 0 < number < 1e9 for number in (told.tempo, told.seconds))
        assert not set(heard_in(odd, language) or "") & STEERING
