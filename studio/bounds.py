"""How much one account may have: more than any person makes, so that nobody fills the disk of all. Removes nothing."""

from __future__ import annotations

from studio.belongings import Belongings
from studio.wire import Refusal

MAX_SESSIONS = 1_000            # a session is a member in a channel, and one that is not used goes
MAX_UPLOADS = 2_000
MAX_UPLOAD_BYTES = 20_000_000_000
MAX_WAITING_RENDERS = 50


class Bounds:
    """Counts what each account has. Whose session is whose is read once, then kept in step."""

    def __init__(self, belongings: Belongings) -> None:
        self._belongings = belongings
        self._owned: dict[str, set[str]] | None = None

    def check_session(self, user_id: str) -> None:
        """Refuse one session more than an account may have."""
        if len(self._sessions().get(user_id, ())) >= MAX_SESSIONS:
            raise Refusal(400, 400, "session.too_many", most=MAX_SESSIONS)

    def check_upload(self, user_id: str) -> None:
        """Refuse a file beyond what an account may have sent."""
        seen = [self._belongings.glance(session_id) for session_id in self._sessions().get(user_id, ())]
        sizes = [sent.bytes for one in seen if one is not None for sent in one.uploads]
        if len(sizes) >= MAX_UPLOADS or sum(sizes) >= MAX_UPLOAD_BYTES:
            raise Refusal(400, 400, "upload.full_account")

    def note_session(self, user_id: str, session_id: str) -> None:
        """An account has one session more."""
        self._sessions().setdefault(user_id, set()).add(session_id)

    def forget_session(self, session_id: str) -> None:
        """A session is gone."""
        for user_id, owned in list(self._sessions().items()):
            owned.discard(session_id)
            if not owned:
                del self._sessions()[user_id]

    def _sessions(self) -> dict[str, set[str]]:
        if self._owned is None:
            self._owned = {}
            for folder in self._belongings.session_folders():
                seen = self._belongings.glance(folder.name)
                if seen is not None:
                    self._owned.setdefault(seen.user_id, set()).add(folder.name)
        return self._owned
