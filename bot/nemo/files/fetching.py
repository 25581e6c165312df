"""A small file of the API's own host, such as the picture of a tune: fetched with the token, whole, bounded. Follows nothing.

The token goes to the host that we were told to speak to. An address that names that host in another way (a proxy before it
hides the scheme or the port) is asked for at ours; one on any other host is not asked for at all.
"""

from __future__ import annotations

import asyncio
import secrets
from contextlib import aclosing
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit, urlunsplit

import httpx

from bot.nemo.account import Account
from bot.nemo.body import pieces
from bot.nemo.envelope import unwrap
from bot.nemo.errors import BadReply, Refused, TokenRejected, Unreachable
from bot.nemo.secret import Secret
from bot.nemo.wire import BODY_SECONDS, Call, Wire, attributed

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_PICTURE_SIDE: Final = 8192      # pixels: what is larger than that nobody draws to be looked at
_PNG: Final = b"\x89PNG\r\n\x1a\n"
_PNG_END: Final = b"\0\0\0\0IEND\xaeB`\x82"


def picture_in(media: Any) -> str | None:
    """The address of the tune's picture in a state's `generated_media`."""
    melody = media.get("melody") if isinstance(media, dict) else None
    url = melody.get("picture") if isinstance(melody, dict) else None
    return url if isinstance(url, str) and url.strip() else None


async def fetch(wire: Wire, account: Account, url: str, to: Path, limit_bytes: int = MAX_BYTES, *,
                is_picture: bool = False) -> int:
    """Bring the file at `url` to `to`, which it gets when it is whole; its bytes. Passing faults are tried again.

    Raises Refused for another host, BadReply for what is too large, empty or no PNG where one is meant.
    """
    call = Call("GET", own_address(wire.base_url, url), headers={"Accept": "*/*", "Accept-Encoding": "identity"})
    body = await wire.patiently(lambda: _as(wire, account, call, limit_bytes))
    if is_picture and not is_png(body):
        raise BadReply("no PNG")
    await asyncio.to_thread(_write, to, body)
    return len(body)


def own_address(base_url: str, url: str) -> str:
    """`url` at the API's own scheme, host and port. Raises Refused where it names another host."""
    try:
        own, asked = urlsplit(base_url), urlsplit(urljoin(base_url + "/", url.strip()))
        is_own = asked.scheme in ("http", "https") and asked.hostname == own.hostname
    except ValueError:
        raise Refused("a file at no address") from None
    if not is_own:
        raise Refused("a file on another host")
    return urlunsplit((own.scheme, own.netloc, asked.path, asked.query, ""))


def is_png(body: bytes) -> bool:
    """Whether it is a PNG from its first byte to its last, of a size that can be shown."""
    width, height = int.from_bytes(body[16:20]), int.from_bytes(body[20:24])
    is_whole = body.startswith(_PNG) and body[12:16] == b"IHDR" and body.endswith(_PNG_END)
    return is_whole and 0 < width <= MAX_PICTURE_SIDE and 0 < height <= MAX_PICTURE_SIDE


async def _as(wire: Wire, account: Account, call: Call, limit_bytes: int) -> bytes:
    token = await account.token()
    try:
        return await _once(wire, call, token, limit_bytes)
    except TokenRejected:
        renewed = await account.instead_of(token)
        if renewed is None:
            raise
    return await _once(wire, call, renewed, limit_bytes)


async def _once(wire: Wire, call: Call, token: Secret, limit_bytes: int) -> bytes:
    async with wire.open(call, token) as response:
        if not response.is_success:
            with attributed(response):
                unwrap(await wire.read(response))
            raise BadReply("no file", http_status=response.status_code)
        try:
            async with asyncio.timeout(wire.clock.patience(BODY_SECONDS)):
                return await _read(response, limit_bytes)
        except TimeoutError:
            raise Unreachable("a file without an end") from None


async def _read(response: httpx.Response, limit_bytes: int) -> bytes:
    body = bytearray()
    async with aclosing(pieces(response)) as coming:
        async for piece in coming:
            body += piece
            if len(body) > limit_bytes:
                raise BadReply(f"a file of more than {limit_bytes} bytes", http_status=response.status_code)
    if not body:
        raise BadReply("an empty file", http_status=response.status_code)
    return bytes(body)


def _write(to: Path, body: bytes) -> None:
    part = to.with_name(f".{secrets.token_hex(8)}.part")
    try:
        part.write_bytes(body)
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
