"""A timeline in one line, out of any draft."""

from __future__ import annotations

import json
import time
import tomllib
import unicodedata
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nemo.draft import Draft, Segment, Track, TrackKind
from bot.speech.timeline import LINE_CHARACTERS, NAME_CHARACTERS, clock, timeline

NOTHING = "There is nothing on the timeline yet."
THREE: dict[str, Any] = {"d": 10000, "m": {"title": "Dreams"}, "t": [
    {"tt": 0, "sg": [{"name": "city timelapse", "start": 0, "end": 10000}]},
    {"tt": 1, "sg": [{"name": "Lo-fi", "start": 0, "end": 10000, "volume": 0.35}]},
    {"tt": 7, "sg": [{"text": "Urban Dreams", "start": 0, "end": 3000}]}]}
SONG: dict[str, Any] = {    # as the studio sent it, in full
    "d": 106848, "m": {"title": "Slow Postcards", "width": 1920, "height": 1080, "fps": 30, "ratio": "16:9"}, "t": [
        {"tt": 0, "sg": [{"id": "film", "name": "film", "start": 0, "end": 106848, "source": "film"}]},
        {"tt": 1, "sg": [{"id": "song-1", "name": "Slow Postcards (lo-fi)", "start": 0, "end": 106848, "volume": 1.0,
                          "source": "song-1"}]},
        {"tt": 7, "sg": [
            {"id": "title", "name": "title", "text": "Slow Postcards", "start": 0, "end": 106848},
            {"id": "section-1", "name": "intro", "text": "Intro", "start": 0, "end": 10435},
            {"id": "section-2", "name": "verse", "text": "Verse", "start": 10435, "end": 31304},
            {"id": "section-3", "name": "outro", "text": "Outro", "start": 31304, "end": 104348}]}]}


def draft_of(value: Any) -> Draft:
    return Draft.of(json.dumps(value))


def line_of(*segments: Any, tt: Any = 0, language: str = "en", **more: Any) -> str:
    """What is told of one track, without its head."""
    line = timeline(draft_of({"t": [{"tt": tt, "sg": list(segments)}], **more}), language)
    return line.removeprefix("Timeline (1 track): 1. ").removeprefix("时间线（1 条轨道）：1. ")


@pytest.mark.wire("8/track-line")
@pytest.mark.wire("4.5/track-types")
@pytest.mark.wire("4.5/short-names")
def test_the_line_is_the_one_that_the_vendor_shows() -> None:
    assert timeline(draft_of(THREE), "en") == (
        'Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM: Lo-fi (0-10s, 35%) 3. Title: "Urban Dreams" (0-3s)')


@pytest.mark.wire("8/track-line")
def test_the_line_is_as_short_in_chinese() -> None:
    assert timeline(draft_of(THREE), "zh-CN") == (
        "时间线（3 条轨道）：1. 视频：city timelapse（0-10 秒） 2. 配乐：Lo-fi（0-10 秒，35%） 3. 标题：“Urban Dreams”（0-3 秒）")


def test_a_song_of_the_studio_makes_a_good_line_too() -> None:
    assert timeline(draft_of(SONG), "en") == (
        "Timeline (3 tracks): 1. Video: film (0:00-1:47) 2. BGM: Slow Postcards (lo-fi) (0:00-1:47, 100%) "
        '3. Title: "Slow Postcards" (0:00-1:47), "Intro" (0-10s), "Verse" (10-31s) and 1 more')
    assert timeline(draft_of(SONG), "zh").endswith("“Verse”（10-31 秒），另有 1 段")


@pytest.mark.parametrize("draft", [None, "null", "{}", '{"t":null}', '{"t":[]}', '{"t":{}}', '{"t":[{}]}', '{"t":[{"tt":0}]}',
                                   '{"t":[{"tt":0,"sg":null}]}', '{"t":[{"tt":0,"sg":[]}]}', '""', '"odd"', "[]", "3", "true",
                                   '"<draft></draft>"', '"<draft><track type=\\"video\\"/>"', "not JSON"])
def test_nothing_on_the_timeline_is_one_sentence(draft: str | None) -> None:
    assert timeline(Draft.of(draft), "en") == NOTHING
    assert timeline(Draft.of(draft), "zh") == "时间线上还没有任何内容。"


@pytest.mark.wire("4.5/track-types")
@pytest.mark.parametrize(("tt", "label"), [
    (0, "Video"), (1, "BGM"), (7, "Title"), ("0", "Video"), ("1", "BGM"), (" 7 ", "Title"), (1.0, "BGM"), ("VIDEO", "Video"),
    ("audio", "BGM"), ("text", "Title"), ("subtitle", "Title"), (4, "Other"), (None, "Other"), ("effect", "Other"),
    (True, "Other"), ([7], "Other"), ({"a": 1}, "Other"), (10**30, "Other"), (1.5, "Other")])
