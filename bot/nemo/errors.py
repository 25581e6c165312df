"""What can go wrong with the API: one class per row of the code table. Sentences stand in bot/texts, under `says`.

API notes, section 3. A body's code may come with HTTP 200, a status without a code.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from bot.nemo.jsontext import mended
from bot.nemo.secret import scrub_all

MAX_REASON_CHARACTERS: Final = 500
WEB: Final = "https://nemovideo.com"


class NemoError(Exception):
    """The API did not do what was asked.

    `reason` is the server's text without tokens, `code` the body's code, `retry_after` the server's hint in seconds.
    `may_have_run` tells that the act may have happened all the same: find out, never repeat. `facts` fill the
    placeholders of the sentence.
    """

    says = "nemo.failed"

    def __init__(
        self,
        reason: str = "",
        *,
        code: int | str | None = None,
        http_status: int | None = None,
        retry_after: float | None = None,
        may_have_run: bool = False,
        facts: Mapping[str, object] | None = None,
    ) -> None:
        self.reason = mended(scrub_all(reason))[:MAX_REASON_CHARACTERS]
        self.code = code
        self.http_status = http_status
        self.retry_after = retry_after
        self.may_have_run = may_have_run
        self._facts = dict(facts or {})
        super().__init__(self.reason or type(self).__doc__ or self.says)

    @property
    def facts(self) -> Mapping[str, object]:
        """What the sentence's placeholders stand for; `reason` is added by whoever says it."""
        return self._facts

    def become(self, kind: type[NemoError], **facts: object) -> NemoError:
        """The same fault under a more exact class."""
        return kind(self.reason, code=self.code, http_status=self.http_status, retry_after=self.retry_after,
                    may_have_run=self.may_have_run, facts={**self._facts, **facts})


class RequestRefused(NemoError):
    """HTTP 400, 405, 409, 422: the server finds the request wrong."""

    says = "nemo.request_refused"


class TokenRejected(NemoError):
    """1001, 1010, 1011, HTTP 401: the token is wrong or has expired."""

    says = "nemo.token_rejected"


class GuestTokenRejected(TokenRejected):
    """The same for an anonymous token, when a new one did not help either."""

    says = "nemo.guest_token_rejected"


class SessionLost(NemoError):
    """1002, HTTP 404 on a session: the project is no longer there."""

    says = "nemo.session_lost"


class CreditsUsedUp(NemoError):
    """2001: no credits are left. Facts: link, where more are bought."""

    says = "nemo.credits_used_up"

    @property
    def facts(self) -> Mapping[str, object]:
        """`link` leads to the website at least."""
        return {"link": WEB, **self._facts}


class GuestCreditsUsedUp(CreditsUsedUp):
    """The same for an anonymous token. Facts: link, where an account is registered that keeps the project."""

    says = "nemo.guest_credits_used_up"


class FileTypeRefused(NemoError):
    """4001: a type of file that the API does not take."""

    says = "nemo.file_type"


class FileUnusable(NemoError):
    """4003: a file of a good type that is of no use. The studio's own code; its reason is a sentence of its own."""

    says = "nemo.file_unusable"


class FileTooLarge(NemoError):
    """4002, HTTP 413: the file is too large."""

    says = "nemo.file_too_large"


class ClientIdMissing(RequestRefused):
    """400 on the anonymous token: the client id is missing or wrong."""

    says = "nemo.client_id"


class PlanRefused(NemoError):
    """402: the plan does not include this; credits would not help. Facts: link, where the plan is changed."""

    says = "nemo.plan"

    @property
    def facts(self) -> Mapping[str, object]:
        """`link` leads to the website at least."""
        return {"link": WEB, **self._facts}


class GuestPlanRefused(PlanRefused):
    """402 or 403 for an anonymous token: a registered one is needed. Facts: link, where to register."""

    says = "nemo.guest_plan"


class AttributionMissing(RequestRefused):
    """402 for a request that did not carry all three attribution headers: our fault, not the plan's."""

    says = "nemo.attribution"


class RateLimited(NemoError):
    """429: too many requests. Facts: minutes, how long to wait."""

    says = "nemo.rate_limited"

    @property
    def facts(self) -> Mapping[str, object]:
        """`minutes` as the server hints, at least one."""
        return {"minutes": max(1, math.ceil((self.retry_after or 0) / 60)), **self._facts}


class AnonymousLimit(RateLimited):
    """429 on the anonymous token: this client or address has had its share for days."""

    says = "nemo.anonymous_limit"


class Refused(NemoError):
    """403: not allowed."""

    says = "nemo.refused"


class NotFound(NemoError):
    """404 or 410 on something other than a session."""

    says = "nemo.not_found"


class ServerFault(NemoError):
    """408, 499, 5xx and what no standard knows: a passing fault of the server or of a proxy before it."""

    says = "nemo.server_fault"


class Unreachable(NemoError):
    """No connection, or one that broke before the answer was whole."""

    says = "nemo.unreachable"


class BadReply(NemoError):
    """An answer that is not of the API: a page of HTML, a redirect, too large, missing what it must hold."""

    says = "nemo.bad_reply"


class StreamBroken(NemoError):
    """The stream of an answer broke off, or sent an event beyond all measure."""

    says = "nemo.stream_broken"


class AnswerTimedOut(NemoError):
    """15 minutes in all, or 10 without anything of substance."""

    says = "nemo.answer_timed_out"


class RenderFailed(NemoError):
    """The server gave up the render, or forgot it."""

    says = "nemo.render_failed"


class RenderTimedOut(NemoError):
    """A render that did not end within five minutes."""

    says = "nemo.render_timed_out"


class DownloadFailed(NemoError):
    """The film did not arrive whole."""

    says = "nemo.download_failed"


_BY_CODE: Final[dict[int, type[NemoError]]] = {
    1001: TokenRejected,
    1002: SessionLost,
    1010: TokenRejected,
    1011: TokenRejected,
    2001: CreditsUsedUp,
    4001: FileTypeRefused,
    4002: FileTooLarge,
    4003: FileUnusable,
}
_BY_STATUS: Final[dict[int, type[NemoError]]] = {
    400: RequestRefused,
    401: TokenRejected,
    402: PlanRefused,
    403: Refused,
    404: NotFound,
    405: RequestRefused,
    408: ServerFault,
    409: RequestRefused,
    410: NotFound,
    413: FileTooLarge,
    415: FileTypeRefused,
    422: RequestRefused,
    429: RateLimited,
    499: ServerFault,   # a proxy was hung up on: what stands behind it may be at work
}


def error_class(code: int | str | None, http_status: int | None) -> type[NemoError]:
    """The row of the table for a body code, an HTTP status, or both; the code is the more exact of the two."""
    number = _number(code)
    if number in _BY_CODE:
        return _BY_CODE[number]
    for candidate in (number, http_status or 0):
        if candidate in _BY_STATUS:
            return _BY_STATUS[candidate]
        if 500 <= candidate <= 599:
            return ServerFault
    return ServerFault if (http_status or 0) >= 600 else NemoError


def error_for(code: int | str | None, http_status: int | None = None, reason: str = "") -> NemoError:
    """The error of a code told outside an HTTP exchange, such as a `Fault` in a stream."""
    return error_class(code, http_status)(reason, code=code, http_status=http_status)


def _number(code: int | str | None) -> int:
    if isinstance(code, str):
        return int(code) if code.isascii() and code.isdigit() and len(code) < 10 else 0
    return code or 0
