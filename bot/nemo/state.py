"""The state of a project as the server keeps it. Opaque but for the draft's summary; compares, never interprets."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from bot.nemo import jsontext
from bot.nemo.draft import Draft
from bot.nemo.envelope import Payload

_VOLATILE_WORDS: Final = (
    "updated at", "update at", "updated time", "update time", "updated on", "last updated", "last update", "last updated at",
    "last modified", "last modified at", "modified at", "modified time", "last saved", "last saved at", "saved at",
    "last accessed", "last accessed at", "accessed at", "fetched at", "served at", "generated at", "timestamp", "time stamp",
    "server time", "current time", "now", "expires", "expires at", "expires in", "expire at", "expire time", "expired at",
    "expiration", "expiry", "ttl", "etag", "request id", "trace id", "signature",
)
_QUERY: Final = re.compile(r'"http(?<=[\[{,:]"http)(s?://(?:[^"\\?]|\\.)*+)\?(?:[^"\\]|\\.)*+"')     # in JSON without spaces
_QUERY_IN_MARKUP: Final = re.compile(r"""(=\s?["']https?://[^"'?<]*+)\?[^"'<]*+""")


def _spellings(words: str) -> Iterator[str]:
    """`updated at` as updated_at, updated-at, updatedat, updatedAt and UpdatedAt."""
    first, *rest = words.split()
    capitals = "".join(word.capitalize() for word in rest)
    yield from ("_".join((first, *rest)), "-".join((first, *rest)), "".join((first, *rest)))
    yield from (first + capitals, first.capitalize() + capitals)


HEARD: Final = "melody"
"""Of `generated_media`: what a backend hears in a clip."""
_VOLATILE: Final = frozenset(spelling for words in _VOLATILE_WORDS for spelling in _spellings(words))
_VOLATILE_IN_MARKUP: Final = re.compile(rf"""\s(?:{"|".join(sorted(_VOLATILE))})\s?=\s?(?:"[^"<]*"|'[^'<]*')""")


@dataclass(frozen=True, slots=True)
class SessionState:
    """What GET …/latest told. `generated_media` is the backend's own JSON; `fingerprint` changes when the work did."""

    session_id: str
    task_id: str | None
    task_name: str | None
    draft: Draft
    generated_media: Any = field(default=None, repr=False)
    video_infos: list[Any] = field(default_factory=list, repr=False)
    canvas: dict[str, Any] = field(default_factory=dict, repr=False)
    fingerprint: str = ""
    user_id: str | None = None      # whom a registration link binds

    @classmethod
    def of(cls, session_id: str, payload: Payload) -> SessionState:
        """Read the reply; every member may be missing."""
        text = payload.text("state") or ""
        if text.startswith('"'):    # JSON in a string
            text = payload.value("state")
        try:
            state = jsontext.members(text) if text else {**payload.data}
        except ValueError:
            state = {}
        inner = Payload(state, {})
        media, videos, canvas = (inner.value(name) for name in ("generated_media", "video_infos", "canvas_config"))
        return cls(
            session_id=session_id,
            task_id=payload.word("task_id", "taskId") or inner.word("task_id", "taskId"),
            task_name=payload.word("task_name", "taskName") or inner.word("task_name", "taskName"),
            draft=Draft.of(state.get("draft")),
            generated_media=media,
            video_infos=videos if isinstance(videos, list) else [],
            canvas=canvas if isinstance(canvas, dict) else {},
            fingerprint=digest(state.get("draft"), _made(state.get("generated_media"), media), state.get("video_infos"),
                               state.get("canvas_config")),
            user_id=payload.word("user_id", "userId") or inner.word("user_id", "userId"),
        )


    @property
    def is_blank(self) -> bool:
        """Whether the reply told of no work at all; even a timeline that was emptied is one."""
        return self.fingerprint == digest(None, None, None, None)


def _made(text: str | None, media: Any) -> str | None:
    """What the agent made, as JSON. The tune of a clip is not made: the studio hears it by itself, whatever is wished."""
    if not isinstance(media, dict) or HEARD not in media:
        return text
    return json.dumps({name: value for name, value in media.items() if name != HEARD})


def digest(*texts: str | None) -> str:
    """A digest of the work that these JSON texts tell of; None, null and an empty value are one.

    It does not depend on the order of members, white space, the spelling of numbers, moments and the like, nor on the
    query of an address (its signature comes anew with every reply). What cannot be read counts by its exact text.
    """
    found = hashlib.sha256()
    for text in texts:
        found.update(_canonical(text) + b"\n")
    return found.hexdigest()


def _canonical(text: str | None) -> bytes:
    if text is None:
        return b"null"
    try:
        value = _DECODER.decode(text)
        if isinstance(value, str):
            value = _unpacked(value)
        plain = json.dumps([value] if value else None, sort_keys=True, separators=(",", ":"))
    except (ValueError, RecursionError):
        return text.encode("utf-8", "backslashreplace")
    return _QUERY.sub(r'"http\1"', plain).encode()


def _unpacked(text: str) -> Any:
    """A value out of a string: JSON once more, or markup without what is noise in it."""
    try:
        return _DECODER.decode(text)
    except ValueError:
        if not text.lstrip().startswith("<"):
            return text
    text = _VOLATILE_IN_MARKUP.sub("", " ".join(text.split()).replace("> <", "><"))
    return _QUERY_IN_MARKUP.sub(r"\1", text)


def _steady(members: dict[str, Any]) -> dict[str, Any]:
    if _VOLATILE.isdisjoint(members):
        return members
    return {name: value for name, value in members.items() if name not in _VOLATILE}


def _whole(digits: str) -> int | str:
    return int(digits) if len(digits) < 4000 else digits    # Python converts no more than 4300


def _number(digits: str) -> float | int:
    found = float(digits)
    return int(found) if found.is_integer() else found


_DECODER: Final = json.JSONDecoder(strict=False, object_hook=_steady, parse_float=_number, parse_int=_whole)
