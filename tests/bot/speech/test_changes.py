"""What changed between two drafts, as values and as a sentence."""

from __future__ import annotations

import copy
import json
import time
import tomllib
from importlib import resources
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nemo.draft import Draft, TrackKind
from bot.speech.changes import Change, Deed, changes, told

VIDEO, AUDIO, TEXT = TrackKind.VIDEO, TrackKind.AUDIO, TrackKind.TEXT
BASE: dict[str, Any] = {"d": 10000, "m": {"title": "Dusk", "width": 1920, "height": 1080}, "t": [
    {"tt": 0, "sg": [{"name": "harbour", "start": 0, "end": 6000}, {"name": "beach", "start": 6000, "end": 10000}]},
    {"tt": 1, "sg": [{"name": "Lo-fi", "start": 0, "end": 10000, "volume": 0.6}]},
    {"tt": 7, "sg": [{"text": "Slow Days", "start": 0, "end": 3000}]}]}


def edited(*steps: tuple[str, Any]) -> Draft:
    """The base draft with members set by a path such as `t.1.sg.0.volume`; `-` removes, `+` appends."""
    value = copy.deepcopy(BASE)
    for path, new in steps:
        *way, last = path.split(".")
        holder: Any = value
        for step in way:
            holder = holder[int(step) if isinstance(holder, list) else step]
        if last == "+":
            holder.append(new)
        elif new == "-":
            del holder[int(last) if isinstance(holder, list) else last]
        else:
            holder[int(last) if isinstance(holder, list) else last] = new
    return Draft.of(json.dumps(value))


CASES: list[tuple[tuple[tuple[str, Any], ...], tuple[Change, ...], str, str]] = [
    ((("t.+", {"tt": 7, "sg": [{"text": "Urban Dreams"}]}), ("t.1.sg.0.volume", 0.35)),
     (Change(Deed.ADDED, TEXT, "Urban Dreams"), Change(Deed.VOLUME, AUDIO, None, 0.6, 0.35)),
     "I added the title “Urban Dreams” and turned the BGM down from 60 % to 35 %.",
     "我添加了标题“Urban Dreams”，并把配乐的音量从 60% 调低到 35%。"),
    ((("t.2", "-"),), (Change(Deed.REMOVED, TEXT, "Slow Days"),), "I removed the title “Slow Days”.",
     "我删除了标题“Slow Days”。"),
    ((("t.2.sg.0.text", "Long Nights"),), (Change(Deed.REPLACED, TEXT, None, "Slow Days", "Long Nights"),),
     "I changed the title “Slow Days” to “Long Nights”.", "我把标题“Slow Days”换成了“Long Nights”。"),
    ((("t.1.sg.0.name", "Jazz"),), (Change(Deed.REPLACED, AUDIO, None, "Lo-fi", "Jazz"),),
     "I changed the BGM “Lo-fi” to “Jazz”.", "我把配乐“Lo-fi”换成了“Jazz”。"),
    ((("t.1.sg.0.volume", 0.9),), (Change(Deed.VOLUME, AUDIO, None, 0.6, 0.9),),
     "I turned the BGM up from 60 % to 90 %.", "我把配乐的音量从 60% 调高到 90%。"),
    ((("t.1.sg.0.volume", 0),), (Change(Deed.VOLUME, AUDIO, None, 0.6, 0.0),), "I muted the BGM.", "我把配乐静音了。"),
    ((("t.+", {"tt": 1, "sg": [{"name": "a"}, {"name": "b"}]}),), (Change(Deed.TRACK_ADDED, AUDIO, count=2),),
     "I added a BGM track with 2 pieces.", "我添加了一条配乐轨道（2 段）。"),
    ((("t.+", {"tt": 4}),), (Change(Deed.TRACK_ADDED, TrackKind.OTHER, count=0),), "I added an empty layer track.",
     "我添加了一条空的元素轨道。"),
    ((("t.0", "-"),), (Change(Deed.TRACK_REMOVED, VIDEO, count=2),), "I removed a video track with 2 pieces.",
     "我删除了一条视频轨道（2 段）。"),
    ((("t.0.sg.+", {"name": "lamp"}),), (Change(Deed.ADDED, VIDEO, "lamp"),), "I added the video “lamp”.",
     "我添加了视频“lamp”。"),
    ((("t.0.sg.+", {}),), (Change(Deed.ADDED, VIDEO),), "I added a video.", "我添加了视频。"),
    ((("t.0.sg.0", "-"),), (Change(Deed.REMOVED, VIDEO, "harbour"),), "I removed the video “harbour”.",
     "我删除了视频“harbour”。"),
    ((("t.0.sg.0.end", 5000),), (Change(Deed.LENGTH, VIDEO, "harbour", 6.0, 5.0),),
     "I made the video “harbour” shorter, from 6 s to 5 s.", "我把视频“harbour”从 6 秒缩短到 5 秒。"),
    ((("d", 70_000),), (Change(Deed.LENGTH, None, None, 10.0, 70.0),),
     "I made the timeline longer, from 0:10 to 1:10.", "我把整条时间线从 0:10延长到 1:10。"),
    ((("d", 12_500), ("t.1.sg.0.end", 12_500)),
     (Change(Deed.LENGTH, AUDIO, None, 10.0, 12.5), Change(Deed.LENGTH, None, None, 10.0, 12.5)),
     "I made the timeline longer, from 10 s to 12.5 s.", "我把整条时间线从 10 秒延长到 12.5 秒。"),
    ((("t.2.sg.0.start", 5000), ("t.2.sg.0.end", 8000)), (Change(Deed.MOVED, TEXT, None, 0.0, 5.0),),
     "I moved the title from 0 s to 5 s.", "我把标题从 0 秒移到 5 秒。"),
    ((("t.0", BASE["t"][2]), ("t.2", BASE["t"][0])), (Change(Deed.REORDERED),), "I put the tracks in another order.",
     "我调整了轨道的顺序。"),
    ((("m.title", "Dawn"),), (Change(Deed.RENAMED, None, None, "Dusk", "Dawn"),),
     "I renamed the project from “Dusk” to “Dawn”.", "我把项目从“Dusk”改名为“Dawn”。"),
    ((("m.width", 1080), ("m.height", 1920)), (Change(Deed.SIZE, None, None, "1920×1080", "1080×1920"),),
     "I changed the picture from 1920×1080 to 1080×1920.", "我把画面从 1920×1080 改为 1080×1920。"),
    ((("t.0.sg.0.filter", "sepia"),), (Change(Deed.DETAILS),), "I changed some details of the timeline.",
     "我调整了时间线的一些细节。"),
    ((("t.1.sg.0.volume", 0.601),), (Change(Deed.DETAILS),), "I changed some details of the timeline.",
     "我调整了时间线的一些细节。"),
]


