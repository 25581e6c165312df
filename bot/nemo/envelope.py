"""Takes the wrapping off a reply: `code` and `data`, `success`, bare, `detail`, HTML, plain text. Knows no endpoint.

Both the HTTP status and the body's code are looked at: each can tell of a failure alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.nemo import jsontext
from bot.nemo.errors import BadReply, NemoError, NotFound, SessionLost, error_class

FINE_CODES: Final = (0, 200, 201, 202)
_CODES: Final = ("code", "error_code", "errorCode")
_WHOLE_NUMBER: Final = re.compile(r"\s*(-?\d{1,9})(?:\.0+)?\s*", re.ASCII)
_UNTRUE: Final = ("false", '"false"', '"False"', "0", '"0"')
_REASONS: Final = ("reason", "message", "detail", "error", "msg")
_TAGS: Final = re.compile(r"(?is)<(script|style|head)\b.*?</\1>|<[^>]*>")
_SESSION: Final = re.compile(r"(?i)session|会话")
MAX_REASON_DEPTH: Final = 4
MAX_ENVELOPES: Final = 3
"""In one another."""
_PAGE_CHARACTERS: Final = 2000
_ERROR_FRAME: Final = frozenset({"error", "error_details", *_CODES, "message"})


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, read whole."""

    status: int
    body: bytes
    retry_after: float | None = None    # seconds, as hinted

    @property
    def is_fine(self) -> bool:
        """2xx."""
        return 200 <= self.status <= 299


@dataclass(frozen=True, slots=True)
class Payload:
    """What the reply was about: the members of `data`, then those beside it, as exact JSON text."""

    data: Mapping[str, str]
    top: Mapping[str, str]
    retry_after: float | None = None

    def text(self, *names: str) -> str | None:
        """The exact JSON text of the first member there is that is not null, looked for in `data` first."""
        for level in (self.data, self.top):
            for name in names:
                if level.get(name, "null") != "null":
                    return level[name]
        return None

    def value(self, *names: str) -> Any:
        """The same, parsed; None for a missing one, and for one nested beyond reason."""
        return _parsed(self.text(*names))

    def parsed(self) -> dict[str, Any]:
        """All of `data`, or of a bare reply, parsed."""
        return {name: _parsed(text) for name, text in (self.data or self.top).items()}

    def word(self, *names: str) -> str | None:
        """The same as a string that is not empty; whole numbers (an id sent as a number) keep their digits."""
        value = self.value(*names)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if not isinstance(value, str) or jsontext.sendable(value) != value:     # what cannot be sent back is no id
            return None
        return value.strip() or None


def unwrap(answer: Answer, *, in_session: bool = False, envelopes: int = MAX_ENVELOPES) -> Payload:
    """The payload of a good reply; the `NemoError` of any other. `may_have_run` is the caller's to say.

    `in_session`: the path names a session, so whatever the API itself does not find there is the session.
    """
    text = jsontext.text_of(answer.body)
    try:
        top = jsontext.members(text)
    except ValueError:
        raise _not_an_object(answer, text) from None
    code = _code(top)
    if not answer.is_fine or _tells_of_failure(top, code):
        raise _failure(answer, top, code, in_session)
    inner = _data(top)
    data = _object(inner)
    if envelopes > 1 and "data" in data and (len(data) == 1 or not data.keys().isdisjoint(("code", "success"))):
        within = Answer(answer.status, jsontext.bytes_of(inner), answer.retry_after)
        return unwrap(within, in_session=in_session, envelopes=envelopes - 1)
    return Payload(data, top, answer.retry_after)


def reason_in(value: Any, depth: int = MAX_REASON_DEPTH) -> str:
    """The words of a failure in a parsed body: `reason`, `message`, `detail` or `error`, also some levels down."""
    if isinstance(value, str):
        return value.strip()
    if not depth:
        return ""
    if isinstance(value, list):     # the validation list of FastAPI: [{"loc": […], "msg": "…"}]
        return "; ".join(filter(None, (reason_in(item, depth - 1) for item in value[:5])))
    if isinstance(value, dict):
        return next(filter(None, (reason_in(value.get(name), depth - 1) for name in _REASONS)), "")
    return ""


def _data(top: Mapping[str, str]) -> str:
    """The exact text of `data`; where it is JSON in a string, that of what is in the string."""
    text = top.get("data", "")
    value = _parsed(text) if text.startswith('"') else None
    return value.lstrip() if isinstance(value, str) else text


def _parsed(text: str | None) -> Any:
    try:
        return None if text is None else jsontext.parse(text)
    except ValueError:
        return None


def _tells_of_failure(top: Mapping[str, str], code: int | str | None) -> bool:
    if code is not None and code not in FINE_CODES:
        return True
    if top.get("success") in _UNTRUE:
        return True
    return "error" in top and top["error"] != "null" and _ERROR_FRAME.issuperset(top)


def _failure(answer: Answer, top: Mapping[str, str], code: int | str | None, in_session: bool) -> NemoError:
    parsed = {name: _parsed(top[name]) for name in (*_REASONS, "data") if name in top}
    reason = reason_in(parsed) or reason_in(parsed.get("data"))
    return _error(answer, reason, code, in_session)


def _not_an_object(answer: Answer, text: str) -> NemoError:
    reason = " ".join(_TAGS.sub(" ", text[:_PAGE_CHARACTERS]).split())
    if answer.is_fine:
        return BadReply(reason, http_status=answer.status)
    return _error(answer, reason, None)


def _error(answer: Answer, reason: str, code: int | str | None, in_session: bool = False) -> NemoError:
    kind = error_class(code, answer.status)
    if kind is NotFound and (in_session or _SESSION.search(reason)):
        kind = SessionLost
    elif 300 <= answer.status <= 399:
        kind = BadReply
    return kind(reason, code=code, http_status=answer.status, retry_after=answer.retry_after)


def _code(top: Mapping[str, str]) -> int | str | None:
    """The body's code as a number where it is one; words such as "OK" are no code."""
    for holder in (top, _object(top.get("error")), _object(top.get("detail"))):
        for name in _CODES:
            value = _parsed(holder.get(name))
            if isinstance(value, float) and value.is_integer():
                value = int(value)
            if isinstance(value, str) and (whole := _WHOLE_NUMBER.fullmatch(value)):
                value = int(whole[1])
            if isinstance(value, int) and not isinstance(value, bool):
                return value
    return None


def _object(text: str | None) -> Mapping[str, str]:
    try:
        return jsontext.members(text or "{}")
    except ValueError:
        return {}
