"""Says a wish once and reads its answer, bounded by deadlines of our own, ended as a value. Never sends it again."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from typing import Final

import httpx
import msgspec

from bot.nemo import jsontext
from bot.nemo.account import Account
from bot.nemo.body import is_framed, pieces
from bot.nemo.clock import Clock
from bot.nemo.envelope import Answer, unwrap
from bot.nemo.errors import AnswerTimedOut, BadReply, NemoError, ServerFault, StreamBroken, Unreachable
from bot.nemo.stream.frames import FrameReader
from bot.nemo.stream.sse import EventParser, ServerEvent
from bot.nemo.stream.values import Done, End, Said
from bot.nemo.stream.watch import Watch
from bot.nemo.wire import Call, Wire, attributed, network_timeout, transport_faults

APP_NAME: Final = "nemo_agent"
_HEADERS: Final = {"Accept": "text/event-stream", "Accept-Encoding": "identity", "Cache-Control": "no-store"}
ACCEPTED: Final = 202
"""The wish is taken in, and what comes of it is not in this answer: such an end proves nothing."""
MAX_ANSWER_CHARACTERS: Final = 500_000
"""All pieces and wholes together; an answer is a few paragraphs."""
REFUSAL_BODY_SECONDS: Final = 10.0
"""How long to wait for the reason of a refusal, whose status says enough."""
LEAST_BODY_SECONDS: Final = 0.5     # however fast the clock runs


async def say(wire: Wire, account: Account, session_id: str, words: str, user: str) -> AsyncGenerator[Said, None]:
    """The values of the answer, `Done` last. Raises NemoError; `may_have_run` tells whether the wish may be at work."""
    call = Call("POST", "/run_sse", headers=_HEADERS, json=_message(session_id, words, user), acts=True)
    token = await account.token()
    reader = FrameReader()
    watch = Watch(wire.clock, reader)
    async with AsyncExitStack() as stack:
        try:
            async with wire.clock.timeout(watch.left()[0]):
                response = await stack.enter_async_context(wire.open(call, token, timeout=network_timeout(wire.clock, None)))
        except TimeoutError:
            raise AnswerTimedOut("no answer began", may_have_run=True) from None
        if not response.is_success:
            raise await _refusal(wire, response)
        body = await stack.enter_async_context(aclosing(pieces(response)))
        listener = _Listener(response, body, reader, watch, wire.hint(response))
        async for value in listener.values():
            yield value


class _Listener:
    """Reads one body to its end."""

    def __init__(
        self, response: httpx.Response, body: AsyncGenerator[bytes, None], reader: FrameReader, watch: Watch, hint: float | None
    ) -> None:
        self._response = response
        self._hint = hint           # seconds to wait, where it is a refusal
        self._body = body
        self._reader = reader
        self._watch = watch
        self._parser = EventParser(charset=response.charset_encoding)
        self._is_first = True

    async def values(self) -> AsyncGenerator[Said, None]:
        while True:
            seconds, end = self._watch.left()
            try:
                piece = await self._next(seconds)
            except TimeoutError:
                if end is None:
                    raise AnswerTimedOut("nothing of substance came in time", may_have_run=True) from None
                yield self._done(end)
                return
            self._watch.hear()
            for event in self._parser.end() if piece is None else self._parser.feed(piece):
                self._judge(event)
                for value in self._reader.read(event.data, event.name):
                    self._watch.note(value)
                    if not isinstance(value, Done):
                        yield value
            self._check_size()
            if piece is None:
                self._check_kind()
                yield self._done(End.CLOSED)
                return

    async def _next(self, seconds: float) -> bytes | None:
        """What comes next of the body; None at its end. A break after the marked end is an end too."""
        if seconds <= 0:
            raise TimeoutError
        try:
            with transport_faults(acts=True):
                async with self._watch.clock.timeout(seconds):
                    return await anext(self._body, None)
        except (Unreachable, StreamBroken) as fault:
            if self._watch.is_marked:
                return None
            raise StreamBroken(fault.reason, http_status=self._response.status_code, may_have_run=True) from fault
        except BadReply as fault:
            fault.may_have_run = True
            raise

    def _done(self, end: End) -> Done:
        is_over = self._response.status_code != ACCEPTED
        return self._watch.done(end, is_framed=is_over and is_framed(self._response))

    def _judge(self, event: ServerEvent) -> None:
        """A body of plain JSON may be a refusal with HTTP 200 (2001, say) instead of an answer."""
        if self._is_first and event.is_bare and event.data.startswith("{"):
            answer = Answer(self._response.status_code, jsontext.bytes_of(event.data), self._hint)
            try:
                with attributed(self._response):
                    unwrap(answer, in_session=True)
            except NemoError as fault:
                is_nameless = type(fault) is NemoError and fault.code is None
                fault.may_have_run = isinstance(fault, ServerFault | BadReply) or is_nameless
                raise
        self._is_first = False

    def _check_size(self) -> None:
        if self._reader.characters > MAX_ANSWER_CHARACTERS:
            raise StreamBroken(f"an answer of more than {MAX_ANSWER_CHARACTERS} characters", may_have_run=True)

    def _check_kind(self) -> None:
        """A body without a single event, such as a page of HTML with HTTP 200, is no answer."""
        if self._parser.strange:
            answer = Answer(self._response.status_code, jsontext.bytes_of(self._parser.strange))
            try:
                unwrap(answer)
            except NemoError as fault:
                raise BadReply(fault.reason, http_status=fault.http_status, may_have_run=True) from fault


async def _refusal(wire: Wire, response: httpx.Response) -> NemoError:
    """The error of an answer that is none, from its body or, where that does not come, from its status alone."""
    answer = Answer(response.status_code, b"", wire.hint(response))
    try:
        with transport_faults():
            async with Clock().timeout(max(REFUSAL_BODY_SECONDS / wire.clock.scale, LEAST_BODY_SECONDS)):
                answer = await wire.read(response)
    except (TimeoutError, Unreachable):
        pass
    try:
        with attributed(response):
            unwrap(answer, in_session=True)
    except NemoError as fault:
        fault.may_have_run = isinstance(fault, ServerFault)
        return fault
    return BadReply("an answer that is neither good nor bad", http_status=response.status_code, may_have_run=True)


def _message(session_id: str, words: str, user: str) -> bytes:
    return msgspec.json.encode({
        "app_name": APP_NAME,
        "user_id": user,
        "session_id": session_id,
        "new_message": {"parts": [{"text": jsontext.sendable(words)}]},
    })
