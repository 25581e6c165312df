"""What a backend keeps of whoever asks: listed, a clip of it fetched, all of it deleted. Deletes nobody else's, guesses nothing.

The studio has these calls and says so (`forgets` in its capabilities). The cloud has none: asked for one it finds nothing.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from bot.nemo.account import Account
from bot.nemo.body import pieces
from bot.nemo.envelope import unwrap
from bot.nemo.errors import BadReply, NotFound, TokenRejected, Unreachable
from bot.nemo.secret import Secret
from bot.nemo.wire import BODY_SECONDS, Call, Wire, attributed

ME_PATH: Final = "/api/studio/me"
FORGET_SECONDS: Final = 3 * 60.0
"""Running work is stopped first, and a member may have gigabytes."""


@dataclass(frozen=True, slots=True)
class KeptClip:
    """A clip that the backend keeps. Its `name` was chosen by whoever sent it: it is no path."""

    session_id: str
    file: str                       # what it is asked for by
    name: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Kept:
    """All that a backend keeps of somebody."""

    told: dict[str, Any] = field(default_factory=dict, repr=False)      # as the backend told it
    sessions: int = 0
    clips: tuple[KeptClip, ...] = ()
    songs: int = 0
    films: int = 0
    bytes: int = 0

    @classmethod
    def of(cls, told: dict[str, Any]) -> Kept:
        """Read GET /api/studio/me; what is not understood is passed over."""
        sessions = _listed(told, "sessions")
        clips = tuple(_clip(session, one) for session in sessions for one in _listed(session, "uploads"))
        return cls(told, len(sessions), tuple(one for one in clips if one.session_id and one.file),
                   sum(len(_listed(session, "songs")) for session in sessions), len(_listed(told, "renders")),
                   _whole(told.get("bytes")))


@dataclass(frozen=True, slots=True)
class Deleted:
    """What a backend has deleted of somebody."""

    sessions: int
    films: int
    bytes: int


async def kept(wire: Wire, account: Account) -> Kept | None:
    """What is kept of the account's owner; None where the backend has no such call."""
    try:
        payload = await wire.get(account, ME_PATH)
    except NotFound:
        return None
    return Kept.of(payload.parsed())


async def delete(wire: Wire, account: Account) -> Deleted | None:
    """Delete all of it, the account's tokens too; None where the backend has no such call.

    Tried again on passing faults: deleting what is deleted changes nothing.
    """
    call = Call("DELETE", ME_PATH, answer_seconds=FORGET_SECONDS)
    try:
        payload = await wire.patiently(lambda: wire.once(account, call))
    except NotFound:
        return None
    told = payload.parsed()
    return Deleted(_whole(told.get("sessions")), _whole(told.get("renders")), _whole(told.get("bytes")))


async def fetch_clip(wire: Wire, account: Account, clip: KeptClip, to: Path, limit_bytes: int) -> int:
    """Bring a clip to `to` and tell its bytes. BadReply for more than `limit_bytes`; an OSError is the disk's."""
    path = f"/api/studio/sessions/{quote(clip.session_id, safe='')}/uploads/{quote(clip.file, safe='')}"
    call = Call("GET", path, headers={"Accept": "*/*", "Accept-Encoding": "identity"})
    return await wire.patiently(lambda: _as(wire, account, call, to, limit_bytes))


async def _as(wire: Wire, account: Account, call: Call, to: Path, limit_bytes: int) -> int:
    token = await account.token()
    try:
        return await _once(wire, call, token, to, limit_bytes)
    except TokenRejected:
        renewed = await account.instead_of(token)
        if renewed is None:
            raise
    return await _once(wire, call, renewed, to, limit_bytes)


async def _once(wire: Wire, call: Call, token: Secret, to: Path, limit_bytes: int) -> int:
    async with wire.open(call, token) as response:
        if not response.is_success:
            with attributed(response):
                unwrap(await wire.read(response))
            raise BadReply("no clip", http_status=response.status_code)
        try:
            async with asyncio.timeout(wire.clock.patience(BODY_SECONDS)), aclosing(pieces(response)) as coming:
                return await _written(coming, to, limit_bytes)
        except TimeoutError:
            raise Unreachable("a clip without an end") from None


async def _written(coming: AsyncIterator[bytes], to: Path, limit_bytes: int) -> int:
    got = 0
    with await asyncio.to_thread(to.open, "wb") as file:
        async for piece in coming:
            got += len(piece)
            if got > limit_bytes:
                raise BadReply(f"a clip of more than {limit_bytes} bytes")
            await asyncio.to_thread(file.write, piece)
    return got


def _clip(session: dict[str, Any], told: dict[str, Any]) -> KeptClip:
    file = _text(told.get("file"))
    return KeptClip(_text(session.get("session_id")), file, _text(told.get("name")) or file, _whole(told.get("bytes")))


def _listed(told: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = told.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: object) -> int:
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return max(0, int(value)) if is_number else 0       # type: ignore[call-overload]
