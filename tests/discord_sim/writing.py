"""What a member's own Discord client makes of words and files, and what it would not send. Posts nothing itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tests.discord_sim.looks import recorded_seconds, waveform
from tests.discord_sim.office import MAX_FILES, NITRO_BYTES, Upload
from tests.discord_sim.permissions import Permission, computed
from tests.discord_sim.resolving import CannotBeTyped
from tests.discord_sim.rest.access import needed_for
from tests.discord_sim.world import Channel, Flag, Role, User

MAX_CHARACTERS, MAX_CHARACTERS_WITH_NITRO = 2000, 4000


def written(text: str, files: Sequence[Upload], *, voice: bool, mentions: Sequence[User | Role]) -> dict[str, Any]:
    """The body of a member's message. Raises CannotBeTyped for a voice message that is none."""
    marks = [f"<@&{one.id}>" if isinstance(one, Role) else f"<@{one.id}>" for one in mentions]
    words = " ".join([*(mark for mark in marks if mark not in text), text]).strip()
    body: dict[str, Any] = {"content": words, "attachments": [
        {"id": number, "filename": file.filename, "description": file.alt} for number, file in enumerate(files)]}
    return body | _recorded(words, files) if voice else body


def _recorded(words: str, files: Sequence[Upload]) -> dict[str, Any]:
    if words or len(files) != 1:
        raise CannotBeTyped("a voice message is one recording without words")
    seconds = files[0].seconds or recorded_seconds(files[0].data)
    if seconds is None:
        raise CannotBeTyped(f"{files[0].filename} is no Ogg Opus recording: name its length with Upload(…, seconds=…)")
    listed = {"id": 0, "filename": files[0].filename, "duration_secs": seconds, "waveform": waveform(files[0].data, seconds)}
    return {"flags": int(Flag.VOICE), "attachments": [listed]}


def refuse_unsendable(channel: Channel, by: User, body: Mapping[str, Any], files: Sequence[Upload]) -> None:
    """Raises CannotBeTyped where the member's client, or Discord behind it, would not take this message."""
    has = computed(by, channel)
    missing = [one.name for one in needed_for(channel, body, dict(enumerate(files))) if not has & one]
    longest = MAX_CHARACTERS_WITH_NITRO if by.has_nitro else MAX_CHARACTERS
    largest = NITRO_BYTES if by.has_nitro else channel.upload_limit
    is_shut = channel.is_locked and not has & Permission.MANAGE_THREADS
    why = {
        f"it needs {', '.join(map(str, missing))}": bool(missing),
        f"it has over {longest} characters": len(body["content"]) > longest,
        f"it has over {MAX_FILES} files": len(files) > MAX_FILES,
        f"a file has over {largest} bytes": any(len(one.data) > largest for one in files),
        "the channel is gone": channel.is_deleted,
        "the thread is locked": is_shut,
    }
    found = [reason for reason, holds in why.items() if holds]
    if found:
        raise CannotBeTyped(f"{by.name} cannot say this in #{channel.name}: {'; '.join(found)}")