@pytest.mark.wire("6/no-text")
@pytest.mark.parametrize(("steps", "found", "english", "chinese"), CASES)
def test_an_edit_is_a_value_and_a_sentence(
    steps: tuple[tuple[str, Any], ...], found: tuple[Change, ...], english: str, chinese: str
) -> None:
    values = changes(edited(), edited(*steps))
    assert values == found
    assert (told(values, "en"), told(values, "zh-CN")) == (english, chinese)


@pytest.mark.wire("6/no-text")
@pytest.mark.parametrize("after", [
    edited(), edited(("d", 10000.0)), edited(("updated_at", 5)), edited(("t.1.sg.0.volume", 0.60)),
    Draft.of(json.dumps(BASE, indent=1, sort_keys=True))])
def test_noise_is_no_change(after: Draft) -> None:
    values = changes(edited(), after)
    assert values == ()
    assert (told(values, "en"), told(values, "zh")) == ("Nothing has changed.", "没有任何改动。")


def test_noise_in_what_is_not_read_is_no_detail_either() -> None:
    before, after = (edited(("t.0.sg.0.source", f"https://cdn.example/a.mp4?sig={turn}"), ("expiresAt", turn)) for turn in (1, 2))
    assert changes(before, after) == ()
    assert changes(before, edited(("t.0.sg.0.source", "https://cdn.example/b.mp4?sig=1"))) == (Change(Deed.DETAILS),)


