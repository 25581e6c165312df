"""What can be said no to before a job exists, without a look into the file: nobody waits for a no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

import discord

from bot.flows.errors import FormatNotOffered
from bot.flows.offers import Offers
from bot.house import House
from bot.media.clip import ACCEPTED_CONTAINERS, CONVERTED_CONTAINERS, MAX_CLIP_BYTES
from bot.nemo.files.filetypes import ending_of
from bot.texts import say
from cogs.plain_words import plain
from storage import JobKind

PICTURES: Final = frozenset({"jpg", "jpeg", "png", "gif", "webp"})
HEARD: Final = (ACCEPTED_CONTAINERS | CONVERTED_CONTAINERS | {"opus", "oga", "ogv", "m4v"}) - PICTURES
HEARD_KINDS: Final = ("audio", "video")
JOBS_LOOKED_AT: Final = 25
MAX_NAME_CHARACTERS: Final = 80
BEGINNING: Final = (JobKind.GENERATE, JobKind.UPLOAD)


def clips_refusal(clips: Sequence[discord.Attachment], link: str | None, language: str) -> str | None:
    """The sentence about the first of these attachments, or the link, that cannot become a song; None where all may."""
    if clips and link:
        return say("discord.one_of_both", language)
    told = (clip_refusal(one.filename, one.size, one.content_type, language) for one in clips)
    return next(filter(None, told), None) or (link_refusal(link, language) if link else None)


def link_refusal(link: str, language: str) -> str | None:
    """The sentence why this is no address to fetch a clip from; whether it leads anywhere is found out by the job."""
    try:
        parts = urlsplit(link.strip())
        is_fit = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None and parts.port != 0
    except ValueError:      # half an IPv6 address, a port beyond 65535
        is_fit = False
    return None if is_fit and link.strip().isprintable() and " " not in link.strip() else say("link.malformed", language)


def format_refusal(offers: Offers, wanted: str, language: str) -> str | None:
    """The sentence that the backend does not export this, and what it does; None where it does."""
    try:
        offers.check_format(wanted)
    except FormatNotOffered as fault:
        return say(fault.says, language, **fault.facts)
    return None


def aspect_refusal(offers: Offers, aspect: str | None, language: str) -> str | None:
    """The sentence that the backend makes no such picture; None where it does, or does not tell."""
    if aspect is None or not offers.aspects or aspect in offers.aspects:
        return None
    return say("discord.no_such_aspect", language, aspects=say("discord.comma", language).join(offers.aspects))


def clip_refusal(name: str, size: int, content_type: str | None, language: str) -> str | None:
    """The sentence why this attachment cannot become a song; None where it may. Goes by its name and what Discord says of it."""
    if size > MAX_CLIP_BYTES:
        return say("clip.too_large", language, name=plain(name, MAX_NAME_CHARACTERS))
    if size == 0:
        return say("clip.empty", language, name=plain(name, MAX_NAME_CHARACTERS))
    kind = (content_type or "").partition("/")[0]
    ending = ending_of(name)
    if kind == "image" or (not kind and ending in PICTURES):
        return say("discord.not_a_voice", language, name=plain(name, MAX_NAME_CHARACTERS))
    if kind in HEARD_KINDS or ending in HEARD:
        return None
    return say("clip.not_media", language, name=plain(name, MAX_NAME_CHARACTERS), types=", ".join(sorted(HEARD)))


async def project_refusal(house: House, member_id: str, channel_id: str, language: str) -> str | None:
    """The sentence that there is nothing to refine; None where there is a song, or one is on its way."""
    if await house.current_project(member_id, channel_id) is not None:
        return None
    jobs = await house.stores.jobs.of_member(member_id, limit=JOBS_LOOKED_AT)
    if any(job.channel_id == channel_id and job.kind in BEGINNING and not job.state.is_end for job in jobs):
        return None
    return say("discord.no_song_here", language)