def test_every_type_of_track_has_a_label(tt: Any, label: str) -> None:
    assert line_of({"start": 0, "end": 2000}, tt=tt) == f"{label} (0-2s)"


def test_a_track_without_segments_is_told_to_be_empty() -> None:
    draft = draft_of({"t": [*THREE["t"][:1], {"tt": 1}, {"tt": 4, "sg": []}]})
    assert timeline(draft, "en") == "Timeline (3 tracks): 1. Video: city timelapse (0-10s) 2. BGM (empty) 3. Other (empty)"


@pytest.mark.wire("4.5/unknown-segments")
@pytest.mark.parametrize(("segment", "told"), [
    ({"start": 0, "end": 2500}, "Video (0-2.5s)"), ({"start": 500, "end": 1000}, "Video (0.5-1s)"),
    ({"start": "500", "end": "2500"}, "Video (0.5-2.5s)"), ({"start": 0, "end": 12500}, "Video (0-12.5s)"),
    ({"start": 2333, "end": 4666}, "Video (2.3-4.7s)"), ({"start": 65_000, "end": 130_000}, "Video (1:05-2:10)"),
    ({"start": 50_000, "end": 60_000}, "Video (0:50-1:00)"), ({"start": 0, "end": 59_970}, "Video (0:00-1:00)"),
    ({"start": 0, "end": 3_725_000}, "Video (0:00-1:02:05)"), ({"end": 3000}, "Video (0-3s)"),
    ({"start": 3000}, "Video"), ({}, "Video"), (None, "Video"), ("odd", "Video"), ({"start": 3000, "end": 1000}, "Video"),
    ({"start": -5000, "end": 3000}, "Video (0-3s)"), ({"start": 0, "end": 1e300}, "Video"), ({"start": True}, "Video"),
    ({"start": 1000, "d": 2000}, "Video (1-3s)"), ({"d": 2000}, "Video (0-2s)"), ({"s": 0, "e": 2000}, "Video (0-2s)"),
    ({"startTime": 0, "endTime": 2000}, "Video (0-2s)"), ({"start_ms": 0, "duration_ms": 2000}, "Video (0-2s)"),
    ({"start_seconds": 1, "end_seconds": 70}, "Video (0:01-1:10)"), ({"in": 0, "out": 5000}, "Video (0-5s)"),
    ({"start": 10_000, "in": 2000, "out": 5000}, "Video (10-13s)"),
    ({"target_timerange": {"start": 1_000_000, "duration": 2_500_000}}, "Video (1-3.5s)"),
    ({"timerange": {"start": 1000, "duration": 2500}}, "Video (1-3.5s)"), ({"timerange": 7, "end": 2000}, "Video (0-2s)"),
])
def test_times_are_found_under_many_names_and_left_out_where_missing(segment: Any, told: str) -> None:
    assert line_of(segment) == told


@pytest.mark.parametrize(("length", "end"), [(None, 10), ("10000", 10), (10_000, 10.0), (10, 10), (10_000, 10_000_000)])
def test_seconds_and_microseconds_are_not_taken_for_milliseconds(length: Any, end: Any) -> None:
    assert line_of({"start": 0, "end": end}, d=length) == "Video (0-10s)"


@pytest.mark.wire("4.5/unknown-segments")
@pytest.mark.parametrize(("fields", "told"), [
    ({"volume": 0.35}, "BGM (35%)"), ({"volume": 35}, "BGM (35%)"), ({"volume": "35%"}, "BGM (35%)"),
    ({"volume": "0.35"}, "BGM (35%)"),
    ({"volume": "1 %"}, "BGM (1%)"), ({"vol": 1}, "BGM (100%)"), ({"v": 1.5}, "BGM (150%)"), ({"volume": 0}, "BGM (0%)"),
    ({"volume": -0.0}, "BGM (0%)"), ({"volume": 0.8, "muted": True}, "BGM (0%)"), ({"mute": "true"}, "BGM (0%)"),
    ({"muted": False, "volume": 1}, "BGM (100%)"), ({"volume": "-6 dB"}, "BGM"), ({"volume": -6}, "BGM"),
    ({"volume": 1e9}, "BGM"), ({"volume": None}, "BGM"), ({"volume": {"x": 1}}, "BGM"), ({"volume": True}, "BGM"),
    ({"volume": "1e999"}, "BGM"),
])
def test_a_volume_is_told_in_percent_or_not_at_all(fields: Any, told: str) -> None:
    assert line_of(fields, tt=1) == told


