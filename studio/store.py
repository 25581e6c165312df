"""The studio's memory on disk: tokens, sessions and renders as small JSON files that survive its restart.

Every file is written beside its place and renamed into it, so a crash leaves the old or the new one. Tokens are kept
as SHA-256 sums; ids from outside never become a path unchecked.
"""

from __future__ import annotations

import hashlib
import logging
import re
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from studio.brief import Brief
from studio.formats import FILM, FORMATS, Format
from studio.jsonfile import read, write
from studio.score import Melody
from studio.tasks import Fault

TOKEN_SECONDS = 7 * 24 * 3600
TOKEN_PREFIX = "nmv_usr_"
_SESSION_ID = re.compile(r"[0-9]{19}")

USED_SECONDS = 3600                 # how exactly the last use of a session is kept: not every poll is a write
PART_SECONDS = 3600                 # no half file that somebody still works on is older than that

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """Whom a token speaks for. The token itself is not kept."""

    user_id: str
    client_id: str
    expires_at: float


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that a member sent, as it lies in the session's folder."""

    name: str               # as the member called it
    file: str               # in the folder `uploads`
    kind: str               # audio, video or image
    sum: str                # SHA-256 of its content
    bytes: int
    seconds: float = 0.0
    width: int = 0
    height: int = 0
    fps: float = 0.0
    heard: Melody | None = None     # once it has been listened to
    fault: Fault | None = None      # why nothing was heard in it, until that has been told


@dataclass(frozen=True, slots=True)
class Song:
    """A finished song of a session; its files lie in the folder `songs/<number>`."""

    number: int
    brief: Brief
    title: str
    clip: str | None                # the upload it was made of; None: the tune was invented
    melody: Melody
    seconds: float
    tempo: float
    transposition: int
    form: tuple[tuple[str, float, float], ...]      # section, its start and length in seconds
    notes: int
    loudness_lufs: float
    true_peak_dbtp: float
    stages: dict[str, float]        # seconds of work by stage


@dataclass(frozen=True, slots=True)
class Session:
    """A project: what was sent, what was asked for, what has been made."""

    session_id: str
    task_id: str
    task_name: str
    user_id: str
    language: str
    created_at: float
    brief: Brief = field(default_factory=Brief)
    earlier: tuple[Brief, ...] = ()                 # briefs to go back to
    uploads: tuple[Upload, ...] = ()
    songs: tuple[Song, ...] = ()
    used_at: float = 0.0                            # to within USED_SECONDS; 0: kept by a studio that did not note it

    @property
    def clip(self) -> Upload | None:
        """The newest upload that has sound."""
        return next((one for one in reversed(self.uploads) if one.kind != "image"), None)

    @property
    def image(self) -> Upload | None:
        """The newest picture, which becomes the film's background."""
        return next((one for one in reversed(self.uploads) if one.kind == "image"), None)

    @property
    def song(self) -> Song | None:
        """The song as it stands."""
        return self.songs[-1] if self.songs else None


class RenderStatus(StrEnum):
    """The life of a render."""

    PENDING = "pending"             # waits for a worker
    PROCESSING = "processing"       # a worker is at it
    COMPLETED = "completed"         # the file can be fetched
    FAILED = "failed"               # the reason is in `error`
    CANCELLED = "cancelled"         # its owner did not want it any more


@dataclass(frozen=True, slots=True)
class Render:
    """An order to film a song, or to save it. `key` names the file for those who may fetch it without a token."""

    id: str
    user_id: str
    session_id: str
    song: int
    title: str
    aspect: str
    image: str | None               # an upload of the session
    max_bytes: int | None
    key: str
    created_at: float
    status: RenderStatus = RenderStatus.PENDING
    progress: float = 0.0           # 0 to 100
    completed_at: float | None = None
    seconds: float = 0.0
    bytes: int = 0
    work_seconds: float = 0.0
    error: str | None = None
    format: str = FILM              # once it is completed: the one that came out, which may be a smaller one

    @property
    def kind(self) -> Format:
        """What its file is, or shall be."""
        return FORMATS[self.format]

    @property
    def is_over(self) -> bool:
        """Whether nothing will change any more."""
        return self.status not in (RenderStatus.PENDING, RenderStatus.PROCESSING)


@dataclass(frozen=True, slots=True)
class Label:
    """What is written beside a finished film: whose it is. Without a user: written before renders had a name for each."""

    render_id: str
    user_id: str | None = None