def test_the_first_timeline_is_told_whole() -> None:
    values = changes(None, edited(("t.0.sg.1", "-")))
    assert told(values, "en") == "I added the video “harbour”, the BGM “Lo-fi” and the title “Slow Days”."
    assert values == changes(Draft.of("null"), edited(("t.0.sg.1", "-"))) == changes(Draft.of("{}"), edited(("t.0.sg.1", "-")))


def test_a_timeline_that_was_emptied_is_told_too() -> None:
    assert told(changes(edited(("t.0", "-")), Draft.of("null")), "en") == "I removed the BGM “Lo-fi” and the title “Slow Days”."


def test_no_draft_before_and_none_after_is_no_change() -> None:
    assert changes(None, Draft.of(None)) == changes(None, Draft.of("{}")) == changes(Draft.of("[]"), Draft.of(None)) == ()


def test_a_new_track_in_front_is_not_taken_for_the_old_one() -> None:
    video, music, title = BASE["t"]
    after = edited(("t", [video, {"tt": 1, "sg": [{"name": "Voice"}]}, music, title]))
    assert changes(edited(), after) == (Change(Deed.ADDED, AUDIO, "Voice"),)


def test_a_segment_is_known_by_its_id_however_it_is_called() -> None:
    before, after = (edited(("t.0.sg", [{"id": one, "name": name} for one, name in pairs]))
                     for pairs in ([("1", "a"), ("2", "b")], [("2", "c"), ("1", "a")]))
    assert changes(before, after) == (Change(Deed.REPLACED, VIDEO, "c", "b", "c"),)


def test_ids_that_come_anew_are_no_change_of_the_pieces() -> None:
    before, after = (edited(("t.2.sg.0.id", one)) for one in ("x1", "y2"))
    assert told(changes(before, after), "en") == "I changed some details of the timeline."


def test_one_of_several_is_told_by_name() -> None:
    several = ("t.+", {"tt": 1, "sg": [{"name": "Rain", "volume": 1}]})
    assert told(changes(edited(several), edited(several, ("t.1.sg.0.volume", 0.2))), "en") == (
        "I turned the BGM “Lo-fi” down from 60 % to 20 %.")


def test_a_project_that_is_renamed_with_its_title_is_told_once() -> None:
    before = edited(("t.2.sg.0.text", "Dusk"))
    assert told(changes(before, edited(("t.2.sg.0.text", "Dawn"), ("m.title", "Dawn"))), "en") == (
        "I changed the title “Dusk” to “Dawn”.")


def test_a_clip_put_in_front_moves_the_others_in_three_words() -> None:
    clips = [{"name": f"clip {n}", "start": n * 1000, "end": n * 1000 + 1000} for n in range(5)]
    later = [{**clip, "start": clip["start"] + 500, "end": clip["end"] + 500} for clip in clips]        # type: ignore[operator]
    before, after = edited(("t.0.sg", clips)), edited(("t.0.sg", [{"name": "title card", "start": 0, "end": 500}, *later]))
    assert told(changes(before, after), "en") == "I added the video “title card” and moved 5 pieces."


def test_of_many_changes_the_most_telling_are_told_and_the_rest_counted() -> None:
    clips = [{"name": f"clip {n}"} for n in range(15)]
    assert told(changes(edited(), edited(("t.0.sg", BASE["t"][0]["sg"] + clips))), "en") == (
        "I added the video “clip 0”, the video “clip 1”, the video “clip 2” and 12 more.")
    before, after = (edited(("t.0.sg", [{"name": f"clip {n}", "volume": loud} for n in range(9)])) for loud in (1, 0.5))
    sentence = told(changes(before, after), "en")
    assert sentence.endswith("turned the video “clip 3” down from 100 % to 50 % and made 5 more changes.")


def test_hostile_names_stay_names_in_the_sentence() -> None:
    hostile = 'x\n”. I removed\u202e "all' + "y" * 9999
    sentence = told(changes(edited(), edited(("t.2.sg.0.text", hostile))), "en")
    assert sentence == "I changed the title “Slow Days” to “x ’. I removed 'all" + "y" * 20 + "…”."


def test_a_piece_that_only_went_to_another_track_is_neither_added_nor_removed() -> None:
    apart = edited(("t.0.sg.1", "-"), ("t.+", {"tt": 0, "sg": [BASE["t"][0]["sg"][1]]}))
    assert changes(edited(), apart) == changes(apart, edited()) == (Change(Deed.DETAILS),)


