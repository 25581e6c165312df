"""The clips that a message holds, also one that was forwarded. Looks at names and sizes, fetches nothing."""

from __future__ import annotations

from dataclasses import dataclass

import discord

from bot.jobs.order import Clip
from cogs.clips import clip_of
from cogs.plain_words import plain
from cogs.refusals import MAX_NAME_CHARACTERS, clip_refusal


@dataclass(frozen=True, slots=True)
class Found:
    """What there is in a message. `refusal` is the sentence why its first file is no clip, where none is one."""

    clips: tuple[Clip, ...] = ()
    refusal: str | None = None


def found_in(message: discord.Message, language: str) -> Found:
    """The clips of a message, in its order; those of a message that it forwards come last."""
    files = [*message.attachments, *(file for forwarded in message.message_snapshots for file in forwarded.attachments)]
    refusals = [clip_refusal(file.filename, file.size, file.content_type, language) for file in files]
    clips = tuple(clip_of(file) for file, refusal in zip(files, refusals, strict=True) if refusal is None)
    return Found(clips, refusals[0] if refusals and not clips else None)


def shown_name(name: str) -> str:
    """A file's name as a sentence may say it."""
    return plain(name, MAX_NAME_CHARACTERS)
