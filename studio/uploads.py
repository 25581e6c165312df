"""What arrives in a session: inspected in a worker before it is kept, refused with its reason, never left lying about."""

from __future__ import annotations

import secrets
from dataclasses import replace
from pathlib import Path

from studio.multipart import MAX_FILE_BYTES, MAX_FILES, Received
from studio.store import Session, Store, Upload
from studio.tasks import Inspect
from studio.wire import TOO_LARGE, Refusal
from studio.workers import Workers

MAX_UPLOADS = 40
MAX_ENDING = 6
FORM_BYTES = 64 * 1024              # what boundaries and headers may add to the files of a body


class Uploads:
    """Takes files into sessions."""

    def __init__(self, store: Store, workers: Workers) -> None:
        self._store = store
        self._workers = workers

    def check_size(self, announced_bytes: int) -> None:
        """Refuse a body that is announced as too large before any of it is read."""
        if announced_bytes > MAX_FILES * MAX_FILE_BYTES + FORM_BYTES:
            raise Refusal(413, TOO_LARGE, "upload.too_large", megabytes=MAX_FILE_BYTES // 1_000_000)

    def check_room(self, session: Session) -> None:
        """Refuse files beyond what a session may hold."""
        if len(session.uploads) >= MAX_UPLOADS:
            raise Refusal(400, 400, "upload.full", most=MAX_UPLOADS)

    async def keep(self, session_id: str, files: list[Received]) -> list[Upload]:
        """Inspect `files` and take them into the session, all or none. Raises StudioError with the reason."""
        try:
            found = [await self._inspect(file) for file in files]
        except BaseException:
            for file in files:
                file.path.unlink(missing_ok=True)
            raise
        session = self._store.session(session_id)
        known = {one.sum: one for one in session.uploads} if session else {}
        kept = [self._place(session_id, file, upload, known.get(upload.sum))
                for file, upload in zip(files, found, strict=True)]
        sums = {one.sum for one in kept}
        self._store.change(session_id, lambda now: replace(
            now, uploads=(*(one for one in now.uploads if one.sum not in sums), *kept)))
        return kept

    async def _inspect(self, file: Received) -> Upload:
        outcome = await self._workers.run(Inspect(file.path), lambda _step: None)
        facts = outcome.facts
        return Upload(
            name=file.name, file="", kind=str(facts["kind"]), bytes=file.bytes,
            sum=file.sum.hexdigest(), seconds=float(facts["seconds"]),
            width=int(facts["width"]), height=int(facts["height"]), fps=float(facts["fps"]))

    def _place(self, session_id: str, file: Received, upload: Upload, known: Upload | None) -> Upload:
        """The upload at its final place, named by us with no more of the member's than a plain ending.

        A file that is there already stays what it is, with what was heard in it: the same clip is the same tune.
        """
        if known is not None:
            file.path.unlink()
            return known
        ending = Path(file.name).suffix.lower()
        plain = ending if ending[1:].isalnum() and ending.isascii() and len(ending) <= MAX_ENDING else ""
        named = replace(upload, file=f"{secrets.token_hex(6)}{plain}")
        file.path.replace(self._store.upload_path(session_id, named))
        return named
