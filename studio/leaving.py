"""Somebody looks at all that is kept of them, or has it deleted: sessions, clips, songs, films, tokens. Nobody else's."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from studio.belongings import Belongings
from studio.bounds import Bounds
from studio.ears import Ears
from studio.renders import Renders
from studio.store import Account, Render, Session
from studio.talk import Talks


@dataclass(frozen=True, slots=True)
class Gone:
    """What was deleted."""

    sessions: int
    renders: int
    bytes: int

    def facts(self) -> dict[str, object]:
        """As the API tells it."""
        return asdict(self)


class Leaving:
    """Answers for one account at a time. An account is its user: all tokens of one client id."""

    def __init__(self, belongings: Belongings, bounds: Bounds, talks: Talks, ears: Ears, renders: Renders) -> None:
        self._belongings = belongings
        self._bounds = bounds
        self._talks = talks
        self._ears = ears
        self._renders = renders

    def kept(self, account: Account) -> dict[str, object]:
        """All that is kept of the account's user; times in seconds since 1970."""
        sessions = self._belongings.sessions_of(account.user_id)
        renders = self._belongings.renders_of(account.user_id)
        return {"sessions": [_session(one) for one in sessions], "renders": [_render(one) for one in renders],
                "bytes": self._bytes(sessions, renders)}

    async def forget(self, account: Account) -> Gone:
        """Stop the user's work, delete all that is kept of them, their tokens last: what a stop interrupts can be asked again.

        Raises OSError where the disk does not let go of something.
        """
        await self._stop(account.user_id)
        sessions = self._belongings.sessions_of(account.user_id)        # from here on nothing is waited for
        renders = self._belongings.renders_of(account.user_id)
        size = self._bytes(sessions, renders)
        for render in renders:
            self._belongings.drop_render(render)
        for session in sessions:
            self._belongings.drop_session(session.session_id)
            self._bounds.forget_session(session.session_id)
        self._belongings.drop_accounts(account.user_id)
        return Gone(len(sessions), len(renders), size)

    async def _stop(self, user_id: str) -> None:
        """End all work of a user; who stops one piece may meanwhile have begun another."""
        while busy := [one.session_id for one in self._belongings.sessions_of(user_id) if self.is_at_work(one.session_id)]:
            for session_id in busy:
                await self._talks.stop(session_id)
                await self._ears.stop(session_id)
                await self._renders.stop(session_id)

    def is_at_work(self, session_id: str) -> bool:
        """Whether somebody talks, hears or films in the session."""
        return self._talks.are_at(session_id) or self._ears.are_in(session_id) or self._renders.are_at(session_id)

    def _bytes(self, sessions: list[Session], renders: list[Render]) -> int:
        return (sum(self._belongings.session_bytes(one.session_id) for one in sessions)
                + sum(self._belongings.render_bytes(one) for one in renders))


def _session(session: Session) -> dict[str, object]:
    return {
        "session_id": session.session_id, "task_name": session.task_name, "created_at": session.created_at,
        "uploads": [{"file": one.file, "name": one.name, "bytes": one.bytes, "seconds": one.seconds} for one in session.uploads],
        "songs": [{"number": one.number, "title": one.title, "seconds": round(one.seconds, 3)} for one in session.songs],
    }


def _render(render: Render) -> dict[str, object]:
    return {"id": render.id, "title": render.title, "bytes": render.bytes, "created_at": render.created_at}
