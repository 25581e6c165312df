"""What is refused before a job exists."""

from __future__ import annotations

import discord
import pytest

from bot.media.clip import MAX_CLIP_BYTES
from cogs.permissions import missing_permissions
from cogs.refusals import clip_refusal


@pytest.mark.parametrize(("name", "size", "kind"), [
    ("hum.ogg", 1000, "audio/ogg"), ("hum.M4A", 1000, None), ("voice-message.ogg", 1000, "audio/ogg; codecs=opus"),
    ("clip.mkv", MAX_CLIP_BYTES, "video/x-matroska"), ("noname", 1000, "audio/mpeg"), ("hum.opus", 10, None),
    ("hum.flac", 10, "application/octet-stream"),
])
def test_what_may_hold_a_voice_is_taken(name: str, size: int, kind: str | None) -> None:
    assert clip_refusal(name, size, kind, "en") is None


@pytest.mark.parametrize(("name", "size", "kind", "words"), [
    ("hum.ogg", MAX_CLIP_BYTES + 1, "audio/ogg", "too large"), ("hum.ogg", 0, "audio/ogg", "is empty"),
    ("cat.png", 1000, "image/png", "is a picture"), ("cat.webp", 1000, None, "is a picture"),
    ("notes.txt", 10, "text/plain; charset=utf-8", "no sound or video"), ("archive", 10, None, "no sound or video"),
])
def test_what_cannot_is_refused_with_its_reason(name: str, size: int, kind: str | None, words: str) -> None:
    refusal = clip_refusal(name, size, kind, "en")
    assert refusal is not None
    assert words in refusal
    assert name in refusal


def test_writing_in_a_thread_is_another_permission_than_writing_in_a_channel() -> None:
    granted = discord.Permissions(view_channel=True, attach_files=True, read_message_history=True, send_messages=True)
    assert missing_permissions(granted, is_thread=False) == []
    assert missing_permissions(granted, is_thread=True) == ["send_messages"]
    assert missing_permissions(discord.Permissions.none(), is_thread=False) == [
        "view_channel", "send_messages", "attach_files", "read_message_history"]