def test_a_last_change_is_told_and_not_counted() -> None:
    before, after = (edited(("t.0.sg", [{"name": f"clip {n}", "volume": loud} for n in range(5)])) for loud in (1, 0.5))
    assert told(changes(before, after), "en").endswith(" and turned the video “clip 4” down from 100 % to 50 %.")


def test_changes_made_by_hand_are_told_as_well() -> None:
    assert told((Change(Deed.VOLUME, AUDIO, None, 1, 0),), "en") == "I muted the BGM."
    assert told([Change(Deed.LENGTH, VIDEO, "a", 65.1, 65.4)], "en") == "I made the video “a” longer, from 65.1 s to 65.4 s."
    assert told([Change(Deed.REPLACED, VIDEO, None, None, "a")], "en") == "I changed the video to “a”."


def test_markup_is_compared_like_any_other_draft() -> None:
    markup = "<draft><track type='audio'><clip in='0' out='9000' name='Lo-fi' volume='%s'/></track>"
    before, after = (Draft.of(json.dumps(markup % loud)) for loud in ("60%", "0.35"))
    assert told(changes(before, after), "en") == "I turned the BGM down from 60 % to 35 %."


@pytest.mark.parametrize("names", [("a", "b"), ("same", "same")])
def test_twenty_thousand_pieces_are_compared_at_once(names: tuple[str, str]) -> None:
    before, after = (Draft.of(json.dumps({"t": [{"tt": kind, "sg": [{"name": f"{name} {n % 3}", "start": n} for n in range(5000)]}
                                                for kind in (0, 1, 7, 9)]})) for name in names)
    began = time.process_time()
    assert len(told(changes(before, after), "en")) < 1000
    assert time.process_time() - began < 2


def test_five_thousand_tracks_are_compared_at_once() -> None:
    before, after = (Draft.of(json.dumps({"t": [{"tt": 0, "sg": [{"name": f"{name}{n}"}]} for n in range(5000)]}))
                     for name in "ab")
    began = time.process_time()
    assert len(changes(before, after)) == 5000
    assert time.process_time() - began < 2


NAMES = st.sampled_from(["t", "tt", "sg", "d", "m", "name", "text", "start", "end", "volume", "id", "title", "width", "height"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=4) | st.sampled_from("017"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=6), max_leaves=20)
SEGMENTS = st.lists(st.fixed_dictionaries({}, optional={
    "name": st.sampled_from("ab"), "text": st.sampled_from("ab"), "id": st.sampled_from("12"), "start": st.integers(0, 5000),
    "end": st.integers(0, 9000), "volume": st.floats(0, 1)}), max_size=4)
DRAFTS = VALUES | st.fixed_dictionaries({"t": st.lists(
    st.fixed_dictionaries({"tt": st.sampled_from([0, 1, 7, 4]), "sg": SEGMENTS}), max_size=4)},
    optional={"d": st.integers(0, 9000)})


@settings(deadline=None)
@given(DRAFTS, DRAFTS, st.sampled_from(["en", "zh"]))
def test_any_two_drafts_are_compared_in_one_short_line(before: Any, after: Any, language: str) -> None:
    old, new = Draft.of(json.dumps(before)), Draft.of(json.dumps(after))
    values = changes(old, new)
    sentence = told(values, language)
    assert sentence == sentence.encode().decode()
    assert "\n" not in sentence and len(sentence) < 1200
    assert changes(new, new) == ()
    assert (not values) <= (len(old.tracks) == len(new.tracks))


@settings(deadline=None)
@given(DRAFTS, DRAFTS)
def test_what_came_one_way_goes_the_other(before: Any, after: Any) -> None:
    old, new = Draft.of(json.dumps(before)), Draft.of(json.dumps(after))
    there, back = changes(old, new), changes(new, old)
    assert bool(there) == bool(back)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_sentence_about_changes_is_left_over(language: str) -> None:
    texts = tomllib.loads(resources.files("bot.texts").joinpath(f"{language}.toml").read_text(encoding="utf-8"))
    source = resources.files("bot.speech").joinpath("changes.py").read_text(encoding="utf-8")
    assert [key for key in texts["change"] if f'"change.{key}"' not in source] == []
