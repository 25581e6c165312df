"""Patience: how long the studio waits for a client's next bytes. Whoever sends none gives its place to somebody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

MOST_CONNECTIONS = 400              # with a file each they stay below the 1,024 that a process may usually have open
HEAD_SECONDS = 15.0                 # for the head of a request, from the end of the one before
PAUSE_SECONDS = 30.0                # between two pieces of a body
BODY_SECONDS = 30 * 60.0            # for all of it: 500 MB over a slow line


class TooSlow(Exception):
    """A body that does not come."""


class PatientProtocol(H11Protocol):
    """Closes a connection on which no request has begun for too long, however many letters of one have come."""

    def connection_made(self, transport: asyncio.Transport) -> None:     # type: ignore[override]
        """See asyncio.Protocol."""
        super().connection_made(transport)
        self.loop.call_later(HEAD_SECONDS, self._look, self.cycle)

    def _look(self, before: object) -> None:
        if self.transport.is_closing():
            return
        is_waiting = _is_over(self.cycle)
        if is_waiting and self.cycle is before:
            self.transport.close()
            return
        self.loop.call_later(HEAD_SECONDS, self._look, self.cycle if is_waiting else self)


def _is_over(request: RequestResponseCycle | None) -> bool:
    return request is None or request.response_complete


async def patient(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces of a body, each within its time. Raises TooSlow."""
    ends = asyncio.get_running_loop().time() + BODY_SECONDS
    while True:
        try:
            async with asyncio.timeout_at(min(ends, asyncio.get_running_loop().time() + PAUSE_SECONDS)):
                piece = await anext(body)
        except StopAsyncIteration:
            return
        except TimeoutError as late:
            raise TooSlow from late
        yield piece
