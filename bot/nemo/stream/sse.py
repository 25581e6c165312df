"""The bytes of an event stream, as the data of its events. Bounded, never reconnects, never interprets.

`httpx_sse` splits the text by the specification; added here are a ceiling, a byte order mark let go, and the last event
of a stream that ends without a blank line.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator
from contextlib import aclosing
from typing import Final

import httpx
from httpx_sse import EventSource

from bot.nemo.errors import StreamBroken

MAX_EVENT_BYTES: Final = 8 * 1024 * 1024
"""No event of words, tools or an inline picture comes near this; a line without an end does."""
_BLANKS: Final = (b"\n\n", b"\r\r", b"\r\n\r\n")
_LONGEST_BLANK: Final = 4


async def event_data(chunks: AsyncIterable[bytes], *, max_bytes: int = MAX_EVENT_BYTES) -> AsyncGenerator[str, None]:
    """The `data` of each event that has any (`heartbeat` for an event of that name without data).

    Raises StreamBroken for an event above `max_bytes`; broken UTF-8 becomes replacement characters.
    """
    plain = httpx.Response(
        200,
        headers={"content-type": "text/event-stream"},
        content=_bounded(chunks, max_bytes),
        default_encoding="utf-8-sig",
    )
    async with aclosing(EventSource(plain).aiter_sse()) as events:
        async for event in events:
            data = event.data.strip() or (event.event if event.event == "heartbeat" else "")
            if data:
                yield data


async def _bounded(chunks: AsyncIterable[bytes], max_bytes: int) -> AsyncIterator[bytes]:
    size, tail = 0, b""
    async for chunk in chunks:
        seen = tail + chunk
        blank = max(seen.rfind(mark) + len(mark) if mark in seen else -1 for mark in _BLANKS)
        size = size + len(chunk) if blank < 0 else len(seen) - blank
        if size > max_bytes:
            raise StreamBroken(f"an event of more than {max_bytes} bytes", may_have_run=True)
        tail = seen[1 - _LONGEST_BLANK :]
        yield chunk
    yield b"\n\n"
