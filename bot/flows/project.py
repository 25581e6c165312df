"""Project: the one that a wish reaches, with what came with the wish in it. Says nothing to the agent, renders nothing.

A new project takes the place of the earlier one only when everything is in it: a clip that is refused costs no song.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from bot.flows.errors import NoProjectYet, ProjectLost
from bot.flows.progress import Progress, Stage, Step
from bot.nemo import LocalFile, Nemo, Session, SessionLost, SessionState, Uploaded
from storage.projects import Project, Projects

MAX_TITLE_CHARACTERS: Final = 80
SESSION_LANGUAGES: Final = {"zh": "zh-CN"}
"""How the API names a language where it differs from us; API notes, 4.2."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks for what, where. `files` are local, checked and of types that the API takes; `links` the backend fetches."""

    member_id: str
    place_id: str
    backend: str                    # whose projects are meant: a studio's address changes, its projects stay
    words: str
    files: Sequence[LocalFile] = ()
    language: str = "en"
    afresh: bool = False            # begin a new project although there is one
    links: Sequence[str] = ()
    project: Project | None = None  # go on with this one, whichever the current one is

    @property
    def brings_something(self) -> bool:
        """Whether there is anything to put into a project."""
        return bool(self.files or self.links)

    @property
    def title(self) -> str:
        """What a project is called that begins with it: as the clip is, else as the words are."""
        names = [file.called for file in self.files] + [name for link in self.links if "." in (name := _name_in(link))]
        return (PurePosixPath(names[0]).stem if names else self.words)[:MAX_TITLE_CHARACTERS]


@dataclass(frozen=True, slots=True)
class Reached:
    """The project of a wish, as it stands before the wish is said."""

    project: Project
    state: SessionState
    uploaded: Uploaded | None       # None: nothing came with the wish
    begun: bool                     # the project is new
    lost: bool                      # the earlier project was gone, and a new one took its place


async def reach(wish: Wish, *, nemo: Nemo, projects: Projects, progress: Progress) -> Reached:
    """Send what came with `wish` to its project, or to a new one where there is none or it is gone.

    Raises NoProjectYet for words alone without a project, ProjectLost for words alone to one that is gone, and NemoError.
    """
    current = wish.project
    if current is None and not wish.afresh:
        current = await projects.current(wish.member_id, wish.place_id, wish.backend)
    if current is None:
        if not wish.brings_something and not wish.afresh:
            raise NoProjectYet
        return await _begun(wish, lost=False, nemo=nemo, projects=projects, progress=progress)
    try:
        uploaded, state = await _sent(current.session_id, wish, nemo=nemo, progress=progress)
    except SessionLost as fault:
        if not wish.brings_something:
            await begin_again(current, wish.language, nemo=nemo, projects=projects)
            raise ProjectLost from fault
        return await _begun(wish, lost=True, nemo=nemo, projects=projects, progress=progress)
    return Reached(current, state, uploaded, begun=False, lost=False)


async def begin_again(project: Project, language: str, *, nemo: Nemo, projects: Projects) -> Project:
    """A new and empty project in the place of one that is gone."""
    session = await nemo.create_session(project.title, session_language(language))
    return await projects.start(project.member_id, project.place, project.backend, session_id=session.session_id,
                                task_id=session.task_id, title=project.title)


async def _begun(wish: Wish, *, lost: bool, nemo: Nemo, projects: Projects, progress: Progress) -> Reached:
    session = await nemo.create_session(wish.title, session_language(wish.language))
    uploaded, state = await _sent(session.session_id, wish, nemo=nemo, progress=progress)
    return Reached(await _kept(wish, session, projects), state, uploaded, begun=True, lost=lost)


async def _kept(wish: Wish, session: Session, projects: Projects) -> Project:
    return await projects.start(wish.member_id, wish.place_id, wish.backend, session_id=session.session_id,
                                task_id=session.task_id, title=wish.title)


def session_language(tag: str) -> str:
    """How the API names a language."""
    return SESSION_LANGUAGES.get(tag, tag)


async def _sent(session_id: str, wish: Wish, *, nemo: Nemo, progress: Progress) -> tuple[Uploaded | None, SessionState]:
    """What the server took, and the state after it. Links go first: they are the more likely to be refused."""
    parts: list[Uploaded] = []
    if wish.brings_something:
        progress(Step(Stage.UPLOADING, 0.0))
    if wish.links:
        parts.append(await nemo.upload_links(session_id, wish.links))
    if wish.files:
        parts.append(await nemo.upload(session_id, wish.files, progress=lambda sent, total: progress(
            Step(Stage.UPLOADING, sent / total if total else None))))
    files = tuple(file for part in parts for file in part.files)
    uploaded = Uploaded(files, all(part.applied for part in parts)) if parts else None
    return uploaded, await nemo.state(session_id)


def _name_in(link: str) -> str:
    """The file's name at the end of a link's path, if there is one; what else a link holds may be a key."""
    path = link.partition("#")[0].partition("?")[0].partition("://")[2]
    return unquote(path.rpartition("/")[2]) if "/" in path else ""
