"""One wish over /run_sse: sent once, read under deadlines of our own, ended as a value. Never sends it again.

API notes, sections 5 and 6. Heartbeats and repeated status lines keep a connection alive; words, tools, thoughts,
questions, faults and a new status are substance.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from typing import Final

import httpx
import msgspec

from bot.nemo import jsontext
from bot.nemo.account import Account
from bot.nemo.clock import Clock
from bot.nemo.envelope import unwrap
from bot.nemo.errors import AnswerTimedOut, BadReply, NemoError, ServerFault, StreamBroken, Unreachable
from bot.nemo.frames import STATUS, FrameReader
from bot.nemo.sse import event_data
from bot.nemo.values import Activity, Done, End, Fault, Heartbeat, Question, Said, Text
from bot.nemo.wire import CONNECT_SECONDS, WRITE_SECONDS, Call, Wire, transport_faults

APP_NAME: Final = "nemo_agent"
_HEADERS: Final = {"Accept": "text/event-stream", "Accept-Encoding": "identity", "Cache-Control": "no-store"}
WHOLE_CALL_SECONDS: Final = 15 * 60.0
NO_SUBSTANCE_SECONDS: Final = 10 * 60.0
AFTER_MARK_SECONDS: Final = 10.0
"""How long a stream may stay open after it marked its end."""
AFTER_WORDS_SILENT_SECONDS: Final = 90.0
"""Words, no tool at work, and then not even a heartbeat: the answer is over. (A thinking model is back sooner.)"""
AFTER_WORDS_BEATING_SECONDS: Final = 5 * 60.0
"""The same with heartbeats: as long as the longest usual generation, since hanging up may cancel one."""


async def say(wire: Wire, account: Account, session_id: str, words: str, user: str) -> AsyncGenerator[Said, None]:
    """The values of the answer, `Done` last. Raises NemoError; `may_have_run` tells whether the wish may be at work."""
    call = Call("POST", "/run_sse", headers=_HEADERS, json=_message(session_id, words, user), acts=True)
    token = await account.token()
    reader = FrameReader()
    watch = Watch(wire.clock, reader)
    async with AsyncExitStack() as stack:
        try:
            async with wire.clock.timeout(watch.left()[0]):
                response = await stack.enter_async_context(wire.open(call, token, timeout=_timeout(wire.clock)))
        except TimeoutError:
            raise AnswerTimedOut("no answer began", may_have_run=True) from None
        try:
            with transport_faults(acts=True):
                async with aclosing(_events(wire, response)) as events:
                    async for value in _read(events, reader, watch):
                        yield value
        except Unreachable as fault:
            raise StreamBroken(fault.reason, http_status=response.status_code, may_have_run=True) from fault


class Watch:
    """Knows from what was heard how long to go on listening, and what the end of patience means."""

    def __init__(self, clock: Clock, reader: FrameReader) -> None:
        self.clock = clock
        self._reader = reader
        self._began = self._heard = self._substance = clock.now()
        self._marked: float | None = None
        self._status: Activity | None = None
        self._has_words = False

    @property
    def is_marked(self) -> bool:
        """The server said that this was the end."""
        return self._marked is not None

    def note(self, value: Said) -> None:
        """Take in one value, a mark of the end included."""
        self._heard = self.clock.now()
        if isinstance(value, Done):
            self._marked = self._heard
        elif self._is_substance(value):
            self._substance = self._heard
        if isinstance(value, Text | Question | Fault):
            self._has_words = True

    def _is_substance(self, value: Said) -> bool:
        if isinstance(value, Activity) and value.kind in STATUS:    # only what it did not tell the last time
            self._status, before = value, self._status
            return value != before
        return not isinstance(value, Heartbeat)

    def left(self) -> tuple[float, End | None]:
        """Seconds until the next deadline, and the end that it means; None where it is a failure."""
        now = self.clock.now()
        deadlines: list[tuple[float, End | None]] = [
            (self._began + WHOLE_CALL_SECONDS, None),
            (self._substance + NO_SUBSTANCE_SECONDS, None),
        ]
        if self._marked is not None:
            deadlines.append((self._marked + AFTER_MARK_SECONDS, End.MARKED))
        elif self._has_words and self._reader.open_tools == 0:
            deadlines.append((self._heard + AFTER_WORDS_SILENT_SECONDS, End.QUIET))
            deadlines.append((self._substance + AFTER_WORDS_BEATING_SECONDS, End.QUIET))
        moment, end = min(deadlines, key=lambda deadline: deadline[0])
        return moment - now, end


async def _read(events: AsyncGenerator[str, None], reader: FrameReader, watch: Watch) -> AsyncGenerator[Said, None]:
    while True:
        seconds, end = watch.left()
        try:
            async with watch.clock.timeout(seconds):
                data = await anext(events, None)
        except TimeoutError:
            if end is None:
                raise AnswerTimedOut("nothing of substance came in time", may_have_run=True) from None
            yield Done(end)
            return
        if data is None:
            yield Done(End.MARKED if watch.is_marked else End.CLOSED)
            return
        for value in reader.read(data):
            watch.note(value)
            if not isinstance(value, Done):
                yield value


async def _events(wire: Wire, response: httpx.Response) -> AsyncGenerator[str, None]:
    """The data of each event; an answer that is no stream is an error, or one event."""
    kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = kind.endswith("json")
    if response.is_success and not is_json and kind != "text/html":
        async with aclosing(event_data(response.aiter_bytes())) as events:
            async for data in events:
                yield data
        return
    answer = await wire.read(response)
    text = jsontext.text_of(answer.body).strip()
    if answer.is_fine and is_json and not text.startswith("{"):
        if text:
            yield text
        return
    try:
        unwrap(answer)
    except NemoError as fault:
        fault.may_have_run = isinstance(fault, ServerFault) or (isinstance(fault, BadReply) and answer.is_fine)
        raise
    yield text


def _message(session_id: str, words: str, user: str) -> bytes:
    return msgspec.json.encode({
        "app_name": APP_NAME,
        "user_id": user,
        "session_id": session_id,
        "new_message": {"parts": [{"text": jsontext.sendable(words)}]},
    })


def _timeout(clock: Clock) -> httpx.Timeout:
    """Connecting and sending as always; reading is bounded by the deadlines of the answer."""
    connect, write = clock.patience(CONNECT_SECONDS), clock.patience(WRITE_SECONDS)
    return httpx.Timeout(connect=connect, write=write, pool=None, read=None)