def test_a_track_may_name_and_silence_its_segments() -> None:
    track = {"tt": 1, "name": "Rain", "muted": True, "sg": [{"end": 4000, "volume": 0.5}]}
    assert timeline(draft_of({"t": [track]}), "en").endswith("1. BGM: Rain (0-4s, 0%)")


def test_a_picture_at_full_volume_says_nothing_of_it() -> None:
    assert line_of({"name": "sea", "volume": 1}) == "Video: sea"
    assert line_of({"name": "sea", "volume": 0}) == "Video: sea (0%)"


@pytest.mark.wire("4.5/unknown-segments")
@pytest.mark.parametrize(("segment", "told"), [
    ({"name": "sea"}, "sea"), ({"title": "sea"}, "sea"), ({"m": {"title": "sea"}}, "sea"), ({"fileName": "sea.mp4"}, "sea.mp4"),
    ({"source": "https://cdn.example/a/night%20sea.mp4?sig=a/b.mov"}, "night sea"), ({"path": "C:\\films\\sea.mov"}, "sea"),
    ({"source": {"url": "https://x/y", "name": "sea"}}, "sea"), ({"src": "data:video/mp4;base64,AAAA"}, ""),
    ({"url": "https://cdn.example/3f2a5b6c7d8e9f00112233445566778899.mp4"}, ""), ({"name": "", "title": "sea"}, "sea"),
    ({"name": 5}, ""), ({"name": ["sea"]}, ""), ({"text": "Ahoy"}, '"Ahoy"'), ({"name": " \n "}, ""),
])
def test_a_name_is_found_where_there_is_one(segment: Any, told: str) -> None:
    assert line_of(segment) == (f"Video: {told}" if told else "Video")


@pytest.mark.parametrize("segment", [
    {"text": "Ahoy"}, {"content": "Ahoy"}, {"name": "Ahoy"}, {"text": {"content": "Ahoy"}},
    {"content": '{"text":"Ahoy","styles":[]}'},
    {"name": "title", "text": "Ahoy"}])
def test_a_title_is_told_by_its_words(segment: Any) -> None:
    assert line_of(segment, tt=7) == 'Title: "Ahoy"'


@pytest.mark.parametrize(("name", "told"), [
    ("two\nlines\r\n\tand more", '"two lines and more"'),
    ("pay\u202eftm.exe\u2066\u200f", '"payftm.exe"'),
    ("\x00\x1b[31mred\x7f", '"[31mred"'),
    ("half \ud83d pair", '"half pair"'),
    ("a" * 10_000, '"' + "a" * 39 + '…"'),
    ("x (0-9s) 2. BGM: y", '"x (0-9s) 2. BGM: y"'),
    ('say "hi" “there”', "\"say 'hi' ‘there’\""),
    ("{place} {0} %s", "{place} {0} %s"),
    ("夜の海 👩‍🚀", "夜の海 👩‍🚀"),
    ("**bold** @everyone", "**bold** @everyone"),
])
def test_a_hostile_name_stays_a_name(name: str, told: str) -> None:
    assert line_of({"name": name, "end": 2000}) == f"Video: {told} (0-2s)"


def test_an_invisible_name_is_none() -> None:
    assert line_of({"name": "\u200b\u202e\u200d\ufeff", "end": 2000}) == "Video (0-2s)"


@pytest.mark.wire("4.5/string-draft")
@pytest.mark.parametrize("close", ["</clip></track></draft>", "</track>", ""])
def test_a_draft_in_markup_is_told_like_any_other(close: str) -> None:
    markup = f"""<?xml version="1.0"?><draft fps="30" width="1080" height="1920" duration="10000">
        <track type="video"><clip in="0" out="10000" src='https://cdn.example/city%20timelapse.mp4?a=1&amp;b=2'/></track>
        <!-- <track type="audio"><clip in="0" out="1"/></track> --><track type="7" /><track TYPE=audio>
        <CLIP in=0 out=10000 name="Lo-fi" volume="35%"/></track>
        <track type='text'><clip in="0" out="3000">Urban &#x201C;<b>Dreams</b> &lt;3{close}"""
    assert timeline(draft_of(markup), "en") == (
        "Timeline (4 tracks): 1. Video: city timelapse (0-10s) 2. Title (empty) 3. BGM: Lo-fi (0-10s, 35%) "
        "4. Title: \"Urban ‘ Dreams <3\" (0-3s)")


