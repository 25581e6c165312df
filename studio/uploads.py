"""What arrives in a session: inspected in a worker before it is kept, refused with its reason, never left lying about."""

from __future__ import annotations

import secrets
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from studio.multipart import Received
from studio.store import Session, Store, Upload
from studio.tasks import Inspect
from studio.wire import NO_SESSION, Refusal
from studio.workers import Workers

NO_LINKS = 4004             # ours, as 4003 is: the table of codes has none for a server that fetches nothing
MAX_UPLOADS = 40
MAX_ENDING = 6


class Uploads:
    """Takes files into sessions."""

    def __init__(self, store: Store, workers: Workers) -> None:
        self._store = store
        self._workers = workers

    def check_form(self, content_type: str) -> None:
        """Refuse links in JSON: the studio stays on its machine, so whoever has the file must send it."""
        if content_type.partition(";")[0].strip().lower() == "application/json":
            raise Refusal(415, NO_LINKS, "upload.links")

    def check_room(self, session: Session) -> None:
        """Refuse files beyond what a session may hold."""
        if len(session.uploads) >= MAX_UPLOADS:
            raise Refusal(400, 400, "upload.full", most=MAX_UPLOADS)

    async def keep(self, session_id: str, files: list[Received]) -> list[Upload]:
        """Inspect `files` and take them into the session, all or none. Raises StudioError with the reason.

        A file that is there already stays what it is, with what was heard in it: the same clip is the same tune.
        """
        with ExitStack() as arrivals, ExitStack() as undo:
            for file in files:
                arrivals.callback(file.path.unlink, missing_ok=True)
            found = [await self._inspect(file) for file in files]
            session = self._store.session(session_id)
            if session is None:         # deleted while its file was looked at
                raise Refusal(404, NO_SESSION, "session.unknown")
            known = {one.sum: one for one in session.uploads}
            kept: dict[str, Upload] = {}
            for file, upload in zip(files, found, strict=True):
                there = known.get(upload.sum)
                if there is None or not self._store.upload_path(session_id, there).exists():
                    there = kept.get(upload.sum) or self._place(session_id, file, upload, undo)
                kept[upload.sum] = there
            if len(kept.keys() | known.keys()) > MAX_UPLOADS and kept.keys() - known.keys():
                raise Refusal(400, 400, "upload.full", most=MAX_UPLOADS)
            self._store.change(session_id, lambda now: replace(
                now, uploads=(*(one for one in now.uploads if one.sum not in kept), *kept.values())))
            undo.pop_all()
        return [kept[upload.sum] for upload in found]

    async def _inspect(self, file: Received) -> Upload:
        outcome = await self._workers.run(Inspect(file.path), lambda _step: None)
        facts = outcome.facts
        return Upload(
            name=file.name, file="", kind=str(facts["kind"]), bytes=file.bytes,
            sum=file.sum.hexdigest(), seconds=float(facts["seconds"]),
            width=int(facts["width"]), height=int(facts["height"]), fps=float(facts["fps"]))

    def _place(self, session_id: str, file: Received, upload: Upload, undo: ExitStack) -> Upload:
        """The upload at its final place, named by us with no more of the member's than a plain ending."""
        ending = Path(file.name).suffix.lower()
        plain = ending if ending[1:].isalnum() and ending.isascii() and len(ending) <= MAX_ENDING else ""
        named = replace(upload, file=f"{secrets.token_hex(6)}{plain}")
        path = self._store.upload_path(session_id, named)
        file.path.replace(path)
        undo.callback(path.unlink, missing_ok=True)
        return named
