"""Generate: a clip and a wish become a song in the project of this member and place. Says the wish once, renders nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.flows.answer import Answered, answer
from bot.flows.errors import NoProjectYet, ProjectLost
from bot.flows.progress import Progress, Stage, Step
from bot.flows.waiting import reminding
from bot.nemo import LocalFile, Nemo, Outcome, Question, SessionLost, SessionState, Uploaded
from bot.speech.gui import Action
from bot.texts import say
from storage.projects import Project, Projects

MAX_TITLE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks for what, where. `files` are local, checked and of types that the API takes."""

    member_id: str
    place_id: str
    backend: str                    # whose projects are meant: a studio's address changes, its projects stay
    words: str
    files: Sequence[LocalFile]
    language: str = "en"
    afresh: bool = False            # begin a new project although there is one


@dataclass(frozen=True, slots=True)
class Generated:
    """What came of a wish, and the project as it stands now."""

    project: Project
    outcome: Outcome                # unchanged and uncertain ones are the member's to decide about: never say it again
    reply: str                      # for the member: the backend's words, or what has changed where it had none
    actions: tuple[Action, ...]     # what the backend thought that the member could click
    question: Question | None
    state: SessionState
    begun: bool                     # the project is new
    lost: bool                      # the earlier project was gone, and a new one took its place


async def generate(wish: Wish, *, nemo: Nemo, projects: Projects, progress: Progress) -> Generated:
    """Send the files and the words to the member's project and find out what came of them.

    Raises NoProjectYet for a refinement without a project, ProjectLost for one of a project that is gone, AgentRefused
    with the agent's reason, NemoError where nothing ran.
    """
    async with reminding(progress, nemo.clock) as progress:
        project, begun = await _project(wish, nemo=nemo, projects=projects)
        lost = False
        try:
            before, words = await _send(project, wish, nemo=nemo, progress=progress)
        except SessionLost as fault:
            project, begun, lost = await begin(wish, nemo=nemo, projects=projects), True, True
            if not wish.files:
                raise ProjectLost from fault
            before, words = await _send(project, wish, nemo=nemo, progress=progress)
        try:
            answered = await answer(project.session_id, words, before, language=wish.language, nemo=nemo, progress=progress)
        except SessionLost as fault:    # the clip is lost with it, and what was said is not said again
            await begin(wish, nemo=nemo, projects=projects)
            raise ProjectLost from fault
        await projects.touch(project.id)
        return _generated(project, answered, begun=begun, lost=lost)


async def _project(wish: Wish, *, nemo: Nemo, projects: Projects) -> tuple[Project, bool]:
    current = await projects.current(wish.member_id, wish.place_id, wish.backend)
    if current is not None and not wish.afresh:
        return current, False
    if not wish.files and not wish.afresh:
        raise NoProjectYet
    return await begin(wish, nemo=nemo, projects=projects), True


async def begin(wish: Wish, *, nemo: Nemo, projects: Projects) -> Project:
    """A new project for the wish, which is the current one from now on."""
    title = (Path(wish.files[0].called).stem if wish.files else wish.words)[:MAX_TITLE_CHARACTERS]
    session = await nemo.create_session(title, wish.language)
    return await projects.start(wish.member_id, wish.place_id, wish.backend, session_id=session.session_id,
                                task_id=session.task_id, title=title)


async def _send(project: Project, wish: Wish, *, nemo: Nemo, progress: Progress) -> tuple[SessionState, str]:
    """Upload the files; the state that the wish will be compared with, and the words to say."""
    words = wish.words
    if wish.files:
        uploaded = await send_files(project.session_id, wish.files, nemo=nemo, progress=progress)
        if not uploaded.applied:
            words = "\n".join((words, named(uploaded, wish.language)))
    return await nemo.state(project.session_id), words


async def send_files(session_id: str, files: Sequence[LocalFile], *, nemo: Nemo, progress: Progress) -> Uploaded:
    """Upload `files`, telling how far it is."""
    progress(Step(Stage.UPLOADING, 0.0))
    return await nemo.upload(session_id, files, progress=lambda sent, total: progress(
        Step(Stage.UPLOADING, sent / total if total else None)))


def named(uploaded: Uploaded, language: str) -> str:
    """Words that name files which are stored but not in the project, so that the agent takes them in."""
    files = (f"{one.filename} {one.cdn_url or ''}".strip() for one in uploaded.files)
    return say("wish.uploaded", language, files=", ".join(files))


def _generated(project: Project, answered: Answered, *, begun: bool, lost: bool) -> Generated:
    return Generated(project, answered.outcome, answered.text, answered.actions, answered.question, answered.state,
                     begun, lost)
