"""Voice messages: what one has to be, whoever sends it. Stores nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.discord_sim import errors
from tests.discord_sim.world import Attachment, Flag

WORDS = ("content", "embeds", "components", "sticker_ids", "poll")


def check_voice(body: Mapping[str, Any], files: Mapping[int, Any]) -> None:
    """Raises 50159, 50160 or 50161 for a body with the voice flag that is no voice message."""
    if not (body.get("flags") or 0) & Flag.VOICE:
        return
    if any(body.get(name) for name in WORDS):
        raise errors.words_beside_a_voice()
    listed = body.get("attachments") or []
    if len(files) != 1 or len(listed) != 1:
        raise errors.not_one_recording()
    if listed[0].get("duration_secs") is None or listed[0].get("waveform") is None:
        raise errors.recording_without_waveform()


def check_recording(attachment: Attachment) -> None:
    """Raises 50160 for a file that is no sound."""
    if not attachment.content_type.startswith("audio/"):
        raise errors.not_one_recording()
