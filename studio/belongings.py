"""What lies on the disk, and whose it is: found by owner or one by one, and removed whole. Decides nothing of when or why."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec

from studio.jsonfile import read
from studio.store import Account, Render, Session, Store

_SESSION_NAME = re.compile(r"[0-9]{19}")


class Sent(msgspec.Struct, frozen=True):
    """An upload, at a glance."""

    bytes: int


class Glance(msgspec.Struct, frozen=True):
    """A session without what was heard and made in it: reading that of thousands takes little time."""

    user_id: str
    created_at: float
    used_at: float = 0.0
    uploads: tuple[Sent, ...] = ()


class Belongings:
    """Looks through the store's folders. What has been removed halfway counts as gone, and is removed with the next try."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._root = store.root

    # ------------------------------------------------------------------------------------------ finding
    def session_folders(self) -> list[Path]:
        """The folder of every session, damaged ones and halves too."""
        return [path for path in (self._root / "sessions").iterdir() if _SESSION_NAME.fullmatch(path.name)]

    def glance(self, session_id: str) -> Glance | None:
        """A session at a glance, or None where there is none."""
        return read(self._store.folder(session_id) / "session.json", Glance)

    def sessions_of(self, user_id: str) -> list[Session]:
        """All sessions of a user, oldest first."""
        names = [path.name for path in self.session_folders()]
        own = [name for name in names if (seen := self.glance(name)) is not None and seen.user_id == user_id]
        return sorted((one for name in own if (one := self._store.session(name))), key=lambda one: one.created_at)

    def renders(self) -> Iterator[tuple[Path, Render | None]]:
        """Every render and where it is written; None for a damaged one."""
        for path in (self._root / "renders").glob("*.json"):
            yield path, read(path, Render)

    def renders_of(self, user_id: str) -> list[Render]:
        """All renders of a user, oldest first."""
        return sorted((one for _, one in self.renders() if one and one.user_id == user_id), key=lambda one: one.created_at)

    def accounts(self) -> Iterator[tuple[Path, Account | None]]:
        """The account behind every token and where it is written; None for a damaged one."""
        for path in (self._root / "accounts").glob("*.json"):
            yield path, read(path, Account)

    def film_files(self) -> list[Path]:
        """Every film and other export, each with its label."""
        return [path for path in (self._root / "films").iterdir() if path.suffix != ".part"]

    # ---------------------------------------------------------------------------------------- measuring
    def session_bytes(self, session_id: str) -> int:
        """What a session takes on the disk."""
        return sum(_size(Path(folder) / name) for folder, _, names in os.walk(self._store.folder(session_id)) for name in names)

    def render_bytes(self, render: Render) -> int:
        """What the file of a render takes on the disk, whether it is a film or another export."""
        return _size(self._store.film(render.key, render.kind.ending))

    # ----------------------------------------------------------------------------------------- removing
    def drop_session(self, session_id: str) -> None:
        """Remove a session and all that was sent and made in it. It is nobody's as soon as this begins."""
        folder = self._store.folder(session_id)
        (folder / "session.json").unlink(missing_ok=True)
        if folder.exists():
            shutil.rmtree(folder)

    def drop_render(self, render: Render) -> None:
        """Remove a render with its file and its link."""
        self._store.drop_film(render.key)
        for path in self._store.render_paths(render.id, render.user_id):
            found = read(path, Render)
            if found is not None and found.user_id == render.user_id:
                path.unlink(missing_ok=True)

    def drop_accounts(self, user_id: str) -> None:
        """Remove every token of a user."""
        for path, account in list(self.accounts()):
            if account is not None and account.user_id == user_id:
                path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0
