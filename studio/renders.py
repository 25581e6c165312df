"""The render queue: orders become films and files in the workers, survive a restart, can be polled, fetched and cancelled."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.bounds import MAX_WAITING_RENDERS
from studio.draft import order_of
from studio.errors import StudioError, fault_behind
from studio.formats import FILM, FORMATS
from studio.store import Render, RenderStatus, Session, Song, Store
from studio.tasks import Film, Progress, Save
from studio.texts import say, table
from studio.wire import Refusal
from studio.workers import Workers

MAX_ID_CHARACTERS = 200
MOST_BYTES = 2**53                  # beyond this JSON's numbers are no longer exact

log = logging.getLogger(__name__)


class Renders:
    """One task a render. A file is a function of its order, so an interrupted one is simply made again."""

    def __init__(self, store: Store, workers: Workers, soundfont: Path | None) -> None:
        self._store = store
        self._workers = workers
        self._soundfont = soundfont
        self._running: dict[str, tuple[Render, asyncio.Task[None]]] = {}     # by key, as all that follows
        self._progress: dict[str, float] = {}
        self._unwritten: dict[str, Render] = {}     # ends that a full disk did not take

    def resume(self) -> None:
        """Take up again what the last stop has interrupted."""
        for render in self._store.unfinished_renders():
            self._start(render)

    def submit(self, session: Session, render_id: str, draft: object, output: dict[str, Any]) -> Render:
        """Put an order into the queue. Raises Refusal for a known id, an empty draft, an unknown format, an odd limit."""
        if not 0 < len(render_id) <= MAX_ID_CHARACTERS:
            raise Refusal(422, 422, "say.broken")
        if self._store.render(render_id, session.user_id) is not None:
            raise Refusal(409, 409, "render.duplicate")
        if sum(render.user_id == session.user_id for render, _ in self._running.values()) >= MAX_WAITING_RENDERS:
            raise Refusal(429, 429, "render.too_many", most=MAX_WAITING_RENDERS)
        wanted = _format_in(output)
        order = order_of(draft, session)
        if not (self._store.song_folder(session.session_id, order.song) / "song.wav").exists():
            raise Refusal(410, 410, "render.gone")
        render = Render(
            id=render_id, user_id=session.user_id, session_id=session.session_id, song=order.song, title=order.title,
            aspect=order.aspect, image=order.image, key=secrets.token_urlsafe(24), created_at=time.time(),
            max_bytes=_limit_in(output), format=wanted)
        self._store.keep_render(render)
        self._start(render)
        return render

    def look(self, render_id: str, user_id: str) -> Render:
        """The render as it stands. Raises Refusal where this user has none with that id."""
        render = self._store.render(render_id, user_id)
        if render is None:
            raise Refusal(404, 404, "render.unknown")
        render = self._unwritten.get(render.key, render)
        return render if render.is_over else replace(render, progress=self._progress.get(render.key, render.progress))

    async def cancel(self, render_id: str, user_id: str) -> Render:
        """End a render; one that is over stays as it is."""
        render = self.look(render_id, user_id)
        if not render.is_over:
            self._store.keep_render(replace(render, status=RenderStatus.CANCELLED, completed_at=time.time(),
                                            error=say("render.cancelled", self._language(render))))
            _, task = self._running.get(render.key, (None, None))
            await self._stop(task)
        return self.look(render_id, user_id)

    def are_at(self, session_id: str) -> bool:
        """Whether a render of the session waits or is being made."""
        return any(render.session_id == session_id for render, _ in self._running.values())

    async def stop(self, session_id: str) -> None:
        """Stop all renders of a session."""
        for render, task in list(self._running.values()):
            if render.session_id == session_id:
                await self._stop(task)

    async def close(self) -> None:
        """Stop all work; what is unfinished goes on after the next start."""
        for _, task in list(self._running.values()):
            await self._stop(task)

    async def _stop(self, task: asyncio.Task[None] | None) -> None:
        if task is not None:
            task.cancel()
            await asyncio.wait([task])

    def _start(self, render: Render) -> None:
        task = asyncio.create_task(self._make(render), name=f"render {render.id}")
        self._running[render.key] = render, task
        task.add_done_callback(lambda done: self._over(render, done))

    def _over(self, render: Render, task: asyncio.Task[None]) -> None:
        """Tell a film that broke, for whatever reason, as failed: nobody shall poll it for ever."""
        self._running.pop(render.key, None)
        self._progress.pop(render.key, None)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            known = isinstance(error, StudioError)
            log.log(logging.WARNING if known else logging.ERROR, "render %s failed: %s", render.id, error,
                    exc_info=None if known else error)
            fault = fault_behind(error)
            self._end(render, error=say(fault.says, self._language(render), **fault.facts))

    async def _make(self, render: Render) -> None:
        session = self._store.session(render.session_id)
        song = next((one for one in session.songs if one.number == render.song), None) if session else None
        if session is None or song is None:
            self._end(render, error=say("render.gone", self._language(render)))
            return
        began = time.monotonic()
        with ExitStack() as undo:
            undo.callback(self._store.drop_film, render.key)        # a killed worker leaves half of it
            outcome = await self._workers.run(self._task(render, session, song), self._watch(render))
            render = replace(render, format=str(outcome.facts.get("format", render.format)))
            size = self._store.film(render.key, render.kind.ending).stat().st_size
            self._store.label_film(render)
            undo.pop_all()
        self._end(render, seconds=float(outcome.facts["seconds"]), size=size, work_seconds=time.monotonic() - began)

    def _language(self, render: Render) -> str:
        session = self._store.session(render.session_id)
        return session.language if session else "en"

    def _task(self, render: Render, session: Session, song: Song) -> Film | Save:
        folder = self._store.song_folder(session.session_id, song.number)
        if render.format != FILM:
            return Save(folder, self._store.film(render.key).with_suffix(""), render.format, render.title, render.max_bytes,
                        self._soundfont)
        image = next((one for one in session.uploads if one.file == render.image), None)
        style = table("style", session.language).get(song.brief.style, song.brief.style)
        return Film(
            song=folder, out=self._store.film(render.key),
            aspect=render.aspect, title=render.title, max_bytes=render.max_bytes,
            subtitle=say("film.subtitle" if song.clip else "film.subtitle_invented", session.language, style=style),
            section_names=table("section", session.language),
            image=self._store.upload_path(session.session_id, image) if image else None)

    def _watch(self, render: Render) -> Callable[[Progress], None]:
        def tell(step: Progress) -> None:
            if render.key not in self._progress:
                self._store.keep_render(replace(render, status=RenderStatus.PROCESSING))
            self._progress[render.key] = round(step.fraction * 100)
        return tell

    def _end(self, render: Render, *, seconds: float = 0.0, size: int = 0, work_seconds: float = 0.0,
             error: str | None = None) -> None:
        status = RenderStatus.FAILED if error else RenderStatus.COMPLETED
        ended = replace(
            render, status=status, progress=0.0 if error else 100.0, completed_at=time.time(), seconds=seconds,
            bytes=size, work_seconds=round(work_seconds, 2), error=error)
        try:
            self._store.keep_render(ended)
        except OSError as fault:
            if not error:
                raise
            log.error("the end of render %s cannot be written: %s", render.id, fault)
            self._unwritten[render.key] = ended


def _format_in(output: dict[str, Any]) -> str:
    """The format that was asked for; nothing said is a film."""
    wanted = output.get("format")
    if wanted is None:
        return FILM
    if not isinstance(wanted, str) or wanted not in FORMATS:
        raise Refusal(422, 422, "render.format", known=", ".join(FORMATS))
    return wanted


def _limit_in(output: dict[str, Any]) -> int | None:
    """The most bytes that the file may have; a limit that cannot be read is refused, never passed over. None: no limit."""
    limit = output.get("maxBytes")
    if limit is None:
        return None
    if isinstance(limit, bool) or not isinstance(limit, int | float) or not 1 <= limit <= MOST_BYTES:
        raise Refusal(422, 422, "render.limit")
    return int(limit)
