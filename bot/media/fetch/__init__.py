"""Fetch: bring an attachment from Discord to a file, bounded, whole or not at all. Never sends a token, never names a file.

The file grows under a temporary name beside its place. A cut is taken up where it happened; a redirect leads nowhere
but to Discord. Links are signed and stay out of logs and errors.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import ssl
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import httpx

from bot.media.fetch.errors import AttachmentTooLarge, ForeignLink, LinkExpired, NotFetched, NotKept
from bot.media.fetch.parts import Fetching, Order, Progress, in_thread
from bot.media.fetch.reading import judged
from bot.nemo.clock import Clock
from bot.nemo.logs import scrub_http_logs

__all__ = ["HOSTS", "AttachmentTooLarge", "ForeignLink", "LinkExpired", "NotFetched", "NotKept", "Progress", "fetch"]

HOSTS: Final = frozenset(("cdn.discordapp.com", "media.discordapp.net"))
"""Where Discord keeps attachments."""
CONNECT_SECONDS: Final = 15.0
READ_SECONDS: Final = 30.0
WHOLE_SECONDS: Final = 15 * 60.0
"""However slowly it comes; a trickle shall not keep a place in the queue for ever."""
USER_AGENT: Final = "mureka-bot"
MAX_NAME_CHARACTERS: Final = 80
UNNAMED: Final = "attachment"
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069/\\\ud800-\udfff]+")


async def fetch(link: str, to: Path, *, limit_bytes: int, clock: Clock, progress: Progress | None = None,
                hosts: Collection[str] = HOSTS, proxy: str | None = None, trust: ssl.SSLContext | None = None) -> int:
    """Bring the attachment at `link` to `to`; its length in bytes.

    `hosts` are those that may be asked, with their port where it is not 443. `proxy` is an address such as
    `http://127.0.0.1:3128`; those of the environment are not used, as discord.py does not use them either. `trust`
    None means the usual authorities, or those that SSL_CERT_FILE names. An existing file is replaced at the end; a
    call that fails or is cancelled leaves everything as it was.

    Raises LinkExpired, ForeignLink, AttachmentTooLarge, ClipEmpty, NotFetched, NotKept.
    """
    scrub_http_logs()
    name = _name_in(link)
    order = Order(judged(link, hosts, ForeignLink(name)), name, limit_bytes, hosts, progress)
    http = await _client(name, clock, proxy, trust)
    part = to.with_name(f".{to.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        async with asyncio.timeout(clock.patience(WHOLE_SECONDS)), http:
            with part.open("xb") as file:
                size = await Fetching(http, order, clock, file).run()
                await in_thread(lambda: os.fsync(file.fileno()))
            part.replace(to)
    except TimeoutError as late:
        raise NotFetched(name, f"not here within {WHOLE_SECONDS:.0f} s") from late
    except OSError as fault:
        raise NotKept(name, str(fault)) from fault
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    return size


async def _client(name: str, clock: Clock, proxy: str | None, trust: ssl.SSLContext | None) -> httpx.AsyncClient:
    try:
        context = trust if trust is not None else await asyncio.to_thread(httpx.create_ssl_context)
        return httpx.AsyncClient(
            headers={"User-Agent": USER_AGENT}, verify=context, proxy=proxy, trust_env=False, follow_redirects=False,
            timeout=httpx.Timeout(clock.patience(READ_SECONDS), connect=clock.patience(CONNECT_SECONDS)))
    except OSError as fault:
        raise NotFetched(name, f"SSL_CERT_FILE: {fault}") from fault
    except (ValueError, httpx.InvalidURL):      # their texts may hold the proxy's password
        raise NotFetched(name, "an address of a proxy that cannot be used") from None


def _name_in(link: str) -> str:
    """What the file is called, for sentences: it is chosen by whoever sent it."""
    last = unquote(link.partition("?")[0].partition("#")[0].rpartition("/")[2])
    return _UNSEEN.sub(" ", last).strip()[:MAX_NAME_CHARACTERS] or UNNAMED
