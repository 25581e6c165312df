"""What the small endpoints answer, as values: the anonymous token, the session, the credits. No HTTP here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote

from bot.nemo.envelope import Payload
from bot.nemo.errors import BadReply
from bot.nemo.secret import Secret

USER_TOKEN: Final = "nmv_usr_"


@dataclass(frozen=True, slots=True)
class AnonymousToken:
    """A token for nobody in particular; its life and its credits where the server tells them."""

    token: Secret
    user_id: str | None = None
    expires_at: datetime | None = None
    credits: int | None = None
    client_id: str = ""         # what it was asked for with

    @classmethod
    def of(cls, payload: Payload, client_id: str = "") -> AnonymousToken:
        """Read POST /api/auth/anonymous-token; BadReply without a token."""
        token = payload.word("token", "access_token")
        if token is None:
            raise BadReply("an anonymous token without a token")
        expires_at, credits_left = moment(payload.value("expires_at")), whole(payload.value("credits"))
        return cls(Secret(token), payload.word("user_id"), expires_at, credits_left, client_id)


@dataclass(frozen=True, slots=True)
class Session:
    """A project on the server. Both ids are text, however many digits they have."""

    session_id: str
    task_id: str | None = None
    user_id: str | None = None

    @classmethod
    def of(cls, payload: Payload) -> Session:
        """Read POST /api/tasks/me/with-session/nemo_agent; BadReply without a session id."""
        session_id = payload.word("session_id", "sessionId")
        if session_id is None:
            raise BadReply("a session without an id")
        return cls(session_id, payload.word("task_id", "taskId"), payload.word("user_id"))


@dataclass(frozen=True, slots=True)
class Claim:
    """A link that opens a project in the browser, for whoever holds it: for its member's eyes alone."""

    link: Secret
    seconds: float | None = None    # how long it may be used, again and again

    @classmethod
    def of(cls, payload: Payload, web_url: str) -> Claim:
        """Read POST /api/auth/claim-token; BadReply without a claim token, or with one that could call the API."""
        token = payload.word("claim_token", "claimToken")
        if token is None or USER_TOKEN in token:
            raise BadReply("a claim without a claim token")
        return cls(Secret(f"{web_url}/workspace/claim?ct={quote(token, safe='')}"), number(payload.value("expires_in")))


@dataclass(frozen=True, slots=True)
class Credits:
    """What is left, what is held for work going on, and both together; None where the server does not tell."""

    available: int | None
    frozen: int = 0
    total: int | None = None

    @classmethod
    def of(cls, payload: Payload) -> Credits:
        """Read GET /api/credits/balance/simple, also in the words of the second gateway (granted, consumed)."""
        available, total = whole(payload.value("available")), whole(payload.value("total"))
        frozen = whole(payload.value("frozen")) or 0
        granted, consumed = whole(payload.value("total_granted")), whole(payload.value("total_consumed"))
        if available is None and granted is not None and consumed is not None:
            available = granted - consumed
        if available is None and total is not None:
            available = total - frozen
        if total is None and available is not None:
            total = available + frozen
        return cls(available, frozen, total)


def number(value: Any) -> float | None:
    """A finite number that came as a number or as text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def whole(value: Any) -> int | None:
    """The same, rounded down to a whole number."""
    found = number(value)
    return None if found is None else math.floor(found)


def moment(value: Any) -> datetime | None:
    """A moment in UTC out of ISO 8601 text; without a zone it is taken for UTC."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):     # the last of days, west of Greenwich
        return None
