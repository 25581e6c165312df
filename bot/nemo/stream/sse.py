"""The bytes of an event stream, as its events. Bounded, never reconnects, never looks into an event's data.

The rules are those of the HTML standard (lines end in CR, LF or CRLF, fields, comments), with what servers do besides: a
last event without a blank line, and a body of JSON without `data:` before it, whole or one value a line.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import Final, NamedTuple

from bot.nemo import jsontext
from bot.nemo.errors import StreamBroken

MAX_EVENT_BYTES: Final = 8 * 1024 * 1024
"""No event of words, tools or an inline picture comes near this; a line without an end does."""
_BOM: Final = b"\xef\xbb\xbf"
_BARE_MARGIN: Final = b" \t\x1e"     # RFC 7464 puts a record separator before each JSON text


class ServerEvent(NamedTuple):
    """One event: its name ("" mostly), its data, and whether the data stood there without the fields of a stream."""

    name: str
    data: str
    is_bare: bool = False


class EventParser:
    """Feed it the body as it comes, then call `end`. Raises StreamBroken for an event above `max_bytes`."""

    def __init__(self, *, max_bytes: int = MAX_EVENT_BYTES, charset: str | None = None) -> None:
        self._max_bytes = max_bytes
        self._charset = charset
        self._line = bytearray()
        self._after_cr = False
        self._is_first_line = True
        self._name = ""
        self._data = bytearray()            # lines, each with its end
        self._has_fields = False            # it is a stream of events indeed
        self._has_bare_lines = False        # it is one JSON value a line
        self._loose = bytearray()           # lines that are neither, yet

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """The events that `chunk` completes."""
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")   # the rest of a CRLF cut in two
        if not chunk:
            return
        if b"\r" in chunk:
            self._after_cr = chunk.endswith(b"\r")
            chunk = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        first, *others = chunk.split(b"\n")
        self._line += first
        for other in others:
            line = bytes(self._line)
            self._line[:] = other
            event = self._take(line)
            if event is not None:
                yield event
        self._check()

    def end(self) -> Iterator[ServerEvent]:
        """What is left when the body has ended: an event without a blank line, or all of a body that is plain JSON."""
        for line in (bytes(self._line), b""):
            event = self._take(line) if line or self._data or self._name else None
            if event is not None:
                yield event
        self._line.clear()
        if self.strange.startswith(("{", "[")):
            yield ServerEvent("", self.strange, is_bare=True)
            self._loose.clear()

    @property
    def strange(self) -> str:
        """Lines that make no event, where there was nothing else: a page of HTML, say."""
        return "" if self._has_fields else self._text(bytes(self._loose)).strip()

    def _check(self) -> None:
        if len(self._line) + len(self._data) + len(self._loose) > self._max_bytes:
            raise StreamBroken(f"an event of more than {self._max_bytes} bytes", may_have_run=True)

    def _take(self, line: bytes) -> ServerEvent | None:
        if self._is_first_line:
            self._is_first_line = False
            line = line.removeprefix(_BOM)
        if not line:
            return self._dispatch()
        field, _, value = line.partition(b":")
        if field == b"data":
            if not self._has_fields:
                self._has_fields = True
                self._loose.clear()
            self._data += value.removeprefix(b" ") + b"\n"
        elif field == b"event":
            self._name = self._text(value).strip()
        elif field not in (b"", b"id", b"retry") and not self._has_fields:
            return self._odd(line)
        return None

    def _dispatch(self) -> ServerEvent | None:
        if not self._data and not self._name:
            return None
        text, name = self._text(bytes(self._data)).strip(), self._name
        self._data.clear()
        self._name = ""
        return ServerEvent(name, text) if text or name else None

    def _odd(self, line: bytes) -> ServerEvent | None:
        bare = line.strip(_BARE_MARGIN)
        if not self._loose and not self._has_bare_lines:
            self._has_bare_lines = _is_json(bare)
        if self._has_bare_lines:
            return ServerEvent("", self._text(bare), is_bare=True) if bare[:1] in (b"{", b"[") else None
        self._loose += line + b"\n"
        return None

    def _text(self, raw: bytes) -> str:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return raw.decode(_known(self._charset), "replace")


def _is_json(line: bytes) -> bool:
    if line[:1] not in (b"{", b"["):
        return False
    try:
        jsontext.parse(jsontext.text_of(line))
    except ValueError:
        return False
    return True


def _known(charset: str | None) -> str:
    """The charset that the body claims, where Python knows it; a stream is UTF-8 by its standard."""
    try:
        return codecs.lookup(charset or "utf-8").name
    except LookupError:
        return "utf-8"