def test_a_draft_of_another_editor_is_told_too() -> None:
    assert timeline(draft_of({
        "duration": 10_000_000, "canvas_config": {"width": 1080, "height": 1920},
        "materials": {"videos": [{"id": "A", "material_name": "city.mp4", "duration": 99_000_000}],
                      "audios": [{"id": 7, "name": "Lo-fi"}], "odd": [3, {"id": []}], "none": None,
                      "texts": [{"id": "T", "content": '{"text":"Urban Dreams"}'}]},
        "tracks": [
            {"type": "video", "segments": [{
                "material_id": "A", "volume": 1.0, "target_timerange": {"start": 0, "duration": 5_000_000},
                "source_timerange": {"start": 9, "duration": 9}}]},
            {"type": "audio", "segments": [{
                "material_id": 7, "volume": 0.5, "target_timerange": {"start": 0, "duration": 10_000_000}}]},
            {"type": "text", "segments": [{"material_id": "T", "target_timerange": {"start": 0, "duration": 3_000_000}}]}],
    }), "en") == 'Timeline (3 tracks): 1. Video: city.mp4 (0-5s) 2. BGM: Lo-fi (0-10s, 50%) 3. Title: "Urban Dreams" (0-3s)'


def test_of_many_tracks_and_segments_the_first_are_told_and_the_rest_counted() -> None:
    draft = draft_of({"t": [{"tt": 0, "sg": [{"name": f"clip {n}", "end": 1000} for n in range(15)]} for _ in range(300)]})
    line = timeline(draft, "en")
    assert line.startswith("Timeline (300 tracks): 1. Video: clip 0 (0-1s), clip 1 (0-1s), clip 2 (0-1s) and 12 more 2. Video: ")
    assert line.endswith("10. Video: clip 0 (0-1s), clip 1 (0-1s), clip 2 (0-1s) and 12 more and 290 more tracks")
    assert "另有 290 条轨道" in timeline(draft, "zh")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_longest_line_is_bounded(language: str) -> None:
    segments = (Segment("“n" * 9999, "t" * 9999, 300_000.0, 359_999.0, 9.99),) * 20_000
    draft = Draft(b"", tracks=(Track(TrackKind.AUDIO, segments),) * 999)
    began = time.process_time()
    assert NAME_CHARACTERS < len(timeline(draft, language)) < LINE_CHARACTERS + 100
    assert time.process_time() - began < 0.5


def test_a_language_that_is_not_spoken_is_english() -> None:
    assert timeline(draft_of(THREE), "fr") == timeline(draft_of(THREE), "en")


NAMES = st.sampled_from(["t", "tt", "sg", "d", "m", "name", "text", "start", "end", "v", "volume", "muted", "in", "out", "source",
                         "tracks", "segments", "type", "materials", "id", "material_id", "target_timerange", "duration"])
WORDS = st.text(st.characters(), max_size=8) | st.sampled_from(["0", "1", "7", "video", "1e999", "35%", '{"text":1}',
                                                                "<clip in='"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=25)
SEGMENTS = st.lists(st.dictionaries(NAMES, VALUES, max_size=5) | VALUES, max_size=6)
DRAFTS = VALUES | st.fixed_dictionaries(
    {"t": st.lists(st.fixed_dictionaries({"tt": VALUES | st.sampled_from([0, 1, 7]), "sg": SEGMENTS}), max_size=5)},
    optional={"d": VALUES, "m": VALUES})


@settings(deadline=None)
@given(DRAFTS, st.sampled_from(["en", "zh"]))
def test_any_draft_gives_one_short_printable_line(value: Any, language: str) -> None:
    line = timeline(Draft.of(json.dumps(value)), language)
    assert 0 < len(line) < LINE_CHARACTERS + 100
    assert line == line.encode().decode()
    assert not any(unicodedata.category(one) in ("Cc", "Zl", "Zp", "Cs") for one in line)


@settings(deadline=None)
@given(st.text(st.characters(), max_size=60) | st.lists(st.sampled_from(
    ["<", "<clip", " in='0'", ' out="', "9000", '"', "'", ">", "/>", "<track type='text'>", "</clip>", "<!--", "-->", "&#x1F3B5;",
     "&#xD800;", "&#9999999;", "&amp;", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "&b;", "=", " ", "\x00"]), max_size=25).map("".join))
def test_any_markup_gives_one_line(text: str) -> None:
    line = timeline(draft_of(text), "en")
    assert line == line.encode().decode()
    assert "\n" not in line


def test_clocks_count_hours_where_there_are_some() -> None:
    assert [clock(seconds) for seconds in (0, 59.6, 61, 3600)] == ["0:00", "1:00", "1:01", "1:00:00"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sentence_of_the_line_is_left_over(language: str) -> None:
    texts = tomllib.loads(resources.files("bot.texts").joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    source = resources.files("bot.speech").joinpath("timeline.py").read_text(encoding="utf-8")
    assert [key for key in texts["timeline"] if f'"timeline.{key}"' not in source] == []
