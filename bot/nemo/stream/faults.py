"""Faults told in mid-answer, in the shapes of the API, of ADK and of gateways; one fault is told once. Never raises."""

from __future__ import annotations

import re
from typing import Any, Final

from bot.nemo.envelope import FINE_CODES, reason_in
from bot.nemo.errors import MAX_REASON_CHARACTERS
from bot.nemo.jsontext import mended
from bot.nemo.secret import scrub_all
from bot.nemo.stream.fields import field
from bot.nemo.stream.values import Fault

_TAGS: Final = re.compile(r"(?is)<(script|style|head)\b.*?</\1>|</?[a-z!][^>]*>")
_LEAST_OVERLAP_CHARACTERS: Final = 3
"""Shorter texts are in others by chance."""


def looks_like_fault(frame: dict[str, Any]) -> bool:
    """Whether an event of no known type tells of a failure."""
    code = code_in(frame)
    if isinstance(code, str) and not code.strip().isdigit():
        code = None             # "OK", a coupon: words are no code
    if code is not None and str(code).strip() not in map(str, FINE_CODES):
        return True
    return bool(frame.get("error")) or frame.get("success") is False or isinstance(frame.get("detail"), str | list)


def fault_in(frame: Any) -> Fault:
    """The fault that a frame is about, in the server's words."""
    if not isinstance(frame, dict):
        return Fault(_readable(reason_in(frame)))
    error, details = frame.get("error"), field(frame, "errorDetails")
    text = _readable(reason_in(error) or reason_in(field(frame, "errorMessage")) or reason_in(frame))
    if isinstance(details, dict):       # ADK 2.x: `error` is "TypeName: message"
        text = _readable(reason_in(field(details, "errorMessage"))) or text or _readable(reason_in(details))
    code = next((found for holder in (frame, error, details) if isinstance(holder, dict)
                 and (found := code_in(holder)) is not None), None)
    return Fault(text or ("" if code is None else str(code)), code)


def code_in(holder: dict[str, Any]) -> int | str | None:
    """`code` or `errorCode` as sent, where it is one."""
    for name in ("code", "errorCode"):
        value = field(holder, name)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int | str) and not isinstance(value, bool) and value != "":
            return value
    return None


class ToldFaults:
    """Knows which faults of an answer were told. ADK 2.x sends an event with `errorCode`, then a frame `{"error"}`."""

    def __init__(self) -> None:
        self._told: list[Fault] = []
        self._is_fresh = False      # nothing was said since the last one

    def is_news(self, fault: Fault, *, repeats: bool = False) -> bool:
        """Whether to tell `fault`: the first of its kind, or with a code where there was none.

        `repeats`: it came in the frame that sums up an earlier event, and may do so in other words.
        """
        like = next((told for told in self._told if _is_same(told, fault)), None)
        if like is None and repeats and self._is_fresh and fault.code is None:
            like = self._told[-1]
        self._is_fresh = True
        if like is not None and (fault.code is None or like.code is not None):
            return False
        self._told.append(fault)
        return True

    def move_on(self) -> None:
        """Something else was said."""
        self._is_fresh = False


def _is_same(told: Fault, fault: Fault) -> bool:
    if told.code is not None and fault.code is not None and str(told.code) != str(fault.code):
        return False
    if told == fault:
        return True
    short, long = sorted((told.text.lower(), fault.text.lower()), key=len)
    return len(short) >= _LEAST_OVERLAP_CHARACTERS and short in long


def _readable(text: str) -> str:
    return mended(scrub_all(" ".join(_TAGS.sub(" ", text).split()) if "<" in text else text))[:MAX_REASON_CHARACTERS]
