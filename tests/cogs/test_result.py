"""What stands above a song, below it, and behind it for whoever cannot see it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs.door import Delivery
from bot.jobs.order import Order
from bot.speech.song import Song
from bot.texts import LANGUAGES
from cogs.board import MAX_CHARACTERS
from cogs.marks import marker_of
from cogs.result import BYTES_AT_ONCE, FILES_AT_ONCE, alt, fitted, length_of, parcels, part_of, result_words
from storage import Job, JobKind, JobState

SONG = Song("Urban Dreams", "G major", 92.4, "lo-fi", 64.0)


def order(kind: JobKind = JobKind.GENERATE, language: str = "en", wanted: str = "mp4") -> Order:
    return Order(id="123", kind=kind, member_id="42", channel_id="2", language=language, public_language=language, format=wanted)


def delivery(**given: Any) -> Delivery:
    return Delivery(**{"film": Path("film.mp4"), "bytes": 10, "seconds": 64.0, "text": "Here it is.", "title": "Urban Dreams",
                       "song": SONG, **given})


def job(kind: JobKind = JobKind.EXPORT) -> Job:
    new, now = order(kind).as_job(), datetime(2026, 7, 1, tzinfo=UTC)
    return Job(id=new.id, member_id=new.member_id, channel_id=new.channel_id, kind=new.kind, request=new.request, language="en",
               state=JobState.DELIVERING, stage=None, session_id=None, fingerprint=None, render_key=None, film_path=None,
               outcome=None, reason=None, facts={}, created_at=now, updated_at=now, ended_at=None)


def test_a_song_is_told_in_a_few_lines() -> None:
    assert result_words(order(), delivery(timeline="Timeline (1 track): 1. Video: harbour (0-10s)")) == (
        "<@42> Your song is finished.\n**Urban Dreams** · G major · 92 BPM · lo-fi · 1:04\nHere it is.\n"
        "-# Timeline (1 track): 1. Video: harbour (0-10s)")


def test_what_nobody_tells_is_left_out() -> None:
    bare = Delivery(Path("film.mp4"), 10, None, "")
    assert result_words(order(language="zh"), bare) == "<@42> 你的歌做好了。"
    assert alt(bare, "en") == "The film of the song."


def test_what_stepped_down_says_so() -> None:
    wanted = order(JobKind.EXPORT, wanted="wav")
    assert "As wav it was too large for this channel, so it is flac." in result_words(wanted, delivery(format="flac"))
    stems = delivery(film=None, files=(Path("01 lead.flac"),), format="stems")
    assert "one by one" in result_words(order(JobKind.EXPORT, wanted="stems"), stems)


def test_whoever_cannot_see_the_film_reads_what_it_is() -> None:
    assert alt(delivery(), "en") == "The film of the song “Urban Dreams”: G major, 92 BPM, lo-fi, 1:04."
    assert alt(delivery(format="mp3"), "zh") == "歌曲《Urban Dreams》的文件：G major、92 BPM、lo-fi、1:04。"


@given(st.text(max_size=3000), st.text(max_size=1500), st.text(max_size=300),
       st.sampled_from([None, "https://films.example/films/abc"]), st.sampled_from(LANGUAGES))
def test_a_post_always_fits_and_always_holds_its_member_and_its_link(
        text: str, timeline: str, title: str, link: str | None, language: str) -> None:
    words = result_words(order(language=language), delivery(text=text, timeline=timeline, title=title, link=link))
    assert len(words) <= MAX_CHARACTERS
    assert words.startswith("<@42>")
    assert link is None or words.endswith(link)


@given(st.text(st.sampled_from("*_`[]|a@\\ \n"), max_size=400), st.integers(-5, 300))
def test_words_that_grow_when_they_are_made_harmless_are_cut_until_they_fit(text: str, room: int) -> None:
    assert len(fitted(text, room)) <= max(0, room)


def test_many_files_go_into_as_few_messages_as_discord_takes_each_known_again_by_its_mark(tmp_path: Path) -> None:
    files = tuple(tmp_path / f"{place:02d} lead.flac" for place in range(13))
    for file in files:
        file.write_bytes(b"x")
    groups = parcels(job(), delivery(film=None, files=files))
    assert [len(group) for group in groups] == [FILES_AT_ONCE, 3]
    assert groups[0][0].name == f"00-lead-{marker_of('123')}.flac"
    assert all(marker_of(part_of("123", 1)) in one.name for one in groups[1])
    assert groups[0][1].alt == "01 lead, one part of the song “Urban Dreams”."
    with files[1].open("wb") as large:
        large.truncate(BYTES_AT_ONCE)
    assert [len(group) for group in parcels(job(), delivery(film=None, files=files[:3]))] == [1, 1, 1]
    assert parcels(job(), delivery(film=None, files=files[:3]))[0][0].path == files[1]    # refused, it leaves nothing behind
    assert parcels(job(), delivery(film=None, link="https://films.example/x")) == [[]]


@pytest.mark.parametrize(("seconds", "shown"), [(64.0, "1:04"), (59.6, "1:00"), (5, "0:05"), (600, "10:00")])
def test_a_length_is_minutes_and_seconds(seconds: float, shown: str) -> None:
    assert length_of(seconds) == shown


def test_what_whoever_cannot_see_the_film_reads_holds_nothing_unseen() -> None:
    title = "\u202eevil\nline " + "a\u0301\u0302\u0303\u0304\u0305\u0306 \u3164"
    for told in (alt(delivery(title=title), "en"), alt(delivery(title="x" * 2000), "zh")):
        assert not {"\u202e", "\n", "\u3164", "\u0304"} & set(told)
        assert len(told) < 400
