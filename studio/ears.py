"""Ears: clips are heard by themselves once they have arrived, so that a wish finds its tune known. They never make a song.

A clip is heard once. A wish that comes meanwhile waits for that hearing; one whose clip still waits behind others of the
background is heard at once. What went wrong in the background is kept for the wish, which tells it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from studio.errors import ClipError, NotSound, StudioError
from studio.store import Session, Store, Upload
from studio.tasks import Fault, Hear, Progress
from studio.workers import TaskRefused, Workers

CLIP_FAULTS = (ClipError.code, NotSound.code)
"""The codes of faults that lie in the clip; with others it may be heard another time."""

Heard: TypeAlias = tuple[Upload, dict[str, float]]
"""The clip with its melody, and the seconds of work by stage."""

Place: TypeAlias = tuple[str, str]
"""Where a clip lies: the session's id, the file."""

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Hearing:
    """A clip that is being heard, or waits for that."""

    task: asyncio.Task[Heard] | None = None
    began: bool = False
    listener: Callable[[Progress], None] | None = None      # of the wish that waits for it

    def tell(self, step: Progress) -> None:
        self.began = True
        if self.listener is not None:
            self.listener(step)


class Ears:
    """Hears clips in the workers and keeps what was heard in the store."""

    def __init__(self, store: Store, workers: Workers) -> None:
        self._store = store
        self._workers = workers
        self._running: dict[Place, _Hearing] = {}
        self._lost: set[Place] = set()          # no fault of the clip's: only a wish tries again

    def prick(self, session: Session) -> None:
        """Begin to hear the newest clip of a session in the background, where nobody has; older ones need not be heard."""
        clip = session.clip
        newest = (session.session_id, clip.file if clip else "")
        for place, hearing in list(self._running.items()):
            if place[0] == session.session_id and place != newest and hearing.listener is None:
                self._stop(place, hearing)
        if clip and clip.heard is None and clip.fault is None and newest not in self._running and newest not in self._lost:
            self._begin(newest, clip, aside=True)

    async def hear(self, session_id: str, clip: Upload, tell: Callable[[Progress], None]) -> Heard:
        """What is heard in `clip`, for a wish; `tell` hears of the steps that are still to come.

        Raises TaskRefused with the clip's fault, WorkerDied.
        """
        if clip.fault is not None:
            raise TaskRefused(clip.fault)
        place = (session_id, clip.file)
        hearing = self._running.get(place)
        if hearing is not None and not hearing.began:
            self._stop(place, hearing)
            hearing = None
        hearing = hearing or self._begin(place, clip, aside=False)
        assert hearing.task is not None
        hearing.listener = tell
        return await asyncio.shield(hearing.task)

    def are_at(self, session: Session) -> bool:
        """Whether the newest clip of the session is being heard, or soon will be."""
        return session.clip is not None and (session.session_id, session.clip.file) in self._running

    def are_in(self, session_id: str) -> bool:
        """Whether any clip of the session is being heard, or soon will be."""
        return any(place[0] == session_id for place in self._running)

    async def stop(self, session_id: str) -> None:
        """Hear no more of a session, and remember nothing of it."""
        tasks = [hearing.task for place, hearing in self._running.items() if place[0] == session_id and hearing.task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        self._lost = {place for place in self._lost if place[0] != session_id}

    async def close(self) -> None:
        """Stop listening. What was not heard to its end is heard for the next wish, or when somebody looks."""
        tasks = [hearing.task for hearing in self._running.values() if hearing.task]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

    def _begin(self, place: Place, clip: Upload, *, aside: bool) -> _Hearing:
        hearing = self._running[place] = _Hearing(began=not aside)
        hearing.task = asyncio.create_task(self._hear(place, clip, hearing, aside), name=f"hear in session {place[0]}")
        hearing.task.add_done_callback(lambda done: self._over(place, hearing, done))
        return hearing

    def _stop(self, place: Place, hearing: _Hearing) -> None:
        if hearing.task is not None:
            hearing.task.cancel()
        del self._running[place]

    async def _hear(self, place: Place, clip: Upload, hearing: _Hearing, aside: bool) -> Heard:
        session_id = place[0]
        task = Hear(self._store.upload_path(session_id, clip), self._store.picture_path(session_id, clip), aside)
        try:
            outcome = await self._workers.run(task, hearing.tell)
        except TaskRefused as refused:
            if refused.code in CLIP_FAULTS:
                self._note(session_id, replace(clip, fault=_fault(refused)))
            raise
        assert outcome.melody is not None
        heard = replace(clip, heard=outcome.melody, seconds=clip.seconds or outcome.melody.seconds)
        self._note(session_id, heard)
        return heard, outcome.stages

    def _note(self, session_id: str, clip: Upload) -> None:
        self._store.change(session_id, lambda now: replace(
            now, uploads=tuple(clip if one.file == clip.file else one for one in now.uploads)))

    def _over(self, place: Place, hearing: _Hearing, task: asyncio.Task[Heard]) -> None:
        """Forget a hearing that has ended. A fault of the clip's is in the store; others are in the log, for a second try."""
        if self._running.get(place) is hearing:
            del self._running[place]
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        if not (isinstance(error, TaskRefused) and error.code in CLIP_FAULTS):
            self._lost.add(place)
        known = isinstance(error, StudioError)
        log.log(logging.INFO if known else logging.ERROR, "session %s cannot be heard: %s", place[0], error,
                exc_info=None if known else error)


def _fault(refused: TaskRefused) -> Fault:
    facts = {name: value for name, value in refused.facts.items() if isinstance(value, str | int | float)}
    return Fault(refused.says, refused.code, str(refused), facts)