class Store:
    """Files below one folder. Methods are short enough to be called from the event loop."""

    def __init__(self, root: Path, clock: Callable[[], float] = time.time) -> None:
        self.root = root
        self._clock = clock
        for name in ("accounts", "sessions", "renders", "films"):
            (root / name).mkdir(parents=True, exist_ok=True, mode=0o700)

    def open_account(self, client_id: str) -> tuple[str, Account]:
        """A new token and the account it opens; the same client id gets the same user."""
        user_id = f"anon_{_sum(client_id)[:16]}"
        token = TOKEN_PREFIX + secrets.token_urlsafe(32)
        account = Account(user_id, client_id, self._clock() + TOKEN_SECONDS)
        write(self.root / "accounts" / f"{_sum(token)}.json", account)
        return token, account

    def account(self, token: str) -> Account | None:
        """The account behind `token`, or None where it is unknown or has expired."""
        account = read(self.root / "accounts" / f"{_sum(token)}.json", Account)
        return account if account and account.expires_at > self._clock() else None

    def open_session(self, user_id: str, task_name: str, language: str) -> Session:
        """A new, empty session with ids of the documented shape."""
        session_id = str(10**18 + secrets.randbelow(9 * 10**18))
        now = self._clock()
        session = Session(session_id, f"task_{secrets.token_hex(8)}", task_name, user_id, language, now, used_at=now)
        for name in ("uploads", "songs"):
            (self.folder(session_id) / name).mkdir(parents=True, mode=0o700)
        self.keep(session)
        return session

    def session(self, session_id: str) -> Session | None:
        """The session, or None where there is none."""
        if not _SESSION_ID.fullmatch(session_id):
            return None
        return read(self.folder(session_id) / "session.json", Session)

    def keep(self, session: Session) -> None:
        """Write the session as it now is."""
        write(self.folder(session.session_id) / "session.json", session)

    def change(self, session_id: str, edit: Callable[[Session], Session]) -> Session:
        """Read, edit and keep a session in one go, so that nothing which happened meanwhile is lost."""
        session = self.session(session_id)
        if session is None:
            raise KeyError(session_id)
        changed = edit(session)
        self.keep(changed)
        return changed

    def use(self, session: Session) -> Session:
        """`session`, noted as used now. A disk that cannot be written does not keep anybody from looking."""
        now = self._clock()
        if abs(now - session.used_at) < USED_SECONDS:
            return session
        try:
            return self.change(session.session_id, lambda one: replace(one, used_at=now))
        except OSError as fault:
            log.warning("the use of session %s cannot be noted: %s", session.session_id, fault)
            return session

    def folder(self, session_id: str) -> Path:
        """Where a session's files lie."""
        return self.root / "sessions" / session_id

    def upload_path(self, session_id: str, upload: Upload) -> Path:
        """Where an upload lies."""
        return self.folder(session_id) / "uploads" / upload.file

    def picture_path(self, session_id: str, clip: Upload) -> Path:
        """Where the picture of a clip's tune lies."""
        return self.folder(session_id) / "uploads" / f"{clip.file}.tune.png"

    def song_folder(self, session_id: str, number: int) -> Path:
        """Where the files of a song lie: song.wav, song.mid, score.json."""
        return self.folder(session_id) / "songs" / str(number)

    def render(self, render_id: str, user_id: str) -> Render | None:
        """The user's render of that name, or None where they have none. Others may have one of the same name."""
        found = (read(path, Render) for path in self.render_paths(render_id, user_id))
        return next((one for one in found if one is not None and one.user_id == user_id), None)

    def keep_render(self, render: Render) -> None:
        """Write the render as it now is."""
        path, earlier = self.render_paths(render.id, render.user_id)
        write(path, render)
        old = read(earlier, Render)
        if old is not None and old.user_id == render.user_id:
            earlier.unlink()

    def unfinished_renders(self) -> list[Render]:
        """Renders that a stop has interrupted, oldest first."""
        found = (read(path, Render) for path in (self.root / "renders").glob("*.json"))
        return sorted((one for one in found if one and not one.is_over), key=lambda one: one.created_at)

    def film(self, key: str, ending: str = FORMATS[FILM].ending) -> Path:
        """Where the film of a render with this key lies, or another file of it, by its ending."""
        return self.root / "films" / f"{_sum(key)[:32]}.{ending}"

    def label_film(self, render: Render) -> None:
        """Note beside a film which render it is of, so that it is found by its key alone."""
        write(self.film(render.key).with_suffix(".json"), Label(render.id, render.user_id))

    def render_of_film(self, key: str) -> Render | None:
        """The render whose film has this key, or None where there is none."""
        label = read(self.film(key).with_suffix(".json"), Label)
        if label is None:
            return None
        found = (read(path, Render) for path in self.render_paths(label.render_id, label.user_id or ""))
        return next((one for one in found if one is not None and one.key == key), None)

    def drop_film(self, key: str) -> None:
        """Remove the film of a render with this key, finished or half."""
        film = self.film(key)
        for path in film.parent.glob(f"*{film.stem}*"):
            path.unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove the half files that a killed studio has left. Younger ones may be those of another studio, and stay."""
        long_ago = self._clock() - PART_SECONDS
        for depth in ("*/*.part", "sessions/*/*.part", "sessions/*/uploads/*.part", "sessions/*/songs/*/.*.part"):
            for path in self.root.glob(depth):
                if path.stat().st_mtime < long_ago:
                    path.unlink(missing_ok=True)

    def render_paths(self, render_id: str, user_id: str) -> tuple[Path, Path]:
        """Where a user's render lies, and where it lay before each user had names of their own."""
        folder = self.root / "renders"
        return folder / f"{_sum(f'{user_id}/{render_id}')}.json", folder / f"{_sum(render_id)}.json"


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
