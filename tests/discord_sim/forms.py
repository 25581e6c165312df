"""The bodies that the bot may send about messages: fields, types, lengths, sums. Decides nothing about permissions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.discord_sim import errors
from tests.discord_sim.checks import (
    Check,
    Findings,
    boolean,
    checked,
    integer,
    listing,
    nullable,
    number,
    one_of,
    shape,
    snowflake,
    text,
)
from tests.discord_sim.world import Flag

MAX_CONTENT = 2000
MAX_EMBED_SUM = 6000
MAX_NONCE = 25
MAX_FILES = 10
SETTABLE_FLAGS = Flag.SUPPRESS_EMBEDS | Flag.SUPPRESS_NOTIFICATIONS | Flag.EPHEMERAL | Flag.VOICE | Flag.COMPONENTS_V2

_URL = nullable(text(2048))
_PICTURE = nullable(shape({"url": _URL, "proxy_url": _URL, "width": nullable(integer()), "height": nullable(integer()),
                           "flags": nullable(integer()), "content_type": nullable(text(100)), "placeholder": nullable(text(200)),
                           "placeholder_version": nullable(integer()), "description": nullable(text(4096))}))
_FIELD = shape({"name": text(256, 1), "value": text(1024, 1), "inline": nullable(boolean)}, ("name", "value"))
EMBED = shape({
    "type": nullable(text(20)), "title": nullable(text(256)), "description": nullable(text(4096)), "url": _URL,
    "color": nullable(integer(0, 0xFFFFFF)), "timestamp": nullable(text(40)), "fields": nullable(listing(_FIELD, 25)),
    "footer": nullable(shape({"text": text(2048), "icon_url": _URL, "proxy_icon_url": _URL}, ("text",))),
    "author": nullable(shape({"name": text(256), "url": _URL, "icon_url": _URL, "proxy_icon_url": _URL}, ("name",))),
    "image": _PICTURE, "thumbnail": _PICTURE, "video": _PICTURE,
    "provider": nullable(shape({"name": nullable(text(256)), "url": _URL})),
    "flags": nullable(integer())})
ALLOWED_MENTIONS = shape({"parse": nullable(listing(one_of("users", "roles", "everyone"), 3)),
                          "users": nullable(listing(snowflake, 100)), "roles": nullable(listing(snowflake, 100)),
                          "replied_user": nullable(boolean)})
ATTACHMENT = shape({
    "id": snowflake, "filename": nullable(text(1024, 1)), "description": nullable(text(1024)), "duration_secs": nullable(number),
    "waveform": nullable(text(400)), "title": nullable(text(1024)), "is_spoiler": nullable(boolean),
    "is_remix": nullable(boolean),
    # What a kept attachment says about itself when discord.py sends it back:
    "size": nullable(integer()), "url": _URL, "proxy_url": _URL, "content_type": nullable(text(256)),
    "spoiler": nullable(boolean),
    "height": nullable(integer()), "width": nullable(integer()), "flags": nullable(integer())}, ("id",))
REFERENCE = shape({"message_id": snowflake, "channel_id": nullable(snowflake), "guild_id": nullable(snowflake),
                   "fail_if_not_exists": nullable(boolean), "type": nullable(one_of(0))}, ("message_id",))


def _nonce(value: Any, path: tuple[str | int, ...], findings: Findings) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        text(MAX_NONCE)(value, path, findings)


def _any(value: Any, path: tuple[str | int, ...], findings: Findings) -> None:
    """Components are judged together with their message, in `layout`."""


_BODY: Mapping[str, Check] = {
    "content": nullable(text(MAX_CONTENT)), "embeds": nullable(listing(EMBED, 10)), "components": _any,
    "attachments": nullable(listing(ATTACHMENT, MAX_FILES)), "allowed_mentions": nullable(ALLOWED_MENTIONS),
    "flags": nullable(integer(0, (1 << 31) - 1)), "tts": nullable(boolean), "poll": nullable(shape({}))}
POSTED = shape({**_BODY, "nonce": nullable(_nonce), "enforce_nonce": nullable(boolean), "message_reference": nullable(REFERENCE),
                "sticker_ids": nullable(listing(snowflake, 3))})
EDITED = shape(_BODY)
FOLLOWED = shape(_BODY)


def check_message(body: Any, form: Check) -> None:
    """Raises 50035 for a body that is not a message of this form, 501 for what this simulator does not serve."""
    checked(body, form)
    for name in ("poll", "sticker_ids"):
        if body.get(name):
            raise errors.not_served(name)
    findings = Findings()
    flags = body.get("flags") or 0
    if flags & ~SETTABLE_FLAGS:
        findings.add(("flags",), "MESSAGE_FLAGS_INVALID", f"These flags cannot be set: {flags & ~SETTABLE_FLAGS}")
    if sum(map(embed_size, body.get("embeds") or ())) > MAX_EMBED_SUM:
        findings.add(("embeds",), "MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {MAX_EMBED_SUM}")
    findings.refuse()


def embed_size(embed: dict[str, Any]) -> int:
    """The characters that count against the sum."""
    return sum(map(len, embed_texts(embed)))


def embed_texts(embed: dict[str, Any]) -> list[str]:
    """The words that an embed shows, in reading order."""
    author, footer = embed.get("author") or {}, embed.get("footer") or {}
    fields = [one for field in embed.get("fields") or () for one in (field["name"], field["value"])]
    return [one for one in (author.get("name"), embed.get("title"), embed.get("description"), *fields, footer.get("text")) if one]
