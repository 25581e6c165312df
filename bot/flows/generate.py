"""Generate: a clip and a wish become a song in the project of this member and place. Says the wish once, renders nothing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path

from bot.flows.errors import AgentRefused, ClipRefused, NoProjectYet
from bot.flows.progress import Progress, Stage, Step
from bot.nemo import Activity, Fault, Nemo, Reply, SessionLost, SessionState, ToolCall
from bot.texts import say
from storage.projects import Project, Projects

CLIP_CODES = (4001, 4002, 4003)
STAGES = {"listen": Stage.LISTENING, "compose": Stage.COMPOSING, "perform": Stage.PERFORMING, "film": Stage.FILMING}
MAX_TITLE_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Wish:
    """Who asks for what, where. `files` are local, checked and of types that the API takes."""

    member_id: str
    place_id: str
    backend: str                    # whose projects are meant: a studio's address changes, its projects stay
    words: str
    files: Sequence[Path]
    language: str = "en"
    afresh: bool = False            # begin a new project although there is one


@dataclass(frozen=True, slots=True)
class Generated:
    """What the agent answered, and the project as it stands now."""

    project: Project
    reply: str
    state: SessionState
    begun: bool                     # the project is new
    lost: bool                      # the earlier project was gone, and a new one took its place


async def generate(wish: Wish, *, nemo: Nemo, projects: Projects, progress: Progress) -> Generated:
    """Send the files and the words to the member's project and read the answer.

    Raises NoProjectYet for a refinement without a project, AgentRefused with the agent's reason, NemoError for the rest.
    """
    project, begun = await _project(wish, nemo=nemo, projects=projects)
    lost = False
    try:
        await _upload(project, wish, nemo=nemo, progress=progress)
    except SessionLost:
        project, begun, lost = await _begin(wish, nemo=nemo, projects=projects), True, True
        await _upload(project, wish, nemo=nemo, progress=progress)
    try:
        reply = await _say(project, wish.words, nemo=nemo, progress=progress)
    except SessionLost:
        await projects.retire(project.id)
        raise
    await projects.touch(project.id)
    state = await nemo.state(project.session_id)
    return Generated(project, reply, state, begun, lost)


async def _project(wish: Wish, *, nemo: Nemo, projects: Projects) -> tuple[Project, bool]:
    current = await projects.current(wish.member_id, wish.place_id, wish.backend)
    if current is not None and not wish.afresh:
        return current, False
    if not wish.files and not wish.afresh:
        raise NoProjectYet
    return await _begin(wish, nemo=nemo, projects=projects), True


async def _begin(wish: Wish, *, nemo: Nemo, projects: Projects) -> Project:
    title = wish.files[0].stem if wish.files else wish.words
    session = await nemo.create_session(title[:MAX_TITLE_CHARACTERS], wish.language)
    return await projects.start(wish.member_id, wish.place_id, wish.backend, session_id=session.session_id,
                                task_id=session.task_id, title=title[:MAX_TITLE_CHARACTERS])


async def _upload(project: Project, wish: Wish, *, nemo: Nemo, progress: Progress) -> None:
    if wish.files:
        progress(Step(Stage.UPLOADING, 0.0))
        await nemo.upload(project.session_id, wish.files, progress=lambda sent, total: progress(
            Step(Stage.UPLOADING, sent / total if total else None)))


async def _say(project: Project, words: str, *, nemo: Nemo, progress: Progress) -> str:
    progress(Step(Stage.WORKING))
    reply = Reply()
    async with aclosing(nemo.say(project.session_id, words)) as said:
        async for value in said:
            reply.add(value)
            if isinstance(value, ToolCall) and value.name in STAGES:
                progress(Step(STAGES[value.name], 0.0))
            if isinstance(value, Activity) and value.stage in STAGES:
                progress(Step(STAGES[value.stage], value.fraction))
    if not reply.text and reply.faults:
        raise _refusal(reply.faults[-1])
    return reply.text


def _refusal(fault: Fault) -> AgentRefused:
    kind = ClipRefused if fault.code in CLIP_CODES else AgentRefused
    reason = fault.text or say("flow.failed", "en")
    return kind(reason, reason=reason)
