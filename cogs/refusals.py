"""What can be said no to before a job exists, without a look into the file: nobody waits for a no."""

from __future__ import annotations

from typing import Any, Final

import discord

from bot.house import House
from bot.media.clip import ACCEPTED_CONTAINERS, CONVERTED_CONTAINERS, KNOWN_TYPES, MAX_CLIP_BYTES
from bot.nemo.files.filetypes import ending_of
from bot.texts import say
from cogs.permissions import missing_permissions
from storage import JobKind

PICTURES: Final = frozenset({"jpg", "jpeg", "png", "gif", "webp"})
HEARD: Final = (ACCEPTED_CONTAINERS | CONVERTED_CONTAINERS | {"opus", "oga", "ogv", "m4v"}) - PICTURES
HEARD_KINDS: Final = ("audio", "video")
JOBS_LOOKED_AT: Final = 25


def permission_refusal(interaction: discord.Interaction[Any], language: str) -> str | None:
    """The sentence that names what the bot may not do here; None where it may do all that it needs."""
    missing = missing_permissions(interaction.app_permissions, is_thread=isinstance(interaction.channel, discord.Thread))
    if interaction.guild_id is None or not missing:
        return None
    names = say("discord.comma", language).join(say(f"discord.permission.{name}", language) for name in missing)
    return say("discord.not_allowed_here", language, permissions=names)


def clip_refusal(name: str, size: int, content_type: str | None, language: str) -> str | None:
    """The sentence why this attachment cannot become a song; None where it may. Goes by its name and what Discord says of it."""
    if size > MAX_CLIP_BYTES:
        return say("clip.too_large", language, name=name)
    if size == 0:
        return say("clip.empty", language, name=name)
    kind = (content_type or "").partition("/")[0]
    ending = ending_of(name)
    if kind == "image" or (not kind and ending in PICTURES):
        return say("discord.not_a_voice", language, name=name)
    if kind in HEARD_KINDS or ending in HEARD:
        return None
    return say("clip.not_media", language, name=name, types=KNOWN_TYPES)


async def project_refusal(house: House, member_id: str, channel_id: str, language: str) -> str | None:
    """The sentence that there is nothing to refine; None where there is a song, or one is on its way."""
    if await house.stores.projects.current(member_id, channel_id, house.backend_name) is not None:
        return None
    jobs = await house.stores.jobs.of_member(member_id, limit=JOBS_LOOKED_AT)
    if any(job.channel_id == channel_id and job.kind is JobKind.GENERATE and not job.state.is_end for job in jobs):
        return None
    return say("discord.no_song_here", language)
