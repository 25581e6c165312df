"""What links and responses say of themselves, read with suspicion. Sends nothing."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

import httpx

from bot.media.errors import MediaError

MAX_FAULT_BYTES: Final = 4096
_CONTENT_RANGE: Final = re.compile(r"bytes\s+([0-9]{1,18})-[0-9]+/([0-9]{1,18}|\*)$")
_LENGTH: Final = re.compile(r"[0-9]{1,18}")
"""A host may send thousands of digits, which Python refuses to read as a number."""


def judged(link: str, hosts: Collection[str], refusal: MediaError) -> httpx.URL:
    """`link` as httpx will read it, where it leads to one of `hosts` over TLS; else `refusal` is raised."""
    try:
        url = httpx.URL(link)
    except (httpx.InvalidURL, ValueError) as fault:
        raise refusal from fault
    place = url.host if url.port in (None, 443) else f"{url.host}:{url.port}"
    if url.scheme != "https" or place not in hosts or url.userinfo:
        raise refusal
    return url


def length_of(response: httpx.Response) -> int | None:
    """How many bytes are promised; None where the body comes in chunks or nothing is said."""
    length: str = response.headers.get("content-length", "")
    return int(length) if _LENGTH.fullmatch(length) and "transfer-encoding" not in response.headers else None


def goes_on_at(response: httpx.Response, received: int, whole: int | None) -> bool:
    """Whether this is the part after the first `received` bytes of a file of `whole` bytes."""
    part = _CONTENT_RANGE.match(response.headers.get("content-range", "")) if response.status_code == 206 else None
    return bool(part and received and int(part[1]) == received and part[2] in ("*", str(whole or part[2])))


def mark_of(response: httpx.Response) -> str | None:
    """What If-Range may name: a strong ETag, else the date."""
    tag: str = response.headers.get("etag", "")
    dated: str | None = response.headers.get("last-modified")
    return tag if tag and not tag.startswith("W/") else dated


async def beginning_of(response: httpx.Response) -> bytes:
    """The first bytes of a fault's text."""
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) >= MAX_FAULT_BYTES:
            break
    return bytes(body)
