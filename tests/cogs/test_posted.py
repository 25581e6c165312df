"""Clips in messages: attached, recorded, forwarded, and what is none."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from cogs.posted import Found, found_in, shown_name

CLIENT = discord.Client(intents=discord.Intents.none())


def file(name: str, size: int = 1000, kind: str | None = "audio/ogg") -> dict[str, Any]:
    link = f"https://cdn.discordapp.com/attachments/1/7/{name}"
    return {"id": "7", "filename": name, "size": size, "url": link, "proxy_url": link, "content_type": kind}


def message(*files: dict[str, Any], forwarded: tuple[dict[str, Any], ...] = ()) -> discord.Message:
    at = "2026-11-01T00:00:00+00:00"
    shared = {"type": 0, "content": "", "embeds": [], "edited_timestamp": None, "timestamp": at, "flags": 0, "components": []}
    ada = {"id": "3", "username": "ada", "discriminator": "0", "avatar": None}
    data: Any = {**shared, "id": "1", "channel_id": "2", "author": ada, "attachments": list(files),
                 "pinned": False, "mention_everyone": False, "tts": False, "mentions": [],
                 "mention_roles": []}
    if forwarded:
        data["message_snapshots"] = [{"message": {**shared, "attachments": list(forwarded)}}]
    return discord.Message(state=CLIENT._connection, channel=CLIENT.get_partial_messageable(2), data=data)


def test_clips_come_in_the_order_of_the_message_and_a_forwarded_one_last() -> None:
    found = found_in(message(file("one.ogg"), file("cat.png", kind="image/png"), file("two.mp4", kind="video/mp4"),
                             forwarded=(file("three.wav", kind=None),)), "en")
    assert [clip.name for clip in found.clips] == ["one.ogg", "two.mp4", "three.wav"]
    assert found.clips[0].url.endswith("one.ogg")
    assert (found.clips[0].bytes, found.clips[0].content_type) == (1000, "audio/ogg")
    assert found.refusal is None


def test_a_forwarded_voice_message_alone_is_a_clip() -> None:
    assert [clip.name for clip in found_in(message(forwarded=(file("voice-message.ogg"),)), "en").clips] == ["voice-message.ogg"]


@pytest.mark.parametrize(("one", "english", "chinese"), [
    (file("cat.png", kind="image/png"), "cat.png is a picture", "cat.png 是图片"),
    (file("a.ogg", size=300_000_000), "a.ogg is too large", "a.ogg 太大"),
    (file("a.ogg", size=0), "a.ogg is empty", "a.ogg 是空的"),
    (file("notes.txt", kind="text/plain"), "no sound or video", "不是这里认识的声音或视频")])
def test_of_files_that_are_no_clips_the_first_is_named(one: dict[str, Any], english: str, chinese: str) -> None:
    for language, words in (("en", english), ("zh", chinese)):
        found = found_in(message(one, file("other.pdf", kind="application/pdf")), language)
        assert found.clips == ()
        assert found.refusal is not None and words in found.refusal


def test_a_message_without_files_has_nothing() -> None:
    assert found_in(message(), "en") == Found()


def test_a_name_with_tricks_is_only_shown() -> None:
    assert "@everyone" not in shown_name("@everyone.ogg")
    assert len(shown_name("x" * 300)) <= 80


def test_a_name_is_shown_as_it_was_written_and_its_ending_counts_however_long_it_is() -> None:
    picture = found_in(message(file("my_cat_.png", kind="image/png")), "en")
    assert picture.refusal is not None and picture.refusal.startswith("my\\_cat\\_.png is")
    assert found_in(message(file("hum" * 40 + ".mp3", kind=None)), "en").clips != ()
    flood = found_in(message(file("a" * 3000 + ".txt", kind="text/plain")), "en")
    assert flood.refusal is not None and len(flood.refusal) < 500
