"""Talks: one answer at a time for a session, told as server-sent events with heartbeats. A dropped listener stops nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator

from studio.agent import Agent
from studio.errors import StudioError, fault_behind
from studio.store import Session
from studio.texts import say
from studio.wire import Refusal, event

HEARTBEAT_SECONDS = 5.0
MAX_MESSAGE_CHARACTERS = 8000
MAX_WAITING = 50                    # answers under way for one user, as many as renders: others wait for the same workers

log = logging.getLogger(__name__)
_End = None


class Talks:
    """The answers under way. Each is a task of its own, so that the song is made although the connection is lost."""

    def __init__(self, agent: Agent, heartbeat_seconds: float = HEARTBEAT_SECONDS) -> None:
        self._agent = agent
        self._heartbeat_seconds = heartbeat_seconds
        self._running: dict[str, asyncio.Task[None]] = {}
        self._users: dict[str, str] = {}        # who talks in a session

    def begin(self, session: Session, text: str) -> AsyncIterator[bytes]:
        """Start an answer and return its events. Raises Refusal while another one of the session, or too many are under way."""
        if session.session_id in self._running:
            raise Refusal(409, 409, "session.busy")
        if sum(user_id == session.user_id for user_id in self._users.values()) >= MAX_WAITING:
            raise Refusal(429, 429, "say.too_many", most=MAX_WAITING)
        events: asyncio.Queue[bytes | None] = asyncio.Queue()

        def tell(kind: str, **fields: object) -> None:
            events.put_nowait(event(type=kind, **fields))

        task = asyncio.create_task(self._agent.answer(session.session_id, text[:MAX_MESSAGE_CHARACTERS], tell),
                                   name=f"answer in session {session.session_id}")
        self._running[session.session_id] = task
        self._users[session.session_id] = session.user_id
        task.add_done_callback(lambda done: self._over(session, done, events))
        return _stream(events, self._heartbeat_seconds)

    def are_at(self, session_id: str) -> bool:
        """Whether an answer of the session is under way."""
        return session_id in self._running

    async def stop(self, session_id: str) -> None:
        """Stop the answer of a session, where there is one; its stream ends without words."""
        task = self._running.get(session_id)
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    async def close(self) -> None:
        """Stop all answers."""
        tasks = list(self._running.values())
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _over(self, session: Session, task: asyncio.Task[None], events: asyncio.Queue[bytes | None]) -> None:
        """Close the stream of an answer; one that broke, for whatever reason, ends in a sentence."""
        del self._running[session.session_id], self._users[session.session_id]
        try:
            error = None if task.cancelled() else task.exception()
            if error is not None:
                known = isinstance(error, StudioError)
                log.log(logging.INFO if known else logging.ERROR, "session %s: %s", session.session_id, error,
                        exc_info=None if known else error)
                fault = fault_behind(error)
                events.put_nowait(event(type="error", code=fault.code,
                                        error=say(fault.says, session.language, **fault.facts)))
        finally:
            events.put_nowait(_End)


async def _stream(events: asyncio.Queue[bytes | None], heartbeat_seconds: float) -> AsyncIterator[bytes]:
    while True:
        try:
            async with asyncio.timeout(heartbeat_seconds):
                piece = await events.get()
        except TimeoutError:
            yield event(type="heartbeat")
            continue
        if piece is _End:
            return
        yield piece
