"""Clips as members give them: attachments and links, as an order takes them. Fetches nothing."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote, urlsplit

import discord

from bot.jobs.order import Clip

MAX_NAME_CHARACTERS: Final = 100


def clip_of(attachment: discord.Attachment) -> Clip:
    """An attachment of a command, a form or a message."""
    return Clip(attachment.url, attachment.filename, attachment.size, attachment.content_type)


def link_of(link: str) -> Clip:
    """An address that a member typed; called after the end of its path, for nobody knows more of it yet."""
    typed = link.strip()
    parts = urlsplit(typed)
    name = PurePosixPath(unquote(parts.path)).name or parts.hostname or ""
    return Clip(typed, name[-MAX_NAME_CHARACTERS:], is_link=True)
